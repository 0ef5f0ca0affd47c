//! `pixel-debate judge`: the classifier on its own.

mod accuracy;
mod attack;
mod calibrate;
mod ensemble;
mod logits;
mod report;
mod suite;
mod train;
mod writing;

use clap::Subcommand;

use crate::failure::Failure;
#[cfg(feature = "train")]
pub(crate) use train::Recipe;

/// Train judges, make others of them, measure and attack them, ask them, and report how good they are
#[derive(Subcommand)]
pub(crate) enum Judge {
    Accuracy(accuracy::Accuracy),
    Attack(attack::Attack),
    Calibrate(calibrate::Calibrate),
    Ensemble(ensemble::Ensemble),
    Logits(logits::Logits),
    Report(report::Report),
    #[command(subcommand)]
    Suite(suite::Suite),
    Train(train::Train),
}

impl Judge {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Accuracy(accuracy) => accuracy.run(),
            Self::Attack(attack) => attack.run(),
            Self::Calibrate(calibrate) => calibrate.run(),
            Self::Ensemble(ensemble) => ensemble.run(),
            Self::Logits(logits) => logits.run(),
            Self::Report(report) => report.run(),
            Self::Suite(suite) => suite.run(),
            Self::Train(train) => train.run(),
        }
    }
}
