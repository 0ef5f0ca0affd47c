//! What speaks against a judge's file, from a look at a thousand digits.
//!
//! A file may hold sound numbers in another order: the planes exchanged, a layer transposed. No shape
//! tells. Its answers do, in a fraction of a second.

use pixel_debate_datasets::mnist;
use pixel_debate_judge::{
    DIGITS, Judge, MNIST_TRAIN, PLANES_KEY, Provenance, Weights, masks::Masks,
};
use rayon::prelude::*;

use crate::evidence::random_pixels;

/// How many images of MNIST's test set are looked at.
const IMAGES: usize = 1024;
/// How many where these leave it open which planes are whose: a judge that was hardly trained takes one
/// for the other with little loss.
const MORE_IMAGES: usize = 4096;
/// Images that one thread looks at together.
const BATCH: usize = 128;
/// By how many of its own standard errors the other order of planes must be better, image by image.
const BETTER: f64 = 3.0;
/// From how many of them, for either order, it is no longer open.
const CLEAR: f64 = 4.0;
/// What share may be right by chance: that of the most frequent digit, and four standard errors.
const CHANCE: f64 = 0.155;
/// By how much a judge may be worse than its file says: more than three standard errors.
const WORSE: f64 = 0.05;

/// What speaks against a judge.
///
/// ```
/// use pixel_debate_validation::Doubt;
///
/// let doubt = Doubt::Worse { pixels: 4, right: 0.4, stated: 0.6 };
/// assert_eq!(
///     doubt.to_string(),
///     "the judge is right about 40 % of 1024 digits through 4 random pixels, and its file says 60 %"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Doubt {
    /// The input planes seem to be exchanged.
    #[error(
        "the judge is right about {} % of {images} digits through {pixels} random pixels, and about \
         {} % with its input planes exchanged, which suits it better: if the file has the plane of values first, its metadata \
         must say `{PLANES_KEY}` = `value mask`", percent(*right), percent(*turned)
    )]
    Planes {
        /// How many images were looked at.
        images: usize,
        /// The number of pixels revealed.
        pixels: usize,
        /// The share of images that the judge is right about.
        right: f64,
        /// The same with the planes exchanged.
        turned: f64,
    },
    /// The file states an accuracy that cannot be read.
    #[error(
        "the judge's file says `accuracy` = {stated:?}, which is not held against what the judge \
         knows: it must begin with a number from 0 to 100 and ` %`, as `59.9 % on mnist-test`"
    )]
    Accuracy {
        /// What it says.
        stated: String,
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
    /// The share that it is right about.
    right: f64,
    /// The logarithm of the true label's probability, image by image.
    scores: Vec<f64>,
}

impl Look {
    /// At so many images.
    fn of(judge: &Judge, masks: Masks, count: usize) -> Self {
        let test = mnist::test();
        // Spread over the set, whose first half is the easier one.
        let apart = test.len() / count;
        let starts: Vec<usize> = (0..count).step_by(BATCH).collect();
        let answers = starts.into_par_iter().map_init(
            || judge.many(),
            |many, start| {
                let images = (start..start + BATCH).map(|number| number * apart);
                let shown = images.clone().map(|index| random_pixels(test, index, masks, 0));
                let logits = many.logits(shown);
                let labels = images.map(|index| usize::from(test.label(index)));
                let answers =
                    labels.zip(logits.rows()).map(|(label, logits)| answer(label, logits));
                answers.collect::<Vec<_>>()
            },
        );
        let answers = answers.collect::<Vec<_>>().concat();
        let right = answers.iter().filter(|(right, _)| *right).count();
        let scores = answers.iter().map(|(_, score)| *score).collect();
        Self { right: right as f64 / count as f64, scores }
    }

