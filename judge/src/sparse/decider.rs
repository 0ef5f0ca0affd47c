//! Who wins, for sets that have all but one or two pixels in common.
//!
//! For a stem `S` and two candidates `p` and `q`, the hidden units' sums are
//!
//! ```text
//! hidden(S + p + q) = hidden(S) + change(p) + change(q) + Σ d(r) · row(r)
//! ```
//!
//! where the last sum goes over the inputs `r` of the first dense layer that `p` and `q` move
//! together, `d(r)` being the second difference. Where the stem without its last pixel, `S - b`, has
//! the pair's sum in store, that sum is taken from there, and the differences that are left are
//! third ones, of `b`, `p` and `q`: nine in ten of them are zero.
//!
//! The margin of the terms without rows costs a hundredth of a forward pass, and each row left out
//! moves the margin by no more than its difference times a number known beforehand
//! ([`Contrast`]). So a set is decided in steps, each dearer than the one before, and the first
//! whose bound is below the margin's distance from zero has proved who wins:
//!
//! 1. without looking at the differences: what they can sum up to follows from the pixels'
//!    [widths](crate::kernels::widths), cell by cell;
//! 2. with the differences, and no rows;
//! 3. with as many rows, those that could matter most first, as it takes;
//! 4. where even all rows leave a margin within rounding error of zero, by the logits that
//!    [`SparseEvaluator`] gives for the set.

use pixel_debate_game::honest_wins;

use super::{
    SparseEvaluator,
    contrast::Contrast,
    pairs::PairSum,
    response::{NO_GAIN, Revealed, add_gain_of_gain, are_near, gain},
    stem::{Ground, SharedCells, rows_of, shared_cells},
};
use crate::{
    decider::{Decider, Question, with_head_starts},
    geometry::{BLOCK, Block},
    kernels::{
        Hidden, Numbers, add, add_to, bounds, second_differences, sum_below, sum_of_least, zeros,
    },
    network::CONV2,
    pixel_set::PixelSet,
};

/// Margins nearer to zero than this are decided by the logits. Sums in another order differ by less
/// than a fiftieth of it (the test `decisions_are_those_of_the_logits` checks a tenth).
const ROUNDING: f32 = 5e-4;

/// How often each step of the decision was the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Steps {
    /// No differences, or a bound on them from the widths.
    pub at_once: u64,
    /// The differences' bound.
    pub bounded: u64,
    /// Some or all rows.
    pub rows: u64,
    /// An estimate.
    pub estimated: u64,
    /// The logits.
    pub logits: u64,
}

/// The engine as a [`Decider`].
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::{Claims, Image, Pixel, honest_wins};
/// use pixel_debate_judge::{Decider, Evaluator, Judge, PixelSet, Question, SparseDecider};
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let mut engine = judge.engine(Arc::new(Image::new(28, 28, vec![200; 784])?))?;
/// let [a, b] = [Pixel::new(14, 9), Pixel::new(13, 20)];
/// let claims = Claims { honest: 3, liar: Some(8) };
/// let logits = engine.evaluate(&[PixelSet::default().with(a).with(b)]).into_numbers();
/// let question = Question { claims, evidence: PixelSet::default(), candidates: vec![a, b] };
/// let mut decider = SparseDecider::new(&mut engine, question);
/// assert_eq!(decider.honest_wins_with_both([0, 1]), honest_wins(&logits, &claims));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SparseDecider<'a> {
    pub(super) evaluator: &'a mut SparseEvaluator,
    pub(super) question: Question,
    head_starts: Vec<f32>,
    pub(super) contrast: Contrast,
    candidates: Vec<Revealed>,
    /// The candidates pushed.
    pub(super) pushed: Vec<usize>,
    /// The stem and the candidate whose sums are kept, for the sets that share them.
    row: Option<(u64, usize)>,
    row_hidden: Hidden,
    /// The sums of the set to decide, as far as they are known.
    pub(super) hidden: Hidden,
    scratch: Scratch,
    pub(super) steps: Steps,
}

