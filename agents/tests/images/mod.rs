//! Images that are small enough to try everything.

use pixel_debate_datasets::mnist;
use pixel_debate_game::{Image, Pixel};
use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

/// An image of which all but some pixels are blackened; those are near each other, so that all that
/// the engine does for near pixels is called for.
pub(crate) fn cut(rng: &mut ChaCha8Rng) -> Image {
    let test = mnist::test();
    loop {
        let whole = test.to_image(rng.random_range(0..test.len()));
        let lit: Vec<Pixel> = whole.nonzero().collect();
        let center = lit[rng.random_range(0..lit.len())];
        let reach = rng.random_range(3..=14);
        let near: Vec<Pixel> = lit
            .into_iter()
            .filter(|one| one.x.abs_diff(center.x) < reach && one.y.abs_diff(center.y) < reach)
            .collect();
        let count = rng.random_range(9..=12);
        if near.len() < count {
            continue;
        }
        let mut cut = vec![0; 28 * 28];
        for pixel in near.sample(rng, count) {
            let index = usize::from(pixel.y) * 28 + usize::from(pixel.x);
            cut[index] = whole.pixels()[index];
        }
        return Image::new(28, 28, cut).unwrap();
    }
}
