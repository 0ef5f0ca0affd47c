//! When built-in debaters move: at times that were known before the debate began.

use std::time::Duration;

use pixel_debate_game::{Debate, Debater};

use crate::limits::Limits;
use crate::terms::Terms;

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
    pub(super) fn allotment(&self, revealed: usize) -> Duration {
        self.allotments.get(revealed).copied().unwrap_or_default()
    }

    /// The longest allotment that is still to come after so many reveals.
    pub(super) fn longest(&self, revealed: usize) -> Duration {
        self.allotments.iter().skip(revealed).copied().max().unwrap_or_default()
    }
}