    /// By how many standard errors of the mean difference the scores are better than others of the same
    /// images.
    fn better_than(&self, other: &Self) -> f64 {
        let pairs = self.scores.iter().zip(&other.scores);
        let differences: Vec<f64> = pairs.map(|(one, other)| one - other).collect();
        let n = differences.len() as f64;
        let mean = differences.iter().sum::<f64>() / n;
        let squares: f64 = differences.iter().map(|one| (one - mean).powi(2)).sum();
        let error = (squares / (n - 1.0) / n).sqrt();
        if error > 0.0 { mean / error } else { 0.0 }
    }
}

/// What speaks against these weights being a judge of digits, found out on a thousand of MNIST's test
/// images through random pixels: as many as its file says that it was trained for, or `pixels`. `None` if
/// nothing does, or if its file says that it was trained on something else.
///
/// ```
/// use pixel_debate_judge::{Judge, Provenance};
/// use pixel_debate_validation::{Doubt, doubt};
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let mut weights = judge.weights().clone();
/// let boast = "99.00 % on mnist-test".to_owned();
/// weights.provenance = Provenance([("accuracy".to_owned(), boast)].into());
/// assert!(matches!(doubt(&weights, 4), Some(Doubt::Worse { stated: 0.99, .. })));
/// ```
pub fn doubt(judge: &Weights, pixels: usize) -> Option<Doubt> {
    let provenance = &judge.provenance;
    let stated = match stated_accuracy(provenance) {
        Ok(stated) => stated,
        Err(stated) => return Some(Doubt::Accuracy { stated: stated.to_owned() }),
    };
    let other = |data| data != MNIST_TRAIN;
    let digits = || (0..DIGITS).map(|digit| digit.to_string());
    if provenance.data().is_some_and(other)
        || provenance.classes().is_some_and(|classes| !digits().eq(classes))
        || judge.model.classes() != DIGITS
    {
        return None;
    }
    let pixels = provenance.pixels().unwrap_or(pixels);
    let masks = Masks { pixels, legal: provenance.legal() };
    // What a judge with its planes exchanged makes of pixels is what this one makes of exchanged planes.
    let judges = [judge.model.clone(), judge.model.turned()]
        .map(|model| Judge::new("doubted", Weights { model, provenance: Provenance::default() }));
    let both = |images| judges.each_ref().map(|judge| Look::of(judge, masks, images));
    let [look, turned] = both(IMAGES);
    let right = look.right;
    if turned.right >= CHANCE {
        let (mut images, mut looks) = (IMAGES, [look, turned]);
        if looks[1].better_than(&looks[0]).abs() < CLEAR {
            (images, looks) = (MORE_IMAGES, both(MORE_IMAGES));
        }
        let [look, turned] = looks;
        if turned.better_than(&look) > BETTER {
            let (right, turned) = (look.right, turned.right);
            return Some(Doubt::Planes { images, pixels, right, turned });
        }
    }
    if right < CHANCE {
        return Some(Doubt::Chance { pixels, right });
    }
    let stated = stated.filter(|stated| right < stated - WORSE)?;
    Some(Doubt::Worse { pixels, right, stated })
}

/// The accuracy that the file states for MNIST's test images: `59.9 % (...) on mnist-test`. What it says
/// instead, if that is no accuracy at all.
fn stated_accuracy(provenance: &Provenance) -> Result<Option<f64>, &str> {
    let Some(text) = provenance.accuracy() else { return Ok(None) };
    let percent = text.split_once(" %").and_then(|(percent, _)| percent.parse::<f64>().ok());
    let Some(percent) = percent.filter(|percent| (0.0..=100.0).contains(percent)) else {
        return Err(text);
    };
    Ok(text.ends_with(" on mnist-test").then_some(percent / 100.0))
}

/// Whether the label's logit is greater than every other, and the logarithm of its probability.
fn answer(label: usize, logits: &[f32]) -> (bool, f64) {
    let is_less = |(at, logit): (usize, &f32)| at == label || *logit < logits[label];
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|logit| f64::from(logit - greatest).exp()).sum();
    let score = f64::from(logits[label] - greatest) - sum.ln();
    (logits.iter().enumerate().all(is_less), score)
}
