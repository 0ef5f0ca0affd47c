//! A judge alone with random pixels: nothing at first, then one more at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Claims, Pixel, believed_label};
use pixel_debate_judge::{
    PixelSet, failing,
    masks::{Masks, measuring_rng},
};
use pixel_debate_play::Judging;
use rayon::prelude::*;

use crate::error::AssessmentError;

/// The most random pixels that a judge is shown.
pub const MOST_PIXELS: usize = 60;

/// What a judge said of one image through so many of its random pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The image's number in the data set.
    pub image: usize,
    /// Its true label.
    pub label: u8,
    /// The label that the judge believed: the true one only where its logit is greater than every other.
    pub believed: u8,
    /// The judge's logits, one a label.
    pub logits: Vec<f32>,
}

/// What a judge said of many images.
#[derive(Debug, Clone, PartialEq)]
pub struct Alone {
    /// By the number of pixels, 0 to [`MOST_PIXELS`], and in it by image, in their order. An image that has fewer nonzero
    /// pixels is seen through all of them.
    pub by_pixels: Vec<Vec<Said>>,
    /// What it took the judge, on one thread after another.
    pub time: Duration,
}

impl Alone {
    /// Asks the judge about these images. Each image's random nonzero pixels, and their order, depend on the seed and
    /// the image's number alone: so that all judges see the same, and every number of pixels is the one before and one
    /// more. Uses all threads of rayon's pool.
    ///
    /// # Errors
    ///
    /// [`AssessmentError`] if the judge cannot read the images or says what is no number.
    pub fn of(
        judge: &dyn Judging,
        dataset: &Dataset,
        images: &[usize],
        seed: u64,
    ) -> Result<Self, AssessmentError> {
        let each = images.par_iter().map(|image| of_image(judge, dataset, *image, seed));
        let each: Vec<(Vec<Said>, Duration)> = each.collect::<Result<_, _>>()?;
        let mut by_pixels = vec![Vec::new(); MOST_PIXELS + 1];
        let mut time = Duration::ZERO;
        for (said, took) in each {
            time += took;
            by_pixels.iter_mut().zip(said).for_each(|(all, one)| all.push(one));
        }
        Ok(Self { by_pixels, time })
    }

    /// Sets of pixels that it was asked about.
    pub fn evaluations(&self) -> usize {
        self.by_pixels.iter().map(Vec::len).sum()
    }
}

impl Said {
    /// Whether the judge is right.
    pub fn is_right(&self) -> bool {
        self.believed == self.label
    }
}

/// What the judge says of one image, by the number of pixels, and how long that took.
fn of_image(
    judge: &dyn Judging,
    dataset: &Dataset,
    image: usize,
    seed: u64,
) -> Result<(Vec<Said>, Duration), AssessmentError> {
    let (width, label) = (dataset.width(), dataset.label(image));
    let drawn =
        Masks::nonzero(MOST_PIXELS).draw(dataset.image(image), &mut measuring_rng(seed, image));
    let mut sets = vec![PixelSet::default()];
    for at in drawn {
        // An image of at most 255 pixels a side: `Dataset` holds no other.
        let pixel = Pixel::new((at % width) as u8, (at / width) as u8);
        let before = sets.last().cloned().unwrap_or_default();
        sets.push(before.with(pixel));
    }
    let unreadable =
        |source| AssessmentError::Unreadable { judge: judge.name().to_owned(), source };
    let classes = judge.classes(dataset);
    let shown = Arc::new(dataset.to_image(image));
    // What failed before was another's.
    failing::take();
    let begun = Instant::now();
    let mut evaluator = judge.asked_about(&shown, classes).map_err(unreadable)?;
    let logits = evaluator.evaluate(&sets);
    let took = begun.elapsed();
    if let Some(why) = failing::take() {
        let why = why.to_string();
        return Err(AssessmentError::Failed { judge: judge.name().to_owned(), image, why });
    }
    if !logits.numbers().iter().all(|logit| logit.is_finite()) {
        return Err(AssessmentError::NoNumber { judge: judge.name().to_owned(), image });
    }
    let claims = Claims { honest: label, liar: None };
    let mut said: Vec<Said> = logits
        .rows()
        .map(|logits| Said {
            image,
            label,
            believed: believed_label(logits, &claims),
            logits: logits.to_vec(),
        })
        .collect();
    if let Some(all) = said.last().cloned() {
        said.resize(MOST_PIXELS + 1, all);
    }
    Ok((said, took))
}

#[cfg(test)]
mod tests {
    use pixel_debate_datasets::mnist;
    use pixel_debate_game::Image;
    use pixel_debate_judge::{Evaluator, Judge, Logits, WrongSize};
    use pixel_debate_validation::UnfitDataset;

    use super::*;

    #[test]
    fn each_number_of_pixels_is_judged_as_that_set_is() {
        let judge = Judge::shipped(6).unwrap();
        let (dataset, images) = (mnist::test(), [3, 41]);
        let alone = Alone::of(&judge, dataset, &images, 7).unwrap();
        assert_eq!((alone.by_pixels.len(), alone.evaluations()), (61, 122));
        for (place, image) in images.into_iter().enumerate() {
            let drawn = Masks::nonzero(60).draw(dataset.image(image), &mut measuring_rng(7, image));
            for pixels in [0, 1, 6, 60] {
                let set: PixelSet = drawn[..pixels]
                    .iter()
                    .map(|at| Pixel::new((at % 28) as u8, (at / 28) as u8))
                    .collect();
                let mut plain = judge.reference(Arc::new(dataset.to_image(image))).unwrap();
                let logits = plain.evaluate(&[set]);
                let said = &alone.by_pixels[pixels][place];
                assert_eq!((said.image, said.label), (image, dataset.label(image)));
                assert!(
                    said.logits
                        .iter()
                        .zip(&logits[0])
                        .all(|(one, other)| (one - other).abs() < 1e-3)
                );
            }
        }
    }

    #[test]
    fn an_image_with_few_pixels_is_seen_through_all_of_them() {
        let bar = (0..784).map(|at| if at % 28 == 14 { 255 } else { 0 }).collect();
        let classes = (0..10).map(|digit| digit.to_string()).collect();
        let dataset = Dataset::new("bar", (28, 28), bar, vec![1], classes).unwrap();
        let alone = Alone::of(&Judge::shipped(6).unwrap(), &dataset, &[0], 1).unwrap();
        assert_ne!(alone.by_pixels[27], alone.by_pixels[28]);
        assert!(alone.by_pixels[28..].iter().all(|said| *said == alone.by_pixels[28]));
    }

    /// A judge whose program has died.
    #[derive(Debug)]
    struct Dead;

    impl Evaluator for Dead {
        fn classes(&self) -> usize {
            10
        }

        fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
            failing::fail("the line went dead");
            Logits::zeros(10, sets.len())
        }
    }

    impl Judging for Dead {
        fn name(&self) -> &'static str {
            "dead"
        }

        fn check(&self, _: &Dataset) -> Result<(), UnfitDataset> {
            Ok(())
        }

        fn classes(&self, _: &Dataset) -> u8 {
            10
        }

        fn asked_about(&self, _: &Arc<Image>, _: u8) -> Result<Box<dyn Evaluator>, WrongSize> {
            Ok(Box::new(Dead))
        }
    }

    #[test]
    fn what_a_judge_says_that_has_failed_is_no_answer() {
        let error = Alone::of(&Dead, mnist::test(), &[3], 1).unwrap_err().to_string();
        assert_eq!(error, "dead, asked about image 3: the line went dead");
    }
}
