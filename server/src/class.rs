//! A class that votes together: a machine that is told what happens and says what is to be done.
//!
//! A class is a sequence of debates before an audience. The debates are tables like any others
//! (`server/src/table.rs`), at which nothing happens before the presenter asks for it, and the votes are judgments
//! there. The class itself knows who its members are, which debate it has, what of it is shown to all, and the points.
//! Like a table it is a value: a [`step`](Class::step) is given the time and an [`Input`], and returns [`Effect`]s.
//!
//! Who joins, what is debated and the points are in the store before anybody is told: a stream of events beside those
//! of the debates. What is shown is not, and nothing is shown after a restart of the server.
//!
//! What a member is told is made by [`told`](Class::told) of the debate, what is shown and the member's own points,
//! and is sent when it is another than before. So what others vote changes nothing that it hears, until it is shown.

pub(crate) mod classes;
mod effect;
mod names;
mod points;
mod requests;
mod task;
#[cfg(test)]
mod tests;
mod told;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_protocol::{
    ClassCode, CloseReason, DebateId, Dismissed, Refusal, RefusalCode, ServerMessage,
};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tracing::{error, info, warn};

pub(crate) use self::effect::{Asked, Attended, ClassHandle, ClassRequest, Coming, Wish};
use self::effect::{Effect, Input, Now, Unwritten};
use self::points::points;
use crate::audience::{Audience, End, Tally};
use crate::outbox::{Outbox, frame};
use crate::register::Entry;
use crate::tokens::Lock;

/// How much time lies between two times at which all are told what has changed, at least.
const BREATH: Duration = Duration::from_millis(100);

/// The most connections that present a class: a wall, a laptop, a phone in the hand.
const PRESENTERS: usize = 8;

/// How many places a class has for each of those who may be in it at once: so many more may come for those who were
/// sent away.
const PLACES: usize = 4;

/// How often a member may say anew whether it would debate: the store keeps each time.
const MINDS: u32 = 20;

/// How often the door may be opened or closed.
const DOORS: u32 = 1000;

/// A class and all who attend it.
struct Class {
    code: ClassCode,
    presenter: Lock,
    audience: Arc<Audience>,
    bounds: Bounds,
    members: Vec<Member>,
    /// Whether somebody new may join.
    open: bool,
    /// How often the door was opened or closed.
    doors: u32,
    /// How many debates it has had.
    rounds: u32,
    /// How many of them have been counted.
    counted: u32,
    round: Option<Round>,
    /// Who waits for the next debate to be set up.
    setting_up: Option<Asked>,
    /// The next debate, which is set up.
    set_up: Option<(DebateId, [Option<u16>; 2])>,
    /// The number of its last event.
    seq: u64,
    pending: Option<Pending>,
    attending: Vec<Attendee>,
    /// After how many reveals the votes are shown.
    histogram: Option<u32>,
    ranking: bool,
    /// When somebody last said something.
    heard_at: Instant,
    /// When all were last told what has changed, and when they are to be told next.
    told_at: Option<Instant>,
    to_tell: Option<Instant>,
    now: Now,
    effects: Vec<Effect>,
}

/// What a class may take up.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    members: usize,
    idle: Duration,
    /// The longest that a debater may be given for a move, and the longest pace, in milliseconds.
    move_ms: u32,
    pace_ms: u32,
}

/// Somebody who has joined.
#[derive(Clone, Debug, PartialEq)]
struct Member {
    name: Option<String>,
    willing: bool,
    /// How often it has said whether it would debate.
    minds: u32,
    /// Whether it was sent away: it counts no more.
    away: bool,
    points: u32,
    latest: Option<u32>,
}

/// The debate that the class has.
#[derive(Debug)]
struct Round {
    debate: DebateId,
    /// The members who debate, in the order of the debaters' seats.
    debaters: [Option<u16>; 2],
    tally: Option<Arc<Tally>>,
    counted: bool,
}

/// An event on its way to the store.
struct Pending {
    entry: Entry,
    by: Option<Asked>,
    /// How often the store has failed to take it.
    failures: u32,
}

/// A client that attends.
struct Attendee {
    who: Who,
    outbox: Outbox,
    /// What is left of it tells the connection whether it attends.
    ticket: Option<Arc<()>>,
    /// What it was told last.
    told: Utf8Bytes,
}

/// As whom a client attends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    Presenter,
    /// By the number of its place.
    Member(u16),
}

