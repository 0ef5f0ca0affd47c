//! The workloads: what the judge is asked about a few images.

use std::sync::Arc;

use pixel_debate_game::Image;
use pixel_debate_judge::PixelSet;

use crate::draws::{Purpose, generator, image, pairs, pixels};

/// How many images a workload goes over: those of the first [`pairs`].
const IMAGES: usize = 4;

/// Sets of pixels of one image, in the batches in which they are asked.
#[derive(Debug, Clone)]
pub struct Questions {
    /// The number of the image in MNIST's test set.
    pub number: usize,
    /// The image.
    pub image: Arc<Image>,
    /// The sets, batch by batch.
    pub batches: Vec<Vec<PixelSet>>,
}

impl Questions {
    /// How many sets are asked about.
    pub fn sets(&self) -> usize {
        self.batches.iter().map(Vec::len).sum()
    }
}

/// The last ply of a debate of 6 pixels: each batch is a set of 5 pixels completed by every other
/// nonzero pixel. Four such sets an image.
pub fn last_ply() -> Vec<Questions> {
    let mut rng = generator(Purpose::LastPly);
    over_images(|image| {
        let batch = || {
            let five: PixelSet = pixels(image, 5, &mut rng).into_iter().collect();
            let open = image.nonzero().filter(|pixel| !five.pixels().contains(pixel));
            open.map(|pixel| five.with(pixel)).collect()
        };
        std::iter::repeat_with(batch).take(4).collect()
    })
}

/// Sets as a tree search over 6 pixels asks for them, one at a time: four sets of 4 pixels an
/// image that share two, each with eight fifth pixels, each of these with sixteen sixth pixels.
pub fn search_like() -> Vec<Questions> {
    let mut rng = generator(Purpose::SearchLike);
    over_images(|image| {
        // Drawn together, so that the pixels of a set differ.
        let drawn = pixels(image, 2 + 4 * 2 + 8 + 16, &mut rng);
        let (shared, drawn) = drawn.split_at(2);
        let (prefixes, drawn) = drawn.split_at(4 * 2);
        let (fifth, sixth) = drawn.split_at(8);
        let mut batches = Vec::new();
        for prefix in prefixes.chunks_exact(2) {
            let four: PixelSet = shared.iter().chain(prefix).copied().collect();
            for five in fifth.iter().map(|pixel| four.with(*pixel)) {
                batches.extend(sixth.iter().map(|pixel| vec![five.with(*pixel)]));
            }
        }
        batches
    })
}

/// Uniformly random sets of 6 nonzero pixels: of each image one batch of `batch` sets.
pub fn random(batch: usize) -> Vec<Questions> {
    let mut rng = generator(Purpose::Random);
    over_images(|image| {
        let set = || pixels(image, 6, &mut rng).into_iter().collect();
        vec![std::iter::repeat_with(set).take(batch).collect()]
    })
}

fn over_images(mut batches: impl FnMut(&Image) -> Vec<Vec<PixelSet>>) -> Vec<Questions> {
    pairs()
        .iter()
        .take(IMAGES)
        .map(|pair| {
            let image = image(pair.image);
            Questions { number: pair.image, batches: batches(&image), image }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn check(workload: &[Questions]) {
        assert_eq!(workload.len(), IMAGES);
        for questions in workload {
            let mut seen = HashSet::new();
            for set in questions.batches.iter().flatten() {
                assert_eq!(set.pixels().len(), 6);
                let value = |pixel| questions.image.value(pixel);
                assert!(set.pixels().iter().all(|pixel| value(*pixel) > Some(0)));
                assert!(seen.insert(set), "{set:?} is asked twice");
            }
            assert_eq!(seen.len(), questions.sets());
        }
    }

    #[test]
    fn every_set_has_six_nonzero_pixels_and_is_asked_once() {
        check(&last_ply());
        check(&search_like());
        check(&random(64));
    }

    #[test]
    fn the_last_ply_is_whole() {
        for questions in last_ply() {
            let nonzero = questions.image.nonzero().count();
            assert!(questions.batches.iter().all(|batch| batch.len() == nonzero - 5));
        }
    }
}
