//! The commands, one file each.

mod eval;
mod judge;
mod load;
mod play;
mod relay;
mod serve;
mod solve;
mod verify;

use clap::Subcommand;

use crate::failure::Failure;

/// What the program is asked to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Serve(serve::Serve),
    Play(play::Play),
    Load(load::Load),
    Relay(relay::Relay),
    Eval(eval::Eval),
    Solve(solve::Solve),
    Verify(verify::Verify),
    #[command(subcommand)]
    Judge(judge::Judge),
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
            Self::Play(play) => play.run(),
            Self::Load(load) => load.run(),
            Self::Relay(relay) => relay.run(),
            Self::Eval(eval) => eval.run(),
            Self::Solve(solve) => solve.run(),
            Self::Verify(verify) => verify.run(),
            Self::Judge(judge) => judge.run(),
        }
    }
}
