//! How good probabilities are.

use serde::Serialize;

use crate::bootstrap::{Interval, bootstrap_mean};
use crate::rate::Rate;

/// What somebody said before the truth was known: a probability for each label in play.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The probabilities, which add up to 1.
    pub probabilities: Vec<f64>,
    /// Which of them is the truth's, by its place.
    pub truth: usize,
    /// The label that was believed, by its place: the likeliest, or of equal ones whichever the rules
    /// say.
    pub believed: usize,
}

/// How good forecasts are. Less is better.
///
/// ```
/// use pixel_debate_statistics::{Forecast, Scores};
///
/// // About one image somebody was asked twice, about another once.
/// let sure = Forecast { probabilities: vec![0.75, 0.25], truth: 0, believed: 0 };
/// let wrong = Forecast { truth: 1, ..sure.clone() };
/// let scores = Scores::of(&[vec![sure.clone(), wrong], vec![sure]]).expect("there are forecasts");
/// assert_eq!((scores.forecasts, scores.curve.len()), (3, 1));
/// assert!((scores.brier - (0.125 + 1.125 + 0.125) / 3.0).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Forecasts.
    pub forecasts: usize,
    /// The mean over forecasts of the sum over labels of the squared difference between probability
    /// and truth, 0 to 2 (G. W. Brier, Monthly Weather Review 78, 1950).
    pub brier: f64,
    /// Its 95 % interval, by the bootstrap over units.
    pub brier_interval: Interval,
    /// The mean of −ln of the truth's probability, in nats (I. J. Good, Journal of the Royal Statistical
    /// Society B 14, 1952).
    pub log: f64,
    /// Its 95 % interval, likewise.
    pub log_interval: Interval,
    /// The expected calibration error: over the bins, the mean of the distance between how sure and how
    /// often right, by their forecasts (M. P. Naeini et al., AAAI 2015; C. Guo et al., ICML 2017).
    pub ece: f64,
    /// The reliability curve: forecasts by how sure they were of the label believed, in ten bins of equal
    /// width; those without forecasts are left out.
    pub curve: Vec<Bin>,
}

/// Forecasts that were about equally sure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// The least probability of the believed label.
    pub from: f64,
    /// The greatest.
    pub to: f64,
    /// The mean.
    pub sure: f64,
    /// How often the believed label was the true one. Its interval takes forecasts as independent.
    pub right: Rate,
}

/// Bins of the reliability curve.
pub(crate) const BINS: usize = 10;

/// The bin of a probability.
pub(crate) fn bin_of(sure: f64) -> usize {
    ((sure * BINS as f64) as usize).min(BINS - 1)
}

impl Forecast {
    /// What logits say, by softmax over the labels in play (J. S. Bridle, 1990).
    ///
    /// ```
    /// use pixel_debate_statistics::Forecast;
    ///
    /// let said = Forecast::of_logits(&[2.0, 2.0], 0, 1);
    /// assert_eq!(said.probabilities, [0.5, 0.5]);
    /// ```
    pub fn of_logits(logits: &[f32], truth: usize, believed: usize) -> Self {
        let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let odds: Vec<f64> =
            logits.iter().map(|logit| (f64::from(*logit) - f64::from(greatest)).exp()).collect();
        let sum: f64 = odds.iter().sum();
        let probabilities = odds.into_iter().map(|odds| odds / sum).collect();
        Self { probabilities, truth, believed }
    }

    /// The sum over labels of the squared difference between probability and truth, 0 to 2.
    ///
    /// ```
    /// use pixel_debate_statistics::Forecast;
    ///
    /// let said = Forecast { probabilities: vec![0.5, 0.5], truth: 0, believed: 1 };
    /// assert_eq!((said.brier(), said.sure()), (0.5, 0.5));
    /// assert!((said.log() - 2_f64.ln()).abs() < 1e-12);
    /// ```
    pub fn brier(&self) -> f64 {
        let error = |(label, probability): (usize, &f64)| {
            (probability - f64::from(u8::from(label == self.truth))).powi(2)
        };
        self.probabilities.iter().enumerate().map(error).sum()
    }

    /// −ln of the truth's probability, in nats, 0 to about 708: a probability is no less than the least number.
    ///
    /// # Panics
    ///
    /// If there is no probability in the place of the truth.
    pub fn log(&self) -> f64 {
        // A probability too small for a number is as small as a number can be.
        -self.probabilities[self.truth].max(f64::MIN_POSITIVE).ln()
    }

    /// The probability of the label believed.
    ///
    /// # Panics
    ///
    /// If there is no probability in its place.
    pub fn sure(&self) -> f64 {
        self.probabilities[self.believed]
    }
}

impl Bin {
    /// The reliability curve of forecasts: by how sure they were of the label believed, in ten bins of equal width from 0
    /// to 1; those without forecasts are left out.
    ///
    /// ```
    /// use pixel_debate_statistics::{Bin, Forecast};
    ///
    /// let right = Forecast { probabilities: vec![0.75, 0.25], truth: 0, believed: 0 };
    /// let wrong = Forecast { truth: 1, ..right.clone() };
    /// let curve = Bin::curve([&right, &wrong]);
    /// assert_eq!((curve.len(), curve[0].sure, curve[0].right.rate), (1, 0.75, 0.5));
    /// ```
    ///
    /// # Panics
    ///
    /// If a forecast has no probability in the place of what was believed.
    pub fn curve<'a>(forecasts: impl IntoIterator<Item = &'a Forecast>) -> Vec<Self> {
        let mut bins: [Vec<&Forecast>; BINS] = Default::default();
        for forecast in forecasts {
            bins[bin_of(forecast.sure())].push(forecast);
        }
        let here = |(bin, here): (usize, &Vec<&Forecast>)| {
            let right = here.iter().filter(|one| one.believed == one.truth).count();
            let sure = here.iter().map(|one| one.sure()).sum::<f64>() / here.len() as f64;
            let [from, to] = [bin, bin + 1].map(|edge| edge as f64 / BINS as f64);
            Self { from, to, sure, right: Rate::wilson(right as f64, here.len()) }
        };
        bins.iter().enumerate().filter(|(_, here)| !here.is_empty()).map(here).collect()
    }
}

