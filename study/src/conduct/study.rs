//! A study that is being conducted: its places, its participants, what the researcher orders.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use pixel_debate_protocol::study::{Answer, Reply, Screen, Sheet, Status, Stopped};
use pixel_debate_protocol::{Refusal, RefusalCode};

use super::event::{self, Beginning};
use super::log::{Cause, Entry, Event};
use super::member::{Member, MemberState};
use super::screens::{excluded, too_late};
use super::session::{Ending, Session};
use super::trial::Thought;
use crate::allocation::{Left, PlaceError, Places, Returns};
use crate::frozen::{Frozen, Sequences};
use crate::results::{Look, Peek};

/// A study that is being conducted: a machine without clock, chance and disk. What it is asked it answers with events;
/// whoever runs it keeps them, and then has them [applied](Self::apply). So the events alone make the study again.
#[derive(Debug, Clone)]
pub struct Conduct {
    pub(super) frozen: Arc<Frozen>,
    rehearsed: bool,
    sequences: Arc<Sequences>,
    pub(super) places: Places,
    pub(super) members: Vec<Member>,
    /// The participants by the hash of who they are.
    pub(super) persons: HashMap<String, usize>,
    pub(super) paused: bool,
    /// The interruptions that are over, and the times in which there was no server: from when to when.
    pub(super) pauses: Vec<(u64, u64)>,
    /// When it was interrupted, if it is.
    paused_ms: u64,
    pub(super) closed: Option<(u64, Option<String>)>,
    pub(super) withdrawn: BTreeMap<usize, (u64, String)>,
    peeks: Vec<Peek>,
    pub(super) log: Vec<Entry>,
    /// The researcher's orders by their names: which events of the log they led to.
    pub(super) orders: HashMap<String, usize>,
    pub(super) left_out: usize,
}

/// A log that is not one of this study.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// An event that could not have happened.
    #[error("event {number} of the study's log does not follow from those before: {why}")]
    Study {
        /// Its number, from 1.
        number: usize,
        /// Why.
        why: String,
    },
    /// An event of a participant that could not have happened.
    #[error("event {number} of participant {participant} does not follow from those before: {why}")]
    Participant {
        /// The participant.
        participant: String,
        /// Its number, from 1.
        number: u32,
        /// Why.
        why: String,
    },
}

impl Conduct {
    /// A study to which nobody has come.
    pub fn new(frozen: Arc<Frozen>) -> Self {
        let sequences = frozen.sequences();
        Self {
            frozen,
            rehearsed: false,
            places: Places::new(sequences.allocation().slots(), Returns::default()),
            sequences: Arc::new(sequences),
            members: Vec::new(),
            persons: HashMap::new(),
            paused: false,
            pauses: Vec::new(),
            paused_ms: 0,
            closed: None,
            withdrawn: BTreeMap::new(),
            peeks: Vec::new(),
            log: Vec::new(),
            orders: HashMap::new(),
            left_out: 0,
        }
    }

    /// The same as a rehearsal: whoever takes part is simulated, or tries the study out.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use pixel_debate_study::{conduct::Conduct, frozen::Frozen};
    /// # fn tried(frozen: Arc<Frozen>) {
    /// assert!(!Conduct::new(frozen.clone()).rehearsed());
    /// assert!(Conduct::new(frozen).as_rehearsal().rehearsed());
    /// # }
    /// ```
    #[must_use]
    pub fn as_rehearsal(mut self) -> Self {
        self.rehearsed = true;
        self
    }

    /// Whether it is a rehearsal: what has come of it is of simulated participants, or of people who tried it out, and
    /// is no result.
    pub fn rehearsed(&self) -> bool {
        self.rehearsed
    }

    /// The plan.
    pub fn frozen(&self) -> &Arc<Frozen> {
        &self.frozen
    }

