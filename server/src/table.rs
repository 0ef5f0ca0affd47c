//! One debate at a table: a machine that is told what happens and says what is to be done.
//!
//! A [`Table`] is a value. Each [`step`](Table::step) is given the time and one [`Input`]: a request, a
//! finished thought, the store's answer, a time that is over. It returns [`Effect`]s: tell this, append
//! that, think about this. It does nothing by itself, reads no clock and waits for nothing, so that any
//! history can be played to it, at any times. What carries inputs in and effects out is its
//! [`Task`](task::Task).
//!
//! What happens is appended to the store first: while that takes its time, requests wait; when the
//! store fails, they are answered, and the event is told when the store has taken it.
//!
//! A table always ends. It waits for outside players so long and no longer: for their seats to be
//! taken, for each reveal by the clocks, for the verdict; and after the outcome it is kept for a
//! while.

mod access;
mod classes;
mod clock;
mod effect;
mod followers;
mod handle;
mod judging;
mod judgments;
mod late;
#[cfg(test)]
mod model_tests;
mod opinions;
mod pending;
mod records;
mod replaying;
mod requests;
mod schedule;
mod searching;
pub(crate) mod task;
mod telling;
mod work;
mod writing;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_game::{Debate, Debater, ForfeitReason, Move, Seat, Verdict};
use pixel_debate_protocol::{CloseReason, DebateId, EventTime, Phase, ServerMessage, Summary};
use tokio::time::Instant;
use tracing::{debug, error, warn};

use self::clock::Clocks;
use self::effect::{Effect, Input, Now};
use self::followers::Followers;
pub(crate) use self::handle::{Act, Follow, Key, Request, TableHandle, Wanted, What};
use self::judgments::Judgments;
use self::opinions::Opinions;
use self::pending::{Pending, Seating};
use self::schedule::{Schedule, Share};
use crate::audience::Audience;
use crate::chair::Chair;
use crate::limits::Limits;
use crate::record::Restored;
use crate::searches::Chosen;
use crate::terms::Terms;

/// A debate and all who follow it.
pub(crate) struct Table {
    id: DebateId,
    debate: Debate,
    terms: Terms,
    /// The number of events so far.
    seq: u32,
    /// The outside players' seats that nobody has taken yet; none when the debate has begun.
    awaited: Vec<Chair>,
    clocks: Clocks,
    schedule: Schedule,
    /// The share of the search threads that the built-in debaters have, while it is their turn.
    share: Share,
    /// Whether the next recorded reveal has been asked for.
    asked: bool,
    /// Whether what a player has sent is being read before it is ruled to be late.
    looking: bool,
    /// When what is due became due.
    since: Instant,
    pending: Option<Pending>,
    followers: Followers,
    opinions: Opinions,
    judgments: Judgments,
    /// Who waits for a judge's seat until the judgment is on a record.
    seating: Vec<Seating>,
    /// The members of the class whose debate it is.
    audience: Option<Arc<Audience>>,
    /// What its labels are called, where the server calls its own otherwise.
    other_names: Option<Vec<String>>,
    /// When each event happened.
    times: Vec<EventTime>,
    waits: Waits,
    summary: Summary,
    /// The time of the step that is made.
    now: Now,
    /// What that step brings about.
    effects: Vec<Effect>,
}

/// How long a table waits.
#[derive(Clone, Copy, Debug)]
struct Waits {
    /// For the outside seats to be taken.
    seats: Duration,
    /// For a verdict from outside.
    verdict: Duration,
    /// For a reveal to be asked for.
    asked: Duration,
    /// Before it is let go of after the outcome.
    memory: Duration,
    /// Between two reveals of a recorded debate, at most.
    longest_pace: Duration,
}

