//! The `pixel-debate` program: a thin shell over the crates below it.

mod commands;
mod display;
mod failure;
mod input;
mod interrupt;
mod options;
mod proof;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use commands::Command;

/// Debates between an honest debater and a liar, who reveal single pixels of an image to a judge
/// who sees nothing else of it (Irving, Christiano, Amodei, "AI safety via debate").
#[derive(Parser)]
#[command(name = "pixel-debate", version, max_term_width = 100)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    match Program::parse().command.unwrap_or_default().run() {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has had enough of it, as `head` does.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            // Where even this cannot be written, the exit code must do.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        super::Program::command().debug_assert();
    }
}
