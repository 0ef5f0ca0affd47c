//! `pixel-debate judge`: the classifier on its own.

mod accuracy;
mod attack;
mod logits;
mod suite;
mod train;

use clap::Subcommand;

use crate::failure::Failure;
#[cfg(feature = "train")]
pub(crate) use train::Recipe;

/// Train a judge, measure it, attack it, or ask it
#[derive(Subcommand)]
pub(crate) enum Judge {
    Accuracy(accuracy::Accuracy),
    Attack(attack::Attack),
    Logits(logits::Logits),
    #[command(subcommand)]
    Suite(suite::Suite),
    Train(train::Train),
}

impl Judge {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Accuracy(accuracy) => accuracy.run(),
            Self::Attack(attack) => attack.run(),
            Self::Logits(logits) => logits.run(),
            Self::Suite(suite) => suite.run(),
            Self::Train(train) => train.run(),
        }
    }
}
