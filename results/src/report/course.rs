//! How beliefs went on from reveal to reveal.

use serde::Serialize;

use crate::estimate::{Estimate, Numbers};
use crate::facts::{Facts, Judged};

/// How the beliefs of a condition went on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Course {
    /// The condition.
    pub condition: String,
    /// After each number of reveals after which somebody was asked.
    pub steps: Vec<Step>,
}

/// What was believed after so many reveals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    /// After how many.
    pub after: u32,
    /// How probable the right answer was, on average.
    pub truth: Estimate,
}

/// Each condition of which there are beliefs.
pub(super) fn all(facts: &Facts<'_>) -> Vec<Course> {
    let conditions = facts.study().conditions.iter().enumerate();
    let of = |(number, condition): (usize, &pixel_debate_study::file::Condition)| {
        let judged: Vec<&Judged<'_>> =
            facts.counted().filter(|one| one.condition == Some(number)).collect();
        let after = |after: u32| -> Vec<Option<f64>> {
            judged.iter().map(|one| one.truth_after(after)).collect()
        };
        let all = 0..=u32::from(condition.pixels);
        let numbers = Numbers::of(judged.iter().map(|one| one.clusters()).collect());
        let means = all.clone().map(after).fold(numbers, Numbers::and).means();
        let step = |(after, truth): (u32, Option<Estimate>)| Some(Step { after, truth: truth? });
        let steps = all.zip(means).filter_map(step).collect();
        Course { condition: condition.name.clone(), steps }
    };
    conditions.map(of).filter(|course| !course.steps.is_empty()).collect()
}
