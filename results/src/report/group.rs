//! How good the judges of a condition or a tier are.

use std::collections::BTreeMap;

use pixel_debate_statistics::{Agreement, BrierParts, Forecast, Scale, Scores};
use pixel_debate_study::results::How;
use serde::Serialize;

use crate::estimate::{Estimate, Numbers};
use crate::facts::{Facts, Judged};

/// The judgments of a condition, of a tier, of both, or all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The condition's name; of all conditions, where there is none.
    pub condition: Option<String>,
    /// The tier's name; of all tiers, where there is none.
    pub tier: Option<String>,
    /// How many judgments count.
    pub judgments: usize,
    /// By how many participants.
    pub participants: usize,
    /// Of how many images.
    pub images: usize,
    /// How many ended with a verdict, by the participant's giving up, by the clock, and otherwise.
    pub ended: [usize; 4],
    /// The share of right verdicts among all verdicts.
    pub accuracy: Option<Estimate>,
    /// The same among all judgments: who gave no verdict was not right.
    pub accuracy_of_all: Option<Estimate>,
    /// How good the beliefs after the last reveal are, if there are any.
    pub beliefs: Option<Proper>,
    /// How long a verdict took, from the first screen on.
    pub seconds: Option<Seconds>,
    /// Krippendorff's alpha of verdicts, the item being the unit: for which of its two answers each was, or for which
    /// class; none where nobody judged the same item as another, all are alike, or items have two answers and many
    /// both.
    pub agreement: Option<Agreement>,
    /// The same of beliefs after the last reveal, by squared differences.
    pub belief_agreement: Option<Agreement>,
}

/// How good probabilities are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proper {
    /// Brier's score: the sum over both answers of the squared error, 0 to 2. Who says ½ has ½.
    pub brier: Estimate,
    /// The logarithmic score: −ln of the right answer's probability, in nats. Who says ½ has 0.69.
    pub log: Estimate,
    /// The expected calibration error, over ten bins of the probability of the answer believed.
    pub ece: f64,
    /// What makes the Brier score, in its parts; with two answers it is half of the one above.
    pub parts: BrierParts,
    /// The reliability curve.
    pub curve: Vec<Bin>,
}

/// Beliefs that were about equally sure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// The least probability of the answer believed.
    pub from: f64,
    /// The greatest.
    pub to: f64,
    /// The mean.
    pub sure: f64,
    /// How often that answer was the right one.
    pub right: Estimate,
}

/// How long it took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Seconds {
    /// The median.
    pub median: f64,
    /// A quarter took less than this.
    pub quarter: f64,
    /// A quarter took more than this.
    pub three_quarters: f64,
}

/// All groups: everything, each condition, each tier, both.
pub(super) fn all(facts: &Facts<'_>) -> Vec<Group> {
    let study = facts.study();
    let conditions: Vec<Option<usize>> =
        std::iter::once(None).chain((0..study.conditions.len()).map(Some)).collect();
    let tiers: Vec<Option<&str>> = std::iter::once(None)
        .chain(study.images.tiers.iter().map(|tier| Some(&*tier.name)))
        .collect();
    let counted: Vec<&Judged<'_>> = facts.counted().collect();
    let mut groups = Vec::new();
    for tier in &tiers {
        for condition in &conditions {
            // Of one condition it would be all once more.
            if condition.is_some() && study.conditions.len() == 1 {
                continue;
            }
            let judged: Vec<&Judged<'_>> = counted
                .iter()
                .copied()
                .filter(|one| condition.is_none() || one.condition == *condition)
                .filter(|one| tier.is_none() || one.tier() == *tier)
                .collect();
            let condition = condition.map(|number| study.conditions[number].name.clone());
            groups.push(Group::of(condition, tier.map(str::to_owned), &judged));
        }
    }
    groups
}

