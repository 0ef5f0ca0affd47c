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

/// Resamples drawn.
const RESAMPLES: usize = 2000;
/// What the drawing depends on: one number, for the same data shall have the same interval.
const SEED: u64 = 1;

/// The 95 % percentile bootstrap interval of `statistic`, which is told how often each of `units`
/// independent units is drawn (B. Efron, "Bootstrap methods", Annals of Statistics 7, 1979).
///
/// Where several debates are about one image, the image is the unit: it is drawn with all its
/// debates, a cluster bootstrap. Of no units nothing is known: 0 to 1.
pub fn bootstrap(units: usize, mut statistic: impl FnMut(&[u32]) -> f64) -> Interval {
    if units == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut drawn = vec![0; units];
    let mut values: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            drawn.fill(0);
            for _ in 0..units {
                drawn[rng.random_range(0..units)] += 1;
            }
            statistic(&drawn)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    Interval { low: quantile(&values, 0.025), high: quantile(&values, 0.975) }
}

/// The quantile of sorted values, between two of them in proportion, as NumPy has it.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// The interval of a mean over units.
pub fn bootstrap_mean(values: &[f64]) -> Interval {
    let n = values.len() as f64;
    bootstrap(values.len(), |drawn| {
        drawn.iter().zip(values).map(|(times, value)| f64::from(*times) * value).sum::<f64>() / n
    })
}
