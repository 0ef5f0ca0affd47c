//! Who judges what.

use pixel_debate_fields::{Count, Fields, Number, Refusal, named};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::InStudy;

/// Who judges what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// How many finish the study, 1 to 10,000: no more are let in than can.
    pub participants: u64,
    /// How many main items each judges, 1 to 200, each of another image.
    pub items: u64,
    /// How many items each begins with, the answer to each of which is told at once, 0 to 20.
    pub practice: u64,
    /// How many items with a known answer are among the others, to see who attends, 0 to 20.
    pub checks: u64,
    /// How their answer is known.
    pub check_by: CheckBy,
    /// By the evidence: how many pixels such an item shows in the end, 1 to 128: enough for whoever looks. Up to its
    /// condition's they come one by one, as those of any other item; all others come with the last of these.
    pub check_pixels: u8,
    /// How many of them a participant must answer rightly: whoever does not is excluded.
    pub checks_needed: u64,
    /// How many of the main items come again later unchanged, as a share of them, 0 to 1.
    pub repeats: f64,
    /// How many of the main items come again later with the sides changed, as a share of them, 0 to 1.
    pub flips: f64,
    /// How many other items are between one and its coming again, at least, 1 to 100.
    pub apart: u64,
    /// Whether it is counterbalanced which debater is shown first.
    pub balance_sides: bool,
    /// Whether it is counterbalanced which answer is shown on the left.
    pub balance_answers: bool,
    /// After how many minutes without a sign of a participant the place is given to another, 5 to 10,080.
    pub idle_minutes: u64,
}

/// How the answer of an attention check is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckBy {
    /// By what is shown: with the last pixel come so many others that the answer is plain.
    Evidence,
    /// By the study's own words before it, which say what to answer. All else is as of any other item.
    Words,
}

named!(InStudy; CheckBy:
    "evidence" => CheckBy::Evidence,
    "words" => CheckBy::Words,
);

pub(super) const ASSIGNMENT: &[&str] = &[
    "participants",
    "items",
    "practice",
    "checks",
    "check_by",
    "check_pixels",
    "checks_needed",
    "repeats",
    "flips",
    "apart",
    "balance_sides",
    "balance_answers",
    "idle_minutes",
];

impl Assignment {
    pub(super) fn read(fields: &Fields<'_, '_, InStudy>) -> Result<Self, Refusal> {
        let few = |name, default| -> Result<u64, Refusal> {
            let count: Option<Spanned<Count<0, 20>>> = fields.optional(name)?;
            Ok(count.map_or(default, |count| count.into_inner().get()))
        };
        let share = |name| -> Result<f64, Refusal> {
            let share: Option<Spanned<Number<0, 1>>> = fields.optional(name)?;
            Ok(share.map_or(0.0, |share| share.into_inner().get()))
        };
        let checks = few("checks", 0)?;
        let check_pixels: Option<Spanned<Count<1, 128>>> = fields.optional("check_pixels")?;
        let check_by = fields.or("check_by", CheckBy::Evidence)?.into_inner();
        if check_pixels.is_some() && check_by == CheckBy::Words {
            let reason = "`check_pixels` and `check_by = \"words\"`: words say the answer, and such an attention \
                          check shows as many pixels as any other item";
            return Err(fields.refuse("check_pixels", reason));
        }
        let apart: Option<Spanned<Count<1, 100>>> = fields.optional("apart")?;
        let idle: Option<Spanned<Count<5, 10_080>>> = fields.optional("idle_minutes")?;
        Ok(Self {
            participants: fields.required::<Count<1, 10_000>>("participants")?.into_inner().get(),
            items: fields.required::<Count<1, 200>>("items")?.into_inner().get(),
            practice: few("practice", 0)?,
            checks,
            check_by,
            check_pixels: check_pixels.map_or(100, |pixels| pixels.into_inner().byte()),
            checks_needed: few("checks_needed", checks)?,
            repeats: share("repeats")?,
            flips: share("flips")?,
            apart: apart.map_or(3, |apart| apart.into_inner().get()),
            balance_sides: fields.or("balance_sides", true)?.into_inner(),
            balance_answers: fields.or("balance_answers", true)?.into_inner(),
            idle_minutes: idle.map_or(120, |idle| idle.into_inner().get()),
        })
    }
}
