//! A judge, as a series of debates asks it.

use std::fmt;
use std::sync::Arc;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::Image;
use pixel_debate_judge::{Evaluator, Judge, WrongSize};
use pixel_debate_validation::{UnfitDataset, check_labels};

use crate::player::{Classifier, Player};

/// A judge of debates over the images of a data set: a network of ours, or whatever somebody brings.
///
/// ```
/// use pixel_debate_datasets::mnist;
/// use pixel_debate_judge::Judge;
/// use pixel_debate_play::Judging;
///
/// let judge: &dyn Judging = &Judge::shipped(4).expect("there is a judge for 4 pixels");
/// assert!(judge.check(mnist::test()).is_ok());
/// assert_eq!((judge.name(), judge.classes(mnist::test())), ("judge-4", 10));
/// ```
pub trait Judging: fmt::Debug + Send + Sync {
    /// What it is called.
    fn name(&self) -> &str;

    /// Whether it can judge these images by their labels.
    ///
    /// # Errors
    ///
    /// [`UnfitDataset`] if it cannot, and why.
    fn check(&self, dataset: &Dataset) -> Result<(), UnfitDataset>;

    /// How many labels it tells apart, 2 to 255: those that a debate over the data set is about.
    fn classes(&self, dataset: &Dataset) -> u8;

    /// What debaters ask about an image, in debates of so many labels. Where the judge
    /// [decides](Self::decides), it is not to be asked.
    ///
    /// # Errors
    ///
    /// [`WrongSize`] if it cannot read such an image.
    fn asked_about(&self, image: &Arc<Image>, classes: u8)
    -> Result<Box<dyn Evaluator>, WrongSize>;

    /// Whether it decides one debate after the other, as a person does, and cannot be asked what it would make
    /// of any set of pixels: then no debater can search.
    fn decides(&self) -> bool {
        false
    }

    /// Whether it says the same to the last bit when it is asked again, whatever else it is asked with.
    fn repeats(&self) -> bool {
        true
    }

    /// The judge in its seat: lent what debaters ask, it says what that says unless it has a mind of its own.
    fn player(&self) -> Box<dyn Player> {
        Box::new(Classifier)
    }
}

impl Judging for Judge {
    fn name(&self) -> &str {
        self.name()
    }

    fn check(&self, dataset: &Dataset) -> Result<(), UnfitDataset> {
        check_labels(self.weights(), dataset)
    }

    fn classes(&self, _: &Dataset) -> u8 {
        // All that the network tells apart, be there images of them or not.
        self.classes() as u8
    }

    fn asked_about(&self, image: &Arc<Image>, _: u8) -> Result<Box<dyn Evaluator>, WrongSize> {
        self.evaluator(Arc::clone(image))
    }
}
