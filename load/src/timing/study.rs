//! Whether two kinds of debates can be told apart by their times.

use pixel_debate_statistics::{Rate, mutual_information};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

/// The times of one debate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// What is to be told by the times.
    pub first_is_honest: bool,
    /// The image's label, of which the times are to tell nothing either: at most 9.
    pub label: u8,
    /// From turn to turn, in milliseconds.
    pub gaps_ms: Vec<f64>,
}

/// What the times tell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Findings {
    /// How many debates there were.
    pub debates: usize,
    /// How many of them the classifier was tried on, which was fixed by the others.
    pub tried: usize,
    /// The share of those that it told right.
    pub accuracy: f64,
    /// The 95 % interval of that share, by Wilson: from this
    pub least: f64,
    /// to this.
    pub most: f64,
    /// The mutual information of role and times in bits, less what shuffled roles have.
    pub bits: f64,
    /// The share of shuffles that have as much.
    pub p: f64,
    /// The mutual information of the image's label and times in bits, less what shuffled labels have.
    pub label_bits: f64,
    /// The share of those shuffles that have as much.
    pub label_p: f64,
}

/// How often the roles are shuffled.
const SHUFFLES: usize = 1000;

/// Into how many parts of equal size the times are sorted for the mutual information.
const PARTS: usize = 4;

/// What the times tell, of debates in pairs that differ in the role and in nothing else.
///
/// The classifier is a threshold on one number made of the times, both chosen by every second pair to be
/// right as often as can be, and then tried on the other pairs.
///
/// ```
/// use pixel_debate_load::{Sample, study};
///
/// // A debater that takes twice as long where it lies.
/// let sample = |first_is_honest, image: u32| {
///     let gap = if first_is_honest { 10.0 } else { 20.0 } + f64::from(image % 7);
///     Sample { first_is_honest, label: 3, gaps_ms: vec![gap; 4] }
/// };
/// let both = |image| [true, false].map(|first_is_honest| sample(first_is_honest, image));
/// let pairs: Vec<_> = (0..40).map(both).collect();
/// let findings = study(&pairs, 1);
/// assert_eq!((findings.debates, findings.tried, findings.accuracy), (80, 40, 1.0));
/// assert!(findings.p < 0.01, "{findings:?}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn study(pairs: &[[Sample; 2]], seed: u64) -> Findings {
    let half = |rest: usize| -> Vec<&Sample> {
        let pairs = pairs.iter().enumerate().filter(|(number, _)| number % 2 == rest);
        pairs.flat_map(|(_, pair)| pair).collect()
    };
    let (fixed_by, tried_on) = (half(0), half(1));
    let rule = Rule::fit(&fixed_by);
    let right = tried_on.iter().filter(|sample| rule.is_right(sample)).count();
    let tried = tried_on.len();
    let Rate { low: least, high: most, .. } = Rate::wilson(right as f64, tried);
    let all: Vec<&Sample> = pairs.iter().flatten().collect();
    let parts = parts(&all);
    let roles = all.iter().map(|sample| u8::from(sample.first_is_honest)).collect();
    // The two debates over an image differ in the role alone: which is which is drawn anew.
    let (bits, p) = information(&parts, roles, seed, |roles, random| {
        for pair in roles.as_chunks_mut::<2>().0 {
            if random.random() {
                pair.swap(0, 1);
            }
        }
    });
    let labels = all.iter().map(|sample| sample.label).collect();
    let (label_bits, label_p) = information(&parts, labels, seed, |labels, random| {
        labels.as_chunks_mut::<2>().0.shuffle(random);
    });
    let accuracy = right as f64 / tried.max(1) as f64;
    Findings { debates: all.len(), tried, accuracy, least, most, bits, p, label_bits, label_p }
}

/// The numbers that are made of a debate's times: each, how much longer each is than the next, the sums of
/// either debater's and their difference.
fn numbers(sample: &Sample) -> Vec<f64> {
    let gaps = &sample.gaps_ms;
    let of = |first: usize| gaps.iter().skip(first).step_by(2).sum::<f64>();
    let ratios = gaps.windows(2).map(|pair| (pair[1] + 1e-3).ln() - (pair[0] + 1e-3).ln());
    gaps.iter().copied().chain(ratios).chain([of(0), of(1), of(0) - of(1)]).collect()
}

/// A debate is taken for one of an honest first debater if a number is above a threshold, or below.
struct Rule {
    number: usize,
    threshold: f64,
    above: bool,
}

impl Rule {
    /// The rule that is right most often.
    fn fit(samples: &[&Sample]) -> Self {
        let rows: Vec<(Vec<f64>, bool)> =
            samples.iter().map(|sample| (numbers(sample), sample.first_is_honest)).collect();
        let mut best = (0, Self { number: 0, threshold: 0.0, above: true });
        for number in 0..rows.first().map_or(0, |(numbers, _)| numbers.len()) {
            let mut column: Vec<(f64, bool)> =
                rows.iter().map(|(numbers, honest)| (numbers[number], *honest)).collect();
            column.sort_by(|a, b| a.0.total_cmp(&b.0));
            // Right if those up to here are liars and the others honest.
            let mut right = column.iter().filter(|(_, honest)| *honest).count();
            for (place, (value, honest)) in column.iter().enumerate() {
                right = if *honest { right - 1 } else { right + 1 };
                let next = column.get(place + 1).map_or(*value, |(next, _)| *next);
                let threshold = f64::midpoint(*value, next);
                for (right, above) in [(right, true), (column.len() - right, false)] {
                    if right > best.0 {
                        best = (right, Self { number, threshold, above });
                    }
                }
            }
        }
        best.1
    }

