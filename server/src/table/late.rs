//! What arrived in time counts: before a player is ruled to be late, what it has sent is read.

use std::ops::ControlFlow;
use std::time::Duration;

use pixel_debate_protocol::CloseReason;

use super::effect::Effect;
use super::{Due, Table};
use crate::chair::Chair;

/// A table that notices the end of a time so much later was not running: the process was stopped, or
/// got no time of the processor.
const OVERSLEPT: Duration = Duration::from_millis(100);

/// How long is waited then for those whose connection is not known, or is being made.
const ARRIVAL: Duration = Duration::from_secs(1);

impl Table {
    /// Somebody's time is over: what was received till now is read first.
    pub(super) fn look_or_expire(&mut self) -> ControlFlow<CloseReason> {
        let due = self.due();
        let late = |chair: Chair| match (due, chair) {
            (Due::Turn(by), chair) => chair == Chair::Debater(by),
            (Due::Verdict, Chair::Judge(judge)) => !self.judgments.has_answered(judge.into()),
            (Due::Asked(_), Chair::Judge(_)) => true,
            _ => false,
        };
        if !matches!(due, Due::Turn(_) | Due::Asked(_) | Due::Verdict | Due::Seats) {
            return self.expire();
        }
        let since = |end| self.now.at.saturating_duration_since(end);
        let overslept = self.time_is_over().is_some_and(|end| since(end) > OVERSLEPT);
        let clients = self.followers.iter().filter(|one| late(one.chair));
        let clients: Vec<_> = clients.map(|one| one.outbox.clone()).collect();
        // Who has set a debate up asks for reveals from any connection.
        let anybody = matches!(due, Due::Asked(_));
        if overslept && (clients.is_empty() || anybody) {
            self.effects.push(Effect::Wait(ARRIVAL));
        } else if clients.is_empty() {
            return self.expire();
        } else {
            self.effects.push(Effect::Look(clients));
        }
        self.looking = true;
        ControlFlow::Continue(())
    }

    /// All has been read: whoever has still not done what is due is late.
    pub(super) fn expire_now(&mut self) -> ControlFlow<CloseReason> {
        self.looking = false;
        if self.time_is_over().is_some_and(|end| end <= self.now.at) {
            self.expire()
        } else {
            ControlFlow::Continue(())
        }
    }
}
