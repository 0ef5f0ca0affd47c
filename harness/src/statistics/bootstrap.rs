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

/// Resamples drawn for a rate.
const RESAMPLES: usize = 2000;
/// What the drawing depends on: one number, for the same data shall have the same interval.
const SEED: u64 = 1;

/// The 95 % percentile bootstrap intervals of `statistics`, a list of so many numbers, which is told
/// how often each of `units` independent units is drawn (B. Efron, "Bootstrap methods", Annals of
/// Statistics 7, 1979).
///
/// Where several debates are about one image, the image is the unit: it is drawn with all its
/// debates, a cluster bootstrap.
pub fn bootstrap_each(
    units: usize,
    numbers: usize,
    resamples: usize,
    mut statistics: impl FnMut(&[u32]) -> Vec<f64>,
) -> Vec<Interval> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut drawn = vec![0; units];
    let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(resamples); numbers];
    for _ in 0..resamples {
        drawn.fill(0);
        for _ in 0..units {
            drawn[rng.random_range(0..units)] += 1;
        }
        for (values, value) in values.iter_mut().zip(statistics(&drawn)) {
            values.push(value);
        }
    }
    let interval = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        Interval { low: quantile(&values, 0.025), high: quantile(&values, 0.975) }
    };
    values.into_iter().map(interval).collect()
}

/// The interval of a mean over units; of no units nothing is known: 0 to 1.
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
