//! How agents and judges have done: what HTTP tells of many debates.

use serde::{Deserialize, Serialize};

/// The answer to `GET /api/standings`: how debaters and judges have done in the public debates of the
/// server that have an outcome. Those that a debater did not come to, or in which a built-in debater's search was
/// stopped before it was done, are not counted, nor are those over other data than the server has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Standings {
    /// How many debates are counted.
    pub debates: u32,
    /// How many are not, since what the store has of them is damaged.
    pub damaged: u32,
    /// How many are not, since a built-in debater's search was stopped before it was done: what was revealed
    /// then says little of the agent whose name it has.
    pub cut_short: u32,
    /// How many are not, since they are over other data than the server has.
    #[serde(default)]
    pub other_data: u32,
    /// The debaters, those with the most debates first: at most [`Standings::MOST`].
    pub debaters: Vec<DebaterScore>,
    /// The judges, those with the most verdicts first: at most [`Standings::MOST`].
    pub judges: Vec<JudgeScore>,
}

impl Standings {
    /// The most debaters, and the most judges, that they list.
    pub const MOST: usize = 100;
}

/// How a debater has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DebaterScore {
    /// Its name: an agent's, as `mcts:1000`, or `outside:NAME`. All who played outside without a
    /// name are one.
    pub player: String,
    /// As the honest debater.
    pub honest: Wins,
    /// As the liar.
    pub liar: Wins,
}

/// So many wins of so many debates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Wins {
    /// How many it has won.
    pub won: u32,
    /// Of how many.
    pub of: u32,
}

/// How a judge has done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JudgeScore {
    /// Its name: `classifier:PIXELS`, or `outside:NAME`. All who judged outside without a name are
    /// one.
    pub judge: String,
    /// How many of its verdicts were for the truth.
    pub right: u32,
    /// Of how many verdicts.
    pub of: u32,
    /// For how many of them, with precommit, it is known how probable the judge held the truth.
    pub scored: u32,
    /// The mean log score of those: the logarithm to base 2 of twice that probability, where less
    /// than one in a million counts as that. `null` where there is none.
    pub score: Option<f64>,
}

/// The answer to `GET /api/debates/{id}/judges`: how others judged the same question, in other
/// debates over the same image, with the same claims and number of pixels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OtherJudges {
    /// In how many public debates, the latest ones: at most [`OtherJudges::MOST`].
    pub debates: u32,
    /// The judges of these, those with the most verdicts first.
    pub judges: Vec<JudgeScore>,
}

impl OtherJudges {
    /// The most other debates that are looked at.
    pub const MOST: usize = 1000;
}
