//! The sparse classifier that judges a debate: network, weights, evaluation.
//!
//! [`Network`] is the paper's network as plain numbers; [`Weights`] is one with its provenance, as
//! read from a file or [`shipped`] with the program. Searches ask an [`Evaluator`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use pixel_debate_game::{Image, Pixel};
//! use pixel_debate_judge::{Evaluator, PixelSet, SparseEvaluator, SparseWeights, shipped};
//!
//! let judge = shipped(6).expect("there is a judge for 6 pixels");
//! let weights = Arc::new(SparseWeights::new(&judge.network));
//! let image = Arc::new(Image::new(28, 28, vec![200; 784])?);
//! let mut evaluator = SparseEvaluator::new(weights, image)?;
//! let set: PixelSet = [Pixel::new(14, 9), Pixel::new(13, 20)].into_iter().collect();
//! let logits = evaluator.evaluate(&[set])[0];
//! assert!(logits.iter().all(|logit| logit.is_finite()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decider;
pub mod dense;
mod evaluator;
pub mod geometry;
pub mod kernels;
pub mod masks;
pub mod network;
mod pixel_set;
mod shipped;
pub mod sparse;
mod weights;

pub use decider::{Decider, EachSet, Question};
pub use dense::DenseEvaluator;
pub use evaluator::{Evaluator, Indifferent, WrongSize};
pub use network::{CLASSES, Network};
pub use pixel_set::PixelSet;
pub use shipped::{SHIPPED_PIXELS, shipped};
pub use sparse::{SparseDecider, SparseEvaluator, SparseWeights};
pub use weights::{
    CLASSES_KEY, MNIST_TRAIN, PLANES, PLANES_KEY, Precision, Provenance, Weights, WeightsError,
};
