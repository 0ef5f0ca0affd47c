//! What a judge is shown where it is measured.

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::{
    dense::{Planes, planes},
    masks::{Masks, measuring_rng},
    network::SIDE,
};

/// Random pixels of an image, which depend on the seed and the image's number alone.
pub(crate) fn random_pixels(dataset: &Dataset, index: usize, masks: Masks, seed: u64) -> Planes {
    let image = dataset.image(index);
    let drawn = masks.draw(image, &mut measuring_rng(seed, index));
    planes(drawn.into_iter().map(|at| ((at % SIDE) as u8, (at / SIDE) as u8, image[at])))
}
