//! What a training run is told.

use pixel_debate_judge::{Trainable, choosers::Choosers, masks::Masks};

/// What computes the gradients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Processor {
    /// The CPU, on so many threads of rayon's pool; their number changes nothing but the time.
    Cpu {
        /// At least 1.
        threads: usize,
    },
    /// The first NVIDIA GPU.
    #[cfg(feature = "cuda")]
    Cuda,
}

/// What a run is told. On the CPU, two runs with the same settings and data train the
/// same judge; where players choose the masks, on processors with the same vector instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// What is revealed of each image.
    pub masks: Masks,
    /// Who chooses it.
    pub choosers: Choosers,
    /// What kind of judge is trained.
    pub kind: Trainable,
    /// Seed of parameters, order, masks and dropout.
    pub seed: u64,
    /// What computes the gradients.
    pub processor: Processor,
}