/// What a server has for its tables.
pub(crate) struct Means<'a> {
    pub(crate) limits: &'a Limits,
    /// How long an agent is given for a move, by its name and the number of reveals to come.
    pub(crate) allotment: &'a dyn Fn(&str, usize) -> Duration,
    /// Whether there is a classifier for the debate.
    pub(crate) classifies: bool,
    /// What the debate's labels are called, where the server calls its own otherwise.
    pub(crate) other_names: Option<Vec<String>>,
    /// The members of the class whose debate it is, if it is one's that has not ended.
    pub(crate) audience: Option<Arc<Audience>>,
}

/// What a debate has to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// The store takes an event.
    Write,
    /// The outside players take their seats.
    Seats,
    /// An outside debater reveals.
    Turn(Debater),
    /// A built-in debater gets its share of the search threads.
    Share(Debater),
    /// A built-in debater reveals.
    Thought(Debater),
    /// The time comes to show the debater's recorded reveal.
    Shown(Debater),
    /// Somebody asks for the recorded reveal, or for what the one in that seat does in a class's debate.
    Asked(Seat),
    /// The outside judges answer.
    Verdict,
    /// The classifier answers.
    Answer,
    /// The debate is over, and let go in the end.
    Parting,
}

impl Table {
    /// A table for a debate, new or from the store.
    pub(crate) fn new(restored: Restored, means: Means<'_>, now: Now) -> Self {
        let Restored { id, debate, terms, bank_ms, judgments, times, .. } = restored;
        let Means { limits, allotment, classifies, other_names, audience } = means;
        let seats = patience(&terms, limits, now);
        let Limits { verdict, memory, pace: longest_pace, .. } = *limits;
        let asked = if terms.is_of_a_class() { limits.class_idle } else { verdict };
        let waits = Waits { seats, verdict, asked, memory, longest_pace };
        let judged = judgments.iter().any(|judgment| !judgment.said.is_empty());
        let judgments = Judgments::new(&id, &debate, &terms, judgments);
        let opinions = Opinions::new(&terms, classifies);
        let schedule = Schedule::new(&debate, &terms, limits, allotment);
        let mut clocks = Clocks::new(terms.setup.clock, limits.grace);
        if let Some(bank_ms) = bank_ms {
            clocks.set_banks(bank_ms);
        }
        let seq = debate.events().count() as u32;
        // What has happened, and what judges have said, was after all had come.
        let awaited = if seq > 0 || judged { Vec::new() } else { terms.locks.outside() };
        let summary = Summary {
            debate: id.clone(),
            phase: Phase::Waiting,
            seq,
            pixels: debate.rules().pixels,
            precommit: debate.rules().precommit,
            visibility: terms.setup.visibility,
            judge_may_be_influenced: terms.setup.judge_may_be_influenced,
            recorded: terms.recording.is_some(),
            created_ms: terms.created_ms,
            ended_ms: None,
            outcome: None,
            players: None,
            image: None,
        };
        let mut table = Self {
            id,
            debate,
            terms,
            seq,
            awaited,
            clocks,
            schedule,
            share: Share::None,
            asked: false,
            looking: false,
            since: now.at,
            pending: None,
            followers: Followers::default(),
            opinions,
            judgments,
            seating: Vec::new(),
            audience,
            other_names,
            times,
            waits,
            summary,
            now,
            effects: Vec::new(),
        };
        table.note_summary();
        // How it stands is known from the start: nobody has to be told.
        table.effects.clear();
        table
    }

    /// How the debate stands.
    pub(crate) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Whether seats are to be taken before the debate begins.
    pub(crate) fn awaits_players(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// Whether a request may be made now: while the store is at work nobody may see what it has not
    /// taken yet.
    pub(crate) fn takes_requests(&self) -> bool {
        self.pending.as_ref().is_none_or(|pending| pending.failures > 0)
    }

    /// When [`Input::Late`] is due, if nothing else happens before.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        if self.looking { None } else { self.time_is_over() }
    }