/// Memory for one decision.
#[derive(Debug)]
struct Scratch {
    differences: Numbers,
    below: Numbers,
    bounds: Numbers,
    rows: Vec<(usize, f32)>,
    gain: Numbers,
}

/// A [`Ground`] of the parts of a decider that its stems are not.
macro_rules! ground {
    ($decider:ident, $stems:ident, $ground:ident) => {
        let SparseEvaluator { weights, responses, stems: $stems, .. } = &mut *$decider.evaluator;
        let contrast = &$decider.contrast;
        let mut $ground = Ground { weights, contrast, candidates: &$decider.candidates, responses };
    };
}

impl<'a> SparseDecider<'a> {
    /// Decides `question` about the evaluator's image.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of the image, or a claim is no label of the network.
    pub fn new(evaluator: &'a mut SparseEvaluator, question: Question) -> Self {
        let even = vec![0.0; evaluator.weights.fc2_bias.len()];
        Self::with_head_starts(evaluator, question, even)
    }

    /// Decides as if the honest debater's margin over each label were greater by that label's head start.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixel_debate_game::{Claims, Image, Pixel};
    /// use pixel_debate_judge::{Decider, Judge, PixelSet, Question, SparseDecider};
    ///
    /// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
    /// let mut engine = judge.engine(Arc::new(Image::new(28, 28, vec![200; 784])?))?;
    /// let question = Question {
    ///     claims: Claims { honest: 3, liar: None },
    ///     evidence: PixelSet::default(),
    ///     candidates: vec![Pixel::new(14, 9)],
    /// };
    /// let mut decider = SparseDecider::with_head_starts(&mut engine, question, vec![100.0; 10]);
    /// assert!(decider.honest_wins_with(0), "nobody is behind by a hundred");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new), or if there is not one head start a label, or all rivals' are infinite.
    pub fn with_head_starts(
        evaluator: &'a mut SparseEvaluator,
        question: Question,
        head_starts: Vec<f32>,
    ) -> Self {
        let labels = evaluator.weights.fc2_bias.len();
        assert_eq!(head_starts.len(), labels, "one head start a label");
        let contrast = Contrast::new(&evaluator.weights, question.claims, &head_starts);
        assert!(
            !contrast.rivals.is_empty(),
            "the claims are two labels of the network, and some rival counts"
        );
        let candidates = evaluator.reveal(&question.candidates);
        let evidence = evaluator.reveal(question.evidence.pixels());
        let decider = Self {
            evaluator,
            question,
            head_starts,
            contrast,
            candidates,
            pushed: Vec::new(),
            row: None,
            row_hidden: Hidden::ZERO,
            hidden: Hidden::ZERO,
            scratch: Scratch {
                differences: zeros(0),
                below: zeros(0),
                bounds: zeros(0),
                rows: Vec::new(),
                gain: zeros(0),
            },
            steps: Steps::default(),
        };
        ground!(decider, stems, ground);
        stems.reset(&mut ground, evidence);
        decider
    }

