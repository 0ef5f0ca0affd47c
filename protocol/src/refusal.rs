//! What is said when something cannot be done.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::DebateId;

/// Why a request was not carried out. Nothing has changed.
///
/// On the websocket it is the message `"error"`; over HTTP it is the body of every answer that is
/// no success.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[error("{message}; expected {expected}")]
pub struct Refusal {
    /// The request's own [`id`](crate::Request::id), if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<u32>,
    /// Which kind of fault it is, for programs.
    pub code: RefusalCode,
    /// What is wrong, as a sentence for people.
    pub message: String,
    /// What would have been right.
    pub expected: String,
    /// The debate that the request was about, if it named one.
    pub debate: Option<DebateId>,
    /// In how many seconds another try can succeed, where that is known: then it makes no sense
    /// before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub retry_s: Option<u32>,
}

/// The kinds of fault. A code keeps its meaning from version to version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The frame or the body is no message of the protocol.
    Malformed,
    /// The frame is binary, not text.
    Binary,
    /// The message is larger than [`Bounds::message_bytes`](crate::Bounds::message_bytes).
    TooLarge,
    /// The client says more than [`Bounds::messages_a_second`](crate::Bounds::messages_a_second).
    /// The message was not read; a client that goes on so is cut off. Or its address has asked for
    /// more over HTTP, or has set up more debates, than it may.
    TooFast,
    /// The setup asks for something that the server does not offer, or that the rules forbid.
    Setup,
    /// The server holds as many debates as it can, or as many for one address as it may.
    Busy,
    /// The connection follows as many debates as it may.
    TooManySeats,
    /// No debate has that name, or it was let go.
    UnknownDebate,
    /// No class has that code, or it has ended.
    UnknownClass,
    /// The presenter of the class has sent away the member whose token it is, or has closed the door to whoever
    /// would join.
    TurnedAway,
    /// The token does not open what was asked for, or a token is needed and there is none.
    WrongToken,
    /// The connection does not have the seat that the request needs.
    NotSeated,
    /// The debate has not begun: some seat has never been taken.
    NotBegun,
    /// The move is for an event that has happened already, as a move that is sent twice is.
    Stale,
    /// The rules do not allow the move, or not now.
    Illegal,
    /// The verdict is against the judge's own belief after the last reveal, and does not say why.
    AgainstBelief,
    /// The debate has no outcome yet, and what was asked for is told with it.
    NoOutcome,
    /// The store does not take the event at the moment. Nobody was told of it; the server goes on
    /// trying, and if it succeeds the event is told.
    StoreUnavailable,
    /// The debate is over other data than the server has, or before another classifier: it goes on at a server that
    /// has these.
    OtherData,
    /// What the store has of the debate is not what was written: it is told to nobody.
    Damaged,
    /// Over HTTP: there is no such resource.
    NotFound,
    /// Over HTTP: the resource does not know that method.
    Method,
    /// Over HTTP: the resource is a websocket, and this is no proper opening of one.
    Upgrade,
    /// Over HTTP: the head of the request is too large.
    HeadTooLarge,
    /// The server stops, or failed at this request.
    Unavailable,
}

impl Refusal {
    /// A refusal that concerns no debate in particular.
    ///
    /// ```
    /// use pixel_debate_protocol::{Refusal, RefusalCode};
    ///
    /// let refusal = Refusal::new(RefusalCode::NotBegun, "a seat is empty", "a move later");
    /// assert_eq!(refusal.to_string(), "a seat is empty; expected a move later");
    /// assert_eq!((refusal.id, refusal.debate), (None, None));
    /// ```
    pub fn new(code: RefusalCode, message: impl Into<String>, expected: impl Into<String>) -> Self {
        let (message, expected) = (message.into(), expected.into());
        Self { id: None, code, message, expected, debate: None, retry_s: None }
    }

    /// The same refusal, where another try can succeed in so many seconds.
    ///
    /// ```
    /// use pixel_debate_protocol::{Refusal, RefusalCode};
    ///
    /// let refusal = Refusal::new(RefusalCode::TooFast, "too many messages", "fewer").again_in(2);
    /// assert!(serde_json::to_string(&refusal)?.ends_with(r#""debate":null,"retry_s":2}"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn again_in(self, seconds: u32) -> Self {
        Self { retry_s: Some(seconds), ..self }
    }

    /// The same refusal, about that debate.
    ///
    /// ```
    /// use pixel_debate_protocol::{DebateId, Refusal, RefusalCode};
    ///
    /// let debate = DebateId("d1".into());
    /// let refusal = Refusal::new(RefusalCode::Stale, "it has happened", "the next event");
    /// assert_eq!(refusal.about(&debate).debate, Some(debate));
    /// ```
    #[must_use]
    pub fn about(self, debate: &DebateId) -> Self {
        Self { debate: Some(debate.clone()), ..self }
    }

    /// The same refusal, in answer to the request with that id.
    ///
    /// ```
    /// use pixel_debate_protocol::{Refusal, RefusalCode};
    ///
    /// let refusal = Refusal::new(RefusalCode::Busy, "the server is full", "another try");
    /// let answer = refusal.answering(Some(7));
    /// assert!(serde_json::to_string(&answer)?.starts_with(r#"{"id":7,"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn answering(self, id: Option<u32>) -> Self {
        Self { id, ..self }
    }
}
