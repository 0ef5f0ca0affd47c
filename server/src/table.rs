//! One debate: a task that owns its state.
//!
//! Clients talk to it by [`Request`]s and hear from it through their outboxes. Built-in players
//! think on other threads, on a copy of the debate. What happens is appended to the store first: while
//! that takes its time, requests wait; when the store fails, they are answered, and the event is
//! told when the store has taken it.
//!
//! A table always ends. It waits for outside players so long and no longer: for their seats to be
//! taken, for each reveal by the clocks, for the verdict; and after the outcome it is kept for a
//! while.

mod access;
mod beliefs;
mod clock;
mod followers;
mod handle;
mod late;
mod opinions;
mod requests;
mod telling;
mod turns;
mod work;
mod writing;

use std::future::pending;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use pixel_debate_game::{Debate, Debater, ForfeitReason, Move, Seat, Verdict};
use pixel_debate_protocol::{CloseReason, DebateId, EventTime, Phase, ServerMessage, Summary};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tracing::{debug, error, warn};

use self::beliefs::Beliefs;
use self::clock::Clocks;
use self::followers::Followers;
pub(crate) use self::handle::{Act, Follow, Key, Request, TableHandle, Wanted, What};
use self::opinions::{Opinion, Opinions};
use self::work::{Done, Work};
use self::writing::{Mover, Pending, store_unavailable};
use crate::house::House;
use crate::limits::Limits;
use crate::lobby::GoingOn;
use crate::record::{Restored, Terms, now_ms};
use crate::searches::{Admission, Answer};
use crate::shares::Creator;

/// How many requests wait for a table.
const REQUESTS: usize = 32;

/// A debate and all who follow it.
pub(crate) struct Table {
    id: DebateId,
    debate: Debate,
    terms: Terms,
    house: Arc<House>,
    /// The number of events so far.
    seq: u32,
    /// The outside players' seats that nobody has taken yet; none when the debate has begun.
    awaited: Vec<Seat>,
    clocks: Clocks,
    /// The share of the search threads that the built-in debaters have, while it is their turn.
    share: Option<Admission>,
    /// The share that is waited for.
    waiting: Option<BoxFuture<'static, Admission>>,
    creator: Creator,
    /// Under way while what a player has sent is read before it is ruled to be late.
    look: Option<BoxFuture<'static, ()>>,
    /// When what is due became due.
    since: Instant,
    pending: Option<Pending>,
    work: Option<Work>,
    followers: Followers,
    opinions: Opinions,
    opinion: Option<Opinion>,
    beliefs: Beliefs,
    /// When each event happened.
    times: Vec<EventTime>,
    /// How long the outside seats may take to be taken.
    patience: Duration,
    requests: Receiver<Request>,
    summary: watch::Sender<Summary>,
    /// Until the outcome.
    going_on: Option<GoingOn>,
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
    /// An outside judge answers.
    Verdict,
    /// The classifier answers.
    Answer,
    /// The debate is over, and let go in the end.
    Parting,
}

/// What a table hears of next.
enum Heard {
    Request(Option<Request>),
    Done(Done),
    Opinion(Result<Vec<f32>, String>),
    Share(Admission),
    Late,
    Looked,
    Stop,
}

