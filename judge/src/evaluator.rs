//! The interface between a search and the judge: sets of revealed pixels in, logits out.

use pixel_debate_game::Image;

use crate::{
    decider::{Decider, EachSet, Question, with_head_starts},
    logits::Logits,
    model::Kind,
    network::{MOST_CLASSES, SIDE},
    pixel_set::PixelSet,
};

/// Judges sets of revealed pixels of one image.
///
/// Whatever answers for sets of pixels is a judge to the agents:
///
/// ```
/// use pixel_debate_game::Pixel;
/// use pixel_debate_judge::{Evaluator, Logits, PixelSet};
///
/// /// Believes in the label that is the number of pixels it sees.
/// struct Counts;
///
/// impl Evaluator for Counts {
///     fn classes(&self) -> usize {
///         3
///     }
///
///     fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
///         let logits = |seen| [0, 1, 2].map(|label| f32::from(label == seen));
///         Logits::of(3, sets.iter().map(|set| logits(set.pixels().len())))
///     }
/// }
///
/// let sets = [PixelSet::default(), PixelSet::default().with(Pixel::new(3, 4))];
/// let logits = Counts.evaluate(&sets);
/// assert_eq!((logits[0][0], logits[1][1], logits[1][0]), (1.0, 1.0, 0.0));
/// ```
pub trait Evaluator: Send {
    /// How many labels it tells apart: the logits of a set.
    fn classes(&self) -> usize;

    /// The logits for each of `sets`, in their order.
    ///
    /// Up to rounding, a set's logits do not depend on what else is in the batch.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of the image.
    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits;

    /// How many sets it is best asked about at once, at least one: more gain nothing, and whoever has little time
    /// asks in parts of so many, to look at the clock between.
    ///
    /// ```
    /// use pixel_debate_judge::{Evaluator, Indifferent};
    ///
    /// assert_eq!(Indifferent.batch(), 64);
    /// ```
    fn batch(&self) -> usize {
        64
    }

    /// The memory that it has for what it may be asked next, in bytes.
    fn bytes(&self) -> usize {
        0
    }

    /// Says who wins, for sets that have most in common: by the logits of each set, unless there is a
    /// faster way.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of the image, or a claim is no label of the judge.
    fn decider(&mut self, question: Question) -> Box<dyn Decider + '_> {
        Box::new(EachSet::new(|set| self.evaluate(&[set]).into_numbers(), question))
    }

    /// As [`decider`](Self::decider), with the honest debater's margin over each label taken as greater by that
    /// label's *head start*: whoever looks for the set that is worst for the honest side asks whether any is worse
    /// than the worst known.
    ///
    /// A label with an infinite head start does not count. Where a margin with its head start is within rounding of
    /// 0, either answer may come.
    ///
    /// ```
    /// use pixel_debate_game::{Claims, Pixel};
    /// use pixel_debate_judge::{Decider, Evaluator, Indifferent, PixelSet, Question};
    ///
    /// let claims = Claims { honest: 3, liar: None };
    /// let question = |candidates| Question { claims, evidence: PixelSet::default(), candidates };
    /// let mut ahead = vec![0.5; 255];
    /// let mut judge = Indifferent;
    /// let mut decider = judge.decider_with_head_starts(question(vec![Pixel::new(0, 0)]), ahead.clone());
    /// assert!(decider.honest_wins_with(0));
    /// drop(decider);
    /// ahead[8] = -0.5;
    /// let mut decider = judge.decider_with_head_starts(question(vec![Pixel::new(0, 0)]), ahead);
    /// assert!(!decider.honest_wins_with(0), "behind label 8 by the half");
    /// ```
    ///
    /// # Panics
    ///
    /// As [`decider`](Self::decider), or if there is not one head start a label, or all rivals' are infinite.
    fn decider_with_head_starts(
        &mut self,
        question: Question,
        head_starts: Vec<f32>,
    ) -> Box<dyn Decider + '_> {
        assert_eq!(head_starts.len(), self.classes(), "one head start a label");
        let honest = question.claims.honest;
        let logits = move |set| {
            let logits = self.evaluate(&[set]).into_numbers();
            with_head_starts(&logits, &head_starts, honest)
        };
        Box::new(EachSet::new(logits, question))
    }
}

/// Finds all sets alike, and knows every label that there can be: to be lent to agents that ask no judge.
///
/// ```
/// use pixel_debate_judge::{Evaluator, Indifferent, PixelSet};
///
/// assert_eq!(Indifferent.evaluate(&[PixelSet::default()])[0], [0.0; 255]);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Indifferent;

impl Evaluator for Indifferent {
    fn classes(&self) -> usize {
        MOST_CLASSES
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        Logits::zeros(MOST_CLASSES, sets.len())
    }
}

/// An image that judges cannot read.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::Image;
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let small = Arc::new(Image::new(8, 9, vec![200; 72])?);
/// assert_eq!(
///     judge.engine(small).unwrap_err().to_string(),
///     "the judge reads images of 28×28 pixels, not of 8×9"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the judge reads images of {SIDE}×{SIDE} pixels, not of {width}×{height}")]
pub struct WrongSize {
    width: u8,
    height: u8,
}

/// Why there is no [engine](crate::sparse) for a judge and an image.
///
/// ```
/// use pixel_debate_judge::{Kind, NoEngine};
///
/// assert_eq!(
///     NoEngine::Kind(Kind::Mlp).to_string(),
///     "the engine takes judges of the kind paper, not of the kind mlp"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoEngine {
    /// The judge is not the paper's network.
    #[error("the engine takes judges of the kind {}, not of the kind {_0}", Kind::Paper)]
    Kind(Kind),
    /// The judge reads other images.
    #[error(transparent)]
    Size(#[from] WrongSize),
}

impl WrongSize {
    /// Whether a judge can read an image of that size.
    ///
    /// ```
    /// use pixel_debate_game::Image;
    /// use pixel_debate_judge::WrongSize;
    ///
    /// assert!(WrongSize::check(&Image::new(28, 28, vec![0; 784])?).is_ok());
    /// assert!(WrongSize::check(&Image::new(8, 9, vec![0; 72])?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WrongSize`] if it cannot.
    pub fn check(image: &Image) -> Result<(), Self> {
        check_size(image)
    }
}

/// Says whether judges can read an image.
pub(crate) fn check_size(image: &Image) -> Result<(), WrongSize> {
    let (width, height) = (image.width(), image.height());
    if usize::from(width) == SIDE && usize::from(height) == SIDE {
        Ok(())
    } else {
        Err(WrongSize { width, height })
    }
}
