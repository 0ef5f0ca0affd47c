//! What a client asks of a new debate.

use pixel_debate_game::Role;
use serde::{Deserialize, Serialize};

/// The debate that a client wants. What it leaves out is as in [`Setup::default`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// The image's number in the server's data set, from 0; `null` for any.
    pub image: Option<u32>,
    /// How many pixels the debaters reveal together: one of [`Offer::pixels`](crate::Offer::pixels).
    pub pixels: u8,
    /// Whether the liar's label is fixed, and told to the judge, before the first reveal.
    pub precommit: bool,
    /// The label that the liar claims; `null` for any wrong one. Only with precommit.
    pub lie: Option<u8>,
    /// Who makes the first reveal; `null` for either.
    pub first: Option<Role>,
    /// The agent that plays the honest debater: `random`, `greedy`, or `mcts:` and the number of
    /// rollouts a move, at most [`Offer::max_rollouts`](crate::Offer::max_rollouts).
    pub honest: String,
    /// The agent that plays the liar.
    pub liar: String,
    /// Who judges.
    pub judge: JudgeKind,
    /// The least time from one event to the next, in milliseconds, for those who watch: at most
    /// [`Offer::max_pace_ms`](crate::Offer::max_pace_ms).
    pub pace_ms: u32,
}

/// Who judges a debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum JudgeKind {
    /// The sparse classifier trained for that number of pixels.
    Classifier,
    /// Whoever holds the judge's token.
    Person,
}

impl Default for Setup {
    /// A debate between two tree searches over any image, by the paper's rules for 6 pixels and
    /// with precommit, judged by the classifier, at a pace that a person can follow.
    fn default() -> Self {
        Self {
            image: None,
            pixels: 6,
            precommit: true,
            lie: None,
            first: None,
            honest: "mcts:1000".into(),
            liar: "mcts:1000".into(),
            judge: JudgeKind::Classifier,
            pace_ms: 1500,
        }
    }
}
