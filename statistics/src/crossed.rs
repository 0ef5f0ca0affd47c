//! Intervals where observations are clustered in two ways at once.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::bootstrap::{Interval, RESAMPLES, SEED, draw, interval_where_defined};

/// What was observed of one cluster of each kind: of a participant and an item, say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossed {
    /// The numbers of the two clusters, which may be any: equal ones are the same cluster.
    pub clusters: [usize; 2],
    /// What came out, which is finite.
    pub value: f64,
}

/// The 95 % percentile intervals of `statistics`, a list of so many numbers, where each observation is of
/// two clusters, which are crossed: participants who judge the same items.
///
/// Clusters of either kind are drawn with replacement, each kind for itself, and an observation counts as
/// often as its one cluster was drawn, times as often as the other was (A. B. Owen, "The pigeonhole
/// bootstrap", Annals of Applied Statistics 1, 2007). `statistics` is told this product for each
/// observation, in the order of `clusters`, as [`bootstrap_each`](crate::bootstrap_each) tells how often a
/// unit is drawn; so what differs between conditions within a participant is taken as such.
///
/// The interval errs on the safe side. It counts what clusters have in common once, as is right, and what
/// is left to each observation three times: where that is most of the variance, the interval is up to √3
/// times as long as need be. No bootstrap that draws clusters is right for all (P. `McCullagh`, "Resampling
/// and exchangeable arrays", Bernoulli 6, 2000); for differences of means [`Contrast`](crate::Contrast) has
/// another way beside it.
///
/// A number that is not finite in a resample has no value there, as a mean of nothing, and that resample is
/// left out for it; a number without any value has no interval.
///
/// ```
/// use pixel_debate_statistics::crossed_bootstrap_each;
///
/// // Three participants judge four items, and the second participant is always right.
/// let clusters: Vec<[usize; 2]> =
///     (0..3).flat_map(|participant| (0..4).map(move |item| [participant, item])).collect();
/// let right = [1, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1];
/// let intervals = crossed_bootstrap_each(&clusters, 1, 1000, |drawn| {
///     let all: u32 = drawn.iter().sum();
///     let right: u32 = drawn.iter().zip(right).map(|(times, right)| times * right).sum();
///     vec![f64::from(right) / f64::from(all)]
/// });
/// let interval = intervals[0].expect("there are observations");
/// assert!(interval.low < 8.0 / 12.0 && interval.high == 1.0);
/// ```
///
/// # Panics
///
/// If `statistics` returns fewer than `numbers`.
pub fn crossed_bootstrap_each(
    clusters: &[[usize; 2]],
    numbers: usize,
    resamples: usize,
    mut statistics: impl FnMut(&[u32]) -> Vec<f64>,
) -> Vec<Option<Interval>> {
    let (clusters, counts) = numbered(clusters);
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let [mut one, mut other] = counts.map(|count| vec![0; count]);
    let mut drawn = vec![0; clusters.len()];
    let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(resamples); numbers];
    for _ in 0..resamples {
        draw(&mut rng, &mut one);
        draw(&mut rng, &mut other);
        for (times, [a, b]) in drawn.iter_mut().zip(&clusters) {
            *times = one[*a] * other[*b];
        }
        let statistics = statistics(&drawn);
        assert!(statistics.len() >= numbers, "{} of {numbers} numbers", statistics.len());
        for (values, value) in values.iter_mut().zip(statistics) {
            values.push(value);
        }
    }
    values.into_iter().map(interval_where_defined).collect()
}

/// The 95 % interval of a mean over observations of two clusters each, by [`crossed_bootstrap_each`]; of no
/// observations there is none.
///
/// ```
/// use pixel_debate_statistics::{Crossed, crossed_mean};
///
/// let seen = |participant, item, value| Crossed { clusters: [participant, item], value };
/// let observations =
///     [seen(0, 0, 1.0), seen(0, 1, 0.0), seen(1, 0, 1.0), seen(1, 1, 1.0), seen(2, 1, 0.0)];
/// let interval = crossed_mean(&observations).expect("there are observations");
/// assert!(interval.low < 0.6 && interval.high > 0.6);
/// assert_eq!(crossed_mean(&[]), None);
/// ```
pub fn crossed_mean(observations: &[Crossed]) -> Option<Interval> {
    let clusters: Vec<[usize; 2]> = observations.iter().map(|one| one.clusters).collect();
    crossed_bootstrap_each(&clusters, 1, RESAMPLES, |drawn| vec![mean(observations, drawn)])[0]
}

/// The 95 % interval of the difference of two means, the first less the second, by
/// [`crossed_bootstrap_each`]; if either is of no observations, there is none.
///
/// A cluster is the same in both lists if it has the same number: a participant or an item that is drawn
/// twice is so under both conditions.
///
/// ```
/// use pixel_debate_statistics::{Crossed, crossed_difference};
///
/// // Participants and items differ, and under the first condition all is greater by ½.
/// let seen = |shift: f64| {
///     let at = move |at: usize| {
///         let clusters = [at / 6, at % 6];
///         Crossed { clusters, value: (clusters[0] * clusters[1]) as f64 + shift }
///     };
///     (0..24).map(at).collect::<Vec<_>>()
/// };
/// let interval = crossed_difference(&seen(0.5), &seen(0.0)).expect("there are observations");
/// assert!((interval.low - 0.5).abs() < 1e-9 && (interval.high - 0.5).abs() < 1e-9);
/// ```
pub fn crossed_difference(first: &[Crossed], second: &[Crossed]) -> Option<Interval> {
    let clusters: Vec<[usize; 2]> = first.iter().chain(second).map(|one| one.clusters).collect();
    let difference = |drawn: &[u32]| {
        let (drawn_first, drawn_second) = drawn.split_at(first.len());
        vec![mean(first, drawn_first) - mean(second, drawn_second)]
    };
    crossed_bootstrap_each(&clusters, 1, RESAMPLES, difference)[0]
}

/// The mean of observations that count so often; of none it is no number.
fn mean(observations: &[Crossed], drawn: &[u32]) -> f64 {
    let (mut sum, mut all) = (0.0, 0.0);
    for (one, times) in observations.iter().zip(drawn) {
        sum += f64::from(*times) * one.value;
        all += f64::from(*times);
    }
    sum / all
}

/// The same clusters numbered from 0, either kind for itself, with how many of each kind there are.
pub(crate) fn numbered(clusters: &[[usize; 2]]) -> (Vec<[usize; 2]>, [usize; 2]) {
    let names = [0, 1].map(|kind| {
        let mut names: Vec<usize> = clusters.iter().map(|of| of[kind]).collect();
        names.sort_unstable();
        names.dedup();
        names
    });
    let place = |kind: usize, name: usize| names[kind].partition_point(|other| *other < name);
    let numbered = clusters.iter().map(|[a, b]| [place(0, *a), place(1, *b)]).collect();
    (numbered, [names[0].len(), names[1].len()])
}
