//! Trains a judge on randomly masked images, as the paper did.

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
