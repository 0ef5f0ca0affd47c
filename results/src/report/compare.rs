//! Conditions against each other.

use pixel_debate_statistics::{Analysis, Contrast, Crossed, Interval, holm};
use serde::Serialize;

use crate::facts::{Facts, Judged};

/// One condition against another, with participants and images as crossed clusters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// In what.
    pub measure: Measure,
    /// In which tier; in all, where there is none.
    pub tier: Option<String>,
    /// The one condition.
    pub one: String,
    /// The other.
    pub other: String,
    /// The first mean less the second, with its two standard errors.
    pub contrast: Contrast,
    /// The 95 % interval by the robust error.
    pub interval: Interval,
    /// That by the bootstrap's error: safe, and up to √3 times as long as need be.
    pub safe: Interval,
    /// How probable such a difference is where there is none, by the robust error; none where nothing has varied.
    pub p: Option<f64>,
    /// The same after Holm, over all pairs of conditions with the same measure and tier.
    pub corrected: Option<f64>,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The share of right verdicts among all verdicts: more is better.
    Accuracy,
    /// Brier's score of the beliefs after the last reveal, 0 to 2: less is better.
    Brier,
}

/// All pairs of conditions, over all and in each tier.
pub(super) fn all(facts: &Facts<'_>) -> Vec<Compared> {
    let study = facts.study();
    let tiers =
        std::iter::once(None).chain(study.images.tiers.iter().map(|tier| Some(tier.name.as_str())));
    let tiers: Vec<Option<&str>> = tiers.collect();
    let mut compared = Vec::new();
    for measure in [Measure::Accuracy, Measure::Brier] {
        for tier in &tiers {
            compared.extend(family(facts, measure, *tier));
        }
    }
    compared
}

fn family(facts: &Facts<'_>, measure: Measure, tier: Option<&str>) -> Vec<Compared> {
    let conditions = &facts.study().conditions;
    let mut seen: Vec<Vec<Crossed>> = vec![Vec::new(); conditions.len()];
    for judged in facts.counted().filter(|one| tier.is_none() || one.tier() == tier) {
        if let (Some(condition), Some(value)) = (judged.condition, measure.of(judged)) {
            seen[condition].push(Crossed { clusters: judged.clusters(), value });
        }
    }
    let mut compared = Vec::new();
    for one in 0..conditions.len() {
        for other in one + 1..conditions.len() {
            let Some(contrast) = Contrast::of(&seen[one], &seen[other]) else { continue };
            compared.push(Compared {
                measure,
                tier: tier.map(str::to_owned),
                one: conditions[one].name.clone(),
                other: conditions[other].name.clone(),
                interval: contrast.interval(Analysis::Robust),
                safe: contrast.interval(Analysis::Bootstrap),
                p: contrast.p(Analysis::Robust),
                corrected: None,
                contrast,
            });
        }
    }
    let tests: Vec<f64> = compared.iter().filter_map(|one| one.p).collect();
    let tested = compared.iter_mut().filter(|one| one.p.is_some());
    for (one, corrected) in tested.zip(holm(&tests)) {
        one.corrected = Some(corrected);
    }
    compared
}

impl Measure {
    fn of(self, judged: &Judged<'_>) -> Option<f64> {
        match self {
            Self::Accuracy => judged.correct().map(f64::from),
            Self::Brier => judged.forecast().map(|forecast| forecast.brier()),
        }
    }
}
