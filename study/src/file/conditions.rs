//! In which ways an image is judged.

use std::fmt;
use std::ops::Range;

use pixel_debate_agents::AgentSpec;
use pixel_debate_fields::{Count, Field, Fields, Given, Refusal, Source, Value, integer, named};
use pixel_debate_game::{LegalPixels, Role, Rules, TurnOrder};
use serde::{Deserialize, Serialize};
use toml::de::DeTable;

use super::{InStudy, Name};

/// A way in which an image is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What it is called; no two of a study have the same name.
    pub name: String,
    /// Who shows pixels.
    pub play: Play,
    /// How many pixels the judge is shown: the paper's K, 1 to 128, in a debate 2 at least.
    pub pixels: u8,
    /// Whether there are two answers to choose from, the true label and a lie; otherwise every class is one.
    pub precommit: bool,
    /// Which pixels may be shown.
    pub legal: LegalPixels,
    /// Which lie is told, with precommit.
    pub lies: Option<Lies>,
}

/// Who shows the judge pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Play {
    /// Two debaters.
    Debate {
        /// In what order they reveal.
        order: DebateOrder,
        /// Who begins.
        first: First,
        /// The honest debater.
        honest: AgentSpec,
        /// The liar.
        liar: AgentSpec,
        /// How they think while the judge waits; otherwise the debate was played beforehand.
        live: Option<Live>,
    },
    /// One adviser, who reveals all pixels.
    Consultancy {
        /// For which answer.
        side: Side,
        /// The adviser where it argues for the true label.
        honest: AgentSpec,
        /// The adviser where it argues for another.
        liar: AgentSpec,
        /// How it thinks while the judge waits; otherwise the pixels were chosen beforehand.
        live: Option<Live>,
    },
    /// Nobody: random legal pixels, drawn by the seed.
    Alone {},
}

/// The kinds of condition, as the file names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Two debaters.
    Debate,
    /// One adviser.
    Consultancy,
    /// Random pixels.
    Alone,
}

/// Debaters that think while the judge waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Live {
    /// Seconds a move, 1 to 3600; as long as it takes where nothing is said.
    pub seconds: Option<u64>,
}

/// In what order two debaters reveal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DebateOrder {
    /// One pixel each in turn.
    Alternating,
    /// First all of one, then all of the other.
    Blocks,
}

/// Who begins a debate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// Always the honest debater.
    Honest,
    /// Always the liar.
    Liar,
    /// Either, equally often: each image has a debate in both orders.
    Balanced,
}

/// For which answer an adviser argues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The true label.
    Honest,
    /// A lie.
    Liar,
    /// Either, equally often: each image has both.
    Balanced,
    /// The one that the built-in judge ends up favouring more when the adviser has argued for it: it argues for
    /// both beforehand and keeps the better. Equal ones go to the true label.
    Open,
}

/// Which lie is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lies {
    /// A random wrong label, the same in every condition with random lies.
    Random,
    /// The wrong label with which the liar does best under optimal play, by the solver.
    Strongest,
    /// This label; images that have it are not taken.
    Label(u8),
}

const ALL: &[&str] = &[
    "name",
    "kind",
    "pixels",
    "precommit",
    "legal",
    "lies",
    "order",
    "first",
    "side",
    "honest",
    "liar",
    "live",
    "seconds",
];
const DEBATE: &[&str] = &[
    "name",
    "kind",
    "pixels",
    "precommit",
    "legal",
    "lies",
    "order",
    "first",
    "honest",
    "liar",
    "live",
    "seconds",
];
const CONSULTANCY: &[&str] = &[
    "name",
    "kind",
    "pixels",
    "precommit",
    "legal",
    "lies",
    "side",
    "honest",
    "liar",
    "live",
    "seconds",
];
const ALONE: &[&str] = &["name", "kind", "pixels", "precommit", "legal", "lies"];

impl Condition {
    /// The same, played beforehand where its debaters would think while the judge waits.
    #[must_use]
    pub(crate) fn beforehand(&self) -> Self {
        let mut condition = self.clone();
        if let Play::Debate { live, .. } | Play::Consultancy { live, .. } = &mut condition.play {
            *live = None;
        }
        condition
    }

