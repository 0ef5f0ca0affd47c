//! The sparse classifier that judges a debate: network, weights, evaluation.
//!
//! A [`Judge`] comes with the program or is read from a file, and knows where it comes from. It is asked by
//! an [`Evaluator`] of one image: sets of revealed pixels in, a logit a label out. Searches that want to know
//! who wins, and not by how much, ask its [`Decider`]; whoever has many images with one set each, its
//! [`ManyEvaluator`].
//!
//! | what | where |
//! |---|---|
//! | what is said of several sets | [`Logits`] |
//! | a judge: name, numbers, how it is asked | [`Judge`] |
//! | the kinds of judges | [`Kind`], [`Model`] |
//! | the numbers with their [file](mod@file) and provenance | [`Weights`], [`Provenance`] |
//! | the paper's network as plain numbers, of whatever widths | [`Network`], [`network`] |
//! | a layer alone, and one with a hidden layer | [`Linear`], [`Mlp`], [`perceptron`] |
//! | several judges together | [`Ensemble`] |
//! | the plain forward pass of each kind, the reference | [`dense`] |
//! | the engine: the paper's network, from what a revealed pixel can reach | [`sparse`] |
//! | the same function of any widths, many sets at a time | [`batches`] |
//! | which number of a layer reaches which | [`geometry`] |
//! | inner loops, and the processor's instructions | [`kernels`] |
//! | random evidence, for training and measuring | [`masks`] |
//! | judges that are not ours, and may have no answer | [`failing`], [`Gathering`] |
//! | who chooses the evidence that a judge is trained on | [`choosers`] |
//!
//! ```
//! use std::sync::Arc;
//!
//! use pixel_debate_game::{Image, Pixel};
//! use pixel_debate_judge::{Judge, PixelSet};
//!
//! let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
//! let image = Arc::new(Image::new(28, 28, vec![200; 784])?);
//! let mut evaluator = judge.evaluator(image)?;
//! let set: PixelSet = [Pixel::new(14, 9), Pixel::new(13, 20)].into_iter().collect();
//! let logits = evaluator.evaluate(&[set]);
//! assert!(logits[0].iter().all(|logit| logit.is_finite()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod batches;
pub mod choosers;
mod decider;
pub mod dense;
mod evaluator;
pub mod failing;
pub mod file;
mod gathering;
pub mod geometry;
mod judge;
pub mod kernels;
mod layer;
mod logits;
pub mod masks;
mod model;
pub mod network;
pub mod perceptron;
mod pixel_set;
mod prepared;
mod provenance;
mod rows;
mod shipped;
pub mod sparse;
mod temperature;
mod trainable;

pub use decider::{Decider, EachSet, Question};
pub use dense::DenseEvaluator;
pub use evaluator::{Evaluator, Indifferent, NoEngine, WrongSize};
pub use file::{Precision, WeightsError};
pub use gathering::Gathering;
pub use judge::Judge;
pub use layer::Layer;
pub use logits::Logits;
pub use model::{Ensemble, Kind, Model, NamedLayer, UnfitMembers, UnknownKind, Weights};
pub use network::{DIGITS, MOST_CLASSES, Network, Widths};
pub use perceptron::{Linear, Mlp};
pub use pixel_set::PixelSet;
pub use prepared::ManyEvaluator;
pub use provenance::{CLASSES_KEY, MNIST_TRAIN, PLANES, PLANES_KEY, Provenance, TEMPERATURE_KEY};
pub use shipped::SHIPPED_PIXELS;
pub use sparse::{SparseDecider, SparseEvaluator, SparseMany, SparseWeights};
pub use temperature::UnfitTemperature;
pub use trainable::{NotTrainable, Trainable};
