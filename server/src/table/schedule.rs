//! When built-in debaters move: at times that were known before the debate began.

use std::time::Duration;

use pixel_debate_game::{Debate, Debater};
use pixel_debate_protocol::{ServerMessage, Turn};

use super::{Due, Effect, Table};
use crate::limits::Limits;
use crate::record::Terms;
use crate::searches::{SearchRequest, Times};

/// The times of a debate's moves.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    /// The least time between events of the server's own making.
    pub(super) pace: Duration,
    /// How long searches are given for each reveal, in order: by the rules and the names of both agents,
    /// the same for both.
    allotments: Vec<Duration>,
}

/// A debate's share of the search threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    None,
    Asked,
    Held,
}

impl Schedule {
    pub(super) fn new(
        debate: &Debate,
        terms: &Terms,
        limits: &Limits,
        allotment: &dyn Fn(&str, usize) -> Duration,
    ) -> Self {
        let agents = [Debater::First, Debater::Second].map(|by| terms.agent(debate, by));
        let pixels = usize::from(debate.rules().pixels);
        let longest = |revealed| {
            let allotment = |name: &str| allotment(name, pixels - revealed);
            let longest = agents.into_iter().flatten().map(allotment).max().unwrap_or_default();
            (longest * limits.allotment_percent / 100).min(limits.thinking)
        };
        let pace = Duration::from_millis(terms.setup.pace_ms.into());
        Self { pace, allotments: (0..pixels).map(longest).collect() }
    }

    /// How long searches are given for the reveal that comes after so many.
    fn allotment(&self, revealed: usize) -> Duration {
        self.allotments.get(revealed).copied().unwrap_or_default()
    }

    /// The longest allotment that is still to come after so many reveals.
    fn longest(&self, revealed: usize) -> Duration {
        self.allotments.iter().skip(revealed).copied().max().unwrap_or_default()
    }
}

impl Table {
    /// Whether a built-in debater has to wait for its share of the search threads.
    pub(super) fn lacks_share(&self) -> bool {
        let longest = self.schedule.longest(self.debate.evidence().len());
        self.share != Share::Held && !longest.is_zero()
    }

    /// Waits for the share, unless the table does already.
    pub(super) fn ask_for_share(&mut self) {
        if self.share == Share::None {
            self.share = Share::Asked;
            let allotment = self.schedule.longest(self.debate.evidence().len());
            let period = self.schedule.pace.max(allotment);
            self.effects.push(Effect::AskShare { allotment, period });
        }
    }

    /// Goes on with the share that was waited for.
    pub(super) fn admit(&mut self) {
        if !matches!(self.due(), Due::Share(_)) {
            self.share = Share::None;
            self.effects.push(Effect::LeaveShare);
            return;
        }
        self.share = Share::Held;
        if self.seq == 0 {
            self.commence();
        } else {
            self.begin();
        }
    }

    /// Begins the debate, of which all are told, or waits for what it takes.
    pub(super) fn commence(&mut self) {
        self.begin();
        self.note_summary();
        let turns = [true, false].map(|debater| self.turn(debater));
        let [Some(to_debaters), Some(to_others)] = turns else { return };
        let with = |turn: Turn| ServerMessage::Turn { debate: self.id.clone(), turn };
        self.followers.tell(&mut self.effects, || with(to_debaters), || with(to_others));
    }

    /// Whether the debate has begun.
    pub(super) fn has_begun(&self) -> bool {
        // One that has ended before never has.
        let waits = self.seq == 0 && matches!(self.due(), Due::Share(_));
        self.awaited.is_empty() && !waits
    }

    /// What a built-in debater is asked in the turn that begins now.
    pub(super) fn question(&self, by: Debater) -> SearchRequest {
        let revealed = self.debate.evidence().len();
        let allotment = self.schedule.allotment(revealed);
        SearchRequest {
            id: self.id.clone(),
            by,
            name: self.terms.agent(&self.debate, by).unwrap_or_default().to_owned(),
            seed: self.terms.seeds[by as usize].wrapping_add(revealed as u64),
            debate: self.debate.clone(),
            times: Times::new(self.now.at.into_std(), self.schedule.pace, allotment),
        }
    }
}
