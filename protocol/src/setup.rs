//! What a client asks of a new debate.

use pixel_debate_game::{LegalPixels, Role, Sight, TurnOrder};
use serde::{Deserialize, Serialize};

use crate::{Player, Token};

/// The debate that a client wants. What it leaves out is as in [`Setup::default`]. All of it is
/// fixed from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// The image's number in the server's data set, from 0; `null` for any.
    pub image: Option<u32>,
    /// How many pixels the debaters reveal together. Where anybody is built in, except for a
    /// debater named `random`: one of [`Offer::pixels`](crate::Offer::pixels).
    pub pixels: u8,
    /// Whether the liar's label is fixed, and told to the judge, before the first reveal.
    pub precommit: bool,
    /// The label that the liar claims; `null` for any wrong one. Only with precommit.
    pub lie: Option<u8>,
    /// Who makes the first reveal; `null` for either.
    pub first: Option<Role>,
    /// In what order the debaters reveal.
    pub order: TurnOrder,
    /// Which pixels may be revealed: `any` only where nobody is built in, except for a debater
    /// named `random`, since the classifiers are trained on the others.
    pub legal: LegalPixels,
    /// The honest debater: `outside`, `outside:NAME`, or an agent of the server. Those are
    /// `random`, `greedy`, `exact`, or `mcts:` and the number of rollouts a move, at most
    /// [`Offer::max_rollouts`](crate::Offer::max_rollouts).
    pub honest: Player,
    /// The liar, in the same way.
    pub liar: Player,
    /// The judge: `classifier`, `outside` or `outside:NAME`.
    pub judge: Player,
    /// How long an outside debater may take.
    pub clock: Clock,
    /// Whether only those with a token may watch, and the debate stays out of lists.
    pub private: bool,
    /// What spectators see before the outcome.
    pub spectators_see: Sight,
    /// The least time from one event to the next that the server itself brings about, in
    /// milliseconds, for those who watch: at most [`Offer::max_pace_ms`](crate::Offer::max_pace_ms).
    /// It also hides how long the server's agents think, for they reveal at multiples of it.
    pub pace_ms: u32,
}

/// How long an outside debater may take for its reveals: a time for each, and a bank for what goes
/// beyond. Running out of both is a forfeit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    /// The time for each reveal, in milliseconds: at least 1.
    pub move_ms: u32,
    /// What a debater may take beyond it over the whole debate, in milliseconds.
    pub bank_ms: u32,
}

/// The keys to a debate's seats: to each outside player's, and where the debate is private to the
/// spectators'. They are told once.
///
/// The debaters' keys are told by role, not by place: who sets up a debate with one debater outside
/// and judges it as well does not learn from the keys who sits where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tokens {
    /// The key to the honest debater's seat.
    pub honest: Option<Token>,
    /// The key to the liar's seat.
    pub liar: Option<Token>,
    /// The key to the judge's seat.
    pub judge: Option<Token>,
    /// The key with which to watch a private debate.
    pub spectator: Option<Token>,
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
            order: TurnOrder::Alternating,
            legal: LegalPixels::Nonzero,
            honest: Player::BuiltIn("mcts:1000".into()),
            liar: Player::BuiltIn("mcts:1000".into()),
            judge: Player::BuiltIn("classifier".into()),
            clock: Clock::default(),
            private: false,
            spectators_see: Sight::Evidence,
            pace_ms: 1500,
        }
    }
}

impl Default for Clock {
    /// Half a minute for each reveal, and two minutes besides.
    fn default() -> Self {
        Self { move_ms: 30_000, bank_ms: 120_000 }
    }
}
