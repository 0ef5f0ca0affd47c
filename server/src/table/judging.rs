//! What outside judges say, and what comes of it: written to the store first, then it is said; and when all of
//! them have answered, it is decided.

use std::ops::ControlFlow;

use pixel_debate_game::{JudgmentEvent, Move};
use pixel_debate_protocol::{CloseReason, Refusal, RefusalCode, TimedJudgment};
use tracing::{error, info, warn};

use super::Table;
use super::effect::{Counted, Effect, Unwritten};
use super::judgments::{Decision, Said};
use super::pending::{Ender, Mover};
use super::writing::store_unavailable;
use crate::limits::milliseconds;

impl Table {
    /// That, said now.
    pub(super) fn timed(&self, event: JudgmentEvent) -> TimedJudgment {
        let took = self.now.at.saturating_duration_since(self.since);
        TimedJudgment { event, at_ms: Some(self.now.unix_ms), took_ms: Some(milliseconds(took)) }
    }

    /// The store has taken what a judge has said, or has not.
    pub(super) fn judged(
        &mut self,
        judge: u16,
        written: Result<(), Unwritten>,
    ) -> ControlFlow<CloseReason> {
        let unwritten = match written {
            Ok(()) if self.judgments.opens(judge) => {
                self.judgments.opened(judge, &mut self.effects);
                return ControlFlow::Continue(());
            }
            Ok(()) => return self.said(judge),
            Err(unwritten) => unwritten,
        };
        if !unwritten.is_temporary() {
            if unwritten.is_of_the_end() {
                return ControlFlow::Break(CloseReason::Restarting);
            }
            error!(debate = %self.id, judge, %unwritten, "the store refuses what a judge has said");
            return ControlFlow::Break(CloseReason::Fault);
        }
        if self.judgments.opens(judge) {
            if self.judgments.open_again(judge, &mut self.effects) {
                warn!(debate = %self.id, judge, %unwritten, "the store does not open a judgment");
                self.refuse_seating(judge);
            }
            return ControlFlow::Continue(());
        }
        if let Some(said) = self.judgments.try_again(judge, &mut self.effects)
            && said.failures == 1
        {
            warn!(debate = %self.id, judge, %unwritten, "the store does not take what a judge has said");
            let waits = said.by.as_ref().map(|Mover { client, id, .. }| (client.clone(), *id));
            if let Some((client, id)) = waits {
                self.refuse(&client, id, store_unavailable());
            }
        }
        ControlFlow::Continue(())
    }

    /// What a judge has said is in the store.
    fn said(&mut self, judge: u16) -> ControlFlow<CloseReason> {
        let Some(Said { what, by, failures, .. }) =
            self.judgments.written(judge, &mut self.effects)
        else {
            return ControlFlow::Continue(());
        };
        if failures > 0 {
            info!(debate = %self.id, judge, failures, "the store takes what judges say again");
        }
        self.tell_judgments();
        self.tell_class();
        let by = by.filter(|_| failures == 0);
        match what.event {
            JudgmentEvent::Belief { .. } | JudgmentEvent::Unanswered => {}
            JudgmentEvent::Verdict { .. } | JudgmentEvent::GaveUp => {
                if self.is_to_be_decided() {
                    return self.decide(by);
                }
            }
        }
        if let Some(Mover { client, id, at }) = by {
            // Who counts the moves that are measured is not to count votes, nor who of a panel has answered.
            if self.judgments.is_by_one() {
                self.effects.push(Effect::Count(Counted::Move { read: at }));
            }
            self.accept(&client, id, None);
        }
        ControlFlow::Continue(())
    }

    /// The debate is let go of: who waits for the store to take what it has said waits in vain.
    pub(super) fn forget_judgments(&mut self) {
        let waiting = self.judgments.waiting();
        self.refuse_late(waiting);
    }

    /// Refuses what judges have said too late.
    pub(super) fn refuse_late(&mut self, late: Vec<Mover>) {
        for Mover { client, id, .. } in late {
            let refusal = Refusal::new(
                RefusalCode::Illegal,
                "the debate has ended before the store had taken this",
                "nothing more in this debate",
            );
            self.refuse(&client, id, refusal);
        }
    }

    /// Whether the judges can end the debate now, if they have said all.
    pub(super) fn is_to_be_decided(&self) -> bool {
        self.pending.is_none()
            && self.debate.outcome().is_none()
            && self.terms.locks.outside_judges() > 0
    }

    /// Ends the debate by what the judges have decided, if all of them have. `by` is who has said the last
    /// word, and hears of it then.
    pub(super) fn decide(&mut self, by: Option<Mover>) -> ControlFlow<CloseReason> {
        match self.judgments.decision(&self.debate) {
            Some(Decision::Verdict(verdict)) => {
                if let Err(illegal) = self.make(Move::Verdict(verdict), by, false) {
                    error!(debate = %self.id, %illegal, "the debate cannot go on");
                    return ControlFlow::Break(CloseReason::Fault);
                }
            }
            Some(Decision::Nobody) => {
                let asked = by.map(|Mover { client, id, .. }| Ender::Client(client, id));
                self.abandon(CloseReason::NoVerdict, asked);
            }
            None => {
                if let Some(Mover { client, id, .. }) = by {
                    self.accept(&client, id, None);
                }
            }
        }
        ControlFlow::Continue(())
    }
}
