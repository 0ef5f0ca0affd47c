//! Intervals of crossed observations: whether they cover the truth, and against plain reckoning.

use pixel_debate_statistics::{
    Analysis, Contrast, Crossed, Interval, bootstrap_mean, crossed_bootstrap_each,
    crossed_difference, crossed_mean,
};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Participants who judge items, each item of theirs under one of two conditions.
struct Study {
    participants: usize,
    items: usize,
    /// Each participant judges one item of so many, or all.
    of: usize,
    /// The deviations of the logits of participants and of items, and of how much the second condition helps
    /// each of these.
    sd: [f64; 2],
    helped: [f64; 2],
}

/// A normal number: twelve uniform ones are near enough.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

impl Study {
    /// The probability that the logits have on average, by a hundred thousand drawings.
    fn truth(&self) -> [f64; 2] {
        let mut rng = ChaCha8Rng::seed_from_u64(99);
        let mut sums = [0.0; 2];
        for _ in 0..100_000 {
            let logits = Self::logits(&self.cluster(0, &mut rng), &self.cluster(1, &mut rng));
            for (sum, logit) in sums.iter_mut().zip(logits) {
                *sum += 1.0 / (1.0 + (-logit).exp()) / 100_000.0;
            }
        }
        sums
    }

    fn cluster(&self, kind: usize, rng: &mut ChaCha8Rng) -> [f64; 2] {
        [self.sd[kind] * normal(rng), self.helped[kind] * normal(rng)]
    }

