//! An experiment as a file.
//!
//! The file is TOML. It names the images once, and then any number of grids; a list in a grid is
//! an axis, and every combination of the axes is a *cell*. What is wrong is said with its line
//! before anything runs.
//!
//! ```
//! use pixel_debate_harness::experiment::Experiment;
//!
//! let text = r#"
//! title = "Optimal play"
//!
//! [images]
//! dataset = "mnist"
//! random = 50
//!
//! [[grid]]
//! name = "exact"
//! protocol = "debate"
//! pixels = [4, 6]
//! precommit = [true, false]
//! honest = "exact"
//! liar = "exact"
//! "#;
//! let experiment = Experiment::from_toml(text)?;
//! assert_eq!(experiment.grids[0].get_ref().pixels.get_ref().values(), [4, 6]);
//!
//! let refusal = Experiment::from_toml(&text.replace("random", "randm")).unwrap_err();
//! assert!(refusal.to_string().starts_with("line 6: unknown field `randm`"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod axis;
mod choosers;
mod fields;
mod judge;
mod program;
mod values;

use std::fmt;
use std::ops::Range;

use pixel_debate_agents::AgentSpec;
use pixel_debate_fields::{Count, document};
pub use pixel_debate_fields::{Location, Refusal as ExperimentError};
use pixel_debate_game::{LegalPixels, Role, Rules};
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeTable;

pub use axis::Axis;
use fields::{Fields, Source};
pub use judge::{JudgeSpec, Missing, Training};
pub use program::ProgramFields;

use crate::{Custom, DebaterSpec};

/// What a file says.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// What the report is called.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub about: String,
    /// The images.
    pub images: Spanned<Images>,
    /// What is done with them.
    pub grids: Vec<Spanned<Grid>>,
    /// Grids that are compared image by image.
    pub comparisons: Vec<Spanned<Comparison>>,
    /// Pictures beyond the plot of all rates, which every report has.
    pub plots: Vec<Spanned<Plot>>,
}

/// Which images: exactly one of `range`, `list` and `random`.
#[derive(Debug, Clone)]
pub struct Images {
    /// `mnist`, the test set that is part of the program, or a dataset's folder, relative to the
    /// file.
    pub dataset: String,
    /// From the first number up to, but not with, the second.
    pub range: Option<Spanned<[usize; 2]>>,
    /// These, in this order.
    pub list: Option<Spanned<Vec<usize>>>,
    /// So many, drawn without replacement. The first of a larger number are those of a smaller one.
    pub random: Option<Spanned<usize>>,
    /// What the drawing depends on.
    pub seed: u64,
    /// At how many images the results are to be looked at, as planned beforehand: at the end alone
    /// unless said otherwise.
    pub looks: Option<Spanned<Vec<usize>>>,
    /// Whether images that no debate can be about (too few legal pixels, or no lie to tell) are left
    /// out, each by name. Unless it is said, they are refused.
    pub skip_unusable: bool,
}

/// How the judge comes to see pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// At random, and nobody debates.
    JudgeAlone,
    /// One debater reveals them all: the one that `first` names.
    Consultancy,
    /// Two debaters reveal them in turn.
    Debate,
}

/// Which lies the liar commits to, each in a debate of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", untagged)]
pub enum Lies {
    /// A rule.
    Named(NamedLies),
    /// These labels, where they are wrong.
    Labels(Vec<u8>),
}

/// Lies by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedLies {
    /// Every wrong label, as in the paper.
    All,
    /// One wrong label for each image, drawn from the grid's seed.
    Random,
}

/// How several debates over one image become one result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The liar wins if it wins any of them.
    Any,
    /// The honest side wins if the mean of the final margins is above zero.
    MeanLogit,
    /// The honest side wins if it wins more than half of them.
    Majority,
}

/// In what order two debaters reveal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DebateOrder {
    /// One pixel each in turn.
    Alternating,
    /// First all of one, then all of the other.
    Blocks,
}

/// The liar's agent, which may follow the honest side's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiarSpec {
    /// The same as the honest side's, whichever that is.
    Same,
    /// One of its own.
    Own(DebaterChoice),
}

/// A debater as the file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DebaterChoice {
    /// An agent, or one that was brought along.
    Known(DebaterSpec),
    /// A program, which says itself what it is called.
    Program(ProgramFields),
}

impl DebaterChoice {
    /// The agent, if it is one of ours.
    pub fn agent(&self) -> Option<AgentSpec> {
        match self {
            Self::Known(debater) => debater.agent(),
            Self::Program(_) => None,
        }
    }

    /// Whether it is optimal play.
    pub(crate) fn is_exact(&self) -> bool {
        self.agent() == Some(AgentSpec::Exact)
    }
}