impl Class {
    /// A class in which that has happened.
    fn new(
        code: ClassCode,
        presenter: Lock,
        audience: Arc<Audience>,
        bounds: Bounds,
        entries: impl IntoIterator<Item = Entry>,
        now: Now,
    ) -> Self {
        let mut class = Self {
            code,
            presenter,
            audience,
            bounds,
            members: Vec::new(),
            open: true,
            doors: 0,
            rounds: 0,
            counted: 0,
            round: None,
            setting_up: None,
            set_up: None,
            seq: 0,
            pending: None,
            attending: Vec::new(),
            histogram: None,
            ranking: false,
            heard_at: now.at,
            told_at: None,
            to_tell: None,
            now,
            effects: Vec::new(),
        };
        for entry in entries {
            class.seq += 1;
            class.happen(entry);
        }
        class
    }

    /// Whether a request may be made now: while the store is at work nobody may see what it has not taken yet.
    fn takes_requests(&self) -> bool {
        self.pending.as_ref().is_none_or(|pending| pending.failures > 0)
    }

    /// When [`Input::Late`] is due, if nothing else happens before.
    fn deadline(&self) -> Instant {
        self.to_tell.map_or(self.is_idle_at(), |time| time.min(self.is_idle_at()))
    }

    /// When it ends if nobody says anything; while the store is at work it waits for that.
    fn is_idle_at(&self) -> Instant {
        let since = if self.pending.is_some() { self.now.at } else { self.heard_at };
        since + self.bounds.idle
    }

    /// Something has happened: what is to be done, in that order; and why the class has ended, if it has.
    fn step(&mut self, now: Now, input: Input) -> (Vec<Effect>, Option<CloseReason>) {
        self.now = now;
        let end = match self.hear(input) {
            ControlFlow::Continue(()) => {
                self.go_on();
                None
            }
            ControlFlow::Break(reason) => {
                if reason != CloseReason::Restarting {
                    info!(class = %self.code, ?reason, "a class has ended");
                    self.part(reason);
                }
                Some(reason)
            }
        };
        (std::mem::take(&mut self.effects), end)
    }

