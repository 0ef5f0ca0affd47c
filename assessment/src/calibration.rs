//! How good a judge's probabilities are, as they are and with the temperature that suits them.

use pixel_debate_statistics::{Forecast, Interval, Scores, bootstrap_each, temperature};
use serde::Serialize;

use crate::alone::Said;

/// How good probabilities are, before and after a temperature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// As the judge gives them: the softmax of its logits over all labels.
    pub before: Probabilities,
    /// The temperature that suits all images: above 1 of a judge that is too sure.
    pub temperature: f64,
    /// With temperatures by cross-fitting: that of each half of the images comes from the other half.
    pub after: Probabilities,
}

/// Scores of probabilities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probabilities {
    /// The scores, the image being the unit.
    pub scores: Scores,
    /// The 95 % interval of the expected calibration error, by the bootstrap over images. The error is never below 0, and
    /// chance alone makes it greater: of few images so does the interval.
    pub ece_interval: Interval,
}

/// Resamples drawn for the calibration error's interval.
const RESAMPLES: usize = 1000;

/// Of what a judge said of images, in their random order.
///
/// # Panics
///
/// If there are no images.
pub(crate) fn calibration(said: &[Said]) -> Calibration {
    let fitted = |half: Option<usize>| {
        let of_half =
            said.iter().enumerate().filter(|(place, _)| half.is_none_or(|half| place % 2 == half));
        temperature(of_half.map(|(_, said)| (&said.logits[..], usize::from(said.label))))
    };
    let halves = [fitted(Some(1)), fitted(Some(0))];
    let before = said.iter().map(|said| forecast(said, 1.0)).collect();
    let after =
        said.iter().enumerate().map(|(place, said)| forecast(said, halves[place % 2])).collect();
    Calibration {
        before: Probabilities::of(before),
        temperature: fitted(None),
        after: Probabilities::of(after),
    }
}

fn forecast(said: &Said, temperature: f64) -> Forecast {
    let logits: Vec<f32> =
        said.logits.iter().map(|logit| (f64::from(*logit) / temperature) as f32).collect();
    Forecast::of_logits(&logits, said.label.into(), said.believed.into())
}

impl Probabilities {
    fn of(forecasts: Vec<Forecast>) -> Self {
        let marks: Vec<(f64, bool)> =
            forecasts.iter().map(|one| (one.sure(), one.believed == one.truth)).collect();
        let intervals =
            bootstrap_each(marks.len(), 1, RESAMPLES, |drawn| vec![error(&marks, drawn)]);
        let units: Vec<Vec<Forecast>> =
            forecasts.into_iter().map(|forecast| vec![forecast]).collect();
        let scores = Scores::of(&units).expect("a report has images");
        Self { scores, ece_interval: intervals[0] }
    }
}

/// The expected calibration error of forecasts, each as often as it was drawn, over ten bins.
fn error(marks: &[(f64, bool)], drawn: &[u32]) -> f64 {
    const BINS: usize = 10;
    let mut bins = [(0.0, 0.0); BINS];
    for ((sure, right), times) in marks.iter().zip(drawn) {
        let (sum, rights) = &mut bins[((sure * BINS as f64) as usize).min(BINS - 1)];
        *sum += f64::from(*times) * sure;
        *rights += f64::from(*times) * f64::from(u8::from(*right));
    }
    let all: f64 = drawn.iter().map(|times| f64::from(*times)).sum();
    bins.iter().map(|(sure, right)| (sure - right).abs()).sum::<f64>() / all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(logits: [f32; 2], label: u8) -> Said {
        let believed = u8::from(logits[1] >= logits[0]);
        Said { image: 0, label, believed, logits: logits.to_vec() }
    }

    #[test]
    fn a_judge_who_is_too_sure_is_cooled() {
        // By e⁴ to 1, and right in three of four cases, in either half.
        let all: Vec<Said> =
            (0..400).map(|place| said([4.0, 0.0], u8::from(place / 2 % 4 == 0))).collect();
        let Calibration { before, temperature, after } = calibration(&all);
        assert!((temperature - 4.0 / 3_f64.ln()).abs() < 1e-6, "{temperature}");
        assert!(before.scores.ece > 0.2 && after.scores.ece < 1e-6, "{before:?} {after:?}");
        assert!(after.scores.brier < before.scores.brier && after.scores.log < before.scores.log);
        assert!(
            before.ece_interval.low < before.scores.ece
                && before.scores.ece < before.ece_interval.high
        );
    }

    #[test]
    fn the_error_over_all_is_that_of_the_scores() {
        let all: Vec<Said> = (0..50_u8)
            .map(|place| said([f32::from(place) / 10.0, 2.0], u8::from(place % 3 == 0)))
            .collect();
        let forecasts: Vec<Forecast> = all.iter().map(|said| forecast(said, 1.0)).collect();
        let marks: Vec<(f64, bool)> =
            forecasts.iter().map(|one| (one.sure(), one.believed == one.truth)).collect();
        let ece = Probabilities::of(forecasts).scores.ece;
        assert!((error(&marks, &[1; 50]) - ece).abs() < 1e-12);
    }

    /// Whoever has few images of which the other half says nothing is not helped by their own.
    #[test]
    fn no_image_has_a_part_in_its_own_temperature() {
        let mut all: Vec<Said> =
            (0..20).map(|place| said([3.0, 0.0], u8::from(place % 4 == 0))).collect();
        let first = |all: &[Said]| calibration(all).after.scores.log;
        let before = first(&all);
        all[0] = said([3.0, 0.0], 1 - all[0].label);
        let halves = |all: &[Said], half: usize| {
            let half = all.iter().enumerate().filter(|(place, _)| place % 2 == half);
            temperature(half.map(|(_, said)| (&said.logits[..], usize::from(said.label))))
        };
        let expected: f64 = all
            .iter()
            .enumerate()
            .map(|(place, one)| forecast(one, halves(&all, 1 - place % 2)).log())
            .sum();
        assert!((first(&all) - expected / 20.0).abs() < 1e-12);
        assert_ne!(first(&all), before);
    }
}
