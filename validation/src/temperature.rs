//! The temperature at which a judge is as sure as it is right.

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::{Judge, Logits, masks::Masks};
use pixel_debate_statistics::{COLDEST, Forecast, HOTTEST, temperature};
use rayon::prelude::*;

use crate::{
    evidence::random_pixels,
    fit::{UnfitDataset, check_labels},
};

/// Images that are judged together.
const BATCH: usize = 256;

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
            many.logits(shown)
        },
    );
    // In the order of the images, whatever the threads did.
    let said: Vec<Logits> = said.collect();
    let rows = || said.iter().flat_map(Logits::rows).zip(dataset.labels());
    let found = temperature(rows().map(|(logits, label)| (logits, usize::from(*label))));
    if [COLDEST, HOTTEST].contains(&found) {
        return Err(CalibrationError::Unbounded { images, end: found });
    }
    let mean_score = |temperature: f64| {
        let score = |(logits, label): (&[f32], &u8)| {
            let cooled: Vec<f32> =
                logits.iter().map(|logit| (f64::from(*logit) / temperature) as f32).collect();
            Forecast::of_logits(&cooled, usize::from(*label), usize::from(*label)).log()
        };
        rows().map(score).sum::<f64>() / images as f64
    };
    let (before, after) = (mean_score(1.0), mean_score(found));
    Ok(Calibration { temperature: found, images, before, after })
}
