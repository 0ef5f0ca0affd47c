//! A judge's record: what HTTP tells whoever has the key to it.

use std::collections::BTreeMap;

use pixel_debate_game::{Claims, ImageSource, Outcome, Role, Verdict};
use serde::{Deserialize, Serialize};

use crate::{DebateId, Visibility};

/// The answer to `GET /api/judge`: what a judge has made of debates that have an outcome, the newest first. Nothing is
/// in it of debates that go on, or that ended without one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct JudgeRecord {
    /// The judgments: at most [`JudgeRecord::MOST`], and possibly fewer than were asked for where there are more.
    pub judgments: Vec<Judged>,
    /// What `before` has to be for the part that goes on after this one; `null` at the end.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub next: Option<u64>,
    /// How many judgments are left out of this part since what the store has of them is damaged.
    pub damaged: u32,
    /// How good the latest of them are together; `null` in all parts but the first.
    pub totals: Option<JudgeTotals>,
}

impl JudgeRecord {
    /// The most judgments in one part.
    pub const MOST: usize = 50;
}

/// What one judge has made of one debate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Judged {
    /// Which debate.
    pub debate: DebateId,
    /// Whether that was a recorded debate, judged again.
    pub recorded: bool,
    /// Who might watch it, and who may read what is kept of it.
    pub visibility: Visibility,
    /// Where its image comes from.
    pub source: ImageSource,
    /// What the labels of claims and verdict are called.
    #[cfg_attr(feature = "typescript", ts(type = "Record<number, string>"))]
    pub names: BTreeMap<u8, String>,
    /// How many pixels the debaters might reveal together.
    pub pixels: u8,
    /// Between how many labels the judge decided: 2 with precommit, else all.
    pub among: u8,
    /// What was claimed; the honest debater's claim is the truth.
    #[cfg_attr(feature = "typescript", ts(type = "{ honest: number, liar: number | null }"))]
    pub claims: Claims,
    /// Who sat first, of whose claim the beliefs are.
    pub first: Role,
    /// How the debate ended.
    pub outcome: Outcome,
    /// What the judge believed: before the first reveal, after it, and so on; `null` where it has not said it.
    pub beliefs: Vec<Option<f32>>,
    /// The judge's own verdict; `null` where it gave up, or where the debate ended before it.
    pub verdict: Option<Verdict>,
    /// Whether that was for the truth; `null` where there is none.
    pub right: Option<bool>,
    /// How probable the judge held the truth, if that is known: by how sure it was of its verdict.
    pub given: Option<f32>,
    /// When the debate was set up, in milliseconds since 1970.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub created_ms: u64,
    /// When the judgment ended, in milliseconds since 1970.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub ended_ms: u64,
    /// How long the judge took, from the first reveal on or, if it was earlier, from the first that the judge said, in
    /// milliseconds; `null` where neither was.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub took_ms: Option<u64>,
}

/// How good a judge's verdicts and probabilities are, over the latest [`JudgeTotals::MOST`] judgments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct JudgeTotals {
    /// How many judgments these are, of debates with an outcome.
    pub judgments: u32,
    /// Whether there are older ones that are not counted here.
    pub more: bool,
    /// In how many of them there is a verdict.
    pub verdicts: u32,
    /// How many of the verdicts were for the truth.
    pub right: u32,
    /// The share of these, with the ends of its 95 % interval after Wilson; `null` without verdicts.
    pub accuracy: Option<Accuracy>,
    /// In how many, with precommit, it is known how probable the judge held the truth.
    pub scored: u32,
    /// The mean Brier score of those, 0 to 2: the sum over both claims of the squared difference between probability
    /// and truth. 0.5 is guessing, and less is better. `null` where there is none.
    pub brier: Option<f64>,
    /// The mean log score of those, as in [`JudgeScore`](crate::JudgeScore): 0 is guessing, 1 the most, and more is
    /// better. `null` where there is none.
    pub score: Option<f64>,
    /// How often, of those, the claim that the judge held more probable was the truth, by how probable it held it: in bins
    /// from 0.5 to 1, a tenth wide; those in which there is none are left out.
    pub calibration: Vec<Calibration>,
}

impl JudgeTotals {
    /// The most judgments that are counted.
    pub const MOST: usize = 1000;
}

/// How often a judge was right where it was about so sure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Calibration {
    /// How probable it held the claim that it held more probable, 0.5 to 1: the mean.
    pub sure: f64,
    /// In how many judgments.
    pub of: u32,
    /// The share of them in which that claim was the truth.
    pub right: Accuracy,
}

/// A share of verdicts, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Accuracy {
    /// The share, 0 to 1.
    pub rate: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}