impl Table {
    /// A table for a debate, new or from the store, and the way to it.
    pub(crate) fn new(
        restored: Restored,
        house: Arc<House>,
        going_on: GoingOn,
    ) -> (Self, TableHandle) {
        let Restored { id, debate, terms, bank_ms, beliefs, times, .. } = restored;
        let patience = patience(&terms, &house.limits);
        let beliefs = Beliefs::new(&debate, &terms, beliefs);
        let opinions = Opinions::new(&terms);
        let mut clocks = Clocks::new(terms.setup.clock, house.limits.grace);
        if let Some(bank_ms) = bank_ms {
            clocks.set_banks(bank_ms);
        }
        let seq = debate.events().count() as u32;
        let creator = going_on.creator();
        let going_on = debate.outcome().is_none().then_some(going_on);
        let seats = [Seat::Debater(Debater::First), Seat::Debater(Debater::Second), Seat::Judge];
        let outside = seats.into_iter().filter(|seat| terms.locks.is_outside(*seat));
        // What has happened has happened after all had come.
        let awaited = if seq == 0 { outside.collect() } else { Vec::new() };
        let (sender, requests) = mpsc::channel(REQUESTS);
        let first = Summary {
            debate: id.clone(),
            phase: Phase::Waiting,
            seq,
            pixels: debate.rules().pixels,
            precommit: debate.rules().precommit,
            visibility: terms.setup.visibility,
            judge_may_be_influenced: terms.setup.judge_may_be_influenced,
            created_ms: terms.created_ms,
            ended_ms: None,
            outcome: None,
            players: None,
            image: None,
        };
        let (summary, seen) = watch::channel(first);
        let table = Self {
            id,
            debate,
            terms,
            house,
            seq,
            awaited,
            clocks,
            share: None,
            waiting: None,
            look: None,
            creator,
            since: Instant::now(),
            pending: None,
            work: None,
            followers: Followers::default(),
            opinions,
            opinion: None,
            beliefs,
            times,
            patience,
            requests,
            summary,
            going_on,
        };
        table.house.metrics.debate(None, Some(Phase::Waiting));
        table.note_summary();
        (table, TableHandle::new(sender, seen))
    }

    /// Plays the debate and serves its followers until it is let go.
    pub(crate) async fn run(mut self) {
        let house = Arc::clone(&self.house);
        let mut stopped = pin!(house.stop.cancelled());
        let mut timer = pin!(sleep_until(Instant::now()));
        self.begin(Instant::now());
        let reason = loop {
            let deadline = self.deadline();
            if let Some(deadline) = deadline.filter(|deadline| *deadline != timer.deadline()) {
                timer.as_mut().reset(deadline);
            }
            // While the store is at work nobody may see what it has not taken yet.
            let open = self.pending.as_ref().is_none_or(|pending| pending.failures > 0);
            let Self { requests, work, opinion, waiting, look, .. } = &mut self;
            let heard = tokio::select! {
                biased;
                () = &mut stopped => Heard::Stop,
                done = under_way(work) => Heard::Done(done),
                share = under_way(waiting) => Heard::Share(share),
                () = &mut timer, if deadline.is_some() => Heard::Late,
                request = requests.recv(), if open => Heard::Request(request),
                // After the requests, for what was read before is among them.
                () = under_way(look) => Heard::Looked,
                logits = under_way(opinion) => Heard::Opinion(logits),
            };
            if let ControlFlow::Break(reason) = self.hear(heard) {
                break reason;
            }
        };
        debug!(debate = %self.id, ?reason, "let go");
        self.house.metrics.debate(Some(self.summary.borrow().phase), None);
        let closed = || ServerMessage::Closed { debate: self.id.clone(), reason };
        self.followers.tell(closed, closed);
        self.turn_away(reason);
    }

    fn hear(&mut self, heard: Heard) -> ControlFlow<CloseReason> {
        match heard {
            Heard::Stop => ControlFlow::Break(CloseReason::Restarting),
            Heard::Request(None) => ControlFlow::Break(CloseReason::Over),
            Heard::Request(Some(request)) => self.answer(request),
            Heard::Done(done) => {
                self.work = None;
                self.carry_out(done)
            }
            Heard::Share(share) => {
                self.admit(share);
                ControlFlow::Continue(())
            }
            Heard::Late => self.look_or_expire(),
            Heard::Looked => self.expire_now(),
            Heard::Opinion(logits) => {
                self.opinion = None;
                match logits {
                    Ok(logits) => {
                        self.opinions.note(&self.id, logits);
                        self.tell_opinions();
                    }
                    Err(reason) => error!(debate = %self.id, reason, "the classifier failed"),
                }
                ControlFlow::Continue(())
            }
        }
    }

    /// What has to come next.
    fn due(&self) -> Due {
        let outside = |seat| self.terms.locks.is_outside(seat);
        if self.pending.is_some() {
            Due::Write
        } else if self.debate.outcome().is_some() {
            Due::Parting
        } else if !self.awaited.is_empty() {
            Due::Seats
        } else {
            match self.debate.to_move() {
                Some(by) if outside(Seat::Debater(by)) => Due::Turn(by),
                Some(by) if self.lacks_share() => Due::Share(by),
                Some(by) => Due::Thought(by),
                None if outside(Seat::Judge) => Due::Verdict,
                None => Due::Answer,
            }
        }
    }

