//! Intervals by resampling.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The ends of a 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Resamples drawn for a mean.
pub(crate) const RESAMPLES: usize = 2000;
/// What the drawing depends on: one number, for the same data shall have the same interval.
pub(crate) const SEED: u64 = 1;

/// The 95 % percentile bootstrap intervals of `statistics`, a list of so many numbers, which is told
/// how often each of `units` independent units is drawn (B. Efron, "Bootstrap methods", Annals of
/// Statistics 7, 1979).
///
/// Where several results depend on one another, as those over one image do, they are one unit, which is
/// drawn with all its results: a cluster bootstrap.
///
/// ```
/// use pixel_debate_statistics::bootstrap_each;
///
/// // The spread from least to greatest of what is drawn, and the mean.
/// let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0_f64];
/// let intervals = bootstrap_each(values.len(), 2, 1000, |drawn| {
///     let chosen = || values.iter().zip(drawn).filter(|(_, times)| **times > 0);
///     let least = chosen().map(|(value, _)| *value).fold(f64::INFINITY, f64::min);
///     let most = chosen().map(|(value, _)| *value).fold(0.0, f64::max);
///     let sum: f64 = chosen().map(|(value, times)| value * f64::from(*times)).sum();
///     vec![most - least, sum / 6.0]
/// });
/// assert_eq!(intervals[0].high, 5.0);
/// assert!(intervals[1].low < 3.5 && intervals[1].high > 3.5);
/// ```
///
/// # Panics
///
/// If there are no resamples, or `statistics` returns fewer than `numbers`.
pub fn bootstrap_each(
    units: usize,
    numbers: usize,
    resamples: usize,
    statistics: impl FnMut(&[u32]) -> Vec<f64>,
) -> Vec<Interval> {
    bootstrap_values(units, numbers, resamples, statistics).into_iter().map(interval).collect()
}

/// What the numbers of [`bootstrap_each`] are in each resample.
pub(crate) fn bootstrap_values(
    units: usize,
    numbers: usize,
    resamples: usize,
    mut statistics: impl FnMut(&[u32]) -> Vec<f64>,
) -> Vec<Vec<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut drawn = vec![0; units];
    let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(resamples); numbers];
    for _ in 0..resamples {
        draw(&mut rng, &mut drawn);
        for (values, value) in values.iter_mut().zip(statistics(&drawn)) {
            values.push(value);
        }
    }
    values
}

/// How often each unit is drawn, with replacement, in as many drawings as there are units.
pub(crate) fn draw(rng: &mut ChaCha8Rng, drawn: &mut [u32]) {
    drawn.fill(0);
    for _ in 0..drawn.len() {
        drawn[rng.random_range(0..drawn.len())] += 1;
    }
}

/// The interval of a number that may have no value in some resamples, where it is not finite: these are
/// left out. If all are, there is none.
pub(crate) fn interval_where_defined(mut values: Vec<f64>) -> Option<Interval> {
    values.retain(|value| value.is_finite());
    (!values.is_empty()).then(|| interval(values))
}

/// What lies between the outermost fortieths.
fn interval(mut values: Vec<f64>) -> Interval {
    values.sort_by(f64::total_cmp);
    Interval { low: quantile(&values, 0.025), high: quantile(&values, 0.975) }
}

/// What chance adds in one resample of [`bayesian_bootstrap`].
pub struct Resample<'a> {
    /// How much each unit weighs: 1 in the mean.
    pub weights: Vec<f64>,
    rng: &'a mut ChaCha8Rng,
}

impl Resample<'_> {
    /// The weight of an imagined success, or failure: ½ in the mean.
    pub fn imagined(&mut self) -> f64 {
        half_gamma(self.rng)
    }
}

/// The 95 % intervals of `statistics`, a list of so many numbers, by the Bayesian bootstrap (D. B. Rubin,
/// Annals of Statistics 9, 1981): units are weighed at random instead of drawn.
///
/// With the imagined half success and half failure that each resample may weigh in, the interval of a
/// share is that of Jeffreys' prior, which does not shrink to a point where all succeeded (L. D. Brown,
/// T. T. Cai and A. `DasGupta`, Statistical Science 16, 2001).
///
/// ```
/// use pixel_debate_statistics::bayesian_bootstrap;
///
/// // Ten units of ten succeeded: the share is near 1, and is not known to be 1.
/// let intervals = bayesian_bootstrap(10, 1, 2000, |mut resample| {
///     let won: f64 = resample.weights.iter().sum::<f64>() + resample.imagined();
///     vec![won / (won + resample.imagined())]
/// });
/// assert!(intervals[0].low > 0.7 && intervals[0].low < 0.9);
/// ```
///
/// # Panics
///
/// As [`bootstrap_each`].
pub fn bayesian_bootstrap(
    units: usize,
    numbers: usize,
    resamples: usize,
    mut statistics: impl FnMut(Resample<'_>) -> Vec<f64>,
) -> Vec<Interval> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(resamples); numbers];
    for _ in 0..resamples {
        let weights = (0..units).map(|_| -(1.0 - rng.random::<f64>()).ln()).collect();
        let statistics = statistics(Resample { weights, rng: &mut rng });
        for (values, value) in values.iter_mut().zip(statistics) {
            values.push(value);
        }
    }
    values.into_iter().map(interval).collect()
}

/// A number of the gamma distribution with shape ½ and scale 1: half the square of a normal one, by G. E. P.
/// Box and M. E. Muller (Annals of Mathematical Statistics 29, 1958).
fn half_gamma(rng: &mut ChaCha8Rng) -> f64 {
    let (radius, turn) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
    // A weight of nothing at all would be infinite strength.
    (-radius.ln() * (std::f64::consts::TAU * turn).cos().powi(2)).max(1e-9)
}

/// The 95 % interval of a mean over units whose values lie between 0 and 1, by [`bootstrap_each`]; of no
/// units nothing is known: 0 to 1.
///
/// ```
/// use pixel_debate_statistics::bootstrap_mean;
///
/// let interval = bootstrap_mean(&[0.0, 0.5, 1.0, 1.0, 0.5, 1.0, 0.0, 1.0]);
/// assert!(interval.low > 0.2 && interval.high < 0.95);
/// ```
pub fn bootstrap_mean(values: &[f64]) -> Interval {
    if values.is_empty() {
        return Interval { low: 0.0, high: 1.0 };
    }
    let n = values.len() as f64;
    let mean = |drawn: &[u32]| {
        let sum: f64 =
            drawn.iter().zip(values).map(|(times, value)| f64::from(*times) * value).sum();
        vec![sum / n]
    };
    bootstrap_each(values.len(), 1, RESAMPLES, mean)[0]
}

/// The quantile of sorted values, between two of them in proportion, as NumPy has it.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}
