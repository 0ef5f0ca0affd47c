//! What a class is told, and what it wants done.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use pixel_debate_protocol::{DebateId, Join, Refusal, Round, Setup, Show, Token};
use pixel_debate_store::StoreError;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::audience::Tally;
use crate::outbox::Outbox;

/// The time of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    /// By the clock that never goes back.
    pub(super) at: Instant,
    /// In milliseconds since 1970.
    pub(super) unix_ms: u64,
}

/// Who has asked for something, and is answered.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) client: Outbox,
    pub(crate) id: Option<u32>,
}

/// What a class is asked. The answer goes to whoever has asked.
#[derive(Debug)]
pub(crate) struct ClassRequest {
    pub(crate) asked: Asked,
    /// From where.
    pub(crate) address: IpAddr,
    pub(crate) wish: Wish,
}

/// What somebody wants of a class.
#[derive(Debug)]
pub(crate) enum Wish {
    Join(Join),
    Attend(Token),
    Willing(Token, bool),
    Round(Box<Round>),
    Show(Show),
    Dismiss(Token),
}

/// What has happened.
#[derive(Debug)]
pub(super) enum Input {
    /// The class is there: before anything else, once.
    Begin,
    Request(ClassRequest),
    /// The client with that number has gone.
    Gone(u64),
    /// A debate of the class stands so.
    Tally(Arc<Tally>),
    /// What [`Effect::Find`] asked for is not there.
    NotFound(DebateId),
    /// What [`Effect::SetUp`] asked for: the debate, and the members in its debaters' seats.
    SetUp(Result<(DebateId, [Option<u16>; 2]), Refusal>),
    /// What has come of the last [`Effect::Append`].
    Written(Result<(), Unwritten>),
    /// The time of [`Class::deadline`](super::Class::deadline) is over.
    Late,
    /// The server stops.
    Stop,
}

/// What is to be done, in the order in which a step returns it.
#[derive(Debug)]
pub(super) enum Effect {
    /// Put this frame into that client's outbox.
    Tell(Outbox, Utf8Bytes),
    /// Have the store take an event, the last one where it says when the class ends.
    Append { seq: u64, entry: Bytes, ends_ms: Option<u64>, attempt: u32 },
    /// Set up the next debate.
    SetUp(Box<Order>),
    /// Have a debate at hand, which then says how it stands.
    Find(DebateId),
    /// End a debate.
    Cancel(DebateId),
}

/// A debate for a class.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub(super) setup: Setup,
    /// The members of whom two are drawn to debate: none where agents do.
    pub(super) candidates: Vec<(u16, Option<String>)>,
    /// Where it was asked for.
    pub(super) address: IpAddr,
}

/// Why an event is not in the store.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// It may be later.
    Now(String),
    Never(StoreError),
    /// The server stops.
    Stopping,
}
