//! What time does to a study: who is idle, when the server was away, and what is kept no longer.

use super::log::{Cause, Event};
use super::member::{Member, MemberState};
use super::session::Session;
use super::study::Conduct;
use crate::allocation::Left;

/// How long nothing may be kept before it is kept that the server is there, in milliseconds, while somebody's time runs:
/// by so much more than the server was away somebody may be given at most.
const SIGNS_MS: u64 = 30_000;
/// What is noted where what somebody said is kept no longer.
pub const TIME_IS_OVER: &str = "the time for which it is kept is over";

impl Conduct {
    /// Who has not been heard of for too long: their places are given again.
    pub fn idle(&self, now_ms: u64) -> Vec<Event> {
        if self.closed.is_some() || self.paused {
            return Vec::new();
        }
        let patience = self.frozen.plan().study.assignment.idle_minutes * 60_000;
        let is_idle = |member: &&Member| {
            let heard = member.session.as_ref().map_or(member.joined_ms, Session::heard_ms);
            let resumed = self.pauses.last().map_or(0, |(_, resumed)| *resumed);
            let heard = heard.max(resumed).max(member.returned_ms);
            // Whoever is through is not given up, noted or not.
            let ended = member
                .session
                .as_ref()
                .is_some_and(|session| session.ending().is_some() || session.is_done());
            member.state == MemberState::Active && !ended && heard.saturating_add(patience) < now_ms
        };
        let left = |member: &Member| Event::Left {
            participant: member.name.clone(),
            left: Left::DroppedOut,
            cause: Cause::Idle {},
        };
        self.members.iter().filter(is_idle).map(left).collect()
    }

    /// When the last of all that was kept happened, in milliseconds since 1970; 0 where nothing was.
    pub fn heard_ms(&self) -> u64 {
        let noted = self.log.iter().map(|entry| entry.at_ms).max();
        let sessions = self.members.iter().filter_map(|member| member.session.as_ref());
        sessions.map(Session::heard_ms).chain(noted).max().unwrap_or_default()
    }

    /// That the server is there, if that is to be kept: somebody's time for an item runs, and nothing was kept for half a
    /// minute. So what is known of when it was last there is never older than that.
    pub fn sign(&self, now_ms: u64) -> Option<Event> {
        if self.paused || self.closed.is_some() {
            return None;
        }
        let runs = |member: &Member| {
            let over = member.session.as_ref().and_then(|session| session.over_ms(&self.frozen));
            member.state == MemberState::Active && over.is_some_and(|over| over > now_ms)
        };
        let is_due = self.heard_ms().saturating_add(SIGNS_MS) <= now_ms;
        (is_due && self.members.iter().any(runs)).then_some(Event::Alive {})
    }

    /// That there was no server, once there is one again: the time is added to that of whoever was at an item, and
    /// nobody was idle in it.
    pub fn restarted(&self, now_ms: u64) -> Option<Event> {
        let is_active = |member: &Member| member.state == MemberState::Active;
        if self.paused || self.closed.is_some() || !self.members.iter().any(is_active) {
            return None;
        }
        Some(Event::Restarted { since_ms: self.heard_ms().min(now_ms) })
    }

    /// Whether the time is over for which what was said is kept, by the plan.
    pub fn is_over(&self, now_ms: u64) -> bool {
        let days = self.frozen.plan().study.privacy.keep_days;
        self.closed_ms().zip(days).is_some_and(|(closed_ms, days)| {
            closed_ms.saturating_add(days.saturating_mul(86_400_000)) < now_ms
        })
    }

    /// Leaves out what all have said whose time is [over](Self::is_over), as a server would remove it, and says of how
    /// many that is. What the store has is not changed by it.
    pub fn leave_out(&mut self, now_ms: u64) -> usize {
        if !self.is_over(now_ms) {
            return 0;
        }
        let kept = self.members.iter().filter(|member| member.erased.is_none());
        let names: Vec<String> = kept.map(|member| member.name.clone()).collect();
        let reason = TIME_IS_OVER.to_owned();
        let events = names
            .into_iter()
            .map(|participant| Event::Erased { participant, reason: reason.clone() });
        let left_out = events.filter(|event| self.carry_out(event, now_ms).is_ok()).count();
        self.left_out += left_out;
        left_out
    }

    /// Of how many what they said was [left out](Self::leave_out), since it is kept no longer.
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}
