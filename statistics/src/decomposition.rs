//! What makes a Brier score good or bad.

use serde::Serialize;

use crate::scores::{BINS, Forecast, bin_of};

/// The Brier score of the believed labels, in its parts: how sure somebody was, against whether they were right.
///
/// A. H. Murphy, "A new vector partition of the probability score", Journal of Applied Meteorology 12, 1973;
/// with what the bins themselves hide, so that the parts add up (D. B. Stephenson, C. A. S. Coelho and I. T.
/// Jolliffe, Weather and Forecasting 23, 2008):
///
/// `brier = reliability − resolution + uncertainty + within`
///
/// The bins are those of the reliability curve. With two labels in play the score is half that of
/// [`Scores`](crate::Scores), which adds over the labels.
///
/// ```
/// use pixel_debate_statistics::{BrierParts, Forecast};
///
/// // Of ten forecasts at 80 %, eight are right: reliable, and nothing is told apart.
/// let said = |truth| Forecast { probabilities: vec![0.8, 0.2], truth, believed: 0 };
/// let forecasts: Vec<Forecast> = (0..10).map(|at| said(usize::from(at >= 8))).collect();
/// let parts = BrierParts::of(&forecasts).expect("there are forecasts");
/// assert!((parts.brier - 0.16).abs() < 1e-12 && (parts.uncertainty - 0.16).abs() < 1e-12);
/// assert!(parts.reliability < 1e-12 && parts.resolution < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BrierParts {
    /// The mean squared difference between the probability of the believed label and 1 where it was the true
    /// one, 0 where not: 0 to 1, less is better.
    pub brier: f64,
    /// How far, squared, each bin's mean probability is from how often it was right: less is better.
    pub reliability: f64,
    /// How far, squared, the bins' shares of right ones are from that of all: more is better.
    pub resolution: f64,
    /// How uncertain it is at all whether the believed label is true, 0 to ¼: the variance of being right.
    pub uncertainty: f64,
    /// What is left to the forecasts that share a bin: how much their probabilities vary there, less twice how
    /// much these vary with the truth. It may be below 0, and is 0 where a bin has one probability.
    pub within: f64,
}

impl BrierParts {
    /// The parts for forecasts; of none there are none.
    ///
    /// ```
    /// use pixel_debate_statistics::{BrierParts, Forecast};
    ///
    /// // Whoever knows when they are right resolves all that is uncertain.
    /// let sure = Forecast { probabilities: vec![1.0, 0.0], truth: 0, believed: 0 };
    /// let parts = BrierParts::of(&[sure]).expect("there is a forecast");
    /// assert_eq!((parts.brier, parts.reliability), (0.0, 0.0));
    /// assert_eq!(BrierParts::of(&[]), None);
    /// ```
    ///
    /// # Panics
    ///
    /// If a forecast has no probability in the place of what was believed.
    pub fn of(forecasts: &[Forecast]) -> Option<Self> {
        if forecasts.is_empty() {
            return None;
        }
        let n = forecasts.len() as f64;
        let said = |one: &Forecast| (one.sure(), f64::from(u8::from(one.believed == one.truth)));
        let mut bins: [Vec<(f64, f64)>; BINS] = Default::default();
        for forecast in forecasts {
            bins[bin_of(forecast.sure())].push(said(forecast));
        }
        let rate = forecasts.iter().map(|one| said(one).1).sum::<f64>() / n;
        let brier = forecasts.iter().map(said).map(|(p, right)| (p - right).powi(2)).sum::<f64>();
        let mut parts = Self {
            brier: brier / n,
            reliability: 0.0,
            resolution: 0.0,
            uncertainty: rate * (1.0 - rate),
            within: 0.0,
        };
        for bin in bins.iter().filter(|bin| !bin.is_empty()) {
            let count = bin.len() as f64;
            let sure = bin.iter().map(|(p, _)| p).sum::<f64>() / count;
            let right = bin.iter().map(|(_, right)| right).sum::<f64>() / count;
            parts.reliability += count / n * (sure - right).powi(2);
            parts.resolution += count / n * (right - rate).powi(2);
            for (p, was) in bin {
                parts.within += ((p - sure).powi(2) - 2.0 * (p - sure) * (was - right)) / n;
            }
        }
        Some(parts)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A belief in one of two labels, in whole percents.
    fn beliefs() -> impl Strategy<Value = Vec<Forecast>> {
        let belief = (0_u8..=100, 0_usize..2, 0_usize..2).prop_map(|(percent, truth, believed)| {
            let p = f64::from(percent) / 100.0;
            Forecast { probabilities: vec![p, 1.0 - p], truth, believed }
        });
        prop::collection::vec(belief, 1..60)
    }

    proptest! {
        #[test]
        fn the_parts_add_up(forecasts in beliefs()) {
            let parts = BrierParts::of(&forecasts).expect("there are forecasts");
            let sum = parts.reliability - parts.resolution + parts.uncertainty + parts.within;
            prop_assert!((parts.brier - sum).abs() < 1e-12, "{parts:?}");
            prop_assert!(parts.reliability >= 0.0 && parts.resolution >= 0.0);
            prop_assert!(parts.resolution <= parts.uncertainty + 1e-12, "{parts:?}");
        }

        #[test]
        fn with_two_labels_the_score_is_half_of_the_sum_over_both(forecasts in beliefs()) {
            let parts = BrierParts::of(&forecasts).expect("there are forecasts");
            let scores = crate::Scores::of(&[forecasts]).expect("there are forecasts");
            prop_assert!((scores.brier - 2.0 * parts.brier).abs() < 1e-12);
        }
    }

    /// Ten forecasts of rain at two probabilities, by hand: Murphy's three terms, and nothing within.
    #[test]
    fn the_parts_are_those_of_murphy() {
        let said = |p: f64, right: bool| Forecast {
            probabilities: vec![p, 1.0 - p],
            truth: usize::from(!right),
            believed: 0,
        };
        let mut forecasts = vec![said(0.9, true); 4];
        forecasts.push(said(0.9, false));
        forecasts.extend([said(0.6, true), said(0.6, true)]);
        forecasts.extend(vec![said(0.6, false); 3]);
        let parts = BrierParts::of(&forecasts).unwrap();
        for (ours, by_hand) in [
            (parts.brier, (4.0 * 0.01 + 0.81 + 2.0 * 0.16 + 3.0 * 0.36) / 10.0),
            (parts.reliability, 0.5 * 0.01 + 0.5 * 0.04),
            (parts.resolution, 0.04),
            (parts.uncertainty, 0.24),
            (parts.within, 0.0),
        ] {
            assert!((ours - by_hand).abs() < 1e-12, "{ours}, not {by_hand}: {parts:?}");
        }
    }
}
