//! The dense forward pass, in batches of several sizes.
//!
//! Its work does not depend on the sets, nor on the image: one of each workload's images will do.

use std::sync::Arc;

use pixel_debate_judge::DenseEvaluator;

use super::{Case, Pass, ask, judge};
use crate::questions::{Questions, random};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "dense-1",
        about: "the dense forward pass, one set at a time",
        prepare: || passes(32, 1),
    },
    Case {
        name: "dense-64",
        about: "the dense forward pass, batches of 64",
        prepare: || passes(64, 64),
    },
    Case {
        name: "dense-512",
        about: "the dense forward pass, batches of 512",
        prepare: || passes(512, 512),
    },
];

/// Asks about `sets` random sets in batches of `batch`.
fn passes(sets: usize, batch: usize) -> Pass {
    let mut workload = random(sets);
    workload.truncate(1);
    for Questions { batches, .. } in &mut workload {
        *batches = batches.concat().chunks(batch).map(<[_]>::to_vec).collect();
    }
    let evaluator = |questions: &Questions| {
        judge()
            .reference(Arc::clone(&questions.image))
            .expect("MNIST's images have the size that the network reads")
    };
    let mut evaluators: Vec<DenseEvaluator> = workload.iter().map(evaluator).collect();
    Box::new(move || ask(&workload, &mut evaluators))
}
