//! Trains a judge on randomly masked images, as the paper did (section 3.1).
//!
//! | what | where |
//! |---|---|
//! | a run, batch by batch, from its start or its checkpoint | [`Run`] |
//! | what it is told: masks, seed, processor | [`Settings`] |
//! | how long the paper trained, and on how many images at a time | [`paper_batches`], [`BATCH_SIZE`] |
//! | why a checkpoint is refused | [`CheckpointError`] |
//!
//! ```
//! use pixel_debate_datasets::mnist;
//! use pixel_debate_judge::masks::Masks;
//! use pixel_debate_training::{Processor, Run, Settings};
//!
//! let settings =
//!     Settings { masks: Masks::nonzero(6), seed: 1, processor: Processor::Cpu { threads: 1 } };
//! # let folder = std::env::temp_dir();
//! let checkpoint = folder.join("judge-of-the-test-set.safetensors");
//! let mut run = Run::open(settings, mnist::test(), &checkpoint)?;
//! // Before it has learnt anything, it finds all ten labels about as likely: ln 10.
//! let loss = run.train_batch();
//! assert!((loss - 10_f32.ln()).abs() < 0.2, "{loss}");
//! # Ok::<(), pixel_debate_training::CheckpointError>(())
//! ```

mod adam;
mod batch;
#[cfg(any(feature = "cuda", all(test, feature = "burn")))]
mod burn_step;
mod checkpoint;
mod convolutions;
#[cfg(test)]
mod gradient_tests;
mod parameters;
mod run;
mod settings;
mod step;

pub use checkpoint::CheckpointError;
pub use run::{BATCH_SIZE, Run, paper_batches};
pub use settings::{Processor, Settings};
