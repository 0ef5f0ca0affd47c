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

mod accuracy;
mod decider;
pub mod dense;
mod doubts;
mod evaluator;
mod fit;
pub mod kernels;
pub mod masks;
pub mod network;
mod shipped;
pub mod sparse;
mod weights;

pub use decider::{Decider, EachSet, Question, decider};
pub use doubts::Doubt;
pub use evaluator::{DenseEvaluator, Evaluator, Indifferent, PixelSet, WrongSize};
pub use fit::{UnfitDataset, check_dataset};
pub use network::{CLASSES, Network};
pub use shipped::{SHIPPED_PIXELS, shipped};
pub use sparse::{SparseDecider, SparseEvaluator, SparseWeights};
pub use weights::{CLASSES_KEY, PLANES, PLANES_KEY, Precision, Provenance, Weights, WeightsError};