    /// Something has happened: what is to be done, in that order; and why the debate is let go of, if
    /// it is.
    pub(crate) fn step(&mut self, now: Now, input: Input) -> (Vec<Effect>, Option<CloseReason>) {
        self.now = now;
        let end = match self.hear(input) {
            ControlFlow::Continue(()) => {
                self.seat_recorded();
                None
            }
            ControlFlow::Break(reason) => {
                debug!(debate = %self.id, ?reason, "let go");
                self.turn_away_seating(reason);
                if reason != CloseReason::Restarting {
                    self.forget_judgments();
                    self.tell_class_of_the_end();
                }
                let closed = || ServerMessage::Closed { debate: self.id.clone(), reason };
                self.followers.tell(&mut self.effects, closed, closed);
                Some(reason)
            }
        };
        (std::mem::take(&mut self.effects), end)
    }

    fn hear(&mut self, input: Input) -> ControlFlow<CloseReason> {
        match input {
            Input::Begin => {
                self.begin();
                self.tell_class();
                if self.is_to_be_decided() {
                    // They may have said the last word before the server stopped.
                    return self.decide(None);
                }
            }
            Input::Stop => return ControlFlow::Break(CloseReason::Restarting),
            Input::Forsaken => return ControlFlow::Break(CloseReason::Over),
            Input::Request(request) => return self.answer(request),
            Input::Chosen { by, chosen } => return self.reveal(by, chosen),
            Input::Judged { logits } => {
                if self.due() == Due::Answer {
                    return self.make_or_break(Move::Verdict(Verdict::Logits { logits }));
                }
            }
            Input::Failed(reason) => {
                error!(debate = %self.id, reason, "an agent or a classifier failed");
                if self.pending.is_none() {
                    self.abandon(CloseReason::Fault, None);
                }
            }
            Input::JudgmentWritten { judge, written } => return self.judged(judge, written),
            Input::Written(Ok(())) => return self.conclude(),
            Input::Written(Err(unwritten)) => return self.try_again(&unwritten),
            Input::Share => self.admit(),
            Input::Late => return self.look_or_expire(),
            Input::Looked => return self.expire_now(),
            Input::Lost(client) => {
                self.leave(client);
            }
            Input::Opinion(Ok(logits)) => {
                self.opinions.note(&self.id, logits);
                self.tell_opinions();
            }
            Input::Opinion(Err(reason)) => {
                self.opinions.failed();
                error!(debate = %self.id, reason, "the classifier failed");
            }
        }
        ControlFlow::Continue(())
    }

    /// What has to come next.
    fn due(&self) -> Due {
        let locks = &self.terms.locks;
        if self.pending.is_some() {
            Due::Write
        } else if self.debate.outcome().is_some() {
            Due::Parting
        } else if !self.awaited.is_empty() {
            Due::Seats
        } else {
            match self.debate.to_move() {
                Some(by) if self.waits_to_be_asked() => Due::Asked(Seat::Debater(by)),
                Some(by) if locks.is_outside(by) => Due::Turn(by),
                Some(by) if self.terms.recording.is_some() => Due::Shown(by),
                Some(by) if self.lacks_share() => Due::Share(by),
                Some(by) => Due::Thought(by),
                None if locks.outside_judges() > 0 => Due::Verdict,
                None if self.waits_to_be_asked() => Due::Asked(Seat::Judge),
                None => Due::Answer,
            }
        }
    }

    /// When the time for what is due is over.
    fn time_is_over(&self) -> Option<Instant> {
        match self.due() {
            Due::Seats => Some(self.since + self.waits.seats),
            Due::Turn(_) => self.clocks.runs_out(),
            // Who has answered in time is not late, however long the store takes.
            Due::Verdict if self.judgments.ends_on_the_way() => None,
            Due::Verdict => Some(self.since + self.waits.verdict),
            Due::Asked(_) => Some(self.since + self.waits.asked),
            Due::Parting => Some(self.since + self.waits.memory),
            Due::Write | Due::Share(_) | Due::Thought(_) | Due::Shown(_) | Due::Answer => None,
        }
    }

