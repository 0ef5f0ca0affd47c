//! Why a study has no items.

use std::io;
use std::path::PathBuf;

use pixel_debate_play::PlayError;

use crate::canonical::CanonicalError;

/// Why a study has no items.
#[derive(Debug, thiserror::Error)]
pub enum ItemsError {
    /// A debate cannot be played.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// There are not enough images.
    #[error(
        "the study needs {wanted} images ({main} to judge, {practice} for practice, {checks} for attention \
         checks), and {dataset} has {found} that it can use: take fewer, or other `classes`"
    )]
    TooFew {
        /// The data set.
        dataset: String,
        /// How many are wanted.
        wanted: usize,
        /// Main images.
        main: usize,
        /// For practice.
        practice: usize,
        /// For attention checks.
        checks: usize,
        /// How many there are.
        found: usize,
    },
    /// A tier cannot be filled.
    #[error(
        "tier {tier:?} has {found} of its {wanted} images after {examined} were examined ({fits} fit it): take \
         fewer, widen the tier, or raise `examine` in [images]"
    )]
    TierTooSmall {
        /// The tier.
        tier: String,
        /// How many images it is to have.
        wanted: u64,
        /// How many it has.
        found: u64,
        /// How many of those that were examined fit it.
        fits: u64,
        /// How many were examined.
        examined: u64,
    },
    /// It was stopped.
    #[error("it was stopped before its end")]
    Stopped,
    /// What is done cannot be kept.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The threads cannot be started.
    #[error("the threads cannot be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// Something has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}
