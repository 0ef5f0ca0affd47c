//! What a study has found, as numbers.

mod again;
mod beside;
mod compare;
mod course;
mod flow;
mod group;

use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::Results;
use serde::Serialize;

pub use again::Again;
pub use beside::Beside;
pub use compare::{Compared, Measure};
pub use course::{Course, Step};
pub use flow::{Cells, Excluded, Flow, Looked, Planned};
pub use group::{Bin, Group, Proper, Seconds};

use crate::facts::Facts;
use crate::unfit::Unfit;

/// What a study has found.
///
/// It counts what participants judged who are through and were not excluded: main items that were not withdrawn, once
/// each. Whatever else was judged is in the export.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The study's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// Whether it is of a rehearsal, with simulated participants or with people who tried the study: then nothing of it is a
    /// result.
    pub rehearsal: bool,
    /// The frozen plan's hash.
    pub hash: String,
    /// The version of the program that froze it.
    pub frozen_by: String,
    /// What was planned.
    pub planned: Planned,
    /// Who came, and what has become of them and of what they judged.
    pub flow: Flow,
    /// All, each condition, each tier, and each condition in each tier.
    pub groups: Vec<Group>,
    /// Conditions against each other.
    pub compared: Vec<Compared>,
    /// Judges beside the built-in judge and optimal play.
    pub beside: Vec<Beside>,
    /// What came again.
    pub again: Vec<Again>,
    /// How beliefs went on.
    pub courses: Vec<Course>,
}

impl Report {
    /// The title, which says first if nothing of it is a result.
    pub fn heading(&self) -> String {
        let mark = if self.rehearsal { "REHEARSAL, no results: " } else { "" };
        format!("{mark}{}", self.title)
    }

    /// The report of a frozen study's results.
    ///
    /// # Errors
    ///
    /// [`Unfit`] if the results cannot be those of the study.
    pub fn of(frozen: &Frozen, results: &Results) -> Result<Self, Unfit> {
        let facts = Facts::of(frozen, results)?;
        let plan = frozen.plan();
        Ok(Self {
            name: plan.study.name.clone(),
            title: plan.study.title.clone(),
            about: plan.study.about.clone(),
            rehearsal: results.rehearsal,
            hash: frozen.hash().to_owned(),
            frozen_by: plan.version.clone(),
            planned: Planned::of(&plan.study),
            flow: Flow::of(&facts),
            groups: group::all(&facts),
            compared: compare::all(&facts),
            beside: beside::all(&facts),
            again: again::all(&facts),
            courses: course::all(&facts),
        })
    }
}
