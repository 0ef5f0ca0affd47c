//! What speaks against a judge's file, from a look at a few digits.
//!
//! A file may hold sound numbers in another order: the planes exchanged, a layer transposed. No shape
//! tells. Its answers do, in a fraction of a second.

use pixel_debate_datasets::mnist;
use pixel_debate_game::LegalPixels;
use rayon::prelude::*;

use crate::{
    CLASSES, Weights,
    dense::{Planes, planes},
    masks::{Masks, measuring_rng},
    network::SIDE,
    weights::{MNIST_TRAIN, PLANES_KEY},
};

/// How many images of MNIST's test set are looked at.
const IMAGES: usize = 256;
/// Images that one thread looks at together.
const BATCH: usize = 32;
/// By how much the other order of planes must be better, in nats an image.
const BETTER: f64 = 0.1;
/// What share may be right by chance: 10 %, and more than four standard errors.
const CHANCE: f64 = 0.18;
/// By how much a judge may be worse than its file says: more than three standard errors.
const WORSE: f64 = 0.1;

/// What speaks against a judge.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Doubt {
    /// The input planes seem to be exchanged.
    #[error(
        "the judge is right about {} % of {IMAGES} digits through {pixels} random pixels, and about \
         {} % with its input planes exchanged: if the file has the plane of values first, its metadata \
         must say `{PLANES_KEY}` = `value mask`", percent(*right), percent(*turned)
    )]
    Planes {
        /// The number of pixels revealed.
        pixels: usize,
        /// The share of images that the judge is right about.
        right: f64,
        /// The same with the planes exchanged.
        turned: f64,
    },
    /// The judge is hardly better than chance.
    #[error(
        "the judge is right about {} % of {IMAGES} digits through {pixels} random pixels, and chance \
         about 10 %: is it a judge of MNIST's digits, laid out as PyTorch has it?", percent(*right)
    )]
    Chance {
        /// The number of pixels revealed.
        pixels: usize,
        /// The share of images that the judge is right about.
        right: f64,
    },
    /// The judge is worse than its file says.
    #[error(
        "the judge is right about {} % of {IMAGES} digits through {pixels} random pixels, and its file \
         says {} %", percent(*right), percent(*stated)
    )]
    Worse {
        /// The number of pixels revealed.
        pixels: usize,
        /// The share of images that the judge is right about.
        right: f64,
        /// The share that the file states.
        stated: f64,
    },
}

fn percent(share: f64) -> f64 {
    (share * 1000.0).round() / 10.0
}

/// How a judge does on the images.
struct Look {
    right: f64,
    /// The mean logarithm of the true label's probability.
    score: f64,
}

impl Weights {
    /// What speaks against these weights being a judge of digits, found out on a few hundred of MNIST's
    /// test images through random pixels: as many as its file says that it was trained for, or `pixels`.
    /// `None` if nothing does, or if its file says that it was trained on something else.
    pub fn doubt(&self, pixels: usize) -> Option<Doubt> {
        let other = |data| data != MNIST_TRAIN;
        let digits = || (0..CLASSES).map(|digit| digit.to_string());
        if self.provenance.data().is_some_and(other)
            || self.provenance.classes().is_some_and(|classes| !digits().eq(classes))
        {
            return None;
        }
        let legal = match self.provenance.0.get("legal").map(String::as_str) {
            Some("any") => LegalPixels::Any,
            _ => LegalPixels::Nonzero,
        };
        let pixels = self.provenance.pixels().unwrap_or(pixels);
        let masks = Masks { pixels, legal };
        let (look, turned) = (self.look(masks, false), self.look(masks, true));
        let (right, stated) = (look.right, self.stated_accuracy());
        if turned.score > look.score + BETTER {
            return Some(Doubt::Planes { pixels, right, turned: turned.right });
        }
        if right < CHANCE {
            return Some(Doubt::Chance { pixels, right });
        }
        let stated = stated.filter(|stated| right < stated - WORSE)?;
        Some(Doubt::Worse { pixels, right, stated })
    }

    /// The accuracy that the file states for MNIST's test images: `59.9 % (...) on mnist-test`.
    fn stated_accuracy(&self) -> Option<f64> {
        let text = self.provenance.0.get("accuracy")?.strip_suffix(" on mnist-test")?;
        let percent: f64 = text.split_once(" %")?.0.parse().ok()?;
        Some(percent / 100.0)
    }

    fn look(&self, masks: Masks, turned: bool) -> Look {
        let test = mnist::test();
        let starts: Vec<usize> = (0..IMAGES).step_by(BATCH).collect();
        let sums = starts.into_par_iter().map(|start| {
            let inputs: Vec<Planes> = (start..start + BATCH)
                .map(|index| {
                    let image = test.image(index);
                    let drawn = masks.draw(image, &mut measuring_rng(0, index));
                    let mut input = planes(
                        drawn.iter().map(|at| ((at % SIDE) as u8, (at / SIDE) as u8, image[*at])),
                    );
                    if turned {
                        input.rotate_left(SIDE * SIDE);
                    }
                    input
                })
                .collect();
            let logits = self.network.logits(&inputs);
            let of_each = (start..).zip(&logits).map(|(index, logits)| {
                let label = usize::from(test.label(index));
                let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let sum: f64 = logits.iter().map(|logit| f64::from(logit - greatest).exp()).sum();
                let score = f64::from(logits[label] - greatest) - sum.ln();
                (f64::from(u8::from(logits[label] >= greatest)), score)
            });
            of_each.fold((0.0, 0.0), |sums, one| (sums.0 + one.0, sums.1 + one.1))
        });
        // In order, for the sum of the scores depends on it.
        let sums: Vec<(f64, f64)> = sums.collect();
        let (right, score) =
            sums.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
        Look { right: right / IMAGES as f64, score: score / IMAGES as f64 }
    }
}
