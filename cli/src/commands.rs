//! The commands, one file each.

mod class;
mod compare;
mod data;
mod hosting;
mod judge;
mod load;
mod play;
mod relay;
mod run;
mod serve;
mod solve;
mod store;
mod study;
mod timing;
mod tournament;
mod verify;
mod worker;
mod workers;

use clap::Subcommand;

use crate::failure::Failure;

/// What the program is asked to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Serve(serve::Serve),
    Class(class::Class),
    Play(play::Play),
    Load(load::Load),
    Timing(timing::Timing),
    Relay(relay::Relay),
    Run(run::Run),
    Compare(compare::Compare),
    Worker(worker::Worker),
    Workers(workers::Workers),
    Tournament(tournament::Tournament),
    Solve(solve::Solve),
    Verify(verify::Verify),
    #[command(subcommand)]
    Study(study::StudyCommand),
    #[command(subcommand)]
    Data(data::Data),
    #[command(subcommand)]
    Judge(judge::Judge),
    #[command(subcommand)]
    Store(store::StoreCommand),
}

impl Default for Command {
    fn default() -> Self {
        Self::Serve(serve::Serve::default())
    }
}

impl Command {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Serve(serve) => serve.run(),
            Self::Class(class) => class.run(),
            Self::Play(play) => play.run(),
            Self::Load(load) => load.run(),
            Self::Timing(timing) => timing.run(),
            Self::Relay(relay) => relay.run(),
            Self::Run(run) => run.run(),
            Self::Compare(compare) => compare.run(),
            Self::Worker(worker) => worker.run(),
            Self::Workers(workers) => workers.run(),
            Self::Tournament(tournament) => tournament.run(),
            Self::Solve(solve) => solve.run(),
            Self::Verify(verify) => verify.run(),
            Self::Study(study) => study.run(),
            Self::Data(data) => data.run(),
            Self::Judge(judge) => judge.run(),
            Self::Store(store) => store.run(),
        }
    }
}
