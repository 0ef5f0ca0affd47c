//! Trains a judge on randomly masked images, as the paper did (section 3.1), or on what debaters and provers
//! reveal before it.
//!
//! Where players choose the masks, play and training take turns. A round begins with the network as it is: it
//! becomes a judge with the engine, and about some of the training images debates are played, or provers show
//! what speaks for the truth and what speaks against it. What they revealed makes up a share of the round's batches,
//! random masks the rest, and the loss is on the true label under all of them. What is revealed in a round depends
//! on seed, round and network alone, and a checkpoint has it, so that a run that was stopped within a round goes
//! on with the same bytes.
//!
//! | what | where |
//! |---|---|
//! | a run, batch by batch, from its start or its checkpoint | [`Run`] |
//! | what it is told: masks and who chooses them, kind of judge, seed, processor | [`Settings`], [`Choosers`](pixel_debate_judge::choosers::Choosers) |
//! | how long the paper trained, and on how many images at a time | [`paper_batches`], [`BATCH_SIZE`] |
//! | why a run cannot begin or go on | [`OpenError`], [`CheckpointError`] |
//!
//! ```
//! use pixel_debate_datasets::mnist;
//! use pixel_debate_judge::{Trainable, choosers::Choosers, masks::Masks};
//! use pixel_debate_training::{Processor, Run, Settings};
//!
//! let (choosers, processor) = (Choosers::Chance, Processor::Cpu { threads: 1 });
//! let kind = Trainable::Paper;
//! let settings = Settings { masks: Masks::nonzero(6), choosers, kind, seed: 1, processor };
//! # let folder = std::env::temp_dir();
//! let checkpoint = folder.join("judge-of-the-test-set.safetensors");
//! let mut run = Run::open(settings, mnist::test(), &checkpoint)?;
//! // Before it has learnt anything, it finds all ten labels about as likely: ln 10.
//! let loss = run.train_batch();
//! assert!((loss - 10_f32.ln()).abs() < 0.2, "{loss}");
//! # Ok::<(), pixel_debate_training::OpenError>(())
//! ```

mod adam;
mod batch;
#[cfg(any(feature = "cuda", all(test, feature = "burn")))]
mod burn_step;
mod checkpoint;
mod convolutions;
mod dense_layers;
#[cfg(test)]
mod gradient_tests;
mod loss_gradient;
mod parameters;
mod perceptron_step;
mod players;
mod rounds;
mod run;
mod settings;
mod step;

pub use checkpoint::CheckpointError;
pub use run::{BATCH_SIZE, OpenError, Run, paper_batches};
pub use settings::{Processor, Settings};
