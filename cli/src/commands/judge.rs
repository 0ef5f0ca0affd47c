//! `pixel-debate judge`: the classifier on its own.

mod accuracy;
mod calibrate;
mod ensemble;
mod logits;
mod train;
mod writing;

use clap::Subcommand;

use crate::failure::Failure;
#[cfg(feature = "train")]
pub(crate) use train::Recipe;

/// Train a judge, measure it, ask it, or make another of it
#[derive(Subcommand)]
pub(crate) enum Judge {
    Accuracy(accuracy::Accuracy),
    Calibrate(calibrate::Calibrate),
    Ensemble(ensemble::Ensemble),
    Logits(logits::Logits),
    Train(train::Train),
}

impl Judge {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Accuracy(accuracy) => accuracy.run(),
            Self::Calibrate(calibrate) => calibrate.run(),
            Self::Ensemble(ensemble) => ensemble.run(),
            Self::Logits(logits) => logits.run(),
            Self::Train(train) => train.run(),
        }
    }
}