    fn is_right(&self, sample: &Sample) -> bool {
        let above = numbers(sample).get(self.number).is_some_and(|value| *value > self.threshold);
        (above == self.above) == sample.first_is_honest
    }
}

/// For each number that is made of the times, in which part of all debates each debate is by it.
fn parts(samples: &[&Sample]) -> Vec<Vec<u8>> {
    let rows: Vec<Vec<f64>> = samples.iter().map(|sample| numbers(sample)).collect();
    let count = rows.first().map_or(0, Vec::len);
    (0..count)
        .map(|number| {
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by(|a, b| rows[*a][number].total_cmp(&rows[*b][number]));
            let mut part = vec![0; rows.len()];
            for (place, row) in order.into_iter().enumerate() {
                part[row] = (place * PARTS / rows.len()) as u8;
            }
            part
        })
        .collect()
}

/// The largest mutual information of a class of each debate and one number in bits, less the mean of what
/// it is with shuffled classes; and the share of shuffles with as much.
fn information(
    parts: &[Vec<u8>],
    mut classes: Vec<u8>,
    seed: u64,
    mut shuffle: impl FnMut(&mut [u8], &mut StdRng),
) -> (f64, f64) {
    let most = |classes: &[u8]| {
        parts.iter().map(|part| mutual_information(part, classes)).fold(0.0, f64::max)
    };
    let found = most(&classes);
    let mut random = StdRng::seed_from_u64(seed);
    let (mut sum, mut as_much) = (0.0, 0);
    for _ in 0..SHUFFLES {
        shuffle(&mut classes, &mut random);
        let shuffled = most(&classes);
        sum += shuffled;
        as_much += usize::from(shuffled >= found - 1e-12);
    }
    let p = (as_much + 1) as f64 / (SHUFFLES + 1) as f64;
    (found - sum / SHUFFLES as f64, p)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Debates whose gaps are drawn at random, those of the honest side longer by so many milliseconds.
    fn debates(pairs: usize, longer: f64, seed: u64) -> Vec<[Sample; 2]> {
        debates_with(pairs, longer, 0.0, seed)
    }

    /// The same, all gaps longer by so many milliseconds with each label than with the one before.
    fn debates_with(pairs: usize, longer: f64, with_label: f64, seed: u64) -> Vec<[Sample; 2]> {
        let mut random = StdRng::seed_from_u64(seed);
        let mut sample = |label: u8, first_is_honest| {
            let gaps_ms = (0..4).map(|place| {
                let honest = (place % 2 == 0) == first_is_honest;
                let least = 100.0 + with_label * f64::from(label);
                least + 10.0 * random.random::<f64>() + if honest { longer } else { 0.0 }
            });
            Sample { first_is_honest, label, gaps_ms: gaps_ms.collect() }
        };
        let labels = (0..10).cycle().take(pairs);
        labels.map(|label| [sample(label, true), sample(label, false)]).collect()
    }

    #[test]
    fn times_that_tell_the_role_are_found() {
        let found = study(&debates(30, 20.0, 1), 1);
        assert_eq!((found.debates, found.tried), (60, 30));
        assert!(found.accuracy > 0.99 && found.least > 0.8, "{found:?}");
        assert!(found.bits > 0.8 && found.p < 0.01, "{found:?}");
        // Also a small difference, with debates enough.
        let found = study(&debates(200, 2.0, 2), 1);
        assert!(found.least > 0.5 && found.p < 0.01, "{found:?}");
    }

    #[test]
    fn times_that_tell_the_label_are_found() {
        let found = study(&debates_with(200, 0.0, 3.0, 3), 1);
        assert!(found.label_bits > 0.5 && found.label_p < 0.01, "{found:?}");
        assert!(found.p > 0.05 && found.least < 0.5, "{found:?}");
    }

    #[test]
    fn times_that_tell_nothing_are_not_said_to() {
        // Of many studies with nothing to find, about one in twenty says that there is something.
        let studies: Vec<Findings> =
            (0..100).map(|seed| study(&debates(30, 0.0, 100 + seed), seed)).collect();
        let wrong = studies.iter().filter(|found| found.least > 0.5 || found.most < 0.5).count();
        assert!(wrong <= 12, "{wrong} of 100 intervals leave out 50 %");
        let low = studies.iter().filter(|found| found.p < 0.05).count();
        assert!(low <= 12, "{low} of 100 tests find something");
        let low = studies.iter().filter(|found| found.label_p < 0.05).count();
        assert!(low <= 12, "{low} of 100 tests find something of the label");
        let mean = studies.iter().map(|found| found.bits).sum::<f64>() / 100.0;
        assert!(mean.abs() < 0.01, "{mean} bits");
        let mean = studies.iter().map(|found| found.label_bits).sum::<f64>() / 100.0;
        assert!(mean.abs() < 0.05, "{mean} bits of the label");
    }
}
