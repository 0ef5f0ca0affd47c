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
mod refusal;

use std::fmt;
use std::ops::Range;

use pixel_debate_agents::AgentSpec;
use pixel_debate_game::{LegalPixels, Role};
use serde::{Deserialize, Serialize};
use toml::Spanned;

pub use axis::Axis;
pub use refusal::{Place, Refusal};

/// What a file says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// What the report is called.
    pub title: String,
    /// What it is about, in a sentence or two.
    #[serde(default)]
    pub about: String,
    /// The images.
    pub images: Spanned<Images>,
    /// What is done with them.
    #[serde(rename = "grid")]
    pub grids: Vec<Spanned<Grid>>,
    /// Grids that are compared image by image.
    #[serde(default, rename = "compare")]
    pub comparisons: Vec<Spanned<Comparison>>,
    /// Pictures beyond the plot of all rates, which every report has.
    #[serde(default, rename = "plot")]
    pub plots: Vec<Spanned<Plot>>,
}

/// Which images: exactly one of `range`, `list` and `random`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// `mnist`, the test set that is part of the program, or a dataset's folder, relative to the
    /// file.
    pub dataset: String,
    /// From the first number up to, but not with, the second.
    pub range: Option<[usize; 2]>,
    /// These, in this order.
    pub list: Option<Vec<usize>>,
    /// So many, drawn without replacement. The first of a larger number are those of a smaller one.
    pub random: Option<usize>,
    /// What the drawing depends on.
    #[serde(default = "one")]
    pub seed: u64,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DebateOrder {
    /// One pixel each in turn.
    Alternating,
    /// First all of one, then all of the other.
    Blocks,
}

/// The liar's agent, which may follow the honest side's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum LiarSpec {
    /// The same as the honest side's, whichever that is.
    Same,
    /// One of its own.
    Own(AgentSpec),
}

/// Cells that share all but their axes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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
    #[serde(default = "all_lies")]
    pub lies: Spanned<Lies>,
    /// Who makes the first reveal. No axis: what is listed is played over the same images, and the
    /// report has each of them and their mean.
    #[serde(default = "both_roles")]
    pub first: Spanned<Vec<Role>>,
    /// An axis: in what order the debaters reveal, alternating unless said otherwise.
    pub order: Option<Spanned<Axis<DebateOrder>>>,
    /// An axis: which pixels they may reveal.
    #[serde(default = "nonzero")]
    pub legal: Axis<LegalPixels>,
    /// An axis: the honest debater.
    pub honest: Option<Spanned<Axis<AgentSpec>>>,
    /// An axis: the liar; `same` is the honest debater's agent.
    pub liar: Option<Spanned<Axis<LiarSpec>>>,
    /// An axis: `shipped` for the program's own judge of so many pixels, `judge-4` or `judge-6` for
    /// one of them whatever the number of pixels, or a file, relative to the experiment's, in which
    /// `{pixels}` stands for that number.
    #[serde(default = "shipped")]
    pub judge: Spanned<Axis<String>>,
    /// What all that is random depends on: the first of the seeds.
    #[serde(default = "one")]
    pub seed: u64,
    /// With how many seeds each debate is played.
    #[serde(default = "one_spanned")]
    pub seeds: Spanned<u64>,
    /// How these become one result; each of a list is reported.
    #[serde(default = "mean_logit")]
    pub seeds_by: Axis<Aggregate>,
    /// How the results of the lies become an image's; each of a list is reported.
    #[serde(default = "any")]
    pub lies_by: Spanned<Axis<Aggregate>>,
    /// How often all of this is done, each time with other seeds.
    #[serde(default = "one_spanned")]
    pub replicates: Spanned<u64>,
    /// Whether the solver says of each debate that the liar won which reveal of the honest side
    /// threw it away.
    #[serde(default = "no")]
    pub blame: Spanned<bool>,
}

/// Two grids over the same images.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// One grid's name.
    pub a: String,
    /// The other's. Cells with equal `pixels` and `precommit` are compared.
    pub b: String,
}

/// A picture of the results.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plot {
    /// What it is called: the file's name without ending.
    pub name: String,
    /// What it shows.
    pub kind: PlotKind,
    /// The grids that it shows; all unless said otherwise.
    #[serde(default)]
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
}

impl Experiment {
    /// Reads a file's text.
    pub fn from_toml(text: &str) -> Result<Self, Refusal> {
        toml::from_str(text).map_err(|error| Refusal::of_toml(text, &error))
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

impl TryFrom<String> for LiarSpec {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name == "same" {
            return Ok(Self::Same);
        }
        name.parse().map(Self::Own).map_err(|error| format!("{error}; or `same`"))
    }
}

const NOWHERE: Range<usize> = 0..0;

fn no() -> Spanned<bool> {
    Spanned::new(NOWHERE, false)
}

fn one() -> u64 {
    1
}

fn one_spanned() -> Spanned<u64> {
    Spanned::new(NOWHERE, 1)
}

fn all_lies() -> Spanned<Lies> {
    Spanned::new(NOWHERE, Lies::Named(NamedLies::All))
}

fn both_roles() -> Spanned<Vec<Role>> {
    Spanned::new(NOWHERE, vec![Role::Honest, Role::Liar])
}

fn nonzero() -> Axis<LegalPixels> {
    Axis::one(LegalPixels::Nonzero)
}

fn shipped() -> Spanned<Axis<String>> {
    Spanned::new(NOWHERE, Axis::one("shipped".to_owned()))
}

fn mean_logit() -> Axis<Aggregate> {
    Axis::one(Aggregate::MeanLogit)
}

fn any() -> Spanned<Axis<Aggregate>> {
    Spanned::new(NOWHERE, Axis::one(Aggregate::Any))
}