    /// How the sets so far were decided.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixel_debate_game::{Claims, Image, Pixel};
    /// use pixel_debate_judge::{Decider, Judge, PixelSet, Question, SparseDecider};
    ///
    /// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
    /// let mut engine = judge.engine(Arc::new(Image::new(28, 28, vec![200; 784])?))?;
    /// let question = Question {
    ///     claims: Claims { honest: 3, liar: Some(8) },
    ///     evidence: PixelSet::default(),
    ///     candidates: vec![Pixel::new(14, 9), Pixel::new(13, 20)],
    /// };
    /// let mut decider = SparseDecider::new(&mut engine, question);
    /// decider.honest_wins_with(0);
    /// decider.honest_wins_with(1);
    /// let steps = decider.steps();
    /// let all = steps.at_once + steps.bounded + steps.rows + steps.estimated + steps.logits;
    /// assert_eq!((all, decider.decisions()), (2, 2), "each decision has one last step");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn steps(&self) -> Steps {
        self.steps
    }

    fn prepare(&mut self, candidate: usize) {
        ground!(self, stems, ground);
        stems.prepare_top(&mut ground, candidate);
    }

    /// Decides by the logits of the stem and `candidates`.
    fn by_logits(&mut self, candidates: &[usize]) -> bool {
        let all = self.pushed.iter().chain(candidates);
        let set = self.question.set_with(all.copied());
        self.by_logits_of(&set)
    }

    /// Decides by the logits of a set.
    pub(super) fn by_logits_of(&mut self, set: &PixelSet) -> bool {
        self.steps.logits += 1;
        let logits = self.evaluator.logits(set);
        if self.head_starts.iter().all(|head_start| *head_start == 0.0) {
            return honest_wins(logits, &self.question.claims);
        }
        honest_wins(
            &with_head_starts(logits, &self.head_starts, self.question.claims.honest),
            &self.question.claims,
        )
    }

    /// Sets `self.hidden` to the stem's sums and what two candidates add, each alone.
    fn add_alone(&mut self, [p, q]: [usize; 2]) {
        let stem = self.evaluator.stems.top();
        let (p, q) = if self.row == Some((stem.id, q)) { (q, p) } else { (p, q) };
        if self.row != Some((stem.id, p)) {
            self.row = Some((stem.id, p));
            add(&stem.hidden, stem.change(p), &mut self.row_hidden);
        }
        add(&self.row_hidden, stem.change(q), &mut self.hidden);
    }

    /// What the pair changes together over the stem below, if that is in store; it is added to
    /// `self.hidden`.
    fn add_pair_sum(&mut self, pair: [usize; 2]) -> Option<PairSum> {
        let SparseEvaluator { weights, stems, pair_sums, .. } = &mut *self.evaluator;
        let below = stems.below()?;
        let revealed = pair.map(|candidate| self.candidates[candidate]);
        let near = are_near(revealed[0].pixel, revealed[1].pixel);
        let Scratch { below: differences, rows, .. } = &mut self.scratch;
        let sum = pair_sums.get(below.id, self.candidates.len(), pair, near, |sum, kept| {
            if near {
                gain(weights, &below.revealed, revealed, kept);
            }
            let gain = if near { &*kept } else { &NO_GAIN.0 };
            let [x, y] = pair.map(|candidate| stems.response_below(candidate));
            let cells = shared_cells(revealed[0], revealed[1]);
            differences.resize(cells.len() * CONV2, 0.0);
            second_differences(&below.field, x, y, gain, &cells, differences);
            rows_of(&cells, differences, rows);
            weights.fc1.add(sum, rows);
        })?;
        add_to(&mut self.hidden, pair_sums.hidden(sum));
        Some(sum)
    }

    /// The differences that `self.hidden` lacks: second ones over the stem, or third ones if the
    /// pair's sum over the stem below is in it.
    fn differences(&mut self, pair: [usize; 2], sum: Option<PairSum>) -> SharedCells {
        let SparseEvaluator { weights, stems, pair_sums, .. } = &mut *self.evaluator;
        let revealed = pair.map(|candidate| self.candidates[candidate]);
        let near = |a: Revealed, b: Revealed| are_near(a.pixel, b.pixel);
        let mut cells = shared_cells(revealed[0], revealed[1]);
        let stem = stems.top();
        let Scratch { differences, below: differences_below, gain: scratch, .. } =
            &mut self.scratch;
        let [x, y] = pair.map(|candidate| stems.response(candidate));
        let (Some(sum), Some(below), Some(added)) = (sum, stems.below(), stem.added) else {
            let mut gained: &[f32] = &NO_GAIN.0;
            if near(revealed[0], revealed[1]) {
                scratch.resize(BLOCK, 0.0);
                gain(weights, &stem.revealed, revealed, scratch);
                gained = scratch;
            }
            differences.resize(cells.len() * CONV2, 0.0);
            second_differences(&stem.field, x, y, gained, &cells, differences);
            return cells;
        };
        let added = self.candidates[added];
        let block = Block::of(added.pixel.x, added.pixel.y);
        cells.retain(|shared| block.contains(shared.cell));
        differences.resize(cells.len() * CONV2, 0.0);
        differences_below.resize(cells.len() * CONV2, 0.0);
        let gain_below = pair_sums.gain(sum);
        let mut gained = gain_below;
        if near(revealed[0], revealed[1]) && revealed.iter().all(|one| near(*one, added)) {
            scratch.clear();
            scratch.extend_from_slice(gain_below);
            add_gain_of_gain(weights, &below.revealed, revealed, added, scratch);
            gained = scratch;
        }
        second_differences(&stem.field, x, y, gained, &cells, differences);
        let [x, y] = pair.map(|candidate| stems.response_below(candidate));
        second_differences(&below.field, x, y, gain_below, &cells, differences_below);
        let both = differences.iter_mut().zip(differences_below.iter());
        both.for_each(|(difference, below)| *difference -= *below);
        cells
    }

    /// Whether any two of the pixels that a difference is about are near each other, so that their
    /// responses depend on each other.
    fn are_any_near(&self, [p, q]: [usize; 2], third: bool) -> bool {
        let pixel = |candidate: usize| self.candidates[candidate].pixel;
        let added = self.evaluator.stems.top().added.filter(|_| third).map(pixel);
        let near_added = |other| added.is_some_and(|added| are_near(added, other));
        are_near(pixel(p), pixel(q)) || near_added(pixel(p)) || near_added(pixel(q))
    }

    /// The most that differences which are not known yet can move the margin, where no two of the
    /// pixels are near each other.
    fn bound_by_widths(&self, [p, q]: [usize; 2], third: bool) -> f32 {
        let stems = &self.evaluator.stems;
        match (stems.top().added, stems.below()) {
            (Some(added), Some(below)) if third => {
                // A third difference is the difference of two second ones.
                let [p, q, added] = [p, q, added].map(|candidate| below.widths(candidate));
                2.0 * sum_of_least(p, q, added)
            }
            _ => {
                let [p, q] = [p, q].map(|candidate| stems.top().widths(candidate));
                sum_of_least(p, q, q)
            }
        }
    }

    /// Adds rows to `self.hidden` until what is left cannot matter.
    fn by_rows(&mut self, cells: &SharedCells, mut margin: f32) -> Option<bool> {
        let Scratch { differences, bounds, rows, .. } = &mut self.scratch;
        let favours_honest = margin > 0.0;
        loop {
            // Rows below the limit may stay out if the margin keeps most of its size. The bounds
            // are for moves towards zero: they say nothing once it is on the other side.
            let same_side = favours_honest == (margin > 0.0);
            let spare = if same_side { 0.85 * margin.abs() - ROUNDING } else { -1.0 };
            let mut limit = bounds.iter().copied().fold(0.0, f32::max);
            if limit == 0.0 {
                return decided(margin, 0.0);
            }
            let mut rest = sum_below(bounds, limit);
            // Weights may be so large that sums overflow: no bound is of use then.
            if !limit.is_finite() {
                limit = 0.0;
            }
            while rest > spare && limit > 1e-6 {
                limit *= 0.6;
                rest = sum_below(bounds, limit);
            }
            if rest > spare {
                (limit, rest) = (f32::MIN_POSITIVE, 0.0);
            }
            rows.clear();
            let chunks = bounds.as_chunks_mut::<CONV2>().0.iter_mut();
            for ((bounds, differences), shared) in
                chunks.zip(differences.as_chunks::<CONV2>().0).zip(cells)
            {
                for (channel, bound) in bounds.iter_mut().enumerate() {
                    if *bound >= limit {
                        rows.push((shared.cell * CONV2 + channel, differences[channel]));
                        *bound = 0.0;
                    }
                }
            }
            self.evaluator.weights.fc1.add(&mut *self.hidden, rows);
            margin = self.contrast.least_margin(&self.hidden);
            if (rest == 0.0 || favours_honest == (margin > 0.0))
                && let Some(honest) = decided(margin, rest)
            {
                return Some(honest);
            }
        }
    }
}

