//! Why a debate cannot be had.

use pixel_debate_protocol::{DebateId, Refusal, RefusalCode};
use pixel_debate_store::StoreError;
use tracing::{error, warn};

/// The refusal of a name that no debate has.
pub(crate) fn unknown(id: &DebateId) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownDebate,
        "no debate has that name, or it ended without an outcome",
        "the name of a debate under way, or of one that has an outcome",
    )
    .about(id)
}

/// The refusal of a debate of which the store has something else than was written.
pub(super) fn damaged(id: &DebateId, reason: &str) -> Refusal {
    error!(debate = %id, reason, "a stored debate is damaged");
    Refusal::new(
        RefusalCode::Damaged,
        "what the store has of this debate is damaged",
        "another debate, or this one once the administrator has restored a copy of the store",
    )
    .about(id)
}

/// The refusal of what the store would have to take or to give.
pub(super) fn unavailable(error: &StoreError) -> Refusal {
    // What is wrong with the store is the administrator's affair.
    warn!(%error, "the store is not available");
    store_unavailable()
}

pub(super) fn store_unavailable() -> Refusal {
    Refusal::new(
        RefusalCode::StoreUnavailable,
        "the store is not available at the moment",
        "another try later",
    )
}