    pub(super) fn read(
        source: Source<'_, InStudy>,
        span: Range<usize>,
        table: &DeTable<'_>,
    ) -> Result<Self, Refusal> {
        let fields = Fields::of(source, "[[conditions]]", span.clone(), table, ALL)?;
        let kind = fields.required("kind")?.into_inner();
        let (title, known) = match kind {
            Kind::Debate => ("a condition of kind \"debate\"", DEBATE),
            Kind::Consultancy => ("a condition of kind \"consultancy\"", CONSULTANCY),
            Kind::Alone => ("a condition of kind \"alone\"", ALONE),
        };
        let fields = Fields::of(source, title, span, table, known)?;
        let play = match kind {
            Kind::Debate => {
                let (honest, liar) = debaters(&fields)?;
                Play::Debate {
                    order: fields.or("order", DebateOrder::Alternating)?.into_inner(),
                    first: fields.or("first", First::Balanced)?.into_inner(),
                    honest,
                    liar,
                    live: live(&fields)?,
                }
            }
            Kind::Consultancy => {
                let (honest, liar) = debaters(&fields)?;
                let side = fields.required("side")?.into_inner();
                Play::Consultancy { side, honest, liar, live: live(&fields)? }
            }
            Kind::Alone => Play::Alone {},
        };
        let precommit = fields.or("precommit", true)?.into_inner();
        let lies: Option<toml::Spanned<Lies>> = fields.optional("lies")?;
        if !precommit && lies.is_some() {
            let reason = "`lies` needs `precommit = true`: without it the liar commits to no label, and \
                          every class is an answer";
            return Err(fields.refuse("lies", reason));
        }
        let lies = lies.map_or(Lies::Random, toml::Spanned::into_inner);
        Ok(Self {
            name: fields.required::<Name>("name")?.into_inner().into_inner(),
            play,
            pixels: pixels(&fields, kind)?,
            precommit,
            legal: fields.or("legal", LegalPixels::Nonzero)?.into_inner(),
            lies: precommit.then_some(lies),
        })
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self.play {
            Play::Debate { .. } => Kind::Debate,
            Play::Consultancy { .. } => Kind::Consultancy,
            Play::Alone {} => Kind::Alone,
        }
    }

    /// Whether debaters think while the judge waits.
    pub fn live(&self) -> Option<Live> {
        match self.play {
            Play::Debate { live, .. } | Play::Consultancy { live, .. } => live,
            Play::Alone {} => None,
        }
    }

    /// The rules of a debate in which that side begins, which in a consultancy is the adviser's.
    ///
    /// ```
    /// use pixel_debate_game::{LegalPixels, Role, TurnOrder};
    /// use pixel_debate_study::file::{Condition, Lies, Play};
    ///
    /// let alone = Condition {
    ///     name: "alone".into(),
    ///     play: Play::Alone {},
    ///     pixels: 4,
    ///     precommit: true,
    ///     legal: LegalPixels::Nonzero,
    ///     lies: Some(Lies::Random),
    /// };
    /// assert_eq!(alone.rules(Role::Honest).order, TurnOrder::Alone);
    /// ```
    pub fn rules(&self, first: Role) -> Rules {
        let order = match self.play {
            Play::Debate { order: DebateOrder::Alternating, .. } => TurnOrder::Alternating,
            Play::Debate { order: DebateOrder::Blocks, .. } => TurnOrder::Blocks,
            Play::Consultancy { .. } | Play::Alone {} => TurnOrder::Alone,
        };
        Rules { pixels: self.pixels, precommit: self.precommit, first, order, legal: self.legal }
    }

    /// The sides that may begin, or argue, in a debate of an image: of both there is a debate each, unless the adviser
    /// chooses. Nobody does where pixels are random.
    pub fn sides(&self) -> &'static [Role] {
        match self.play {
            Play::Debate { first: First::Honest, .. }
            | Play::Consultancy { side: Side::Honest, .. } => &[Role::Honest],
            Play::Debate { first: First::Liar, .. }
            | Play::Consultancy { side: Side::Liar, .. } => &[Role::Liar],
            Play::Debate { first: First::Balanced, .. }
            | Play::Consultancy { side: Side::Balanced | Side::Open, .. } => {
                &[Role::Honest, Role::Liar]
            }
            Play::Alone {} => &[],
        }
    }

    /// Whether the adviser chooses its side.
    pub fn is_open(&self) -> bool {
        matches!(self.play, Play::Consultancy { side: Side::Open, .. })
    }

    /// How many debates there are of each image: two where either side may begin or argue. Of random pixels there is
    /// one set.
    pub fn debates_of_an_image(&self) -> usize {
        if self.is_open() { 1 } else { self.sides().len().max(1) }
    }
}

