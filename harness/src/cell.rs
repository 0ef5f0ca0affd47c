//! One combination of an experiment's settings.

use std::fmt;

use pixel_debate_agents::{AgentSpec, solver::JudgeMark};
use pixel_debate_game::{LegalPixels, Role, TurnOrder};
use serde::{Deserialize, Serialize};

use crate::DebaterSpec;
use crate::experiment::{Aggregate, Lies, Protocol};

/// A combination of a grid's axes, with every default written out: one line of the results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The grid that it is of.
    pub grid: String,
    /// How many of the run's images, the first ones.
    pub images: usize,
    /// What is played.
    #[serde(flatten)]
    pub play: Play,
    /// How the results of the seeds become one; each way is reported.
    pub seeds_by: Vec<Aggregate>,
    /// How the results of the lies become an image's; each way is reported.
    pub lies_by: Vec<Aggregate>,
}

/// What decides the debates of a cell over an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Play {
    /// How the judge comes to see pixels.
    pub protocol: Protocol,
    /// How many.
    pub pixels: u8,
    /// Whether the liar commits to a label.
    pub precommit: bool,
    /// The lies that it commits to; `None` without precommit.
    pub lies: Option<Lies>,
    /// Who makes the first reveal, or is the consultant; nobody where the judge is alone.
    pub first: Vec<Role>,
    /// In what order is revealed; `None` where the judge is alone.
    pub order: Option<TurnOrder>,
    /// Which pixels may be revealed.
    pub legal: LegalPixels,
    /// The honest debater; `None` where the judge is alone.
    pub honest: Option<DebaterSpec>,
    /// The liar; likewise.
    pub liar: Option<DebaterSpec>,
    /// The judge.
    pub judge: JudgeMark,
    /// Whom debaters ask when they search, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debaters_ask: Option<JudgeMark>,
    /// The seeds of each replicate, the first of which draws random lies too; none where nothing is
    /// random.
    pub seeds: Vec<Vec<u64>>,
    /// Whether lost debates are solved to find out where they were lost.
    pub blame: bool,
    /// Whether the winner is proven by the solver and no debate is played: both sides are `exact`.
    pub solved: bool,
}

impl Cell {
    /// The orders in which this cell's images can be held against another's: those that both have, if both
    /// reveal as many pixels, and with precommit both or neither. A judge alone has none.
    pub(crate) fn orders_in_common(&self, other: &Self) -> Vec<Role> {
        let alike = |cell: &Self| (cell.play.pixels, cell.play.precommit);
        if self == other || alike(self) != alike(other) {
            return Vec::new();
        }
        let orders = self.play.first.iter().copied();
        orders.filter(|order| other.play.first.contains(order)).collect()
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Play { protocol, pixels, precommit, order, legal, honest, liar, judge, .. } =
            &self.play;
        write!(f, "{}: {protocol}, {pixels} pixels", self.grid)?;
        f.write_str(if *precommit { ", precommit" } else { ", no precommit" })?;
        if *order == Some(TurnOrder::Blocks) {
            f.write_str(", in blocks")?;
        }
        if *legal == LegalPixels::Any {
            f.write_str(", any pixel legal")?;
        }
        if let (Some(honest), Some(liar)) = (honest, liar) {
            write!(f, ", honest {honest} against liar {liar}")?;
        }
        write!(f, ", {}", judge.name)?;
        match &self.play.debaters_ask {
            Some(asked) => write!(f, ", debaters ask {}", asked.name),
            None => Ok(()),
        }
    }
}

/// Rough seconds that things take on one core of a server with AVX-512.
/// They decide how much work a shard is and what `--dry-run` says, and nothing else.
mod cost {
    /// A set of pixels judged.
    pub(super) const LOGITS: f64 = 0.000_4;
    /// A rollout of a tree search.
    pub(super) const ROLLOUT: f64 = 0.000_012;
    /// A reveal by the greedy agent.
    pub(super) const GREEDY: f64 = 0.03;
    /// A game of four pixels solved, with precommit and one of nine lies; each pixel more takes
    /// [`MORE`] times as long.
    pub(super) const SOLVED: f64 = 0.1;
    pub(super) const MORE: f64 = 4.0;
    /// What an exact consultant takes to look for the best set, a pixel.
    pub(super) const CONSULTED: f64 = 0.15;
    /// How many times as long a game without precommit takes, which has all the lies in it.
    pub(super) const OPEN: f64 = 5.0;
}

impl Play {
    /// How many debates it has over one image with that number of classes. Where labels are listed,
    /// one of them may be the true one.
    pub fn debates(&self, classes: usize) -> usize {
        let lies = match &self.lies {
            None | Some(Lies::Named(crate::experiment::NamedLies::Random)) => 1,
            Some(Lies::Named(crate::experiment::NamedLies::All)) => classes - 1,
            Some(Lies::Labels(labels)) => labels.len(),
        };
        let seeds: usize = self.seeds.iter().map(Vec::len).sum();
        lies * self.first.len().max(1) * seeds.max(1)
    }

    /// Seconds that one image takes on one core, roughly.
    pub fn seconds(&self, classes: usize) -> f64 {
        let debates = self.debates(classes) as f64;
        let open = if self.precommit { 1.0 } else { cost::OPEN };
        let solve = cost::SOLVED * cost::MORE.powi(i32::from(self.pixels) - 4) * open;
        if self.solved {
            return debates * solve;
        }
        let reveals = f64::from(self.pixels);
        let agent =
            |debater: &Option<DebaterSpec>| match debater.as_ref().and_then(DebaterSpec::agent) {
                // What somebody brings along takes nobody knows how long.
                None | Some(AgentSpec::Random) => 0.0,
                Some(AgentSpec::Greedy) => cost::GREEDY * reveals / 2.0,
                Some(AgentSpec::Mcts { rollouts, .. }) => {
                    cost::ROLLOUT * f64::from(rollouts) * reveals / 2.0
                }
                Some(AgentSpec::Exact) if self.protocol == Protocol::Consultancy => {
                    cost::CONSULTED * reveals
                }
                Some(AgentSpec::Exact) => solve,
            };
        let blame = if self.blame { 0.1 * solve } else { 0.0 };
        debates * (cost::LOGITS + agent(&self.honest) + agent(&self.liar) + blame)
    }
}
