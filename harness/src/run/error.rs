//! Why a run does not go on.

use std::path::PathBuf;
use std::{fmt, io};

use pixel_debate_charts::ChartError;
use pixel_debate_play::PlayError;

/// Why a run does not go on. What was done before is kept, and the same command goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The disk is full.
    #[error(
        "the disk is full: {} cannot be written. What was done before is kept: free some space, and \
         the same command goes on", path.display()
    )]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The folder is another run's.
    #[error(
        "{} holds another run: {difference}. Choose another folder, or delete it", path.display()
    )]
    OtherRun {
        /// The folder.
        path: PathBuf,
        /// What differs.
        difference: String,
    },
    /// Somebody else is at it.
    #[error("{}: another process is working on this run", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// There is nothing to read.
    #[error("{} holds no results: {fault}", path.display())]
    NoResults {
        /// The folder.
        path: PathBuf,
        /// Why not.
        fault: &'static str,
    },
    /// A file is not what was written.
    #[error(
        "{}: {fault}. Delete this file, and the command that made it does its part again; all else is kept",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// A debate cannot be played.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// A picture cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
}

impl RunError {
    /// What the operating system said of that path.
    pub(crate) fn io(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { path, source },
        }
    }

    pub(crate) fn damaged(path: impl Into<PathBuf>, fault: impl fmt::Display) -> Self {
        Self::Damaged { path: path.into(), fault: fault.to_string() }
    }
}