impl Group {
    fn of(condition: Option<String>, tier: Option<String>, judged: &[&Judged<'_>]) -> Self {
        let clusters: Vec<[usize; 2]> = judged.iter().map(|one| one.clusters()).collect();
        let different = |kind: usize| {
            let mut names: Vec<usize> = clusters.iter().map(|of| of[kind]).collect();
            names.sort_unstable();
            names.dedup();
            names.len()
        };
        let ended = |is_so: fn(&How) -> bool| {
            judged
                .iter()
                .filter(|one| one.judgment.end.as_ref().is_some_and(|end| is_so(&end.how)))
                .count()
        };
        let correct = |one: &&Judged<'_>| one.correct().map(f64::from);
        let means = Numbers::of(clusters.clone())
            .and(judged.iter().map(correct).collect())
            .and(judged.iter().map(|one| Some(correct(one).unwrap_or(0.0))).collect())
            .means();
        Self {
            condition,
            tier,
            judgments: judged.len(),
            participants: different(0),
            images: different(1),
            ended: [
                ended(|how| matches!(how, How::Verdict { .. })),
                ended(|how| *how == How::GaveUp),
                ended(|how| *how == How::TimedOut),
                ended(|how| *how == How::Unanswered),
            ],
            accuracy: means[0],
            accuracy_of_all: means[1],
            beliefs: Proper::of(judged),
            seconds: Seconds::of(judged),
            agreement: agreement(judged, Scale::Nominal, |one| {
                one.verdict().map(|label| one.neutral(label))
            }),
            belief_agreement: agreement(judged, Scale::Interval, |one| {
                let truth = one.last_truth()?;
                Some(if one.neutral(one.item.label) == 1.0 { truth } else { 1.0 - truth })
            }),
        }
    }

    /// What the group is, in words.
    pub fn name(&self) -> String {
        match (&self.condition, &self.tier) {
            (None, None) => "all".to_owned(),
            (Some(condition), None) => condition.clone(),
            (None, Some(tier)) => format!("all, {tier}"),
            (Some(condition), Some(tier)) => format!("{condition}, {tier}"),
        }
    }
}

impl Proper {
    fn of(judged: &[&Judged<'_>]) -> Option<Self> {
        let said: Vec<([usize; 2], Forecast)> =
            judged.iter().filter_map(|one| Some((one.clusters(), one.forecast()?))).collect();
        let forecasts: Vec<Forecast> = said.iter().map(|(_, forecast)| forecast.clone()).collect();
        // One unit, whose own intervals say nothing: those here are crossed.
        let scores = Scores::of(&[forecasts])?;
        let mut numbers = Numbers::of(said.iter().map(|(clusters, _)| *clusters).collect())
            .and(said.iter().map(|(_, one)| Some(one.brier())).collect())
            .and(said.iter().map(|(_, one)| Some(one.log())).collect());
        for bin in &scores.curve {
            let right = |one: &Forecast| {
                // By the number of its bin, for edges are no numbers that can be compared.
                let number = |share: f64| (share * 10.0).min(9.0) as usize;
                let is_here = number(one.sure()) == number(f64::midpoint(bin.from, bin.to));
                is_here.then(|| f64::from(u8::from(one.believed == one.truth)))
            };
            numbers = numbers.and(said.iter().map(|(_, one)| right(one)).collect());
        }
        let mut means = numbers.means().into_iter();
        let (brier, log) = (means.next()??, means.next()??);
        let bin = |(bin, right): (&pixel_debate_statistics::Bin, Option<Estimate>)| {
            Some(Bin { from: bin.from, to: bin.to, sure: bin.sure, right: right? })
        };
        let forecasts: Vec<Forecast> = said.into_iter().map(|(_, forecast)| forecast).collect();
        Some(Self {
            brier,
            log,
            ece: scores.ece,
            parts: BrierParts::of(&forecasts)?,
            curve: scores.curve.iter().zip(means).filter_map(bin).collect(),
        })
    }
}

impl Seconds {
    fn of(judged: &[&Judged<'_>]) -> Option<Self> {
        let verdicts = judged.iter().filter(|one| one.verdict().is_some());
        let mut seconds: Vec<f64> = verdicts.filter_map(|one| one.seconds()).collect();
        seconds.sort_unstable_by(f64::total_cmp);
        let quantile = |share: f64| {
            let place = share * (seconds.len().checked_sub(1)?) as f64;
            let [below, above] = [place.floor(), place.ceil()].map(|at| seconds[at as usize]);
            Some(below + (above - below) * place.fract())
        };
        Some(Self {
            median: quantile(0.5)?,
            quarter: quantile(0.25)?,
            three_quarters: quantile(0.75)?,
        })
    }
}

/// The agreement of those who judged the same items.
fn agreement(
    judged: &[&Judged<'_>],
    scale: Scale,
    value: impl Fn(&Judged<'_>) -> Option<f64>,
) -> Option<Agreement> {
    // A number of two answers and one of many are not to be compared.
    let of_two = |one: &&&Judged<'_>| one.item.claims.liar.is_some();
    let two = judged.iter().filter(of_two).count();
    if two > 0 && two < judged.len() {
        return None;
    }
    let mut units: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for one in judged {
        units.entry(one.judgment.item).or_default().extend(value(one));
    }
    Agreement::of(&units.into_values().collect::<Vec<_>>(), scale)
}
