//! What is drawn from the benchmarks' seed: pairs of image and lie, and sets of pixels.

use std::{collections::HashSet, sync::Arc};

use pixel_debate_datasets::mnist;
use pixel_debate_game::{Debate, Image, Pixel, Role, Rules};
use pixel_debate_judge::{DIGITS, masks::Masks, network::SIDE};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The seed of all that is drawn here.
const SEED: u64 = 1;

/// What a draw is for. Each purpose has a stream of its own, so that a change to one leaves the
/// others as they were.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Pairs,
    LastPly,
    SearchLike,
    Random,
    Stems,
}

/// The generator for one purpose.
pub(crate) fn generator(purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    rng.set_stream(purpose as u64);
    rng
}

/// A test image and a lie about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The number of the image in MNIST's test set, from 0.
    pub image: usize,
    /// The liar's label: any but the true one.
    pub lie: u8,
}

impl Pair {
    /// The debate with precommit about it, nothing revealed yet.
    ///
    /// # Panics
    ///
    /// If the pair is none that [`pairs`] could draw.
    pub(crate) fn debate(self, pixels: u8, first: Role) -> Debate {
        let label = mnist::test().label(self.image);
        let rules = Rules::paper(pixels, true, first);
        Debate::new(rules, image(self.image), label, Some(self.lie), DIGITS as u8)
            .expect("a lie about an MNIST image can be debated")
    }
}

/// A hundred pairs of different test images and lies, both drawn uniformly.
pub fn pairs() -> Vec<Pair> {
    let mut rng = generator(Purpose::Pairs);
    let mut drawn = HashSet::new();
    let images = std::iter::repeat_with(|| rng.random_range(0..mnist::test().len()))
        .filter(|image| drawn.insert(*image));
    let images: Vec<usize> = images.take(100).collect();
    images
        .into_iter()
        .map(|image| {
            let other = rng.random_range(0..DIGITS as u8 - 1);
            let lie = other + u8::from(other >= mnist::test().label(image));
            Pair { image, lie }
        })
        .collect()
}

/// A test image.
///
/// # Panics
///
/// If there is no image of that number.
pub fn image(number: usize) -> Arc<Image> {
    Arc::new(mnist::test().to_image(number))
}

/// `count` different nonzero pixels of an image, drawn uniformly.
pub(crate) fn pixels(image: &Image, count: usize, rng: &mut impl Rng) -> Vec<Pixel> {
    Masks::nonzero(count)
        .draw(image.pixels(), rng)
        .into_iter()
        .map(|at| Pixel::new((at % SIDE) as u8, (at / SIDE) as u8))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_images_each_with_a_lie() {
        let pairs = pairs();
        let images: HashSet<usize> = pairs.iter().map(|pair| pair.image).collect();
        assert_eq!((pairs.len(), images.len()), (100, 100));
        for Pair { image, lie } in pairs {
            assert!(usize::from(lie) < DIGITS && lie != mnist::test().label(image));
        }
    }

    #[test]
    fn the_draws_never_change() {
        // Figures of different commits are compared: change these and none of the old ones counts.
        let first: Vec<(usize, u8)> =
            pairs().iter().take(3).map(|pair| (pair.image, pair.lie)).collect();
        assert_eq!(first, [(5493, 5), (4024, 6), (9845, 9)]);
    }
}
