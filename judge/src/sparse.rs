//! The engine: the same function as the dense forward pass, computed from what a revealed pixel
//! can reach.
//!
//! A revealed pixel touches 5×5 outputs of the first convolution, which lie in 3×3 cells after the
//! pool, and through them 7×7 outputs of the second convolution. Its *response* is what it adds
//! there, 7 × 7 × 64 numbers. The response depends on nothing but the pixel and the revealed pixels
//! so near that they share cells with it, so it is computed once and kept. A set of pixels is then:
//!
//! 1. the constant field (what the network makes of no evidence at all) plus one response a pixel,
//!    each given the near pixels that come before it in reading order;
//! 2. ReLU and pool;
//! 3. the rows of the first dense layer whose input is not zero, about two in five;
//! 4. the last layer.
//!
//! Every sum is taken in an order that the set alone decides, so the same set always gives the
//! same bits, however a search came to it.

mod byte_weights;
mod contrast;
mod convolutions;
mod decider;
mod estimate;
mod evaluator;
mod lone;
mod many;
mod many_weights;
mod pairs;
mod parts;
mod response;
mod stem;
mod walk;
mod weights;

use crate::{
    decider::{Decider, Question},
    evaluator::Evaluator,
    logits::Logits,
    pixel_set::PixelSet,
};
pub use decider::{SparseDecider, Steps};
pub use evaluator::SparseEvaluator;
pub use many::SparseMany;
pub use weights::{SparseWeights, constant_field};

impl Evaluator for SparseEvaluator {
    fn classes(&self) -> usize {
        self.weights.fc2_bias.len()
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let mut logits = Logits::new(self.classes());
        for set in sets {
            logits.push(self.logits(set));
        }
        logits
    }

    fn bytes(&self) -> usize {
        self.memory()
    }

    fn decider(&mut self, question: Question) -> Box<dyn Decider + '_> {
        Box::new(SparseDecider::new(self, question))
    }
}
