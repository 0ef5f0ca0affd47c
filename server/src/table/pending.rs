//! What a table has given to the store, and the store has not taken yet.

use bytes::Bytes;
use pixel_debate_game::Debate;
use pixel_debate_protocol::{CloseReason, EventTime, Refusal};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::handle::Follow;
use crate::outbox::Outbox;

/// An event that the store has not taken yet.
pub(super) struct Pending {
    pub(super) what: Next,
    pub(super) entry: Bytes,
    pub(super) at_ms: u64,
    /// Who has brought it about, if a client has.
    pub(super) by: Option<Mover>,
    /// How often the store has failed to take it.
    pub(super) failures: u32,
}

/// What the debate comes to with it.
pub(super) enum Next {
    /// The debate after an event.
    After(Debate, EventTime),
    /// No outcome: it is over for that reason, of which somebody may want to hear.
    Abandoned(CloseReason, Option<Ender>),
}

/// Who has asked for the end of a debate, and hears when it has come.
pub(super) enum Ender {
    /// Over HTTP.
    Visitor(oneshot::Sender<Result<(), Refusal>>),
    /// On a websocket, with the id of the request.
    Client(Outbox, Option<u32>),
}

/// A client that waits for a judge's seat until the judgment is on a record.
pub(super) struct Seating {
    pub(super) judge: u8,
    pub(super) follow: Follow,
}

pub(super) struct Mover {
    pub(super) client: Outbox,
    pub(super) id: Option<u32>,
    pub(super) at: Instant,
}
