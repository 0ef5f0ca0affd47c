//! The dense forward pass, in batches of several sizes, and the pass in batches that convolutions of other widths
//! are asked by.
//!
//! Its work does not depend on the sets, nor on the image: one of each workload's images will do.

use std::sync::Arc;

use pixel_debate_game::Pixel;
use pixel_debate_judge::{
    DenseEvaluator, Logits,
    batches::{BatchWeights, Batches},
};

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
    Case {
        name: "batches-1",
        about: "the pass in batches of the paper's widths, one set at a time",
        prepare: || in_batches(64, 1),
    },
    Case {
        name: "batches-64",
        about: "the pass in batches of the paper's widths, batches of 64",
        prepare: || in_batches(512, 64),
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

/// Asks about `sets` random sets in batches of `batch`, by products of matrices.
fn in_batches(sets: usize, batch: usize) -> Pass {
    let questions = random(sets).swap_remove(0);
    let value = |pixel: &Pixel| questions.image.value(*pixel).expect("the pixels lie in the image");
    let shown: Vec<Vec<(Pixel, u8)>> = questions
        .batches
        .concat()
        .iter()
        .map(|set| set.pixels().iter().map(|pixel| (*pixel, value(pixel))).collect())
        .collect();
    let judge = judge();
    let network = judge.network().expect("the shipped judges are the paper's network");
    let mut batches = Batches::new(Arc::new(BatchWeights::new(network)));
    Box::new(move || {
        let mut logits = Logits::new(judge.classes());
        for sets in shown.chunks(batch) {
            batches.push_logits(sets, &mut logits);
        }
        std::hint::black_box(&logits).len()
    })
}