/// Cells that share all but their axes.
#[derive(Debug, Clone)]
pub struct Grid {
    /// What the grid is called; no two in a file have the same name.
    pub name: String,
    /// How many of the file's images, the first ones; all unless said otherwise.
    pub images: Option<Spanned<usize>>,
    /// An axis.
    pub protocol: Spanned<Axis<Protocol>>,
    /// An axis: the paper's K.
    pub pixels: Spanned<Axis<u8>>,
    /// An axis: whether the liar commits to a label. It does unless said otherwise, but for a judge
    /// alone.
    pub precommit: Option<Axis<bool>>,
    /// Which lies are told with precommit.
    pub lies: Spanned<Lies>,
    /// Who makes the first reveal. No axis: what is listed is played over the same images, and the
    /// report has each of them and their mean.
    pub first: Spanned<Axis<Role>>,
    /// An axis: in what order the debaters reveal, alternating unless said otherwise.
    pub order: Option<Spanned<Axis<DebateOrder>>>,
    /// An axis: which pixels they may reveal.
    pub legal: Axis<LegalPixels>,
    /// An axis: the honest debater.
    pub honest: Option<Spanned<Axis<DebaterChoice>>>,
    /// An axis: the liar; `same` is the honest debater's agent.
    pub liar: Option<Spanned<Axis<LiarSpec>>>,
    /// An axis: `shipped` for the program's own judge of so many pixels, `judge-4` or `judge-6` for
    /// one of them whatever the number of pixels, a file, with how it is trained, or a program.
    pub judge: Spanned<Axis<JudgeSpec>>,
    /// An axis: the judge that debaters ask when they search, the one that decides unless said.
    pub debaters_ask: Option<Spanned<Axis<JudgeSpec>>>,
    /// What all that is random depends on: the first of the seeds.
    pub seed: u64,
    /// With how many seeds each debate is played.
    pub seeds: Spanned<u64>,
    /// How these become one result; each of a list is reported.
    pub seeds_by: Axis<Aggregate>,
    /// How the results of the lies become an image's; each of a list is reported.
    pub lies_by: Spanned<Axis<Aggregate>>,
    /// How often all of this is done, each time with other seeds.
    pub replicates: Spanned<u64>,
    /// Whether the solver says of each debate that the liar won which reveal of the honest side
    /// threw it away.
    pub blame: Spanned<bool>,
}

/// Two grids over the same images.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// One grid's name.
    pub a: String,
    /// The other's. Cells with equal `pixels` and `precommit` are compared.
    pub b: String,
    /// Whether the experiment is made for this comparison: said beforehand, or not at all.
    pub primary: bool,
}

/// A picture of the results.
#[derive(Debug, Clone)]
pub struct Plot {
    /// What it is called: the file's name without ending.
    pub name: String,
    /// What it shows.
    pub kind: PlotKind,
    /// The grids that it shows; all unless said otherwise.
    pub grids: Vec<String>,
}

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlotKind {
    /// Rates against the number of pixels.
    Pixels,
    /// Rates against the honest side's rollouts, a line for each of the liar's.
    Rollouts,
    /// Rates against judges, by their accuracy on random pixels.
    Judges,
    /// What was taken for what: the judge's errors, and the lies that won.
    Confusion,
    /// Debates of each kind, as the paper's figure 4 has them.
    Games,
    /// Where lost debates were lost.
    Blame,
    /// How often judges are right, against how sure they are.
    Calibration,
}

impl Experiment {
    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// [`ExperimentError`] if something of it is not as it may be, with its line, what is there and what is allowed.
    pub fn from_toml(text: &str) -> Result<Self, ExperimentError> {
        Self::with(text, &Custom::default())
    }

    /// Reads a file's text, in which debaters may be named that were brought along.
    ///
    /// # Errors
    ///
    /// As [`from_toml`](Self::from_toml).
    pub fn with(text: &str, custom: &Custom) -> Result<Self, ExperimentError> {
        let source = Source { text, context: custom };
        let file = document(text)?;
        let known = ["title", "about", "images", "grid", "compare", "plot"];
        let fields = Fields::of(source, "the file", 0..0, file.get_ref(), &known)?;
        let (span, images) = fields.table("images")?;
        Ok(Self {
            title: fields.required("title")?.into_inner(),
            about: fields.or("about", String::new())?.into_inner(),
            images: Spanned::new(span.clone(), Images::read(source, span, images)?),
            grids: each(source, fields.tables("grid")?, Grid::read)?,
            comparisons: each(source, fields.tables("compare")?, Comparison::read)?,
            plots: each(source, fields.tables("plot")?, Plot::read)?,
        })
    }
}

/// The pixels that a judge may see.
type Pixels = Count<1, { Rules::MAX_PIXELS as u64 }>;
/// The most seeds or replicates.
const MOST_SEEDS: u64 = 1000;
/// The most images that a grid may ask for; it has no more than the file.
const MOST_IMAGES: u64 = i64::MAX as u64;

/// What is in a place, made something else.
fn inner<T, U>(spanned: Spanned<T>, change: impl FnOnce(T) -> U) -> Spanned<U> {
    Spanned::new(spanned.span(), change(spanned.into_inner()))
}

