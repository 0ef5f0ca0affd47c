//! How often somebody is right who differs from others, and to whom items differ.

use rand::{Rng, RngExt};

/// The probability with that logit.
///
/// ```
/// use pixel_debate_statistics::logistic;
///
/// assert_eq!(logistic(0.0), 0.5);
/// assert!((logistic(3.0_f64.ln()) - 0.75).abs() < 1e-12);
/// ```
pub fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// The logit with which a probability is `rate` on average over those who differ from it by normal numbers with the
/// deviation `sd`, in logits: 0 where all are alike. It is found by bisection, between −100 and 100.
///
/// ```
/// use pixel_debate_statistics::logit_of_mean;
///
/// assert!((logit_of_mean(0.75, 0.0) - 3.0_f64.ln()).abs() < 1e-9);
/// // Who differs is nearer to one half on average: the middle one must be better than that.
/// assert!(logit_of_mean(0.75, 1.0) > 1.2);
/// ```
pub fn logit_of_mean(rate: f64, sd: f64) -> f64 {
    let (mut low, mut high) = (-100.0, 100.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if mean_rate(middle, sd) < rate { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The mean of `logistic(logit + sd · z)` over the normal distribution of z, by the trapezoid rule.
fn mean_rate(logit: f64, sd: f64) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for step in -100..=100 {
        let z = f64::from(step) * 0.08;
        let weight = (-0.5 * z * z).exp();
        sum += weight * logistic(logit + sd * z);
        weights += weight;
    }
    sum / weights
}

/// A normal number, by G. E. P. Box and M. E. Muller (Annals of Mathematical Statistics 29, 1958).
///
/// ```
/// use pixel_debate_statistics::normal;
/// use rand::SeedableRng;
///
/// let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
/// let drawn: Vec<f64> = (0..1000).map(|_| normal(&mut random)).collect();
/// assert!((drawn.iter().sum::<f64>() / 1000.0).abs() < 0.1);
/// ```
pub fn normal(random: &mut impl Rng) -> f64 {
    let (radius, turn) = (1.0 - random.random::<f64>(), random.random::<f64>());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()
}
