//! The interface between the exact search and the judge: who wins complete sets of pixels.

use pixel_debate_game::{Claims, Pixel, honest_margin, honest_wins};

use crate::pixel_set::PixelSet;

/// What a [`Decider`] is to decide.
///
/// ```
/// use pixel_debate_game::{Claims, Pixel};
/// use pixel_debate_judge::{Decider, Evaluator, Judge, PixelSet, Question};
/// # use pixel_debate_game::Image;
/// # let image = std::sync::Arc::new(Image::new(28, 28, vec![200; 784])?);
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let mut evaluator = judge.evaluator(image)?;
/// let question = Question {
///     claims: Claims { honest: 3, liar: Some(8) },
///     evidence: [Pixel::new(14, 9), Pixel::new(13, 20)].into_iter().collect(),
///     candidates: vec![Pixel::new(5, 5), Pixel::new(20, 14), Pixel::new(9, 14)],
/// };
/// let mut decider = evaluator.decider(question);
/// // The evidence with the first and the last candidate, in whichever way it is asked about.
/// let both = decider.honest_wins_with_both([0, 2]);
/// decider.push(2);
/// assert_eq!(decider.honest_wins_with(0), both);
/// assert_eq!(decider.honest_wins_after(&[2, 0]), both);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What the debaters argue for.
    pub claims: Claims,
    /// The pixels that are revealed already.
    pub evidence: PixelSet,
    /// The pixels that may yet be revealed. None of them is in the evidence, and none is there
    /// twice.
    pub candidates: Vec<Pixel>,
}

impl Question {
    /// The evidence and some of the candidates.
    pub(crate) fn set_with(&self, candidates: impl IntoIterator<Item = usize>) -> PixelSet {
        let mut set = self.evidence.clone();
        for candidate in candidates {
            set.insert(self.candidates[candidate]);
        }
        set
    }
}

/// The logits less each label's head start; the honest label has none.
pub(crate) fn with_head_starts(logits: &[f32], head_starts: &[f32], honest: u8) -> Vec<f32> {
    let mut less: Vec<f32> =
        logits.iter().zip(head_starts).map(|(logit, start)| logit - start).collect();
    less[usize::from(honest)] = logits[usize::from(honest)];
    less
}

/// Says who wins, for sets of pixels that have most in common.
///
/// A decider holds a *stem*: the evidence and the candidates [pushed](Self::push) so far. It decides
/// the stem with none, one or two candidates more. Candidates go by their place in
/// [`Question::candidates`]; a pixel is never added to a set that has it.
///
/// An [`Evaluator`](crate::Evaluator) [offers](crate::Evaluator::decider) its fastest:
///
/// ```
/// use pixel_debate_game::{Claims, Pixel};
/// use pixel_debate_judge::{Decider, Evaluator, Indifferent, PixelSet, Question};
///
/// let claims = Claims { honest: 3, liar: Some(8) };
/// let (evidence, candidates) = (PixelSet::default(), vec![Pixel::new(0, 0), Pixel::new(1, 0)]);
/// let mut judge = Indifferent;
/// let mut decider = judge.decider(Question { claims, evidence, candidates });
/// decider.push(1);
/// // A tie is the liar's.
/// assert!(!decider.honest_wins_with(0));
/// assert_eq!(decider.decisions(), 1);
/// ```
///
/// Its decisions are those of [`honest_wins`] on the [`Evaluator`](crate::Evaluator)'s logits, to the last tie.
pub trait Decider {
    /// Adds a candidate to the stem.
    fn push(&mut self, candidate: usize);

    /// Takes away the candidate that was pushed last.
    ///
    /// # Panics
    ///
    /// If none is left.
    fn pop(&mut self);

    /// Whether the honest debater wins if the stem is all that is revealed.
    fn honest_wins(&mut self) -> bool;

    /// Whether the honest debater wins by the stem and one candidate.
    fn honest_wins_with(&mut self, candidate: usize) -> bool;

    /// Whether the honest debater wins by the stem and two candidates.
    fn honest_wins_with_both(&mut self, candidates: [usize; 2]) -> bool;

