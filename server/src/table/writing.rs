//! From a move to an event: written to the store first, then it has happened.

use std::ops::ControlFlow;

use pixel_debate_game::{Debate, IllegalMove, Move};
use pixel_debate_protocol::{
    Accepted, CloseReason, EventTime, Refusal, RefusalCode, ServerMessage,
};
use pixel_debate_store::Finish;
use tracing::{error, info, warn};

use super::Table;
use super::effect::{Counted, Effect, Unwritten};
use super::pending::{Ender, Mover, Next, Pending};
use crate::limits::milliseconds;
use crate::outbox::Outbox;
use crate::record::Entry;
use crate::results::finish;

impl Table {
    /// Makes a move if it is legal: it goes to the store, and is an event when that has taken it.
    /// `cut_short` says that the search behind it was stopped before it was done.
    pub(super) fn make(
        &mut self,
        r#move: Move,
        by: Option<Mover>,
        cut_short: bool,
    ) -> Result<(), IllegalMove> {
        let mut after = self.debate.clone();
        let event = after.apply(r#move)?;
        let now = self.now.at;
        let took = now.saturating_duration_since(self.since);
        let time = EventTime { at_ms: self.now.unix_ms, took_ms: milliseconds(took), cut_short };
        let EventTime { at_ms, took_ms, cut_short } = time;
        let bank_ms = self.clocks.banks_after(now);
        let entry = Entry::Event { event, bank_ms, took_ms, at_ms, cut_short };
        self.clocks.stop(now);
        self.write(Pending {
            what: Next::After(after, time),
            entry: entry.to_bytes(),
            at_ms,
            by,
            failures: 0,
        });
        Ok(())
    }

    /// Ends the debate without an outcome.
    pub(super) fn abandon(&mut self, reason: CloseReason, asked: Option<Ender>) {
        let at_ms = self.now.unix_ms;
        self.clocks.stop(self.now.at);
        self.write(Pending {
            what: Next::Abandoned(reason, asked),
            entry: Entry::Abandoned { reason, at_ms }.to_bytes(),
            at_ms,
            by: None,
            failures: 0,
        });
    }

    pub(super) fn write(&mut self, pending: Pending) {
        let finish = match &pending.what {
            Next::After(debate, _) => debate.outcome().map(|_| self.finish(debate, pending.at_ms)),
            Next::Abandoned(..) => Some(self.finish(&self.debate, pending.at_ms)),
        };
        let (entry, attempt) = (pending.entry.clone(), pending.failures);
        // What the built-in players think about is in the past.
        let (seq, finish) = (self.seq + 1, finish.map(Box::new));
        self.effects.push(Effect::Append { seq, entry, finish, attempt });
        self.pending = Some(pending);
    }

    /// What the store keeps when the debate ends so.
    fn finish(&self, debate: &Debate, ended_ms: u64) -> Finish {
        let cut_short = self.times.iter().any(|time| time.cut_short);
        finish(debate, &self.terms, self.judgments.grades(debate), ended_ms, cut_short)
    }

    /// Whether the end of the debate is on its way to the store, so that nothing can be added to it.
    pub(super) fn is_ending(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| match &pending.what {
            Next::After(debate, _) => debate.outcome().is_some(),
            Next::Abandoned(..) => true,
        })
    }

    /// The store has not taken an event.
    pub(super) fn try_again(&mut self, unwritten: &Unwritten) -> ControlFlow<CloseReason> {
        let Some(mut pending) = self.pending.take() else { return ControlFlow::Continue(()) };
        if pending.failures == 0
            && let Some(Mover { client, id, .. }) = &pending.by
        {
            self.refuse(&client.clone(), *id, store_unavailable());
        }
        if !unwritten.is_temporary() {
            if let Next::Abandoned(_, Some(ender)) = pending.what {
                self.refuse_end(ender, store_unavailable());
            }
            if unwritten.is_of_the_end() {
                return ControlFlow::Break(CloseReason::Restarting);
            }
            error!(debate = %self.id, %unwritten, "the store refuses an event");
            return ControlFlow::Break(CloseReason::Fault);
        }
        if pending.failures == 0 {
            warn!(debate = %self.id, %unwritten, "the store does not take an event");
        }
        pending.failures = pending.failures.saturating_add(1);
        self.write(pending);
        ControlFlow::Continue(())
    }

    /// The store has taken an event: it has happened, and everybody is told.
    pub(super) fn conclude(&mut self) -> ControlFlow<CloseReason> {
        let Some(Pending { what, by, failures, .. }) = self.pending.take() else {
            return ControlFlow::Continue(());
        };
        if failures > 0 {
            info!(debate = %self.id, failures, "the store takes events again");
        }
        let time = match what {
            Next::After(debate, time) => {
                self.debate = debate;
                self.times.push(time);
                time
            }
            Next::Abandoned(reason, asked) => {
                let late = self.judgments.cut();
                self.refuse_late(late);
                self.judgments.close(self.now.unix_ms, &mut self.effects);
                // Whoever hears of the end may set up another debate in its place.
                self.effects.push(Effect::GoesOnNoMore);
                match asked {
                    Some(Ender::Visitor(answer)) => {
                        self.effects.push(Effect::Ended(answer, Ok(())));
                    }
                    Some(Ender::Client(client, id)) => self.accept(&client, id, None),
                    None => {}
                }
                return ControlFlow::Break(reason);
            }
        };
        self.seq += 1;
        self.asked = false;
        if self.debate.outcome().is_some() {
            self.effects.extend([Effect::Forget, Effect::GoesOnNoMore]);
            self.judgments.close(self.now.unix_ms, &mut self.effects);
            info!(debate = %self.id, events = self.seq, "over");
        }
        self.note_summary();
        self.begin();
        self.tell_event();
        if let Some(Mover { client, id, at }) = by {
            self.effects.push(Effect::Count(Counted::Move { read: at }));
            // Who has heard of the failure has had the answer.
            if failures == 0 {
                self.accept(&client, id, Some(time.took_ms));
            }
        }
        self.tell_opinions();
        self.tell_judgments();
        self.tell_class();
        if self.is_to_be_decided() {
            // The last of the judges may have given up while the event was on its way.
            return self.decide(None);
        }
        ControlFlow::Continue(())
    }

    /// Tells a client that what it asked for with that id is done: a move, which took so long, has
    /// become the latest event, or something else has happened.
    pub(super) fn accept(&mut self, client: &Outbox, id: Option<u32>, took_ms: Option<u32>) {
        if id.is_some() {
            let accepted = Accepted {
                id,
                debate: self.id.clone(),
                seq: took_ms.map(|_| self.seq),
                took_ms,
                latency_ms: client.latency_ms(),
            };
            self.effects.push(Effect::tell(client, &ServerMessage::Accepted(accepted)));
        }
    }
}

pub(super) fn store_unavailable() -> Refusal {
    Refusal::new(
        RefusalCode::StoreUnavailable,
        "the store does not take events at the moment",
        "patience: a move that waits becomes an event when the store is back, others can be made then",
    )
}