/// Reads tables with one name.
fn each<'a, T>(
    source: Source<'a>,
    tables: Vec<(Range<usize>, &'a DeTable<'a>)>,
    read: impl Fn(Source<'a>, Range<usize>, &'a DeTable<'a>) -> Result<T, ExperimentError>,
) -> Result<Vec<Spanned<T>>, ExperimentError> {
    let tables = tables.into_iter();
    tables.map(|(span, table)| Ok(Spanned::new(span.clone(), read(source, span, table)?))).collect()
}

impl Grid {
    /// All judges that it names, with the field that names them.
    pub(crate) fn judges(&self) -> impl Iterator<Item = (&'static str, Range<usize>, &JudgeSpec)> {
        let asked = self.debaters_ask.as_ref().map(|axis| ("debaters_ask", axis));
        [("judge", &self.judge)].into_iter().chain(asked).flat_map(|(field, axis)| {
            axis.get_ref().values().iter().map(move |judge| (field, axis.span(), judge))
        })
    }
}

impl Images {
    fn read(
        source: Source<'_>,
        span: Range<usize>,
        table: &DeTable<'_>,
    ) -> Result<Self, ExperimentError> {
        let known = ["dataset", "range", "list", "random", "seed", "looks", "skip_unusable"];
        let fields = Fields::of(source, "[images]", span, table, &known)?;
        Ok(Self {
            dataset: fields.required("dataset")?.into_inner(),
            range: fields.optional("range")?,
            list: fields.optional("list")?,
            random: fields.optional("random")?,
            seed: fields.or("seed", 1)?.into_inner(),
            looks: fields.optional("looks")?,
            skip_unusable: fields.or("skip_unusable", false)?.into_inner(),
        })
    }
}

impl Grid {
    fn read(
        source: Source<'_>,
        span: Range<usize>,
        table: &DeTable<'_>,
    ) -> Result<Self, ExperimentError> {
        let known = [
            "name",
            "images",
            "protocol",
            "pixels",
            "precommit",
            "lies",
            "first",
            "order",
            "legal",
            "honest",
            "liar",
            "judge",
            "debaters_ask",
            "seed",
            "seeds",
            "seeds_by",
            "lies_by",
            "replicates",
            "blame",
        ];
        let fields = Fields::of(source, "[[grid]]", span, table, &known)?;
        let times = |name| -> Result<Spanned<u64>, ExperimentError> {
            let count: Option<Spanned<Count<1, MOST_SEEDS>>> = fields.optional(name)?;
            Ok(count.map_or_else(|| Spanned::new(0..0, 1), |count| inner(count, Count::get)))
        };
        let images: Option<Spanned<Count<1, MOST_IMAGES>>> = fields.optional("images")?;
        let both = Axis::both(Role::Honest, Role::Liar);
        // The first is the result; the other stands beside it.
        let seeds_by = Axis::both(Aggregate::Majority, Aggregate::MeanLogit);
        Ok(Self {
            name: fields.required("name")?.into_inner(),
            images: images.map(|images| inner(images, |images| images.get() as usize)),
            protocol: fields.required("protocol")?,
            pixels: inner(fields.required("pixels")?, |axis: Axis<Pixels>| axis.map(Count::byte)),
            precommit: fields.optional("precommit")?.map(Spanned::into_inner),
            lies: fields.or("lies", Lies::Named(NamedLies::All))?,
            first: fields.or("first", both)?,
            order: fields.optional("order")?,
            legal: fields.or("legal", Axis::one(LegalPixels::Nonzero))?.into_inner(),
            honest: fields.optional("honest")?,
            liar: fields.optional("liar")?,
            judge: fields.or("judge", Axis::one(JudgeSpec::named("shipped")))?,
            debaters_ask: fields.optional("debaters_ask")?,
            seed: fields.or("seed", 1)?.into_inner(),
            seeds: times("seeds")?,
            seeds_by: fields.or("seeds_by", seeds_by)?.into_inner(),
            lies_by: fields.or("lies_by", Axis::one(Aggregate::Any))?,
            replicates: times("replicates")?,
            blame: fields.or("blame", false)?,
        })
    }
}

impl Comparison {
    fn read(
        source: Source<'_>,
        span: Range<usize>,
        table: &DeTable<'_>,
    ) -> Result<Self, ExperimentError> {
        let fields = Fields::of(source, "[[compare]]", span, table, &["a", "b", "primary"])?;
        Ok(Self {
            a: fields.required("a")?.into_inner(),
            b: fields.required("b")?.into_inner(),
            primary: fields.or("primary", false)?.into_inner(),
        })
    }
}

impl Plot {
    fn read(
        source: Source<'_>,
        span: Range<usize>,
        table: &DeTable<'_>,
    ) -> Result<Self, ExperimentError> {
        let fields = Fields::of(source, "[[plot]]", span, table, &["name", "kind", "grids"])?;
        Ok(Self {
            name: fields.required("name")?.into_inner(),
            kind: fields.required("kind")?.into_inner(),
            grids: fields.or("grids", Vec::new())?.into_inner(),
        })
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::JudgeAlone => "judge alone",
            Self::Consultancy => "consultancy",
            Self::Debate => "debate",
        })
    }
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Any => "any",
            Self::MeanLogit => "mean_logit",
            Self::Majority => "majority",
        })
    }
}