    fn hear(&mut self, input: Input) -> ControlFlow<CloseReason> {
        match input {
            Input::Begin => {
                // It may have ended while the server was stopped, and is to say so.
                let open = self.round.as_ref().filter(|round| !round.counted);
                if let Some(Round { debate, debaters, .. }) = open {
                    self.effects.push(Effect::Find(debate.clone()));
                    let away = |member: &u16| {
                        self.members.get(usize::from(*member)).is_some_and(|member| member.away)
                    };
                    if debaters.iter().flatten().any(away) {
                        // The server was stopped before it had ended.
                        self.effects.push(Effect::Cancel(debate.clone()));
                    }
                }
            }
            Input::Stop => return ControlFlow::Break(CloseReason::Restarting),
            Input::Request(request) => {
                self.heard_at = self.now.at;
                self.answer(request);
            }
            Input::Gone(client) => self.leave(client),
            Input::Left(ticket) => self.let_go(&ticket),
            Input::Tally(tally) => {
                // Whoever votes in the debate is there.
                self.heard_at = self.now.at;
                self.note(tally);
            }
            Input::NotFound(debate) => self.forget(&debate),
            Input::SetUp(Ok(set_up)) => self.set_up = Some(set_up),
            Input::SetUp(Err(refusal)) => {
                if let Some(asked) = self.setting_up.take() {
                    self.refuse(&asked, refusal);
                }
            }
            Input::Written(Ok(())) => return self.conclude(),
            Input::Written(Err(unwritten)) => return self.try_again(unwritten),
            Input::Late => {
                if self.is_idle_at() <= self.now.at {
                    self.append(Entry::Dismissed { reason: CloseReason::Over }, None);
                }
                if self.to_tell.is_some_and(|time| time <= self.now.at) {
                    self.tell_all();
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// A debate of the class says how it stands.
    fn note(&mut self, tally: Arc<Tally>) {
        let Some(round) = self.round.as_mut().filter(|round| round.debate == tally.debate) else {
            return;
        };
        if tally.end == Some(End::Abandoned) {
            return self.forget(&tally.debate);
        }
        round.tally = Some(tally);
        self.touch();
    }

    /// A debate of the class has come to nothing.
    fn forget(&mut self, debate: &DebateId) {
        let own = |round: &Round| round.debate == *debate && !round.counted;
        if self.round.as_ref().is_some_and(own) {
            self.round = None;
            self.histogram = None;
            self.touch();
        }
    }

    /// Goes on with what no request is needed for, unless something is on its way to the store.
    fn go_on(&mut self) {
        if self.pending.is_some() {
            return;
        }
        if let Some((debate, debaters)) = self.set_up.take() {
            let asked = self.setting_up.take();
            let away =
                |place: &u16| self.members.get(usize::from(*place)).is_some_and(|it| it.away);
            if !debaters.iter().flatten().any(away) {
                return self.append(Entry::Began { debate, debaters }, asked);
            }
            // Who was to debate has been sent away since it was asked for.
            self.effects.push(Effect::Cancel(debate));
            if let Some(asked) = asked {
                let message = "whoever was to debate has been sent away";
                self.refuse(
                    &asked,
                    Refusal::new(RefusalCode::Illegal, message, "the debate again"),
                );
            }
        }
        self.count();
    }

    /// Counts the votes of a debate whose truth is told, once.
    fn count(&mut self) {
        let open = self.round.as_ref().filter(|round| !round.counted);
        let ended = open.and_then(|round| Some((round, round.tally.as_ref()?)));
        let Some((Round { debate, debaters, .. }, tally)) = ended else { return };
        if let Some(End::Outcome { first_is_right, judged }) = tally.end {
            let present = |place: usize| self.members.get(place).is_some_and(|one| !one.away);
            let votes = tally.votes.iter().enumerate();
            let votes = votes.map(|(place, own)| if present(place) { &own[..] } else { &[] });
            let points = points(
                &votes.collect::<Vec<_>>(),
                tally.revealed,
                *debaters,
                self.members.len(),
                first_is_right,
                judged,
            );
            self.append(Entry::Counted { debate: debate.clone(), points }, None);
        }
    }

    /// Has the store take an event.
    fn append(&mut self, entry: Entry, by: Option<Asked>) {
        debug_assert!(self.pending.is_none(), "one event is on its way at a time");
        self.write(Pending { entry, by, failures: 0 });
    }

    fn write(&mut self, pending: Pending) {
        let entry = pending.entry.to_bytes(self.now.unix_ms);
        let ends_ms = pending.entry.ends().then_some(self.now.unix_ms);
        let (seq, attempt) = (self.seq + 1, pending.failures);
        self.effects.push(Effect::Append { seq, entry, ends_ms, attempt });
        self.pending = Some(pending);
    }

    /// The store has not taken an event.
    fn try_again(&mut self, unwritten: Unwritten) -> ControlFlow<CloseReason> {
        let Some(mut pending) = self.pending.take() else { return ControlFlow::Continue(()) };
        match unwritten {
            Unwritten::Stopping => return ControlFlow::Break(CloseReason::Restarting),
            Unwritten::Never(error) => {
                error!(class = %self.code, %error, "the store refuses what happens in a class");
                if let Entry::Began { debate, .. } = pending.entry {
                    self.effects.push(Effect::Cancel(debate));
                }
                return ControlFlow::Break(CloseReason::Fault);
            }
            Unwritten::Now(why) => {
                if pending.failures == 0 {
                    warn!(class = %self.code, why, "the store does not take what happens in a class");
                }
            }
        }
        if let Some(asked) = pending.by.take() {
            self.refuse(&asked, store_unavailable());
        }
        pending.failures = pending.failures.saturating_add(1);
        self.write(pending);
        ControlFlow::Continue(())
    }

    /// The store has taken an event: it has happened.
    fn conclude(&mut self) -> ControlFlow<CloseReason> {
        let Some(Pending { entry, by, .. }) = self.pending.take() else {
            return ControlFlow::Continue(());
        };
        self.seq += 1;
        let who = match &entry {
            Entry::Joined { .. } => u16::try_from(self.members.len()).ok().map(Who::Member),
            Entry::Willing { member, .. } => Some(Who::Member(*member)),
            _ => None,
        };
        let (joined, away) = match &entry {
            Entry::Joined { .. } => (true, None),
            Entry::SentAway { member } => (false, Some(*member)),
            _ => (false, None),
        };
        let end = match &entry {
            Entry::Dismissed { reason } => Some(*reason),
            _ => None,
        };
        self.happen(entry);
        if let Some(member) = away {
            self.turn_out(member);
        }
        if let Some(asked) = by {
            match who {
                Some(who) if joined => self.attend(who, &asked),
                who => self.say(who.unwrap_or(Who::Presenter), &asked),
            }
        }
        if let Some(reason) = end {
            return ControlFlow::Break(reason);
        }
        self.touch();
        ControlFlow::Continue(())
    }

    /// What an event changes.
    fn happen(&mut self, entry: Entry) {
        match entry {
            Entry::Joined { name, lock } => {
                self.audience.admit(lock);
                let (willing, minds, away) = (false, 0, false);
                let (points, latest) = (0, None);
                self.members.push(Member { name, willing, minds, away, points, latest });
            }
            Entry::Willing { member, willing } => {
                if let Some(member) = self.members.get_mut(usize::from(member)) {
                    member.willing = willing;
                    member.minds += 1;
                }
            }
            Entry::Door { open } => {
                self.open = open;
                self.doors += 1;
            }
            Entry::SentAway { member } => {
                self.audience.send_away(member);
                if let Some(member) = self.members.get_mut(usize::from(member)) {
                    member.away = true;
                }
            }
            Entry::Began { debate, debaters } => {
                self.rounds += 1;
                self.audience.debates(&debate);
                self.round = Some(Round { debate, debaters, tally: None, counted: false });
                (self.histogram, self.ranking) = (None, false);
            }
            Entry::Counted { debate, points } => {
                self.counted += 1;
                for (member, points) in self.members.iter_mut().zip(points) {
                    member.points = member.points.saturating_add(points.unwrap_or(0));
                    member.latest = points;
                }
                if let Some(round) = self.round.as_mut().filter(|round| round.debate == debate) {
                    round.counted = true;
                }
            }
            Entry::Dismissed { .. } => {}
        }
    }

    /// The class has ended: all are told, and so are those in its debate.
    fn part(&mut self, reason: CloseReason) {
        let dismissed = Dismissed { class: self.code.clone(), reason };
        let last = frame(&ServerMessage::Dismissed(dismissed));
        for Attendee { outbox, .. } in self.attending.drain(..) {
            self.effects.push(Effect::Tell(outbox, last.clone()));
        }
        let open = self.round.take().filter(|round| !round.counted);
        let set_up = self.set_up.take().map(|(debate, _)| debate);
        let debates = open.map(|round| round.debate).into_iter().chain(set_up);
        self.effects.extend(debates.map(Effect::Cancel));
        if let Some(asked) = self.setting_up.take() {
            self.refuse(&asked, Refusal::from(&self.code));
        }
    }

    /// A member has been sent away: it is told, and is let go of in the debate, which comes to nothing if it debates
    /// there.
    fn turn_out(&mut self, member: u16) {
        let (class, reason) = (self.code.clone(), CloseReason::SentAway);
        let last = frame(&ServerMessage::Dismissed(Dismissed { class, reason }));
        let attends = |attendee: &mut Attendee| attendee.who == Who::Member(member);
        let gone = self.attending.extract_if(.., attends);
        self.effects.extend(gone.map(|Attendee { outbox, .. }| Effect::Tell(outbox, last.clone())));
        let Some(round) = &self.round else { return };
        let debate = round.debate.clone();
        let debates = !round.counted && round.debaters.contains(&Some(member));
        self.effects.push(if debates {
            Effect::Cancel(debate)
        } else {
            Effect::TurnOut(debate, member)
        });
    }

    /// Has all told what has changed, before long.
    fn touch(&mut self) {
        let next = self.told_at.map_or(self.now.at, |time| self.now.at.max(time + BREATH));
        self.to_tell.get_or_insert(next);
    }

    /// Tells all for whom something has changed.
    fn tell_all(&mut self) {
        (self.told_at, self.to_tell) = (Some(self.now.at), None);
        for place in 0..self.attending.len() {
            let told = frame(&ServerMessage::Class(self.told(self.attending[place].who)));
            let attendee = &mut self.attending[place];
            if attendee.told != told {
                attendee.told = told.clone();
                self.effects.push(Effect::Tell(attendee.outbox.clone(), told));
            }
        }
    }
}

fn store_unavailable() -> Refusal {
    Refusal::new(
        RefusalCode::StoreUnavailable,
        "the store does not take what happens in the class at the moment",
        "another try later",
    )
}