impl Scores {
    /// The scores of forecasts, given by independent unit, as an image is about which there may be several;
    /// of none there are none.
    ///
    /// ```
    /// use pixel_debate_statistics::{Forecast, Scores};
    ///
    /// assert_eq!(Scores::of(&[]), None);
    /// // Whoever says what is so, and is sure, has no error at all.
    /// let knows = Forecast { probabilities: vec![1.0, 0.0], truth: 0, believed: 0 };
    /// let scores = Scores::of(&[vec![knows]]).expect("there is a forecast");
    /// assert_eq!((scores.brier, scores.log, scores.ece), (0.0, 0.0, 0.0));
    /// ```
    ///
    /// # Panics
    ///
    /// If a forecast has no probability in the place of its truth, or of what was believed.
    pub fn of(units: &[Vec<Forecast>]) -> Option<Self> {
        let all: Vec<&Forecast> = units.iter().flatten().collect();
        if all.is_empty() {
            return None;
        }
        let n = all.len() as f64;
        let mean = |score: fn(&Forecast) -> f64| -> (f64, Interval) {
            let is_asked = |forecasts: &&Vec<Forecast>| !forecasts.is_empty();
            let means: Vec<f64> = units
                .iter()
                .filter(is_asked)
                .map(|of| of.iter().map(score).sum::<f64>() / of.len() as f64)
                .collect();
            (all.iter().map(|forecast| score(forecast)).sum::<f64>() / n, bootstrap_mean(&means))
        };
        let (brier, brier_interval) = mean(Forecast::brier);
        let (log, log_interval) = mean(Forecast::log);
        let curve = Bin::curve(all.iter().copied());
        let distance = |bin: &Bin| bin.right.of as f64 / n * (bin.right.rate - bin.sure).abs();
        let ece = curve.iter().map(distance).sum();
        let forecasts = all.len();
        Some(Self { forecasts, brier, brier_interval, log, log_interval, ece, curve })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecast(probabilities: &[f64], truth: usize, believed: usize) -> Forecast {
        Forecast { probabilities: probabilities.to_vec(), truth, believed }
    }

    /// By hand: Brier's own definition, with two and with three labels.
    #[test]
    fn scores_are_those_of_their_definitions() {
        let forecasts = vec![
            vec![forecast(&[0.8, 0.2], 0, 0), forecast(&[0.3, 0.7], 0, 1)],
            vec![forecast(&[0.2, 0.5, 0.3], 1, 1)],
        ];
        let scores = Scores::of(&forecasts).unwrap();
        let brier = (2.0 * 0.04 + 2.0 * 0.49 + 0.04 + 0.25 + 0.09) / 3.0;
        assert!((scores.brier - brier).abs() < 1e-12, "{scores:?}");
        let log = -(0.8_f64.ln() + 0.3_f64.ln() + 0.5_f64.ln()) / 3.0;
        assert!((scores.log - log).abs() < 1e-12, "{scores:?}");
        assert!((scores.ece - (0.2 + 0.7 + 0.5) / 3.0).abs() < 1e-12, "{scores:?}");
        let bins: Vec<(f64, usize)> =
            scores.curve.iter().map(|bin| (bin.from, bin.right.of)).collect();
        assert_eq!(bins, [(0.5, 1), (0.7, 1), (0.8, 1)]);
        assert_eq!(Scores::of(&[Vec::new()]), None);
    }

    #[test]
    fn one_that_knows_and_one_that_does_not() {
        let knows = vec![vec![forecast(&[1.0, 0.0], 0, 0)]; 8];
        let scores = Scores::of(&knows).unwrap();
        assert_eq!((scores.brier, scores.log, scores.ece), (0.0, 0.0, 0.0));
        // Always one tenth each, right once in ten: calibrated, and of no use.
        let tenth = [0.1; 10];
        let guesses: Vec<_> = (0..10).map(|truth| vec![forecast(&tenth, truth, 0)]).collect();
        let scores = Scores::of(&guesses).unwrap();
        assert!((scores.brier - 0.9).abs() < 1e-12 && scores.ece < 1e-12, "{scores:?}");
        assert!((scores.log - 10_f64.ln()).abs() < 1e-12);
        // Sure of the wrong one: as bad as can be, and no infinity.
        let wrong = Scores::of(&[vec![forecast(&[0.0, 1.0], 0, 1)]]).unwrap();
        assert!(wrong.brier == 2.0 && wrong.log.is_finite() && wrong.log > 700.0, "{wrong:?}");
    }

    #[test]
    fn logits_become_probabilities_by_softmax() {
        let said = Forecast::of_logits(&[1000.0, 1000.0 - 3_f32.ln()], 0, 0);
        let [one, other] = said.probabilities[..] else { panic!("two labels") };
        assert!((one - 0.75).abs() < 1e-4 && (one + other - 1.0).abs() < 1e-12, "{said:?}");
    }
}