    /// Whether the honest debater wins by the evidence and these candidates, whatever the stem.
    ///
    /// For searches that come to a complete set candidate by candidate: the order should be theirs.
    /// It does not change the answer, but the decider may save work where one walk begins as the
    /// last ones did. The stem is left anywhere, and is the evidence again after
    /// [`reset`](Self::reset).
    ///
    /// ```
    /// use pixel_debate_game::{Claims, Pixel};
    /// use pixel_debate_judge::{Decider, EachSet, PixelSet, Question};
    ///
    /// /// Believes in label 3 once two pixels are revealed.
    /// fn logits(set: PixelSet) -> Vec<f32> {
    ///     (0..10).map(|label| f32::from(label == 3 && set.pixels().len() == 2)).collect()
    /// }
    ///
    /// let claims = Claims { honest: 3, liar: Some(8) };
    /// let candidates = vec![Pixel::new(0, 0), Pixel::new(1, 0)];
    /// let question = Question { claims, evidence: PixelSet::default(), candidates };
    /// let mut decider = EachSet::new(logits, question);
    /// decider.push(0);
    /// assert!(!decider.honest_wins());
    /// assert!(decider.honest_wins_after(&[1, 0]), "the candidate pushed does not count twice");
    /// ```
    fn honest_wins_after(&mut self, walk: &[usize]) -> bool;

    /// Takes away all candidates that were pushed.
    fn reset(&mut self);

    /// By how much the stem and one candidate favour the honest debater, up to rounding: a guide to
    /// what to try first.
    fn margin_with(&mut self, candidate: usize) -> f32;

    /// As [`margin_with`](Self::margin_with), with less work where nothing is known of the candidate
    /// over this stem, and then only roughly.
    fn guess_with(&mut self, candidate: usize) -> f32 {
        self.margin_with(candidate)
    }

    /// How many complete sets were decided so far, which is the usual measure of a search's work.
    fn decisions(&self) -> u64;
}

/// A [`Decider`] that asks for the logits of each set.
pub struct EachSet<L> {
    logits: L,
    question: Question,
    stem: Vec<usize>,
    decisions: u64,
}

impl<L: FnMut(PixelSet) -> Vec<f32>> EachSet<L> {
    /// Decides `question` by the logits that `logits` gives for a set.
    ///
    /// ```
    /// use pixel_debate_game::{Claims, Pixel};
    /// use pixel_debate_judge::{Decider, EachSet, PixelSet, Question};
    ///
    /// let question = Question {
    ///     claims: Claims { honest: 3, liar: None },
    ///     evidence: PixelSet::default(),
    ///     candidates: vec![Pixel::new(0, 0), Pixel::new(1, 0)],
    /// };
    /// // The judge is sure of label 3 where it sees the left pixel.
    /// let logits = |set: PixelSet| {
    ///     let left = set.contains(Pixel::new(0, 0));
    ///     (0..10).map(|label| f32::from(label == 3 && left)).collect()
    /// };
    /// let mut decider = EachSet::new(logits, question);
    /// assert!(decider.honest_wins_with(0) && !decider.honest_wins_with(1));
    /// assert_eq!(decider.margin_with(0), 1.0);
    /// ```
    pub fn new(logits: L, question: Question) -> Self {
        Self { logits, question, stem: Vec::new(), decisions: 0 }
    }

    fn logits_with(&mut self, candidates: &[usize]) -> Vec<f32> {
        let set = self.question.set_with(self.stem.iter().chain(candidates).copied());
        (self.logits)(set)
    }

    fn decide(&mut self, candidates: &[usize]) -> bool {
        self.decisions += 1;
        honest_wins(&self.logits_with(candidates), &self.question.claims)
    }
}

impl<L: FnMut(PixelSet) -> Vec<f32>> Decider for EachSet<L> {
    fn push(&mut self, candidate: usize) {
        self.stem.push(candidate);
    }

    fn pop(&mut self) {
        self.stem.pop().expect("a candidate was pushed");
    }

    fn honest_wins(&mut self) -> bool {
        self.decide(&[])
    }

    fn honest_wins_with(&mut self, candidate: usize) -> bool {
        self.decide(&[candidate])
    }

    fn honest_wins_with_both(&mut self, candidates: [usize; 2]) -> bool {
        self.decide(&candidates)
    }

    fn honest_wins_after(&mut self, walk: &[usize]) -> bool {
        self.stem.clear();
        self.decide(walk)
    }

    fn reset(&mut self) {
        self.stem.clear();
    }

    fn margin_with(&mut self, candidate: usize) -> f32 {
        honest_margin(&self.logits_with(&[candidate]), &self.question.claims)
    }

    fn decisions(&self) -> u64 {
        self.decisions
    }
}
