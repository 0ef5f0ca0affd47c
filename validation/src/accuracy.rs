//! How often a judge is right about random evidence (paper, section 3.1: "judge, random pixels").

use pixel_debate_datasets::Dataset;
use pixel_debate_game::Pixel;
use pixel_debate_judge::masks::{Masks, measuring_rng};
use pixel_debate_judge::{Evaluator, Judge, Model, PixelSet, Provenance, Weights, failing};
use rayon::prelude::*;

use crate::{
    evidence::random_pixels,
    fit::{UnfitDataset, check_classes, check_dataset},
};

/// Images that are judged together.
const BATCH: usize = 250;

/// How many of the dataset's images the judge labels correctly, each seen through random pixels. A label
/// counts as correct if its logit is greater than every other.
///
/// The mask of each image depends on `seed` and the image's number alone. Uses all threads of rayon's
/// pool.
///
/// ```
/// use pixel_debate_datasets::Dataset;
/// use pixel_debate_judge::{Judge, masks::Masks};
/// use pixel_debate_validation::correct_on_random_pixels;
///
/// // One image with a bright bar on it, called a one.
/// let bar = (0..784).map(|at| if at % 28 == 14 { 255 } else { 0 }).collect();
/// let classes = (0..10).map(|digit| digit.to_string()).collect();
/// let dataset = Dataset::new("bar", (28, 28), bar, vec![1], classes)?;
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// assert_eq!(correct_on_random_pixels(judge.model(), &dataset, Masks::nonzero(6), 1)?, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the judge cannot read the images, or tell so many classes apart.
pub fn correct_on_random_pixels(
    model: &Model,
    dataset: &Dataset,
    masks: Masks,
    seed: u64,
) -> Result<usize, UnfitDataset> {
    check_dataset(dataset)?;
    check_classes(model.classes(), dataset)?;
    let batches: Vec<usize> = (0..dataset.len()).step_by(BATCH).collect();
    let weights = Weights { model: model.clone(), provenance: Provenance::default() };
    let judge = Judge::new("measured", weights);
    let correct = batches.into_par_iter().map_init(
        || judge.many(),
        |many, first| {
            let batch = first..dataset.len().min(first + BATCH);
            let shown = batch.clone().map(|index| random_pixels(dataset, index, masks, seed));
            let is_correct = |(index, logits): (usize, &[f32])| {
                let label = usize::from(dataset.label(index));
                logits.iter().enumerate().all(|(at, logit)| at == label || logits[label] > *logit)
            };
            batch.zip(many.logits(shown).rows()).filter(|row| is_correct(*row)).count()
        },
    );
    Ok(correct.sum())
}

/// The same of any judge, of which `asked_about` gives an evaluator of an image by its number. Whether the judge is for
/// the dataset has been seen to.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_datasets::Dataset;
/// use pixel_debate_judge::{Judge, masks::Masks};
/// use pixel_debate_validation::correct_by_evaluators;
///
/// // One image with a bright bar on it, called a one.
/// let bar = (0..784).map(|at| if at % 28 == 14 { 255 } else { 0 }).collect();
/// let classes = (0..10).map(|digit| digit.to_string()).collect();
/// let dataset = Dataset::new("bar", (28, 28), bar, vec![1], classes)?;
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let engine = |image| judge.evaluator(Arc::new(dataset.to_image(image)));
/// assert_eq!(correct_by_evaluators(&dataset, Masks::nonzero(6), 1, engine)?, 1);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
///
/// # Errors
///
/// What `asked_about` returns, or why the judge [has failed](failing).
pub fn correct_by_evaluators<E: Into<failing::Failure> + Send>(
    dataset: &Dataset,
    masks: Masks,
    seed: u64,
    asked_about: impl Fn(usize) -> Result<Box<dyn Evaluator>, E> + Sync,
) -> Result<usize, failing::Failure> {
    let is_correct = |index: usize| -> Result<usize, failing::Failure> {
        // What failed before was another's.
        failing::take();
        let mask = masks.draw(dataset.image(index), &mut measuring_rng(seed, index));
        let side = dataset.width();
        let set: PixelSet =
            mask.into_iter().map(|at| Pixel::new((at % side) as u8, (at / side) as u8)).collect();
        let logits = asked_about(index).map_err(Into::into)?.evaluate(&[set]);
        if let Some(why) = failing::take() {
            return Err(why);
        }
        let (label, logits) = (usize::from(dataset.label(index)), &logits[0]);
        let mut others = logits.iter().enumerate().filter(|(at, _)| *at != label);
        Ok(usize::from(others.all(|(_, logit)| logits[label] > *logit)))
    };
    (0..dataset.len())
        .into_par_iter()
        .map(is_correct)
        .try_reduce(|| 0, |one, other| Ok(one + other))
}