    fn logits(participant: &[f64; 2], item: &[f64; 2]) -> [f64; 2] {
        let base = 0.8 + participant[0] + item[0];
        [base, base + 0.5 + participant[1] + item[1]]
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> [Vec<Crossed>; 2] {
        let participants: Vec<_> = (0..self.participants).map(|_| self.cluster(0, rng)).collect();
        let items: Vec<_> = (0..self.items).map(|_| self.cluster(1, rng)).collect();
        let mut seen = [Vec::new(), Vec::new()];
        for (participant, who) in participants.iter().enumerate() {
            for (item, what) in items.iter().enumerate() {
                let condition = (participant + item) / self.of % 2;
                if (participant + item) % self.of == 0 {
                    let right = 1.0 / (1.0 + (-Self::logits(who, what)[condition]).exp());
                    let value = f64::from(u8::from(rng.random::<f64>() < right));
                    seen[condition].push(Crossed { clusters: [participant, item], value });
                }
            }
        }
        seen
    }
}

/// How often so many studies' intervals cover the truth.
fn covered<const N: usize>(
    study: &Study,
    times: u32,
    truth: [f64; N],
    intervals: impl Fn(&[Vec<Crossed>; 2]) -> [Interval; N],
) -> [f64; N] {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut covered = [0.0; N];
    for _ in 0..times {
        let intervals = intervals(&study.draw(&mut rng));
        for ((covered, interval), truth) in covered.iter_mut().zip(intervals).zip(truth) {
            *covered += f64::from(u8::from((interval.low..=interval.high).contains(&truth)))
                / f64::from(times);
        }
    }
    covered
}

fn contrast(of: &[Vec<Crossed>; 2], analysis: Analysis) -> Interval {
    Contrast::of(&of[1], &of[0]).expect("there are observations").interval(analysis)
}

const EFFECTS: [Study; 2] = [
    Study { participants: 50, items: 40, of: 1, sd: [0.8, 1.0], helped: [2.0, 2.0] },
    Study { participants: 60, items: 120, of: 3, sd: [1.0, 1.5], helped: [1.0, 1.5] },
];

/// The intervals of the first mean and of the second less the first, by fewer resamples than usual.
fn bootstrap_of_both(seen: &[Vec<Crossed>; 2]) -> [Interval; 2] {
    let all = || seen.iter().flatten();
    let clusters: Vec<[usize; 2]> = all().map(|one| one.clusters).collect();
    let intervals = crossed_bootstrap_each(&clusters, 2, 500, |drawn| {
        let (mut sums, mut counts) = ([0.0; 2], [0.0; 2]);
        for (at, (one, times)) in all().zip(drawn).enumerate() {
            let condition = usize::from(at >= seen[0].len());
            sums[condition] += f64::from(*times) * one.value;
            counts[condition] += f64::from(*times);
        }
        let [first, second] = [sums[0] / counts[0], sums[1] / counts[1]];
        vec![first, second - first]
    });
    [0, 1].map(|number| intervals[number].expect("there are observations"))
}

#[test]
fn the_crossed_bootstrap_covers_the_truth() {
    for (study, judged_by_all) in EFFECTS.iter().zip([true, false]) {
        let [one, other] = study.truth();
        let [mean, difference] = covered(study, 500, [one, other - one], bootstrap_of_both);
        assert!((0.93..=0.98).contains(&mean), "{mean}");
        // With few judgments of each item most of a difference is luck, and the interval too long.
        let most = if judged_by_all { 0.98 } else { 1.0 };
        assert!((0.93..=most).contains(&difference), "{difference}");
    }
}

/// What the crossed bootstrap is for: each kind of clusters alone, as the present one has it, is not enough.
#[test]
fn a_bootstrap_of_one_kind_does_not() {
    let study = &EFFECTS[0];
    let covered = covered(study, 400, [study.truth()[0]; 2], |seen| {
        [0, 1].map(|kind| {
            let mut shares = vec![Vec::new(); 50];
            seen[0].iter().for_each(|one| shares[one.clusters[kind]].push(one.value));
            let mean = |values: &Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
            bootstrap_mean(&shares.iter().filter(|of| !of.is_empty()).map(mean).collect::<Vec<_>>())
        })
    });
    assert!(covered.iter().all(|share| *share < 0.92), "{covered:?}");
}

#[test]
fn both_errors_of_a_contrast_cover_the_truth() {
    for (study, judged_by_all) in EFFECTS.iter().zip([true, false]) {
        let [one, other] = study.truth();
        let [bootstrap, robust] = covered(study, 1000, [other - one; 2], |seen| {
            [Analysis::Bootstrap, Analysis::Robust].map(|analysis| contrast(seen, analysis))
        });
        assert!((0.93..=0.98).contains(&robust), "{robust}");
        let most = if judged_by_all { 0.98 } else { 1.0 };
        assert!((0.93..=most).contains(&bootstrap), "{bootstrap}");
    }
}

/// Where the condition helps all alike, only luck is left in the difference: the bootstrap counts it three
/// times, and the robust variance once.
#[test]
fn without_effects_on_the_difference_the_bootstrap_is_too_long_and_the_robust_interval_right() {
    let study = Study { helped: [0.0; 2], ..EFFECTS[1] };
    let [one, other] = study.truth();
    let covered = covered(&study, 1000, [other - one; 2], |seen| {
        [Analysis::Bootstrap, Analysis::Robust].map(|analysis| contrast(seen, analysis))
    });
    assert!(covered[0] > 0.99 && (0.93..=0.98).contains(&covered[1]), "{covered:?}");
}

#[test]
fn the_formula_is_what_drawing_comes_to() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let seen = EFFECTS[1].draw(&mut rng);
    let drawn = crossed_difference(&seen[1], &seen[0]).unwrap();
    let reckoned = contrast(&seen, Analysis::Bootstrap);
    let widths = [drawn, reckoned].map(|interval| interval.high - interval.low);
    assert!((widths[0] / widths[1] - 1.0).abs() < 0.08, "{drawn:?} and {reckoned:?}");
}

#[test]
fn a_number_without_a_value_in_some_resamples_is_of_the_others() {
    let clusters = [[0, 0], [0, 1], [1, 0], [1, 1]];
    let numbers = crossed_bootstrap_each(&clusters, 2, 500, |drawn| {
        vec![f64::from(drawn[0]) / f64::from(drawn[0]), f64::NAN]
    });
    assert_eq!(numbers, [Some(Interval { low: 1.0, high: 1.0 }), None]);
    assert_eq!(crossed_bootstrap_each(&[], 1, 10, |_| vec![f64::NAN]), [None]);
}

