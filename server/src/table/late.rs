//! What arrived in time counts: before a player is ruled to be late, what it has sent is read.

use std::ops::ControlFlow;
use std::time::Duration;

use pixel_debate_game::Seat;
use pixel_debate_protocol::CloseReason;

use super::effect::Effect;
use super::{Due, Table};

/// A table that notices the end of a time so much later was not running: the process was stopped, or
/// got no time of the processor.
const OVERSLEPT: Duration = Duration::from_millis(100);

/// How long is waited then for those whose connection is not known, or is being made.
const ARRIVAL: Duration = Duration::from_secs(1);

impl Table {
    /// Somebody's time is over: what was received till now is read first.
    pub(super) fn look_or_expire(&mut self) -> ControlFlow<CloseReason> {
        let seat = match self.due() {
            Due::Turn(by) => Some(Seat::Debater(by)),
            Due::Verdict => Some(Seat::Judge),
            Due::Seats => None,
            _ => return self.expire(),
        };
        let client = seat.and_then(|seat| self.followers.iter().find(|one| one.seat == seat));
        if let Some(client) = client {
            self.effects.push(Effect::Look(client.outbox.clone()));
            self.looking = true;
            return ControlFlow::Continue(());
        }
        let since = |end| self.now.at.saturating_duration_since(end);
        if self.time_is_over().is_some_and(|end| since(end) > OVERSLEPT) {
            self.effects.push(Effect::Wait(ARRIVAL));
            self.looking = true;
            return ControlFlow::Continue(());
        }
        self.expire()
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
