//! What is said when something cannot be done.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::DebateId;

/// Why a request was not carried out. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[error("{message}; expected {expected}")]
pub struct Refusal {
    /// Which kind of fault it is, for programs.
    pub code: RefusalCode,
    /// What is wrong, as a sentence for people.
    pub message: String,
    /// What would have been right.
    pub expected: String,
    /// The debate that the request was about, if it named one.
    pub debate: Option<DebateId>,
}

/// The kinds of fault. A code keeps its meaning from version to version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The frame is no message of the protocol.
    Malformed,
    /// The frame is binary, not text.
    Binary,
    /// The frame is larger than [`Offer::max_message_bytes`](crate::Offer::max_message_bytes).
    TooLarge,
    /// The setup asks for something that the server does not offer, or that the rules forbid.
    Setup,
    /// As many debates as the server holds are under way.
    Busy,
    /// The connection follows as many debates as it may.
    TooManySeats,
    /// No debate has that name, or it was let go.
    UnknownDebate,
    /// The token does not open the seat.
    WrongToken,
    /// The connection does not have the seat that the request needs.
    NotSeated,
    /// The rules do not allow the move, or not now.
    Illegal,
}

impl Refusal {
    /// A refusal that concerns no debate in particular.
    pub fn new(code: RefusalCode, message: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { code, message: message.into(), expected: expected.into(), debate: None }
    }

    /// The same refusal, about that debate.
    #[must_use]
    pub fn about(self, debate: &DebateId) -> Self {
        Self { debate: Some(debate.clone()), ..self }
    }
}
