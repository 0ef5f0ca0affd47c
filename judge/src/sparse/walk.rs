//! Who wins by the sets that a tree search asks about.
//!
//! A rollout ends with a complete set that it reached pixel by pixel, and the next one may have
//! nothing in common with it. So a set is decided by itself: by an [estimate](super::estimate), and
//! where that is too near to zero by the logits.

use super::{SparseDecider, SparseEvaluator, estimate::BAND};
use crate::PixelSet;

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

    fn by_estimate(&mut self, set: &PixelSet) -> Option<bool> {
        let revealed = self.evaluator.reveal(set.pixels());
        let SparseEvaluator { weights, estimator, .. } = &mut *self.evaluator;
        let estimate = estimator.estimate(weights, &revealed)?;
        estimate.hidden(&weights.fc1_bias, &mut self.hidden);
        let margin = self.contrast.least_margin(&self.hidden);
        let band = BAND * estimate.deviation(&self.contrast);
        (margin.abs() > band).then_some(margin > 0.0)
    }
}
