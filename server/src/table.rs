//! One debate: a task that owns its state.
//!
//! Clients talk to it by [`Request`]s and hear from it through their outboxes. Built-in players
//! think on the pool, on a copy of the debate. What happens is appended to the store first: while
//! that takes its time, requests wait; when the store fails, they are answered, and the event is
//! told when the store has taken it.
//!
//! A table always ends. It waits for outside players so long and no longer: for their seats to be
//! taken, for each reveal by the clocks, for the verdict; and after the outcome it is kept for a
//! while.

mod beliefs;
mod clock;
mod followers;
mod handle;
mod opinions;
mod requests;
mod work;

use std::future::pending;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pixel_debate_agents::Agent;
use pixel_debate_game::{Debate, Debater, ForfeitReason, IllegalMove, Move, Seat, Verdict};
use pixel_debate_protocol::{
    Accepted, CloseReason, DebateId, Ending, Phase, Refusal, RefusalCode, ServerMessage, Summary,
    TimeLeft, Told, Turn,
};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tracing::{debug, error, info, warn};

use self::beliefs::Beliefs;
use self::clock::Clocks;
use self::followers::Followers;
pub(crate) use self::handle::{Act, Follow, Key, Request, TableHandle, Wanted, What};
use self::opinions::{Opinion, Opinions, logits};
use self::work::{Beats, Done, Question, Unwritten, Work};
use crate::house::House;
use crate::limits::milliseconds;
use crate::outbox::Outbox;
use crate::record::{Entry, Restored, Terms, now_ms};
use crate::results::finish;
use crate::store::Finish;
use crate::visitors::Place;

/// How many requests wait for a table.
const REQUESTS: usize = 32;

/// The least time between the server's own moves where somebody judges who is not to see how long
/// a search took.
const BLIND_BEAT: Duration = Duration::from_millis(100);

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
    /// The built-in debaters, when they have been asked once and do not think.
    agents: [Option<Box<dyn Agent>>; 2],
    /// When what is due became due.
    since: Instant,
    pending: Option<Pending>,
    work: Option<Work>,
    followers: Followers,
    opinions: Opinions,
    opinion: Option<Opinion>,
    beliefs: Beliefs,
    requests: Receiver<Request>,
    summary: watch::Sender<Summary>,
    /// The place that the debate takes up of what its creator may set up.
    place: Option<Place>,
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
    /// A built-in debater reveals.
    Thought(Debater),
    /// An outside judge answers.
    Verdict,
    /// The classifier answers.
    Answer,
    /// The debate is over, and let go in the end.
    Parting,
}

/// An event that the store has not taken yet.
struct Pending {
    what: Next,
    entry: Bytes,
    took: Duration,
    /// Who has brought it about, if a client has.
    by: Option<Mover>,
    /// How often the store has failed to take it.
    failures: u32,
}

/// What the debate comes to with it.
enum Next {
    /// The debate after an event.
    After(Debate),
    /// No outcome: it is over for that reason, of which somebody may want to hear.
    Abandoned(CloseReason, Option<oneshot::Sender<Result<(), Refusal>>>),
}

struct Mover {
    client: Outbox,
    id: Option<u32>,
    at: Instant,
}

/// What a table hears of next.
enum Heard {
    Request(Option<Request>),
    Done(Done),
    Opinion(Result<Vec<f32>, String>),
    Late,
    Stop,
}

