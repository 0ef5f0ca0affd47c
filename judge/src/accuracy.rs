//! How often a judge is right about random evidence (paper, section 3.1: "judge, random pixels").

use pixel_debate_datasets::Dataset;
use rayon::prelude::*;

use crate::{
    dense::planes,
    fit::{UnfitDataset, check_dataset},
    masks::{Masks, measuring_rng},
    network::{Network, SIDE},
};

/// Images that are judged together.
const BATCH: usize = 100;

impl Network {
    /// How many of the dataset's images the judge labels correctly, each seen through random
    /// pixels. A label counts as correct if its logit is greater than every other.
    ///
    /// The mask of each image depends on `seed` and the image's number alone. Uses all threads of
    /// rayon's pool.
    pub fn correct_on_random_pixels(
        &self,
        dataset: &Dataset,
        masks: Masks,
        seed: u64,
    ) -> Result<usize, UnfitDataset> {
        check_dataset(dataset)?;
        let batches: Vec<usize> = (0..dataset.len()).step_by(BATCH).collect();
        let correct = batches.into_par_iter().map(|first| {
            let batch = first..dataset.len().min(first + BATCH);
            let inputs: Vec<_> = batch
                .clone()
                .map(|index| {
                    let mut rng = measuring_rng(seed, index);
                    let image = dataset.image(index);
                    planes(
                        masks
                            .draw(image, &mut rng)
                            .into_iter()
                            .map(|at| ((at % SIDE) as u8, (at / SIDE) as u8, image[at])),
                    )
                })
                .collect();
            let is_correct = |(index, logits): (usize, [f32; 10])| {
                let label = usize::from(dataset.label(index));
                logits.iter().enumerate().all(|(at, logit)| at == label || logits[label] > *logit)
            };
            batch.zip(self.logits(&inputs)).filter(|row| is_correct(*row)).count()
        });
        Ok(correct.sum())
    }
}
