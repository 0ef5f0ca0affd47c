//! `pixel-debate judge train`: a judge from the first batch to the file that is shipped.

mod choosing;
#[cfg(feature = "train")]
mod training;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, value_parser};
use pixel_debate_judge::Trainable;

#[cfg(not(feature = "train"))]
use crate::failure::Failure;
use crate::options::{LegalOption, PixelsOption, ReadingOptions, SeedOption, ThreadsOption};
use choosing::ChoosingOptions;
#[cfg(feature = "train")]
pub(crate) use training::Recipe;

/// Batches from one checkpoint to the next, unless said.
const CHECKPOINT_EVERY: u64 = 500;

/// Train a judge on randomly masked images, as the paper did, or on what is argued before it
///
/// Takes hours. The state is kept in FILE.checkpoint, from which the same command goes on after it
/// was stopped; Ctrl-C stops it in good order. At the end the judge's accuracy is measured on the
/// test images and the judge is written to FILE, with all of this in its metadata.
#[derive(Args)]
pub(crate) struct Train {
    #[command(flatten)]
    pixels: PixelsOption,
    #[command(flatten)]
    legal: LegalOption,
    #[command(flatten)]
    choosing: ChoosingOptions,
    #[command(flatten)]
    seed: SeedOption,
    /// What kind of judge: the paper's network, one layer, one hidden layer of 1,024 units, or the paper's with layers
    /// half (small) or twice (large) as wide
    #[arg(long, value_name = "KIND", default_value_t = Trainable::Paper)]
    #[arg(value_parser = PossibleValuesParser::new(Trainable::ALL.map(Trainable::name)).try_map(|name| name.parse::<Trainable>()))]
    kind: Trainable,
    /// Begin with this judge, of the same kind, instead of random numbers: `judge-4`, `judge-6`, or a file
    #[arg(long, value_name = "JUDGE")]
    from: Option<String>,
    /// The safetensors file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Batches of 128 images: the paper's 50,000 for 4 pixels, and 30,000 otherwise, unless said
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    batches: Option<u64>,
    /// Batches from one checkpoint to the next
    #[arg(long, value_name = "N", default_value_t = CHECKPOINT_EVERY, value_parser = value_parser!(u64).range(1..))]
    checkpoint_every: u64,
    #[command(flatten)]
    threads: ThreadsOption,
    /// Compute the gradients on the first NVIDIA GPU
    #[cfg(feature = "cuda")]
    #[arg(long)]
    cuda: bool,
    /// Folder of the dataset: MNIST's four files, or pictures in subfolders
    #[arg(long, value_name = "DIR", default_value = "datasets/data/mnist")]
    data: PathBuf,
    #[command(flatten)]
    reading: ReadingOptions,
}

#[cfg(not(feature = "train"))]
impl Train {
    pub(crate) fn run(self) -> Result<(), Failure> {
        Err(Failure::NoTraining { out: self.out })
    }
}
