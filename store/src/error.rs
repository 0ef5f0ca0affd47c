//! What can go wrong with a store.

use thiserror::Error;

use crate::name::Name;

/// Why something was not stored or read.
///
/// One failed commit answers all writes of its group with clones of one error.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StoreError {
    /// Another process has the store, or holds it up for too long.
    #[error("{place} is in use by another process ({detail}): stop that one, or use another store")]
    Busy {
        /// The store.
        place: String,
        /// What the system or the database said.
        detail: String,
    },
    /// There is no room for more.
    #[error("there is no room left for {place} ({detail}): make room, and it goes on")]
    Full {
        /// The store.
        place: String,
        /// What the database said.
        detail: String,
    },
    /// The database does not answer. Whether a write was carried out may be open.
    #[error("{place} cannot be reached ({detail}): see that it runs, and it goes on")]
    Unreachable {
        /// The store.
        place: String,
        /// What the system or the database said.
        detail: String,
    },
    /// The system failed to read or write. Whether a write was carried out is open.
    #[error("{place} cannot be read or written ({detail}): see to its disk and permissions")]
    Disk {
        /// The store.
        place: String,
        /// What the system said.
        detail: String,
    },
    /// The store's file is not at its path any more. Whether a write was carried out in vain is open.
    #[error(
        "{place} was removed or replaced under the server ({detail}): \
         put the file back, or stop the server"
    )]
    Gone {
        /// The store.
        place: String,
        /// What was found.
        detail: String,
    },
    /// The store's path leads nowhere, or to what may not be opened.
    #[error("{place} cannot be opened ({detail}): name a file in a folder that may be written to")]
    Open {
        /// The store.
        place: String,
        /// What the system said.
        detail: String,
    },
    /// The file is damaged, or no store.
    #[error(
        "{place} is damaged or no store of Pixel Debate ({detail}): \
         restore a copy of it, or use another store"
    )]
    Corrupt {
        /// The store.
        place: String,
        /// What is wrong.
        detail: String,
    },
    /// A later program has written the store.
    #[error(
        "{place} is of version {found}, and this program knows versions up to {known}: \
         use a newer program, or another store"
    )]
    TooNew {
        /// The store.
        place: String,
        /// Its version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The store is of an earlier version, and was opened to be read only.
    #[error(
        "{place} is of version {found}, and only version {known} can be read as it is: \
         open it, or a copy of it, with a server of this program, which brings it up to date"
    )]
    TooOld {
        /// The store.
        place: String,
        /// Its version.
        found: i64,
        /// The version that this program makes.
        known: i64,
    },
    /// There is nothing at that place, and it was opened to be read only.
    #[error("{place} has no store of Pixel Debate in it: name another one")]
    NoStore {
        /// The place.
        place: String,
    },
    /// The database refused, for a reason that stays.
    #[error("{place} refused ({detail})")]
    Refused {
        /// The store.
        place: String,
        /// What the database said.
        detail: String,
    },
    /// What the store has of a debate or judgment is not what was written.
    #[error("what the store has of {of} is damaged: {detail}")]
    Damaged {
        /// The debate or judgment.
        of: Name,
        /// What is wrong.
        detail: String,
    },
    /// The store has nothing of that name.
    #[error("the store has no {0}")]
    Unknown(Name),
    /// Another debate or judgment has the name.
    #[error("the store has another {0}")]
    Exists(Name),
    /// An event came with the wrong number.
    #[error("event {seq} of {of} came where event {expected} is next")]
    Gap {
        /// The debate or judgment.
        of: Name,
        /// The number that came.
        seq: u64,
        /// The number that is next.
        expected: u64,
    },
    /// Another event has the number.
    #[error("the store has another event {seq} of {of}")]
    Conflict {
        /// The debate or judgment.
        of: Name,
        /// The number.
        seq: u64,
    },
    /// The debate or judgment has ended.
    #[error("{0} has ended: it has no further events")]
    Ended(Name),
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether the same may succeed later, without anything being done about the program: then
    /// trying again is safe and makes sense.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Busy { .. }
            | Self::Full { .. }
            | Self::Unreachable { .. }
            | Self::Disk { .. }
            | Self::Gone { .. } => true,
            Self::Open { .. }
            | Self::Corrupt { .. }
            | Self::TooNew { .. }
            | Self::TooOld { .. }
            | Self::NoStore { .. }
            | Self::Refused { .. }
            | Self::Damaged { .. }
            | Self::Unknown(_)
            | Self::Exists(_)
            | Self::Gap { .. }
            | Self::Conflict { .. }
            | Self::Ended(_)
            | Self::Closed => false,
        }
    }
}
