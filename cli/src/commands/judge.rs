//! `pixel-debate judge`: the classifier on its own.

mod accuracy;
mod logits;
mod report;
mod train;

use clap::Subcommand;

use crate::failure::Failure;
#[cfg(feature = "train")]
pub(crate) use train::Recipe;

/// Train a judge, measure it, ask it, or report how good it is
#[derive(Subcommand)]
pub(crate) enum Judge {
    Accuracy(accuracy::Accuracy),
    Logits(logits::Logits),
    Report(report::Report),
    Train(train::Train),
}

impl Judge {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Accuracy(accuracy) => accuracy.run(),
            Self::Logits(logits) => logits.run(),
            Self::Report(report) => report.run(),
            Self::Train(train) => train.run(),
        }
    }
}
