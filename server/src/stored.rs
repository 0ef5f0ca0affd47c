//! How things are kept in the store, and why they cannot be had from it.

use bytes::Bytes;
use pixel_debate_store::StoreError;
use serde::Serialize;

/// Why a stored debate, or what came of it, cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// What is stored of it does not fit together.
    #[error("{0}")]
    Damaged(String),
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for Unreadable {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged { detail, .. } => Self::Damaged(detail),
            error => Self::Store(error),
        }
    }
}

impl From<String> for Unreadable {
    fn from(reason: String) -> Self {
        Self::Damaged(reason)
    }
}

/// As the store keeps it.
pub(crate) fn json<T: Serialize>(value: &T) -> Bytes {
    serde_json::to_vec(value).expect("plain data with string keys").into()
}