    /// Begins with what is due.
    fn begin(&mut self) {
        let now = self.now.at;
        self.since = now;
        let due = self.due();
        if !matches!(due, Due::Share(_) | Due::Thought(_)) && self.share != Share::None {
            // Somebody outside may take long: others search meanwhile.
            self.share = Share::None;
            self.effects.push(Effect::LeaveShare);
        }
        match due {
            Due::Turn(by) => {
                self.clocks.start(by, self.followers.has(Chair::Debater(by)), now);
            }
            Due::Share(_) => self.ask_for_share(),
            Due::Thought(by) => {
                let question = self.question(by);
                self.effects.push(Effect::Think(Box::new(question)));
            }
            Due::Shown(by) => self.show(by),
            Due::Answer => {
                // What the classifier is asked is known to all, and so may be how long it takes.
                let told = now + self.schedule.pace;
                let view = Box::new(self.debate.view(Seat::Judge));
                self.effects.push(Effect::Judge { view, told });
            }
            Due::Write | Due::Seats | Due::Asked(_) | Due::Verdict | Due::Parting => {}
        }
    }

    /// Makes the move of a built-in debater.
    fn reveal(&mut self, by: Debater, chosen: Chosen) -> ControlFlow<CloseReason> {
        if ![Due::Thought(by), Due::Shown(by)].contains(&self.due()) {
            return ControlFlow::Continue(());
        }
        let Chosen { pixel, cut_short } = chosen;
        match self.make(Move::Reveal { by, pixel }, None, cut_short) {
            Ok(()) => ControlFlow::Continue(()),
            Err(illegal) => {
                warn!(debate = %self.id, %by, %illegal, "an agent broke the rules");
                self.make_or_break(Move::Forfeit { by, reason: ForfeitReason::IllegalMove })
            }
        }
    }

    /// Makes a move of the server's own, which is legal.
    fn make_or_break(&mut self, r#move: Move) -> ControlFlow<CloseReason> {
        if let Err(illegal) = self.make(r#move, None, false) {
            error!(debate = %self.id, %illegal, "the debate cannot go on");
            return ControlFlow::Break(CloseReason::Fault);
        }
        ControlFlow::Continue(())
    }

    /// An outside player has not done in time what is due.
    fn expire(&mut self) -> ControlFlow<CloseReason> {
        let forfeit = match self.due() {
            Due::Parting => return ControlFlow::Break(CloseReason::Over),
            Due::Turn(by) => Move::Forfeit { by, reason: ForfeitReason::Time },
            Due::Verdict | Due::Asked(_) => {
                self.abandon(CloseReason::NoVerdict, None);
                return ControlFlow::Continue(());
            }
            Due::Seats => {
                let missing = |debater| self.awaited.contains(&Chair::Debater(debater));
                let by = match (missing(Debater::First), missing(Debater::Second)) {
                    (true, false) => Debater::First,
                    (false, true) => Debater::Second,
                    // Nobody is there who could win by it.
                    (true, true) | (false, false) => {
                        self.abandon(CloseReason::Absent, None);
                        return ControlFlow::Continue(());
                    }
                };
                Move::Forfeit { by, reason: ForfeitReason::Absent }
            }
            Due::Write | Due::Share(_) | Due::Thought(_) | Due::Shown(_) | Due::Answer => {
                return ControlFlow::Continue(());
            }
        };
        self.make_or_break(forfeit)
    }
}

/// How long the outside seats of a debate may still take to be taken. After a restart of the server
/// they have the usual time at least, for who was there has to come back.
fn patience(terms: &Terms, limits: &Limits, now: Now) -> Duration {
    let asked = terms.setup.seats_ms.map_or(limits.seats_time, |time| {
        Duration::from_millis(time.into()).min(limits.longest_seats_time)
    });
    let passed = Duration::from_millis(now.unix_ms.saturating_sub(terms.created_ms));
    asked.saturating_sub(passed).max(asked.min(limits.seats_time))
}
