//! What a judge is shown where it is measured.

use pixel_debate_datasets::Dataset;
use pixel_debate_game::Pixel;
use pixel_debate_judge::{
    masks::{Masks, measuring_rng},
    network::SIDE,
};

/// Random pixels of an image with their values, which depend on the seed and the image's number alone.
pub(crate) fn random_pixels(
    dataset: &Dataset,
    index: usize,
    masks: Masks,
    seed: u64,
) -> impl Iterator<Item = (Pixel, u8)> {
    let image = dataset.image(index);
    let drawn = masks.draw(image, &mut measuring_rng(seed, index));
    let shown = |at: usize| (Pixel::new((at % SIDE) as u8, (at / SIDE) as u8), image[at]);
    drawn.into_iter().map(shown)
}
