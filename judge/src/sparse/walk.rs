//! Who wins by the sets that a tree search asks about.
//!
//! A rollout ends with a complete set that it reached pixel by pixel. Often the next one shares all
//! but the last few pixels with it, in the same order: then the stem of the last decision, or the
//! beginning of it, serves again, and what is known of the candidates over it saves most of the
//! work. Where it does not, a stem would cost more than the logits of the set. So each decision
//! takes what is cheaper by a count of the rows to add, except that a beginning which keeps coming
//! back is given a stem, for what it costs is soon regained.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::{SparseDecider, SparseEvaluator};
use crate::Decider;

/// Rows that the logits of a set of six pixels take.
const ROWS_OF_LOGITS: usize = 1250;
/// Rows that a candidate's change over a stem takes, given its change over the stem below.
const ROWS_OF_CHANGE: usize = 180;
/// What a beginning that keeps coming back may cost.
const ROWS_OF_INVESTMENT: usize = 3 * ROWS_OF_LOGITS;
/// How often it must come back before it is given a stem, and before it is again.
const ASKED: u32 = 4;
/// Beginnings that are counted.
const COUNTED: usize = 16_384;

/// The beginnings of walks, and how often they were asked for since they were last given a stem.
#[derive(Debug, Default)]
pub(super) struct Beginnings(FxHashMap<SmallVec<[u16; 8]>, u32>);

impl Beginnings {
    /// Counts one more, and says whether it is time for a stem.
    fn is_worth_a_stem(&mut self, beginning: &[usize]) -> bool {
        if self.0.len() >= COUNTED {
            self.0.clear();
        }
        let key = beginning.iter().map(|candidate| *candidate as u16).collect();
        let count = self.0.entry(key).or_default();
        *count += 1;
        if *count < ASKED {
            return false;
        }
        *count = 0;
        true
    }
}

impl SparseDecider<'_> {
    /// [`Decider::honest_wins_after`].
    pub(super) fn decide_walk(&mut self, walk: &[usize]) -> bool {
        let (stem, last) = walk.split_at(walk.len().saturating_sub(2));
        let shared = self.pushed.iter().zip(stem).take_while(|(a, b)| a == b).count();
        let rows = self.rows_to_prepare(shared, stem, last);
        let beginning = &stem[..stem.len().saturating_sub(1)];
        let limit = if self.beginnings.is_worth_a_stem(beginning) {
            ROWS_OF_INVESTMENT
        } else {
            ROWS_OF_LOGITS
        };
        if rows > limit {
            return self.by_logits_of(walk);
        }
        while self.pushed.len() > shared {
            self.pop();
        }
        for candidate in &stem[shared..] {
            self.push(*candidate);
        }
        match *last {
            [] => self.honest_wins(),
            [one] => self.honest_wins_with(one),
            [one, two, ..] => self.honest_wins_with_both([one, two]),
        }
    }

    /// About how many rows a decision adds that goes on from the first `shared` pixels of the stem.
    ///
    /// Changes over the first stem of all are not counted: they are used to the end.
    fn rows_to_prepare(&self, shared: usize, stem: &[usize], last: &[usize]) -> usize {
        let SparseEvaluator { stems, .. } = &*self.evaluator;
        let unknown = |candidate: usize, levels: usize| {
            (1..levels).filter(|level| *level > shared || !stems.knows(*level, candidate)).count()
        };
        let pushed = stem.iter().enumerate().skip(shared);
        let pushed: usize = pushed.map(|(level, candidate)| unknown(*candidate, level + 1)).sum();
        let last: usize = last.iter().map(|candidate| unknown(*candidate, stem.len() + 1)).sum();
        ROWS_OF_CHANGE * (pushed + last)
    }
}
