//! How much too sure somebody is.

/// The lowest temperature that is looked for: whoever is always right would be given ever lower ones.
pub const COLDEST: f64 = 0.01;
/// The highest: whoever is no better than chance would be given ever higher ones.
pub const HOTTEST: f64 = 100.0;

/// The temperature by which logits are to be divided so that their softmax has the best logarithmic score: above 1 of
/// whoever is too sure, below 1 of whoever is not sure enough (C. Guo et al., "On calibration of modern neural networks",
/// ICML 2017). Which label is the likeliest does not change. Each forecast is its logits and the place of the true label.
///
/// Between 0.01 and 100; one of these where the best would lie beyond, as of somebody who is always right, and 1 where
/// all temperatures are alike. The score is convex in the temperature's inverse, at which its slope is the mean of what
/// the softmax expects of the logits less the true label's: a bisection finds its zero.
///
/// ```
/// use pixel_debate_statistics::temperature;
///
/// // Sure by e² to 1, and right in three of four cases, as by 3 to 1.
/// let logits = [2.0, 0.0];
/// let forecasts = [0, 0, 0, 1].map(|truth| (&logits[..], truth));
/// assert!((temperature(forecasts) - 2.0 / 3_f64.ln()).abs() < 1e-6);
/// assert_eq!(temperature([(&logits[..], 0)]), 0.01, "always right");
/// assert_eq!(temperature([(&[1.0, 1.0][..], 0)]), 1.0, "without any opinion");
/// ```
///
/// # Panics
///
/// If a forecast has no logit in the place of the truth.
pub fn temperature<'a>(forecasts: impl IntoIterator<Item = (&'a [f32], usize)>) -> f64 {
    let forecasts: Vec<(&[f32], usize)> = forecasts.into_iter().collect();
    let slope = |inverse: f64| {
        forecasts.iter().map(|(logits, truth)| excess(logits, *truth, inverse)).sum::<f64>()
    };
    if forecasts.iter().all(|(logits, _)| logits.iter().all(|logit| *logit == logits[0])) {
        return 1.0;
    }
    let (mut low, mut high) = (1.0 / HOTTEST, 1.0 / COLDEST);
    if slope(low) >= 0.0 {
        return HOTTEST;
    }
    if slope(high) <= 0.0 {
        return COLDEST;
    }
    for _ in 0..60 {
        let inverse = f64::midpoint(low, high);
        if slope(inverse) < 0.0 { low = inverse } else { high = inverse }
    }
    f64::midpoint(low, high).recip()
}

/// What the softmax at that inverse temperature expects of the logits, less the true label's logit.
fn excess(logits: &[f32], truth: usize, inverse: f64) -> f64 {
    let greatest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let (mut weighed, mut weights) = (0.0, 0.0);
    for logit in logits {
        let below = f64::from(*logit) - greatest;
        let weight = (inverse * below).exp();
        weighed += weight * below;
        weights += weight;
    }
    weighed / weights - (f64::from(logits[truth]) - greatest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Forecast;

    fn log_score(forecasts: &[(Vec<f32>, usize)], temperature: f64) -> f64 {
        let cooled = |logits: &[f32]| -> Vec<f32> {
            logits.iter().map(|logit| (f64::from(*logit) / temperature) as f32).collect()
        };
        forecasts
            .iter()
            .map(|(logits, truth)| Forecast::of_logits(&cooled(logits), *truth, 0).log())
            .sum()
    }

    proptest! {
        #[test]
        fn no_other_temperature_has_a_better_score(
            forecasts in prop::collection::vec((prop::collection::vec(-4.0_f32..4.0, 3), 0_usize..3), 1..30),
            other in 0.02_f64..50.0,
        ) {
            let found = temperature(forecasts.iter().map(|(logits, truth)| (&logits[..], *truth)));
            prop_assert!((COLDEST..=HOTTEST).contains(&found));
            let [best, there] = [found, other].map(|temperature| log_score(&forecasts, temperature));
            prop_assert!(best <= there + 1e-3, "{best} at {found}, {there} at {other}");
        }
    }

    #[test]
    fn whoever_is_worse_than_chance_is_not_to_be_believed_at_all() {
        assert_eq!(temperature([(&[3.0, 0.0][..], 1)]), HOTTEST);
        assert_eq!(temperature([]), 1.0);
    }
}
