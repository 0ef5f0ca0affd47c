//! The `pixel-debate` program: a thin shell over the crates below it.

mod announce;
mod commands;
mod display;
mod failure;
mod input;
mod interrupt;
mod options;
mod proof;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser};

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
    match parsed().command.unwrap_or_default().run() {
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

/// What the command line says. What is wrong with it ends the program.
fn parsed() -> Program {
    Program::try_parse().unwrap_or_else(|mut error| {
        suggest_nothing_hidden(&mut error);
        error.exit()
    })
}

/// Takes the names of hidden commands away from those that an error suggests.
fn suggest_nothing_hidden(error: &mut clap::Error) {
    let program = Program::command();
    let is_shown =
        |name: &String| program.find_subcommand(name).is_none_or(|command| !command.is_hide_set());
    let shown = match error.remove(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::Strings(mut names)) => {
            names.retain(is_shown);
            (!names.is_empty()).then_some(ContextValue::Strings(names))
        }
        Some(ContextValue::String(name)) => is_shown(&name).then_some(ContextValue::String(name)),
        other => other,
    };
    if let Some(shown) = shown {
        error.insert(ContextKind::SuggestedSubcommand, shown);
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    #[test]
    fn no_hidden_command_is_suggested() {
        for (typed, suggested) in
            [("replay", Some("'play'")), ("relai", None), ("sovle", Some("'solve'"))]
        {
            let mut error = super::Program::try_parse_from(["pixel-debate", typed]).err().unwrap();
            super::suggest_nothing_hidden(&mut error);
            let told = error.to_string();
            assert!(told.contains(&format!("unrecognized subcommand '{typed}'")), "{told}");
            assert!(!told.contains("'relay'"), "{told}");
            assert_eq!(told.contains("similar subcommand"), suggested.is_some(), "{told}");
            assert!(suggested.is_none_or(|name| told.contains(name)), "{told}");
        }
    }

    #[test]
    fn the_options_do_not_contradict_each_other() {
        super::Program::command().debug_assert();
    }
}
