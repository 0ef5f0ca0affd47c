//! Positions near the end of debates, each to be decided for all the ways to complete it.

use std::sync::Arc;

use pixel_debate_datasets::mnist;
use pixel_debate_game::{Claims, Image, Pixel};

use crate::draws::{Pair, Purpose, generator, image, pairs, pixels};

/// How many images there are: those of the first [`pairs`].
const IMAGES: usize = 4;
/// The stems of an image.
const STEMS: usize = 4;

/// Four sets of revealed pixels of one image that share all but the pixel revealed last, as sibling
/// nodes of a search do.
#[derive(Debug, Clone)]
pub struct Stems {
    /// The image.
    pub image: Arc<Image>,
    /// The true label, and the pair's lie.
    pub claims: Claims,
    /// The pixels that all four share.
    pub parent: Vec<Pixel>,
    /// The pixel that each has besides.
    pub last: Vec<Pixel>,
}

/// Stems of `size` pixels, uniformly drawn.
pub fn stems(size: usize) -> Vec<Stems> {
    let mut rng = generator(Purpose::Stems);
    let of_pair = |pair: &Pair| {
        let image = image(pair.image);
        // Drawn together, so that all differ.
        let mut parent = pixels(&image, size - 1 + STEMS, &mut rng);
        let last = parent.split_off(size - 1);
        let claims = Claims { honest: mnist::test().label(pair.image), liar: Some(pair.lie) };
        Stems { image, claims, parent, last }
    };
    pairs().iter().take(IMAGES).map(of_pair).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn stems_are_of_different_nonzero_pixels() {
        for stems in stems(5) {
            let pixels: HashSet<&Pixel> = stems.parent.iter().chain(&stems.last).collect();
            assert_eq!((stems.parent.len(), stems.last.len(), pixels.len()), (4, STEMS, 8));
            assert!(pixels.iter().all(|pixel| stems.image.value(**pixel) > Some(0)));
        }
    }
}
