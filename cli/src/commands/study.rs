//! `pixel-debate study`: studies with people as judges.

mod check;
mod freeze;
mod rehearse;
mod serve;
mod stopping;

use clap::Subcommand;

use crate::failure::Failure;

/// Plan a study with people as judges, and serve it
#[derive(Subcommand)]
pub(crate) enum StudyCommand {
    Check(check::Check),
    Freeze(freeze::Freeze),
    Rehearse(rehearse::Rehearse),
    Serve(serve::Serve),
}

impl StudyCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(),
            Self::Freeze(freeze) => freeze.run(),
            Self::Rehearse(rehearse) => rehearse.run(),
            Self::Serve(serve) => serve.run(),
        }
    }
}
