//! The temperature at which a judge is as sure as it is right.

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::{Judge, masks::Masks};
use rayon::prelude::*;

use crate::{
    evidence::random_pixels,
    fit::{UnfitDataset, check_labels},
};

/// The lowest and the highest temperature that are looked at.
const LOWEST: f64 = 0.01;
const HIGHEST: f64 = 100.0;
/// Images that are judged together.
const BATCH: usize = 256;
/// How often the range of temperatures is halved: far below what a file tells apart.
const HALVINGS: usize = 60;

/// What a temperature does for a judge.
///
/// ```
/// use pixel_debate_datasets::mnist;
/// use pixel_debate_judge::{Judge, masks::Masks};
/// use pixel_debate_validation::calibrate;
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let calibration = calibrate(&judge, mnist::test(), 500, Masks::nonzero(6), 1)?;
/// assert_eq!(calibration.images, 500);
/// assert!((0.5..2.0).contains(&calibration.temperature), "it is quite well calibrated");
/// assert!(calibration.after <= calibration.before);
/// # Ok::<(), pixel_debate_validation::CalibrationError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// By which the logits are divided.
    pub temperature: f64,
    /// How many images it was found on.
    pub images: usize,
    /// The judge's mean log score on them, in nats: minus the logarithm of the true label's probability. Lower is better,
    /// and ln n is that of a judge that finds n labels alike.
    pub before: f64,
    /// The same at the temperature.
    pub after: f64,
}

/// Why there is no best temperature.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// The judge cannot judge the images.
    #[error(transparent)]
    Unfit(#[from] UnfitDataset),
    /// There is none to find it on.
    #[error("there are no images to find a temperature on")]
    NoImages,
    /// The score is best at an end of the range.
    #[error(
        "the score on {images} images is best at the temperature {end}, the end of what is looked at: the \
         judge is {}", if *end < 1.0 { "always right about so few" } else { "no better than chance" }
    )]
    Unbounded {
        /// How many images were looked at.
        images: usize,
        /// The end, 0.01 or 100.
        end: f64,
    },
}

/// The temperature from 0.01 to 100 by which a judge's logits are to be divided, so that its mean log score is
/// least on the first images of a dataset, so many of them, each seen through random pixels.
///
/// The mask of each image depends on `seed` and the image's number alone, and is that of
/// [`correct_on_random_pixels`](crate::correct_on_random_pixels). Uses all threads of rayon's pool.
///
/// # Errors
///
/// [`CalibrationError`] if there are no images, the judge cannot judge them by its labels, or no temperature in the
/// range is best.
pub fn calibrate(
    judge: &Judge,
    dataset: &Dataset,
    images: usize,
    masks: Masks,
    seed: u64,
) -> Result<Calibration, CalibrationError> {
    check_labels(judge.weights(), dataset)?;
    let images = images.min(dataset.len());
    if images == 0 {
        return Err(CalibrationError::NoImages);
    }
    let starts: Vec<usize> = (0..images).step_by(BATCH).collect();
    let said = starts.into_par_iter().map_init(
        || judge.many(),
        |many, start| {
            let batch = start..images.min(start + BATCH);
            let shown = batch.clone().map(|index| random_pixels(dataset, index, masks, seed));
            let logits = many.logits(shown);
            let labelled = batch.map(|index| dataset.label(index)).zip(logits.rows());
            labelled.map(|(label, row)| Answer::new(label, row)).collect()
        },
    );
    let answers: Vec<Answer> = said.collect::<Vec<Vec<_>>>().concat();
    let mean = |of: &(dyn Fn(&Answer) -> f64 + Sync)| {
        // In the order of the images, whatever the threads did.
        answers.iter().map(of).sum::<f64>() / images as f64
    };
    // The score is convex in the inverse temperature, and so is least where its slope is 0.
    let slope = |inverse: f64| mean(&|answer| answer.slope(inverse));
    for (end, is_best) in
        [(HIGHEST, slope(1.0 / HIGHEST) >= 0.0), (LOWEST, slope(1.0 / LOWEST) <= 0.0)]
    {
        if is_best {
            return Err(CalibrationError::Unbounded { images, end });
        }
    }
    let (mut low, mut high) = (-HIGHEST.ln(), -LOWEST.ln());
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if slope(middle.exp()) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let inverse = f64::midpoint(low, high).exp();
    let [before, after] = [1.0, inverse].map(|inverse| mean(&|answer| answer.score(inverse)));
    Ok(Calibration { temperature: 1.0 / inverse, images, before, after })
}

/// By how much each label's logit differs from that of the true one.
#[derive(Debug, Clone)]
struct Answer(Vec<f64>);

impl Answer {
    fn new(label: u8, logits: &[f32]) -> Self {
        let truth = f64::from(logits[usize::from(label)]);
        Self(logits.iter().map(|logit| f64::from(*logit) - truth).collect())
    }

    /// Minus the logarithm of the true label's probability where the logits are multiplied.
    fn score(&self, inverse: f64) -> f64 {
        let greatest = self.greatest();
        let sum: f64 = self.0.iter().map(|one| ((one - greatest) * inverse).exp()).sum();
        greatest * inverse + sum.ln()
    }

    /// By how much the score grows with the factor.
    fn slope(&self, inverse: f64) -> f64 {
        let greatest = self.greatest();
        let weighed = self.0.iter().map(|one| (((one - greatest) * inverse).exp(), one));
        let (sum, total) = weighed
            .fold((0.0, 0.0), |(sum, total), (weight, one)| (sum + weight, total + weight * one));
        total / sum
    }

    fn greatest(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}
