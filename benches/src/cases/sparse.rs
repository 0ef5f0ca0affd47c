//! The engine's logits, on what debates ask of it.

use pixel_debate_judge::{Judge, SparseEvaluator};

use super::{Case, Pass, ask, engine, judge};
use crate::questions::{Questions, last_ply, random, search_like};

/// Random sets of an image, asked at once.
const RANDOM_BATCH: usize = 128;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "logits-last-ply",
        about: "logits: sets of 5 pixels with every sixth, a batch each",
        prepare: || warm(last_ply()),
    },
    Case {
        name: "logits-search-like",
        about: "logits: sets as a tree search asks them, one at a time",
        prepare: || warm(search_like()),
    },
    Case {
        name: "logits-random-warm",
        about: "logits: random sets of 6 pixels that it has seen before",
        prepare: || warm(random(RANDOM_BATCH)),
    },
    Case {
        name: "logits-random-cold",
        about: "logits: random sets of 6 pixels asked of a fresh evaluator, its making included",
        prepare: || cold(random(RANDOM_BATCH)),
    },
];

/// Every pass asks the same evaluators, which have heard it all before.
fn warm(workload: Vec<Questions>) -> Pass {
    let mut evaluators = evaluators(&judge(), &workload);
    ask(&workload, &mut evaluators);
    Box::new(move || ask(&workload, &mut evaluators))
}

/// Every pass asks evaluators made for it.
fn cold(workload: Vec<Questions>) -> Pass {
    let judge = judge();
    Box::new(move || ask(&workload, &mut evaluators(&judge, &workload)))
}

fn evaluators(judge: &Judge, workload: &[Questions]) -> Vec<SparseEvaluator> {
    workload.iter().map(|questions| engine(judge, &questions.image)).collect()
}