    /// How long the server waits for what is due.
    fn deadline(&self) -> Option<Instant> {
        if self.look.is_some() { None } else { self.time_is_over() }
    }

    /// When the time for what is due is over.
    fn time_is_over(&self) -> Option<Instant> {
        let limits = &self.house.limits;
        match self.due() {
            Due::Seats => Some(self.since + self.patience),
            Due::Turn(_) => self.clocks.runs_out(),
            Due::Verdict => Some(self.since + limits.verdict),
            Due::Parting => Some(self.since + limits.memory),
            Due::Write | Due::Share(_) | Due::Thought(_) | Due::Answer => None,
        }
    }

    /// Begins with what is due.
    fn begin(&mut self, now: Instant) {
        self.since = now;
        let due = self.due();
        if !matches!(due, Due::Share(_) | Due::Thought(_)) {
            // Somebody outside may take long: others search meanwhile.
            (self.share, self.waiting) = (None, None);
        }
        match due {
            Due::Turn(by) => {
                self.clocks.start(by, self.followers.has(Seat::Debater(by)), now);
            }
            Due::Share(_) => self.ask_for_share(),
            Due::Thought(by) => {
                self.work = Some(work::choose(&self.house, self.question(by, now)));
            }
            Due::Answer => {
                // What the classifier is asked is known to all, and so may be how long it takes.
                let told = now + self.pace();
                self.work = Some(work::answer(&self.house, &self.debate, told));
            }
            Due::Write | Due::Seats | Due::Verdict | Due::Parting => {}
        }
    }

    /// Makes of what is done what it means for the debate.
    fn carry_out(&mut self, done: Done) -> ControlFlow<CloseReason> {
        let r#move = match done {
            Done::Chosen { by, answer: Answer { pixel, cut_short } } => {
                match self.make(Move::Reveal { by, pixel }, None, cut_short) {
                    Ok(()) => return ControlFlow::Continue(()),
                    Err(illegal) => {
                        warn!(debate = %self.id, %by, %illegal, "an agent broke the rules");
                    }
                }
                Move::Forfeit { by, reason: ForfeitReason::IllegalMove }
            }
            Done::Judged { logits } => Move::Verdict(Verdict::Logits { logits }),
            Done::Failed(reason) => {
                error!(debate = %self.id, reason, "an agent or a classifier failed");
                self.abandon(CloseReason::Fault, None);
                return ControlFlow::Continue(());
            }
            Done::Written(Ok(())) => return self.conclude(),
            Done::Written(Err(unwritten)) => return self.try_again(&unwritten),
        };
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
            Due::Verdict => {
                self.abandon(CloseReason::NoVerdict, None);
                return ControlFlow::Continue(());
            }
            Due::Seats => {
                let missing = |debater| self.awaited.contains(&Seat::Debater(debater));
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
            Due::Write | Due::Share(_) | Due::Thought(_) | Due::Answer => {
                return ControlFlow::Continue(());
            }
        };
        if let Err(illegal) = self.make(forfeit, None, false) {
            error!(debate = %self.id, %illegal, "a forfeit was refused");
            return ControlFlow::Break(CloseReason::Fault);
        }
        ControlFlow::Continue(())
    }
}

/// How long the outside seats of a debate may still take to be taken. After a restart of the server
/// they have the usual time at least, for who was there has to come back.
fn patience(terms: &Terms, limits: &Limits) -> Duration {
    let asked = terms.setup.seats_ms.map_or(limits.seats_time, |time| {
        Duration::from_millis(time.into()).min(limits.longest_seats_time)
    });
    let passed = Duration::from_millis(now_ms().saturating_sub(terms.created_ms));
    asked.saturating_sub(passed).max(asked.min(limits.seats_time))
}

/// Waits for what is under way; for ever where nothing is.
async fn under_way<T>(work: &mut Option<futures_util::future::BoxFuture<'static, T>>) -> T {
    match work {
        Some(work) => work.await,
        None => pending().await,
    }
}