    /// The participants in the order in which they came.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The participant of that name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.get(number(name)?).filter(|member| member.name == name)
    }

    fn member_mut(&mut self, name: &str) -> Option<&mut Member> {
        self.members.get_mut(number(name)?).filter(|member| member.name == name)
    }

    /// All that has happened in the study as a whole.
    pub fn log(&self) -> &[Entry] {
        &self.log
    }

    /// The items that were withdrawn: when, and why.
    pub fn withdrawn(&self) -> &BTreeMap<usize, (u64, String)> {
        &self.withdrawn
    }

    /// When the researcher looked at what had come of it before its end, and at what.
    pub fn peeks(&self) -> &[Peek] {
        &self.peeks
    }

    /// That the researcher looks at what has come of it: to be noted first, unless it has ended.
    pub fn look(&self, what: Look) -> Option<Event> {
        (!self.has_ended()).then_some(Event::Peeked { what })
    }

    /// Whether nothing can come of it any more: all places are filled, or the researcher has ended it.
    pub fn has_ended(&self) -> bool {
        self.closed.is_some() || self.places.is_complete()
    }

    /// The places.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// When it has ended, in milliseconds since 1970, if it has.
    pub fn closed_ms(&self) -> Option<u64> {
        self.closed.as_ref().map(|(at_ms, _)| *at_ms)
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        if self.closed.is_some() {
            Status::Closed
        } else if self.paused {
            Status::Paused
        } else if self.places.next().is_none() {
            Status::Full
        } else {
            Status::Open
        }
    }

    /// Begins the way of somebody who has joined, once their beginning is kept.
    pub fn begin(&mut self, name: &str, beginning: Beginning) {
        let sequence = self.member(name).and_then(|member| self.sequences.slot(member.place.slot));
        if let (Some(sequence), Some(member)) = (sequence, self.member_mut(name)) {
            member.session = Some(Session::new(sequence, &beginning, member.joined_ms));
            member.beginning = Some(beginning);
        }
    }

    /// What a participant is shown now. Nothing, if there is none of that name.
    pub fn sheet(&self, name: &str, now_ms: u64) -> Option<Sheet> {
        let member = self.member(name)?;
        let Some(session) = &member.session else {
            let empty = Session::new(Vec::new(), &Beginning::of(&self.frozen), member.joined_ms);
            return Some(empty.sheet_of(&self.frozen, name, Screen::Stopped(Stopped::Left {})));
        };
        let screen = match &member.state {
            // What they are told in the end, they are told for ever.
            _ if matches!(
                session.ending(),
                Some(Ending::Declined | Ending::Left | Ending::ScreenedOut)
            ) =>
            {
                None
            }
            MemberState::Left { left: Left::Excluded, .. } => {
                Some(Screen::Stopped(excluded(&self.frozen)))
            }
            MemberState::Left { .. } => Some(Screen::Stopped(too_late(&self.frozen))),
            MemberState::Active if session.ending().is_some() => None,
            MemberState::Active if self.closed.is_some() => {
                Some(Screen::Stopped(super::screens::closed(&self.frozen)))
            }
            MemberState::Active if self.paused => Some(Screen::Paused {}),
            MemberState::Active | MemberState::Finished => None,
        };
        Some(match screen {
            Some(screen) => session.sheet_of(&self.frozen, name, screen),
            // A clock that was set back shows no more time than there is.
            None => session.sheet(&self.frozen, name, now_ms.max(session.heard_ms())),
        })
    }

    /// What an answer comes to, if it may be said now.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] with what may be said instead.
    pub fn answer(&self, name: &str, reply: &Reply, now_ms: u64) -> Result<event::Entry, Refusal> {
        let gone = || illegal("this part in the study has ended", "nothing more");
        let member = self.member(name).ok_or_else(gone)?;
        let session = member.session.as_ref().ok_or_else(gone)?;
        if reply.step != session.steps() {
            let message = format!("an answer to step {}", reply.step);
            return Err(Refusal::new(
                RefusalCode::Stale,
                message,
                format!("one to step {}", session.steps()),
            ));
        }
        // Whoever has finished may read to the end what was right; whoever wants to leave may do so at any time.
        let finishes = member.state == MemberState::Finished;
        if self.closed.is_some() && !finishes {
            return Err(closed("the study has ended", "nothing more"));
        }
        if self.paused && !finishes && reply.answer != (Answer::Leave {}) {
            return Err(closed("the study is interrupted", "another try later"));
        }
        if member.state != MemberState::Active && !finishes {
            return Err(gone());
        }
        let event = session.event(&self.frozen, &reply.answer)?;
        let entry = event::Entry { at_ms: now_ms.max(session.heard_ms()), event };
        session.clone().apply(&self.frozen, &entry)?;
        Ok(entry)
    }

    /// What happens to a participant by itself, if anything does now.
    pub fn due_of(&self, name: &str, now_ms: u64) -> Option<event::Entry> {
        if self.closed.is_some() || self.paused {
            return None;
        }
        let member = self.member(name).filter(|member| member.state == MemberState::Active)?;
        let session = member.session.as_ref()?;
        let withdrawn: BTreeSet<usize> = self.withdrawn.keys().copied().collect();
        let paused = |since: u64| {
            let during = |(from, to): &(u64, u64)| to.saturating_sub(*from.max(&since));
            self.pauses.iter().map(during).sum()
        };
        let now_ms = now_ms.max(session.heard_ms());
        let event = session.due(&self.frozen, &withdrawn, paused, now_ms)?;
        Some(event::Entry { at_ms: now_ms, event })
    }

    /// What a live debater is to do for a participant, if the participant waits for one.
    pub fn thought(&self, name: &str) -> Option<Thought> {
        if self.paused || self.closed.is_some() {
            return None;
        }
        let member = self.member(name).filter(|member| member.state == MemberState::Active)?;
        member.session.as_ref()?.thought(&self.frozen)
    }

    /// Takes down what has happened to a participant, once it is kept.
    ///
    /// # Errors
    ///
    /// [`Unfit`] if the plan does not have it.
    pub fn take(&mut self, name: &str, entry: &event::Entry) -> Result<(), Unfit> {
        let frozen = Arc::clone(&self.frozen);
        let unfit = |number, why| Unfit::Participant { participant: name.to_owned(), number, why };
        let session = self.member_mut(name).and_then(|member| member.session.as_mut());
        let session = session.ok_or_else(|| unfit(0, "there is no such participant".to_owned()))?;
        let number = session.steps() + 1;
        session.apply(&frozen, entry).map_err(|refusal| unfit(number, refusal.to_string()))
    }

    /// What the end of a participant's way means for the study, if that is not known yet.
    pub fn settled(&self, name: &str) -> Option<Event> {
        let member = self.member(name).filter(|member| member.state == MemberState::Active)?;
        let participant = name.to_owned();
        let session = member.session.as_ref()?;
        if session.is_done() {
            return Some(Event::Finished { participant });
        }
        let (left, cause) = match session.ending()? {
            Ending::Finished => return None,
            Ending::ScreenedOut => (Left::ScreenedOut, Cause::ScreenedOut {}),
            Ending::FailedChecks => (Left::Excluded, Cause::Checks {}),
            Ending::Declined => (Left::DroppedOut, Cause::Declined {}),
            Ending::Left => (Left::DroppedOut, Cause::OwnWish {}),
        };
        Some(Event::Left { participant, left, cause })
    }

    /// That somebody comes back who had been given up, if they can.
    pub fn returns(&self, name: &str) -> Option<Event> {
        let member = self.member(name)?;
        let idle = matches!(&member.state, MemberState::Left { cause: Cause::Idle {}, .. });
        if !idle || self.closed.is_some() || member.erased.is_some() {
            return None;
        }
        let resumed = self.places.clone().resume(member.place);
        resumed.ok().map(|()| Event::Returned { participant: name.to_owned() })
    }

    /// Whose words are missing that must be there: of everybody who has finished, all that they judged.
    ///
    /// # Errors
    ///
    /// [`Unfit`] with the first of whom something is missing.
    pub fn check_whole(&self) -> Result<(), Unfit> {
        let missing = |member: &&Member| {
            let done = member.session.as_ref().is_some_and(Session::is_done);
            member.counts() && !done
        };
        match self.members.iter().find(missing) {
            None => Ok(()),
            Some(member) => Err(Unfit::Participant {
                participant: member.name.clone(),
                number: member.session.as_ref().map_or(0, Session::steps),
                why: "it has finished, and not all that it judged is there".to_owned(),
            }),
        }
    }

    /// Takes down what has happened in the study. Nothing has changed where it is refused.
    ///
    /// # Errors
    ///
    /// [`Unfit`] if it does not follow from what happened before.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Unfit> {
        let number = self.log.len() + 1;
        let applied = self.carry_out(&entry.event, entry.at_ms);
        applied.map_err(|why| Unfit::Study { number, why })?;
        if let Some(order) = &entry.order {
            self.orders.insert(order.clone(), self.log.len());
        }
        self.log.push(entry.clone());
        Ok(())
    }

    pub(super) fn carry_out(&mut self, event: &Event, at_ms: u64) -> Result<(), String> {
        let in_words = |error: PlaceError| error.to_string();
        match event {
            Event::Joined { participant, place, known } => {
                let expected = name(self.members.len());
                if *participant != expected || self.places.next() != Some(*place) {
                    return Err(format!("{participant} and that place are not the next"));
                }
                self.places.join();
                if let Some(known) = known {
                    self.persons.insert(known.person.clone(), self.members.len());
                }
                self.members.push(Member {
                    name: expected,
                    place: *place,
                    known: known.clone(),
                    joined_ms: at_ms,
                    returned_ms: at_ms,
                    state: MemberState::Active,
                    beginning: None,
                    session: None,
                    erased: None,
                });
            }
            Event::Returned { participant } => {
                let place = self.known(participant)?.place;
                self.places.resume(place).map_err(in_words)?;
                self.set(participant, MemberState::Active);
                if let Some(member) = self.member_mut(participant) {
                    member.returned_ms = at_ms;
                }
            }
            Event::Finished { participant } => {
                let place = self.known(participant)?.place;
                self.places.finish(place).map_err(in_words)?;
                self.set(participant, MemberState::Finished);
            }
            Event::Left { participant, left, cause } => {
                let member = self.known(participant)?;
                let (place, given_up) =
                    (member.place, matches!(member.state, MemberState::Left { .. }));
                // The place of whoever had been given up is free already.
                if !(given_up && matches!(cause, Cause::Researcher { .. })) {
                    self.places.leave(place, *left).map_err(in_words)?;
                }
                self.set(
                    participant,
                    MemberState::Left { left: *left, cause: cause.clone(), at_ms },
                );
            }
            Event::Erased { participant, reason } => {
                let member = self.known(participant)?;
                if member.erased.is_some() {
                    return Err("it was removed before".to_owned());
                }
                if !matches!(member.state, MemberState::Left { .. }) {
                    self.places.leave(member.place, Left::Excluded).map_err(in_words)?;
                    let (left, cause) = (Left::Excluded, Cause::Erased {});
                    self.set(participant, MemberState::Left { left, cause, at_ms });
                }
                if let Some(member) = self.member_mut(participant) {
                    member.erased = Some(reason.clone());
                    (member.session, member.beginning) = (None, None);
                }
            }
            Event::Withdrawn { item, reason } => {
                if *item >= self.frozen.items().len() || self.withdrawn.contains_key(item) {
                    return Err(format!("item {item} cannot be withdrawn"));
                }
                self.withdrawn.insert(*item, (at_ms, reason.clone()));
            }
            Event::Paused {} => (self.paused, self.paused_ms) = (true, at_ms),
            Event::Resumed {} => {
                self.pauses.push((self.paused_ms, at_ms.max(self.paused_ms)));
                self.paused = false;
            }
            Event::Closed { reason } => self.closed = Some((at_ms, reason.clone())),
            // Afterwards it is no look beforehand.
            Event::Peeked { .. } if self.has_ended() => {}
            Event::Peeked { what } => self.peeks.push(Peek { at: at_ms, what: *what }),
            Event::Alive {} => {}
            Event::Restarted { since_ms } => {
                if *since_ms > at_ms || self.paused || self.closed.is_some() {
                    return Err("the server was away in no such time".to_owned());
                }
                // What was an interruption is counted as one.
                let resumed = self.pauses.last().map_or(0, |(_, resumed)| *resumed);
                self.pauses.push(((*since_ms).max(resumed), at_ms.max(resumed)));
            }
        }
        Ok(())
    }

    fn known(&self, participant: &str) -> Result<&Member, String> {
        self.member(participant).ok_or_else(|| format!("there is no {participant}"))
    }

    fn set(&mut self, participant: &str, state: MemberState) {
        if let Some(member) = self.member_mut(participant) {
            member.state = state;
        }
    }
}

impl Beginning {
    /// Of nobody in particular.
    fn of(frozen: &Frozen) -> Self {
        Self { language: frozen.plan().study.language.clone(), parameters: BTreeMap::new() }
    }
}

/// The name of a participant by their number, from 0.
pub(super) fn name(number: usize) -> String {
    format!("p{:04}", number + 1)
}

/// The number of a participant by their name.
fn number(name: &str) -> Option<usize> {
    name.strip_prefix('p')?.parse::<usize>().ok()?.checked_sub(1)
}

pub(super) fn illegal(message: impl Into<String>, expected: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Illegal, message, expected)
}

pub(super) fn closed(message: &str, expected: &str) -> Refusal {
    Refusal::new(RefusalCode::Busy, message, expected)
}
