//! A training run from its first batch to its last, or on from a checkpoint.

use std::path::{Path, PathBuf};

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::network::Network;

#[cfg(feature = "cuda")]
use crate::burn_step::BurnStep;
use crate::{
    adam::Adam,
    batch::{Batches, Purpose, rng},
    checkpoint::{CheckpointError, Progress},
    parameters::Parameters,
    settings::{Processor, Settings},
    step::{LossGradient, Step, draw_dropout},
};

/// Images in a batch (paper: 128).
pub const BATCH_SIZE: usize = 128;

/// The paper's number of batches for a judge of so many pixels: 50,000 for 4, 30,000 for 6, and
/// 30,000 for any other.
pub fn paper_batches(pixels: usize) -> u64 {
    if pixels == 4 { 50_000 } else { 30_000 }
}

/// A run under way.
pub struct Run<'a> {
    settings: Settings,
    data: String,
    checkpoint: PathBuf,
    batches: Batches<'a>,
    state: Progress,
    gradient: Parameters,
    step: Box<dyn LossGradient + Send + Sync>,
}

impl<'a> Run<'a> {
    /// Goes on from the file `checkpoint`, or starts if there is none.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if the file cannot be read, or is of other settings or images.
    pub fn open(
        settings: Settings,
        dataset: &'a Dataset,
        checkpoint: &Path,
    ) -> Result<Self, CheckpointError> {
        let data = dataset.hash();
        let state = Progress::load(checkpoint, &settings, &data)?.unwrap_or_else(|| Progress {
            batches: 0,
            parameters: Parameters::glorot(&mut rng(settings.seed, Purpose::Initialisation)),
            adam: Adam::new(),
        });
        Ok(Self {
            settings,
            data,
            checkpoint: checkpoint.to_owned(),
            batches: Batches::new(dataset, settings.seed, settings.masks, BATCH_SIZE),
            state,
            gradient: Parameters::zeros(),
            step: match settings.processor {
                Processor::Cpu { threads } => Box::new(Step::new(threads)),
                #[cfg(feature = "cuda")]
                Processor::Cuda => Box::new(BurnStep::new(burn::tensor::Device::cuda(0_usize))),
            },
        })
    }

    /// Batches done so far, by earlier runs too.
    pub fn batches(&self) -> u64 {
        self.state.batches
    }

    /// The hash of the training data.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// Trains on one batch and returns its mean cross-entropy in nats.
    pub fn train_batch(&mut self) -> f32 {
        let number = self.state.batches;
        let mut rng = rng(self.settings.seed, Purpose::Batch(number));
        let examples = self.batches.get(number, &mut rng);
        let keep = draw_dropout(examples.len(), &mut rng);
        let loss = self.step.run(&self.state.parameters, &examples, &keep, &mut self.gradient);
        self.state.adam.update(&mut self.state.parameters, &self.gradient, number);
        self.state.batches += 1;
        loss
    }

    /// Writes the checkpoint.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if it cannot be written; the one before is still there.
    pub fn save(&self) -> Result<(), CheckpointError> {
        self.state.save(&self.checkpoint, &self.settings, &self.data)
    }

    /// The network as trained so far.
    pub fn network(&self) -> Network {
        self.state.parameters.to_network()
    }
}
