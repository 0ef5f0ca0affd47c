//! The engine, on what debates ask of it.

use std::sync::Arc;

use pixel_debate_judge::{SparseEvaluator, SparseWeights};

use super::{Case, Pass, ask, judge};
use crate::questions::{Questions, last_ply, random, search_like};

/// Random sets of an image, asked at once.
const RANDOM_BATCH: usize = 128;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "last-ply",
        about: "the engine, sets of 5 pixels with every sixth, a batch each",
        prepare: || warm(last_ply()),
    },
    Case {
        name: "search-like",
        about: "the engine, sets as a tree search asks them, one at a time",
        prepare: || warm(search_like()),
    },
    Case {
        name: "random-warm",
        about: "the engine, random sets of 6 pixels that it has seen before",
        prepare: || warm(random(RANDOM_BATCH)),
    },
    Case {
        name: "random-cold",
        about: "the engine, random sets of 6 pixels asked of a fresh evaluator, its making included",
        prepare: || cold(random(RANDOM_BATCH)),
    },
];

/// Every pass asks the same evaluators, which have heard it all before.
fn warm(workload: Vec<Questions>) -> Pass {
    let mut evaluators = evaluators(&weights(), &workload);
    ask(&workload, &mut evaluators);
    Box::new(move || ask(&workload, &mut evaluators))
}

/// Every pass asks evaluators made for it.
fn cold(workload: Vec<Questions>) -> Pass {
    let weights = weights();
    Box::new(move || ask(&workload, &mut evaluators(&weights, &workload)))
}

fn weights() -> Arc<SparseWeights> {
    Arc::new(SparseWeights::new(&judge().network))
}

fn evaluators(weights: &Arc<SparseWeights>, workload: &[Questions]) -> Vec<SparseEvaluator> {
    let evaluator = |questions: &Questions| {
        SparseEvaluator::new(Arc::clone(weights), Arc::clone(&questions.image))
            .expect("MNIST's images have the size that the network reads")
    };
    workload.iter().map(evaluator).collect()
}
