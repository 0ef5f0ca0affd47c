//! Sets that share too little with the stem: who wins them, and what a solver tries first.
//!
//! A rollout ends with a complete set that it reached pixel by pixel, and the next one may have
//! nothing in common with it. So a set is decided by itself: by an [estimate](super::estimate), and
//! where that is too near to zero by the logits. The solver sorts candidates over stems that it
//! leaves at once; there the estimate itself will do.

use super::{SparseDecider, SparseEvaluator, estimate::BAND};
use crate::pixel_set::PixelSet;

impl SparseDecider<'_> {
    /// [`Decider::honest_wins_after`](crate::Decider::honest_wins_after).
    pub(super) fn decide_walk(&mut self, walk: &[usize]) -> bool {
        let set = self.question.set_with(walk.iter().copied());
        if let Some(honest) = self.by_estimate(&set) {
            self.steps.estimated += 1;
            return honest;
        }
        self.by_logits_of(&set)
    }

    /// The margin of the stem and one candidate as estimated; `None` where it takes less to compute
    /// it, or there is no estimate.
    pub(super) fn guess(&mut self, candidate: usize) -> Option<f32> {
        if self.evaluator.stems.nearly_knows(candidate) {
            return None;
        }
        let set = self.question.set_with(self.pushed.iter().copied().chain([candidate]));
        self.estimate(&set).map(|(margin, _)| margin)
    }

    fn by_estimate(&mut self, set: &PixelSet) -> Option<bool> {
        let (margin, deviation) = self.estimate(set)?;
        (margin.abs() > BAND * deviation).then_some(margin > 0.0)
    }

    /// The margin as estimated, and how far it may be from the judge's.
    fn estimate(&mut self, set: &PixelSet) -> Option<(f32, f32)> {
        let revealed = self.evaluator.reveal(set.pixels());
        let SparseEvaluator { weights, estimator, .. } = &mut *self.evaluator;
        let estimate = estimator.estimate(weights, &revealed)?;
        estimate.hidden(&weights.fc1_bias, &mut self.hidden);
        let margin = self.contrast.least_margin(&self.hidden);
        Some((margin, estimate.deviation(&self.contrast)))
    }
}