/// Observations of a few clusters with any numbers for names, under two conditions.
fn observations() -> impl Strategy<Value = [Vec<Crossed>; 2]> {
    let one = (0_usize..5, 0_usize..4, -4_i8..5);
    let list = prop::collection::vec(one, 1..25).prop_map(|list| {
        let crossed = |(a, b, value)| Crossed { clusters: [a, b], value: f64::from(value) };
        list.into_iter().map(crossed).collect::<Vec<_>>()
    });
    [list.clone(), list]
}

/// The variances of a contrast by sums over all pairs of observations.
fn by_pairs([first, second]: &[Vec<Crossed>; 2]) -> Option<[f64; 2]> {
    let mut all: Vec<([usize; 2], f64)> = Vec::new();
    for (list, sign) in [(first, 1.0), (second, -1.0)] {
        let mean = list.iter().map(|one| one.value).sum::<f64>() / list.len() as f64;
        all.extend(
            list.iter().map(|one| (one.clusters, sign * (one.value - mean) / list.len() as f64)),
        );
    }
    let count = |name: &dyn Fn([usize; 2]) -> [usize; 2]| {
        all.iter().map(|(of, _)| name(*of)).collect::<std::collections::HashSet<_>>().len() as f64
    };
    let [rows, columns, cells] =
        [count(&|of| [of[0], 0]), count(&|of| [of[1], 0]), count(&|of| of)];
    if rows < 2.0 || columns < 2.0 {
        return None;
    }
    let (mut bootstrap, mut robust) = (0.0, [0.0; 3]);
    for (one, x) in &all {
        for (other, y) in &all {
            let [row, column] = [0, 1].map(|kind| f64::from(u8::from(one[kind] == other[kind])));
            bootstrap += (1.0 - 1.0 / rows + row) * (1.0 - 1.0 / columns + column) * x * y;
            for (sum, same) in robust.iter_mut().zip([row, column, row * column]) {
                *sum += same * x * y;
            }
        }
    }
    let [by_row, by_column, by_cell] = [0, 1, 2]
        .map(|at| robust[at] * [rows, columns, cells][at] / ([rows, columns, cells][at] - 1.0));
    Some([bootstrap, (by_row + by_column - by_cell).max(by_row).max(by_column)])
}

proptest! {
    #[test]
    fn errors_are_those_of_sums_over_all_pairs(seen in observations()) {
        let ours = Contrast::of(&seen[0], &seen[1]).map(|contrast| [contrast.bootstrap_error, contrast.robust_error]);
        let pairs = by_pairs(&seen);
        prop_assert_eq!(ours.is_some(), pairs.is_some());
        for (ours, variance) in ours.into_iter().flatten().zip(pairs.into_iter().flatten()) {
            prop_assert!((ours * ours - variance).abs() < 1e-9, "{} and {}", ours * ours, variance);
        }
    }

    #[test]
    fn names_of_clusters_and_the_order_of_conditions_do_not_matter(seen in observations(), shift in 0..usize::MAX / 100) {
        let rename = |list: &Vec<Crossed>| -> Vec<Crossed> {
            let renamed = |one: &Crossed| Crossed { clusters: one.clusters.map(|name| name * 7 + shift), ..*one };
            list.iter().map(renamed).collect()
        };
        let renamed = [rename(&seen[0]), rename(&seen[1])];
        prop_assert_eq!(crossed_mean(&seen[0]), crossed_mean(&renamed[0]));
        let [one, other] = [Contrast::of(&seen[0], &seen[1]), Contrast::of(&renamed[1], &renamed[0])];
        prop_assert_eq!(one.map(|one| one.difference), other.map(|other| -other.difference));
    }

    #[test]
    fn the_interval_lies_within_what_was_seen(seen in observations()) {
        let interval = crossed_mean(&seen[0]).expect("there are observations");
        let least = seen[0].iter().map(|one| one.value).fold(f64::INFINITY, f64::min);
        let most = seen[0].iter().map(|one| one.value).fold(f64::NEG_INFINITY, f64::max);
        prop_assert!(least - 1e-9 <= interval.low && interval.low <= interval.high && interval.high <= most + 1e-9);
    }
}
