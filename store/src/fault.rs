//! Why something could not be read, and what that means for who asked.

use std::fmt::Display;

use crate::error::StoreError;
use crate::name::Name;

/// What was read.
pub(crate) type Read<T> = Result<T, Fault<StoreError>>;

/// Why something could not be read.
#[derive(Debug)]
pub(crate) enum Fault<E> {
    /// What is there is not what was written.
    Damaged(String),
    /// The database or the system failed.
    Failed(E),
}

impl<E> Fault<E> {
    /// What is said of a row whose seal is not that of what it says.
    pub(crate) fn altered(what: impl Display) -> Self {
        Self::Damaged(format!("{what} has been altered"))
    }

    /// What is said of an event that is not there.
    pub(crate) fn missing(seq: i64) -> Self {
        Self::Damaged(format!("event {seq} of it is missing"))
    }

    /// The same of a failure in other words.
    pub(crate) fn map<F>(self, failed: impl FnOnce(E) -> F) -> Fault<F> {
        match self {
            Self::Damaged(detail) => Fault::Damaged(detail),
            Self::Failed(error) => Fault::Failed(failed(error)),
        }
    }
}

impl Fault<StoreError> {
    /// What it means where one debate or judgment was asked for.
    pub(crate) fn of(self, name: Name) -> StoreError {
        match self {
            Self::Damaged(detail) => StoreError::Damaged { of: name, detail },
            Self::Failed(error) => error,
        }
    }

    /// What it means for the store as a whole.
    pub(crate) fn of_store(self, place: String) -> StoreError {
        match self {
            Self::Damaged(detail) => StoreError::Corrupt { place, detail },
            Self::Failed(error) => error,
        }
    }
}

impl From<StoreError> for Fault<StoreError> {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt { detail, .. } => Self::Damaged(detail),
            error => Self::Failed(error),
        }
    }
}
