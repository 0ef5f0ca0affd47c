//! The cases: an evaluator and a workload each, by name.

mod decisions;
mod dense;
mod solving;
mod sparse;

use std::sync::Arc;

use pixel_debate_game::Image;
use pixel_debate_judge::{Evaluator, Judge, SparseEvaluator};

use crate::questions::Questions;

/// Asks a whole workload once, and says how many sets that were.
pub type Pass = Box<dyn FnMut() -> usize>;

/// Something that is measured in evaluations a second.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What it is called on the command line and in tables.
    pub name: &'static str,
    /// What is asked of whom.
    pub about: &'static str,
    /// Makes what the passes need: draws the workload, builds the evaluators and, where they are to
    /// be warm, asks them once.
    pub prepare: fn() -> Pass,
}

/// All cases, in the order of the tables.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    [dense::CASES, sparse::CASES, decisions::CASES, solving::CASES].into_iter().flatten()
}

/// The judge that is asked: the program's own for 6 pixels.
fn judge() -> Judge {
    Judge::shipped(6).expect("there is a judge for 6 pixels")
}

/// The engine, new.
fn engine(judge: &Judge, image: &Arc<Image>) -> SparseEvaluator {
    judge.engine(Arc::clone(image)).expect("MNIST's images have the size that the network reads")
}

/// Asks all of a workload, each image's evaluator about its own image.
fn ask<E: Evaluator>(workload: &[Questions], evaluators: &mut [E]) -> usize {
    let mut asked = 0;
    for (questions, evaluator) in workload.iter().zip(evaluators) {
        for batch in &questions.batches {
            asked += std::hint::black_box(evaluator.evaluate(batch)).len();
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names = HashSet::new();
        assert!(cases().all(|case| names.insert(case.name)));
    }
}