impl Table {
    /// A table for a debate, new or from the store, and the way to it.
    pub(crate) fn new(
        restored: Restored,
        house: Arc<House>,
        place: Option<Place>,
    ) -> (Self, TableHandle) {
        let Restored { id, debate, terms, bank_ms, beliefs, .. } = restored;
        let beliefs = Beliefs::new(&debate, &terms, beliefs);
        let mut clocks = Clocks::new(terms.setup.clock, house.limits.grace);
        if let Some(bank_ms) = bank_ms {
            clocks.set_banks(bank_ms);
        }
        let seq = debate.events().count() as u32;
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
            private: terms.setup.private,
            outcome: debate.outcome(),
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
            agents: [None, None],
            since: Instant::now(),
            pending: None,
            work: None,
            followers: Followers::default(),
            opinions: Opinions::default(),
            opinion: None,
            beliefs,
            requests,
            summary,
            place,
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
            let Self { requests, work, opinion, .. } = &mut self;
            let heard = tokio::select! {
                biased;
                () = &mut stopped => Heard::Stop,
                done = under_way(work) => Heard::Done(done),
                () = &mut timer, if deadline.is_some() => Heard::Late,
                request = requests.recv(), if open => Heard::Request(request),
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
            Heard::Late => self.expire(),
            Heard::Opinion(logits) => {
                self.opinion = None;
                match logits {
                    Ok(logits) => {
                        self.opinions.note(logits);
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
                Some(by) => Due::Thought(by),
                None if outside(Seat::Judge) => Due::Verdict,
                None => Due::Answer,
            }
        }
    }

    /// How long the server waits for what is due.
    fn deadline(&self) -> Option<Instant> {
        let limits = &self.house.limits;
        match self.due() {
            Due::Seats => Some(self.since + limits.seats_time),
            Due::Turn(_) => self.clocks.runs_out(),
            Due::Verdict => Some(self.since + limits.verdict),
            Due::Parting => Some(self.since + limits.memory),
            Due::Write | Due::Thought(_) | Due::Answer => None,
        }
    }

    /// Begins with what is due.
    fn begin(&mut self, now: Instant) {
        self.since = now;
        let pace = Duration::from_millis(self.terms.setup.pace_ms.into());
        let blind = self.terms.locks.is_outside(Seat::Judge);
        let every = if blind { pace.max(BLIND_BEAT) } else { pace };
        let beats = Beats { since: now, every };
        match self.due() {
            Due::Turn(by) => {
                self.clocks.start(by, self.followers.has(Seat::Debater(by)), now);
            }
            Due::Thought(by) => {
                let name = self.terms.agent(&self.debate, by).unwrap_or_default().to_owned();
                let revealed = self.debate.evidence().len() as u64;
                let question = Question {
                    by,
                    agent: self.agents[by as usize].take(),
                    name,
                    seed: self.terms.seeds[by as usize].wrapping_add(revealed),
                    debate: self.debate.clone(),
                    beats,
                };
                self.work = Some(work::choose(&self.house, question));
            }
            Due::Answer => {
                self.work = Some(work::answer(&self.house, &self.debate, beats));
            }
            Due::Write | Due::Seats | Due::Verdict | Due::Parting => {}
        }
    }

    /// Makes of what is done what it means for the debate.
    fn carry_out(&mut self, done: Done) -> ControlFlow<CloseReason> {
        let r#move = match done {
            Done::Chosen { by, agent, pixel } => {
                self.agents[by as usize] = Some(agent);
                match self.make(Move::Reveal { by, pixel }, None) {
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
        if let Err(illegal) = self.make(r#move, None) {
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
            Due::Write | Due::Thought(_) | Due::Answer => return ControlFlow::Continue(()),
        };
        if let Err(illegal) = self.make(forfeit, None) {
            error!(debate = %self.id, %illegal, "a forfeit was refused");
            return ControlFlow::Break(CloseReason::Fault);
        }
        ControlFlow::Continue(())
    }

    /// Makes a move if it is legal: it goes to the store, and is an event when that has taken it.
    fn make(&mut self, r#move: Move, by: Option<Mover>) -> Result<(), IllegalMove> {
        let mut after = self.debate.clone();
        let event = after.apply(r#move)?;
        let now = Instant::now();
        let took = now.saturating_duration_since(self.since);
        let entry = Entry::Event {
            event,
            bank_ms: self.clocks.banks_after(now),
            took_ms: milliseconds(took),
            at_ms: now_ms(),
        };
        self.clocks.stop(now);
        self.write(Pending {
            what: Next::After(after),
            entry: entry.to_bytes(),
            took,
            by,
            failures: 0,
        });
        Ok(())
    }

    /// Ends the debate without an outcome.
    fn abandon(
        &mut self,
        reason: CloseReason,
        asked: Option<oneshot::Sender<Result<(), Refusal>>>,
    ) {
        self.clocks.stop(Instant::now());
        self.write(Pending {
            what: Next::Abandoned(reason, asked),
            entry: Entry::Abandoned { reason, at_ms: now_ms() }.to_bytes(),
            took: Duration::ZERO,
            by: None,
            failures: 0,
        });
    }

    fn write(&mut self, pending: Pending) {
        let finish = match &pending.what {
            Next::After(debate) => debate.outcome().map(|_| self.finish(debate)),
            Next::Abandoned(..) => Some(self.finish(&self.debate)),
        };
        let (entry, attempt) = (pending.entry.clone(), pending.failures);
        // What the built-in players think about is in the past.
        self.work = Some(work::write(&self.house, &self.id, self.seq + 1, entry, finish, attempt));
        self.pending = Some(pending);
    }

    /// What the store keeps when the debate ends so.
    fn finish(&self, debate: &Debate) -> Finish {
        finish(debate, &self.terms, self.beliefs.said())
    }

    /// The store has not taken an event.
    fn try_again(&mut self, unwritten: &Unwritten) -> ControlFlow<CloseReason> {
        let Some(mut pending) = self.pending.take() else { return ControlFlow::Continue(()) };
        if !unwritten.is_temporary() {
            if self.house.stop.is_cancelled() {
                return ControlFlow::Break(CloseReason::Restarting);
            }
            error!(debate = %self.id, %unwritten, "the store refuses an event");
            return ControlFlow::Break(CloseReason::Fault);
        }
        if pending.failures == 0 {
            warn!(debate = %self.id, %unwritten, "the store does not take an event");
            if let Some(Mover { client, id, .. }) = &pending.by {
                let refusal = store_unavailable().about(&self.id).answering(*id);
                client.tell(&ServerMessage::Error(refusal));
            }
        }
        pending.failures = pending.failures.saturating_add(1);
        self.write(pending);
        ControlFlow::Continue(())
    }

    /// The store has taken an event: it has happened, and everybody is told.
    fn conclude(&mut self) -> ControlFlow<CloseReason> {
        let Some(Pending { what, took, by, failures, .. }) = self.pending.take() else {
            return ControlFlow::Continue(());
        };
        if failures > 0 {
            info!(debate = %self.id, failures, "the store takes events again");
        }
        match what {
            Next::After(debate) => self.debate = debate,
            Next::Abandoned(reason, asked) => {
                if let Some(asked) = asked {
                    let _ = asked.send(Ok(()));
                }
                return ControlFlow::Break(reason);
            }
        }
        self.seq += 1;
        if self.debate.outcome().is_some() {
            self.agents = [None, None];
            self.place = None;
            info!(debate = %self.id, events = self.seq, "over");
        }
        self.note_summary();
        let now = Instant::now();
        self.begin(now);
        self.tell_event(now);
        if let Some(Mover { client, id, at }) = by {
            self.house.metrics.move_seconds.observe(at.elapsed().as_secs_f64());
            // Who has heard of the failure has had the answer.
            if id.is_some() && failures == 0 {
                client.tell(&ServerMessage::Accepted(Accepted {
                    id,
                    debate: self.id.clone(),
                    seq: Some(self.seq),
                    took_ms: Some(milliseconds(took)),
                    latency_ms: client.latency_ms(),
                }));
            }
        }
        self.tell_opinions();
        self.tell_beliefs();
        ControlFlow::Continue(())
    }

    /// Tells everybody of the latest event.
    fn tell_event(&mut self, now: Instant) {
        self.house.metrics.events.inc();
        let Some(told) = self.told(self.seq) else { return };
        let with = |turn| ServerMessage::Event(Told { turn, ..told.clone() });
        let [debaters, others] = [true, false].map(|debater| self.turn(debater, now));
        let lost = self.followers.tell(|| with(debaters), || with(others));
        self.lose(lost, now);
    }

    /// The event with that number, without whose turn it is now.
    fn told(&self, seq: u32) -> Option<Told> {
        let view = self.debate.event_view(seq as usize)?;
        let ending = view.outcome.zip(view.truth).map(|(outcome, truth)| Ending {
            outcome,
            truth,
            background: self.terms.background.clone(),
        });
        let debate = self.id.clone();
        Some(Told { debate, seq, event: view.event, to_move: view.to_move, turn: None, ending })
    }

    /// Whose turn it is, with the time that is left as a debater may know it, or as others may.
    fn turn(&self, debater: bool, now: Instant) -> Option<Turn> {
        let (seat, left) = match self.due() {
            Due::Turn(by) => (Seat::Debater(by), debater.then(|| self.clocks.left(now)).flatten()),
            Due::Thought(by) => (Seat::Debater(by), None),
            Due::Verdict => {
                let spent = now.saturating_duration_since(self.since);
                let left = self.house.limits.verdict.saturating_sub(spent);
                (Seat::Judge, Some(TimeLeft { move_ms: milliseconds(left), bank_ms: 0 }))
            }
            Due::Answer => (Seat::Judge, None),
            // Until the store has taken the move it is the mover's turn, for all that is known.
            Due::Write => (self.debate.to_move().map_or(Seat::Judge, Seat::Debater), None),
            Due::Seats | Due::Parting => return None,
        };
        Some(Turn { seat, seq: self.seq + 1, left })
    }

    /// Notes that the connections of some debaters are lost.
    fn lose(&mut self, debaters: impl IntoIterator<Item = Debater>, now: Instant) {
        for debater in debaters {
            self.clocks.lost(debater, now);
        }
    }

    /// Tells the opinions that somebody waits for, and has the next one worked out.
    fn tell_opinions(&mut self) {
        let lost = self.opinions.tell(&self.id, &self.debate, &mut self.followers);
        self.lose(lost, Instant::now());
        if self.opinion.is_none()
            && let Some(evidence) = self.opinions.wanted(&self.debate, &self.followers)
            && Opinions::possible(&self.house, &self.debate)
        {
            self.opinion = Some(logits(&self.house, &self.debate, evidence));
        }
    }

    /// Tells the judge's beliefs that somebody waits for.
    fn tell_beliefs(&mut self) {
        let lost = self.beliefs.tell(&self.id, &self.debate, &mut self.followers);
        self.lose(lost, Instant::now());
    }

    /// Says how the debate stands, to the lobby and the metrics.
    fn note_summary(&self) {
        let phase = match (self.debate.outcome(), self.debate.to_move()) {
            (Some(_), _) => Phase::Over,
            _ if !self.awaited.is_empty() => Phase::Waiting,
            (None, Some(_)) => Phase::Revealing,
            (None, None) => Phase::Judging,
        };
        self.summary.send_modify(|summary| {
            if summary.phase != phase {
                self.house.metrics.debate(Some(summary.phase), Some(phase));
            }
            summary.phase = phase;
            summary.seq = self.seq;
            summary.outcome = self.debate.outcome();
        });
    }
}

/// Waits for what is under way; for ever where nothing is.
async fn under_way<T>(work: &mut Option<futures_util::future::BoxFuture<'static, T>>) -> T {
    match work {
        Some(work) => work.await,
        None => pending().await,
    }
}

fn store_unavailable() -> Refusal {
    Refusal::new(
        RefusalCode::StoreUnavailable,
        "the store does not take events at the moment",
        "patience: a move that waits becomes an event when the store is back, others can be made then",
    )
}
