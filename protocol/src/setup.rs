//! What a client asks of a new debate.

use pixel_debate_game::{LegalPixels, PanelRule, Role, Sight, TurnOrder};
use serde::{Deserialize, Serialize};

use crate::{DebateId, Player, Refusal, RefusalCode, Token, strict};

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
    /// A debate that is over and is to be judged again, in the place of a new one; `null` for a new one.
    pub recorded: Option<Recorded>,
    /// Several outside judges in the place of one, who decide together; `null` for one.
    pub panel: Option<Panel>,
    /// How long an outside debater may take.
    pub clock: Clock,
    /// Who may watch, and where the debate is listed.
    pub visibility: Visibility,
    /// What spectators see before the outcome: the image only where the judge is built in or
    /// [may be influenced](Self::judge_may_be_influenced).
    pub spectators_see: Sight,
    /// Whether others may be told more than an outside judge before its verdict: the classifier's
    /// opinions, the judge's beliefs, the image. They could tell the judge. Everybody is told
    /// whether it was so.
    pub judge_may_be_influenced: bool,
    /// The least time from one event to the next that the server itself brings about, in
    /// milliseconds, for those who watch: at most [`Offer::max_pace_ms`](crate::Offer::max_pace_ms).
    /// The server's agents reveal when it has passed, or their allotment where that is longer: how long
    /// they think is not seen.
    pub pace_ms: u32,
    /// How long all outside seats together may take to be taken, in milliseconds: at least 1 and at
    /// most [`Offer::max_seats_ms`](crate::Offer::max_seats_ms); `null` for
    /// [`Bounds::seats_ms`](crate::Bounds::seats_ms).
    pub seats_ms: Option<u32>,
}

/// Who may watch a debate, and where it is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody, and it is in the lists.
    #[default]
    Public,
    /// Nobody before the outcome, and then whoever has its name; it is in no list.
    Unlisted,
    /// Those with a token; it is in no list.
    Private,
}

/// A debate that is over and is judged again, reveal by reveal, as if it went on: before judges from outside, who
/// see and are told what its own judge was. What it was about, its rules and its debaters are the recorded debate's,
/// and no setup says anything else of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Which debate: one that has an outcome, and in which all pixels were revealed.
    pub debate: DebateId,
    /// A token of it, where not everybody may read its record.
    #[serde(default)]
    pub token: Option<Token>,
    /// When its reveals are shown.
    #[serde(default)]
    pub shows: Shows,
}

/// When the reveals of a recorded debate are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Shows {
    /// One every [`pace_ms`](Setup::pace_ms).
    #[default]
    Paced,
    /// As long after each other as they came, up to [`Offer::max_pace_ms`](crate::Offer::max_pace_ms).
    Recorded,
    /// Each when it is asked for by [`next`](crate::ClientMessage::Next).
    Asked,
}

/// Several judges who decide together: each sees the evidence, and says what it believes, by itself. The debate
/// ends when all of them have answered or given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// How many: 2 to [`Panel::MOST`].
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = Panel::MOST)))]
    pub judges: u8,
    /// How they decide.
    #[serde(default)]
    pub decides: PanelRule,
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

/// The keys to a debate: to each outside player's seat, where the debate is private to the
/// spectators', and the one with which who set it up may end it. They are told once.
///
/// The debaters' keys are told by role, not by place: who sets up a debate with one debater outside
/// and judges it as well does not learn from the keys who sits where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tokens {
    /// The key to the honest debater's seat.
    pub honest: Option<Token>,
    /// The key to the liar's seat.
    pub liar: Option<Token>,
    /// The key to the judge's seat, where there is one.
    pub judge: Option<Token>,
    /// The keys to the judges' seats, where there is a panel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<Token>>"))]
    pub panel: Vec<Token>,
    /// The key with which to watch a private debate.
    pub spectator: Option<Token>,
    /// The key with which to [cancel](crate::ClientMessage::Cancel) the debate.
    pub creator: Token,
}

impl Panel {
    /// The most judges that a panel may have.
    pub const MOST: u8 = 15;
}

impl Setup {
    /// How many judges decide who come from outside.
    pub fn outside_judges(&self) -> u8 {
        if self.judge.is_outside() { self.panel.map_or(1, |panel| panel.judges) } else { 0 }
    }

    /// Reads the body of a request over HTTP; an empty one is that of an object without fields.
    ///
    /// ```
    /// use pixel_debate_protocol::Setup;
    ///
    /// assert_eq!(Setup::parse(b"")?, Setup::default());
    /// assert_eq!(Setup::parse(br#"{"pixels": 4}"#)?, Setup { pixels: 4, ..Setup::default() });
    /// let refusal = Setup::parse(br#"{"clock": {"move_ms": "1 s"}}"#).unwrap_err();
    /// assert!(refusal.message.contains("\"clock.move_ms\""), "{refusal}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal`] with the field that is wrong, what is there and what is allowed.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        strict::json(body).and_then(strict::read).map_err(|mistake| {
            let (message, expected) = (mistake.message(), mistake.expected("a setup"));
            Refusal::new(RefusalCode::Malformed, message, expected)
        })
    }
}

/// ```
/// use pixel_debate_protocol::{Clock, Setup};
///
/// let setup = Setup::default();
/// assert_eq!((setup.pixels, setup.precommit), (6, true));
/// assert_eq!(setup.clock, Clock { move_ms: 30_000, bank_ms: 120_000 });
/// assert!(!setup.honest.is_outside() && !setup.judge.is_outside());
/// ```
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
            recorded: None,
            panel: None,
            clock: Clock::default(),
            visibility: Visibility::Public,
            spectators_see: Sight::Evidence,
            judge_may_be_influenced: false,
            pace_ms: 1500,
            seats_ms: None,
        }
    }
}

impl Default for Clock {
    /// Half a minute for each reveal, and two minutes besides.
    fn default() -> Self {
        Self { move_ms: 30_000, bank_ms: 120_000 }
    }
}
