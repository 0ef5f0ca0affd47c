//! Why there is no report.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why there is no report.
///
/// ```
/// use pixel_debate_load::LoadError;
///
/// assert_eq!(
///     LoadError::Files { need: 30_000, have: 1024 }.to_string(),
///     "30000 open files are needed and the system allows 1024: play fewer debates, or raise the \
///      limit (`ulimit -n`)"
/// );
/// ```
#[derive(Debug, Error)]
pub enum LoadError {
    /// The system allows too few open files.
    #[error(
        "{need} open files are needed and the system allows {have}: play fewer debates, or raise \
         the limit (`ulimit -n`)"
    )]
    Files {
        /// How many are needed.
        need: u64,
        /// How many are allowed.
        have: u64,
    },
    /// The program did not start.
    #[error("{} could not be started: {source}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A connection was refused before anything was played.
    #[error("table {table} of {debates} could not connect: {detail}")]
    Connect {
        /// The table.
        table: u32,
        /// How many there are to be.
        debates: u32,
        /// What happened.
        detail: String,
    },
    /// The crowd could not be set up.
    #[error("the crowd could not be set up: {0}")]
    Crowd(String),
    /// A class could not be opened, or its phones could not join.
    #[error("there is no class of phones: {0}")]
    Class(String),
    /// A debate whose times were to be measured was not played to its end.
    #[error("a debate was not played to its end: {0}")]
    Timing(String),
    /// The server does not have the study that is to be rehearsed, or nobody can join.
    #[error("the study cannot be rehearsed with that server: {0}")]
    Study(String),
    /// A scenario that cannot be carried out.
    #[error("{0}")]
    Scenario(&'static str),
}
