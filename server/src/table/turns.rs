//! When built-in debaters move: at times that were known before the debate began.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use pixel_debate_game::Debater;
use pixel_debate_protocol::{ServerMessage, Turn};
use tokio::time::Instant;

use super::{Due, Table};
use crate::searches::{Admission, Question, Times};

impl Table {
    /// The least time between events of the server's own making.
    pub(super) fn pace(&self) -> Duration {
        Duration::from_millis(self.terms.setup.pace_ms.into())
    }

    /// How long searches are given for the reveal that comes after so many: by the rules and the names
    /// of both agents, the same for both.
    fn allotment(&self, revealed: usize) -> Duration {
        let limits = &self.house.limits;
        let to_come = usize::from(self.debate.rules().pixels).saturating_sub(revealed);
        let agents = [Debater::First, Debater::Second].map(|by| self.terms.agent(&self.debate, by));
        let allotment = |name| self.house.players.allotment(name, to_come);
        let longest = agents.into_iter().flatten().map(allotment).max().unwrap_or_default();
        (longest * limits.allotment_percent / 100).min(limits.thinking)
    }

    /// The longest allotment that is still to come.
    fn longest_allotment(&self) -> Duration {
        let revealed = self.debate.evidence().len();
        let turns = revealed..usize::from(self.debate.rules().pixels);
        turns.map(|revealed| self.allotment(revealed)).max().unwrap_or_default()
    }

    /// Whether a built-in debater has to wait for its share of the search threads.
    pub(super) fn lacks_share(&self) -> bool {
        self.share.is_none() && !self.longest_allotment().is_zero()
    }

    /// Waits for the share, unless the table does already.
    pub(super) fn ask_for_share(&mut self) {
        if self.waiting.is_some() {
            return;
        }
        let (allotment, pace, creator) = (self.longest_allotment(), self.pace(), self.creator);
        let house = Arc::clone(&self.house);
        let share =
            async move { house.searches.share(creator, allotment, pace.max(allotment)).await };
        self.waiting = Some(share.boxed());
    }

    /// Goes on with the share that was waited for.
    pub(super) fn admit(&mut self, share: Admission) {
        self.waiting = None;
        if !matches!(self.due(), Due::Share(_)) {
            return;
        }
        self.share = Some(share);
        let now = Instant::now();
        if self.seq == 0 {
            self.commence(now);
        } else {
            self.begin(now);
        }
    }

    /// Begins the debate, of which all are told, or waits for what it takes.
    pub(super) fn commence(&mut self, now: Instant) {
        self.begin(now);
        self.note_summary();
        let turns = [true, false].map(|debater| self.turn(debater, now));
        let [Some(to_debaters), Some(to_others)] = turns else { return };
        let with = |turn: Turn| ServerMessage::Turn { debate: self.id.clone(), turn };
        let lost = self.followers.tell(|| with(to_debaters), || with(to_others));
        self.lose(lost, now);
    }

    /// Whether the debate has begun.
    pub(super) fn has_begun(&self) -> bool {
        // One that has ended before never has.
        let waits = self.seq == 0 && matches!(self.due(), Due::Share(_));
        self.awaited.is_empty() && !waits
    }

    /// What a built-in debater is asked in the turn that begins at `now`.
    pub(super) fn question(&self, by: Debater, now: Instant) -> Question {
        let revealed = self.debate.evidence().len();
        Question {
            id: self.id.clone(),
            by,
            name: self.terms.agent(&self.debate, by).unwrap_or_default().to_owned(),
            seed: self.terms.seeds[by as usize].wrapping_add(revealed as u64),
            debate: self.debate.clone(),
            long: self.share.as_ref().is_some_and(Admission::is_long),
            times: Times::new(now.into_std(), self.pace(), self.allotment(revealed)),
        }
    }
}
