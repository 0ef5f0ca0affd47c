//! `pixel-debate study`: studies with people as judges.

mod ask;
mod came;
mod check;
mod export;
mod freeze;
mod payments;
mod power;
mod rehearse;
mod report;
mod serve;
mod stopping;

use clap::Subcommand;

use crate::failure::Failure;

/// Plan a study with people as judges, serve it, and say what came of it
#[derive(Subcommand)]
pub(crate) enum StudyCommand {
    Check(check::Check),
    Freeze(freeze::Freeze),
    Rehearse(rehearse::Rehearse),
    Serve(serve::Serve),
    Export(export::Export),
    Payments(payments::Payments),
    Report(report::Report),
}

impl StudyCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(),
            Self::Freeze(freeze) => freeze.run(),
            Self::Rehearse(rehearse) => rehearse.run(),
            Self::Serve(serve) => serve.run(),
            Self::Export(export) => export.run(),
            Self::Payments(payments) => payments.run(),
            Self::Report(report) => report.run(),
        }
    }
}