/// Who wins by that margin, if it is further from zero than `bound` and rounding errors.
fn decided(margin: f32, bound: f32) -> Option<bool> {
    (margin.abs() > bound + ROUNDING).then_some(margin > 0.0)
}

impl Decider for SparseDecider<'_> {
    fn push(&mut self, candidate: usize) {
        ground!(self, stems, ground);
        stems.push(&mut ground, candidate);
        self.pushed.push(candidate);
    }

    fn pop(&mut self) {
        self.evaluator.stems.pop();
        self.pushed.pop();
    }

    fn honest_wins(&mut self) -> bool {
        let margin = self.contrast.least_margin(&self.evaluator.stems.top().hidden);
        if let Some(honest) = decided(margin, 0.0) {
            self.steps.at_once += 1;
            return honest;
        }
        self.by_logits(&[])
    }

    fn honest_wins_with(&mut self, candidate: usize) -> bool {
        let stems = &mut self.evaluator.stems;
        if let Some(added) = stems.top().added
            && !stems.knows_at_top(candidate)
        {
            // As two candidates over the stem below: that asks for no more than it takes.
            stems.step_down();
            let honest = self.honest_wins_with_both([added, candidate]);
            self.evaluator.stems.step_up();
            return honest;
        }
        if let Some(honest) = decided(self.margin_with(candidate), 0.0) {
            self.steps.at_once += 1;
            return honest;
        }
        self.by_logits(&[candidate])
    }

    fn honest_wins_with_both(&mut self, pair: [usize; 2]) -> bool {
        for candidate in pair {
            self.prepare(candidate);
        }
        // Ascending, so that the same pair is always the same to the sums in store.
        let pair = [pair[0].min(pair[1]), pair[0].max(pair[1])];
        self.add_alone(pair);
        let sum = self.add_pair_sum(pair);
        let third = sum.is_some();
        let margin = self.contrast.least_margin(&self.hidden);
        if !self.are_any_near(pair, third)
            && let Some(honest) = decided(margin, self.bound_by_widths(pair, third))
        {
            self.steps.at_once += 1;
            return honest;
        }
        let cells = self.differences(pair, sum);
        let Contrast { rising, falling, .. } = &self.contrast;
        let (rising, falling) = if margin > 0.0 { (falling, rising) } else { (rising, falling) };
        let Scratch { differences, bounds: each, .. } = &mut self.scratch;
        each.resize(differences.len(), 0.0);
        let bound = bounds(differences, &cells, rising, falling, each);
        if let Some(honest) = decided(margin, bound) {
            self.steps.bounded += 1;
            return honest;
        }
        if let Some(honest) = self.by_rows(&cells, margin) {
            self.steps.rows += 1;
            return honest;
        }
        self.by_logits(&pair)
    }

    fn honest_wins_after(&mut self, walk: &[usize]) -> bool {
        self.decide_walk(walk)
    }

    fn reset(&mut self) {
        while !self.pushed.is_empty() {
            self.pop();
        }
    }

    fn margin_with(&mut self, candidate: usize) -> f32 {
        self.prepare(candidate);
        let stem = self.evaluator.stems.top();
        add(&stem.hidden, stem.change(candidate), &mut self.hidden);
        self.contrast.least_margin(&self.hidden)
    }

    fn guess_with(&mut self, candidate: usize) -> f32 {
        self.guess(candidate).unwrap_or_else(|| self.margin_with(candidate))
    }

    fn decisions(&self) -> u64 {
        let Steps { at_once, bounded, rows, estimated, logits } = self.steps;
        at_once + bounded + rows + estimated + logits
    }
}
