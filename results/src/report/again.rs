//! What came again: whether participants agree with themselves.

use std::collections::BTreeMap;

use pixel_debate_statistics::{Agreement, Scale};
use pixel_debate_study::allocation::Kind;
use serde::Serialize;

use crate::estimate::{Estimate, Numbers};
use crate::facts::{Facts, Judged};

/// Items that came again to the same participant, and what was made of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Again {
    /// `repeat`, unchanged, or `flipped`, with the sides changed.
    pub kind: Kind,
    /// The condition.
    pub condition: String,
    /// How many pairs of verdicts there are.
    pub pairs: usize,
    /// How often the second verdict was as the first.
    pub same: Option<Estimate>,
    /// Krippendorff's alpha, the pair being the unit; none where all are alike.
    pub agreement: Option<Agreement>,
    /// By how much the belief after the last reveal changed, either way.
    pub change: Option<Estimate>,
}

/// Each kind and condition of which there are pairs.
pub(super) fn all(facts: &Facts<'_>) -> Vec<Again> {
    let key = |one: &Judged<'_>| (one.person, one.judgment.position);
    let mains: BTreeMap<(usize, u32), &Judged<'_>> =
        facts.counted().map(|one| (key(one), one)).collect();
    let is_withdrawn = |one: &Judged<'_>| facts.results.is_withdrawn(one.judgment.item);
    let pairs: Vec<(&Judged<'_>, &Judged<'_>)> = facts
        .judged
        .iter()
        .filter(|one| one.participant.counts() && !is_withdrawn(one))
        .filter_map(|one| Some((*mains.get(&(one.person, one.repeat_of?))?, one)))
        .collect();
    let mut all = Vec::new();
    for kind in [Kind::Repeat, Kind::Flipped] {
        for (number, condition) in facts.study().conditions.iter().enumerate() {
            let of = |(_, again): &&(&Judged<'_>, &Judged<'_>)| {
                again.judgment.kind == kind && again.condition == Some(number)
            };
            let pairs: Vec<_> = pairs.iter().filter(of).copied().collect();
            if !pairs.is_empty() {
                all.push(again(kind, condition.name.clone(), &pairs));
            }
        }
    }
    all
}

fn again(kind: Kind, condition: String, pairs: &[(&Judged<'_>, &Judged<'_>)]) -> Again {
    let verdicts: Vec<Option<[u8; 2]>> =
        pairs.iter().map(|(one, again)| Some([one.verdict()?, again.verdict()?])).collect();
    let same = verdicts.iter().map(|pair| pair.map(|[one, again]| f64::from(one == again)));
    let change =
        pairs.iter().map(|(one, again)| Some((one.last_truth()? - again.last_truth()?).abs()));
    let means = Numbers::of(pairs.iter().map(|(one, _)| one.clusters()).collect())
        .and(same.collect())
        .and(change.collect())
        .means();
    let numbered = pairs.iter().zip(&verdicts).filter_map(|((one, _), pair)| {
        let [first, second] = (*pair)?;
        Some(vec![one.neutral(first), one.neutral(second)])
    });
    let units: Vec<Vec<f64>> = numbered.collect();
    Again {
        kind,
        condition,
        pairs: units.len(),
        same: means[0],
        agreement: Agreement::of(&units, Scale::Nominal),
        change: means[1],
    }
}