fn pixels(fields: &Fields<'_, '_, InStudy>, kind: Kind) -> Result<u8, Refusal> {
    // Each of two debaters shows one at least.
    if kind == Kind::Debate {
        return Ok(fields.required::<Count<2, 128>>("pixels")?.into_inner().byte());
    }
    Ok(fields.required::<Count<1, 128>>("pixels")?.into_inner().byte())
}

fn debaters(fields: &Fields<'_, '_, InStudy>) -> Result<(AgentSpec, AgentSpec), Refusal> {
    let honest: AgentName = fields.required("honest")?.into_inner();
    let liar: LiarName = fields.or("liar", LiarName(None))?.into_inner();
    Ok((honest.0, liar.0.unwrap_or(honest.0)))
}

fn live(fields: &Fields<'_, '_, InStudy>) -> Result<Option<Live>, Refusal> {
    let live = fields.or("live", false)?.into_inner();
    let seconds: Option<toml::Spanned<Count<1, 3600>>> = fields.optional("seconds")?;
    if seconds.is_some() && !live {
        let reason =
            "`seconds` needs `live = true`: debates that are played beforehand depend on no clock";
        return Err(fields.refuse("seconds", reason));
    }
    let seconds = seconds.map(|seconds| seconds.into_inner().get());
    Ok(live.then_some(Live { seconds }))
}

/// An agent by name.
struct AgentName(AgentSpec);
/// The liar's, which may follow the honest debater's.
struct LiarName(Option<AgentSpec>);

impl Value<InStudy> for AgentName {
    fn allowed() -> String {
        // The error says it of any name that no agent has.
        let error =
            "".parse::<AgentSpec>().map_or_else(|error| error.to_string(), |_| String::new());
        error.split_once("it must be ").map_or(error.clone(), |(_, allowed)| allowed.to_owned())
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let agent = value.get_ref().as_str().and_then(|name| name.parse().ok());
        agent.map(Self).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

impl Value<InStudy> for LiarName {
    fn allowed() -> String {
        format!("{}; or `same`, the honest debater's agent", AgentName::allowed())
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        if value.get_ref().as_str() == Some("same") {
            return Ok(Self(None));
        }
        let agent = value.get_ref().as_str().and_then(|name| name.parse().ok());
        agent.map(|agent| Self(Some(agent))).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

impl Value<InStudy> for Lies {
    fn allowed() -> String {
        "\"random\", \"strongest\" or a label from 0 to 254".to_owned()
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let label =
            || integer(value.get_ref()).filter(|label: &u8| *label < u8::MAX).map(Self::Label);
        let read = match value.get_ref().as_str() {
            Some("random") => Some(Self::Random),
            Some("strongest") => Some(Self::Strongest),
            _ => label(),
        };
        read.ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

named!(InStudy; Kind:
    "debate" => Kind::Debate,
    "consultancy" => Kind::Consultancy,
    "alone" => Kind::Alone,
);
named!(InStudy; DebateOrder:
    "alternating" => DebateOrder::Alternating,
    "blocks" => DebateOrder::Blocks,
);
named!(InStudy; First:
    "honest" => First::Honest,
    "liar" => First::Liar,
    "balanced" => First::Balanced,
);
named!(InStudy; Side:
    "honest" => Side::Honest,
    "liar" => Side::Liar,
    "balanced" => Side::Balanced,
    "open" => Side::Open,
);
named!(InStudy; LegalPixels: "nonzero" => LegalPixels::Nonzero, "any" => LegalPixels::Any);
named!(InStudy; Role: "honest" => Role::Honest, "liar" => Role::Liar);

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Debate => "debate",
            Self::Consultancy => "consultancy",
            Self::Alone => "judge alone",
        })
    }
}
