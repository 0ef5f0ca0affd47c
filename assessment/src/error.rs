//! Why judges cannot be assessed.

use std::io;
use std::path::PathBuf;

use pixel_debate_charts::ChartError;
use pixel_debate_harness::RunError;
use pixel_debate_judge::WrongSize;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum AssessmentError {
    /// The debates could not be carried out.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Two of the judges are one.
    #[error("the judges {one} and {other} are the same, with the hash {hash}: name it once")]
    Twice {
        /// One name.
        one: String,
        /// The other.
        other: String,
        /// What they have in common.
        hash: String,
    },
    /// The folder holds something else.
    #[error(
        "{folder} holds {what}, which is of no report: name a new folder, or a report's to go on with"
    )]
    Elsewhere {
        /// The folder.
        folder: PathBuf,
        /// What is in it.
        what: String,
    },
    /// A judge cannot read an image.
    #[error("{judge}: {source}")]
    Unreadable {
        /// The judge.
        judge: String,
        /// Why not.
        source: WrongSize,
    },
    /// A judge said what is no number.
    #[error(
        "{judge} gave a logit for image {image} that is not finite: every logit must be a finite number"
    )]
    NoNumber {
        /// The judge.
        judge: String,
        /// The image.
        image: usize,
    },
    /// A judge has no answer, as a program that crashed.
    #[error("{judge}, asked about image {image}: {why}")]
    Failed {
        /// The judge.
        judge: String,
        /// The image.
        image: usize,
        /// Why not.
        why: String,
    },
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// A file could not be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}
