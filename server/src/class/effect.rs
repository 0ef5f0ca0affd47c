//! What a class is told, and what it wants done.

use std::net::IpAddr;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use pixel_debate_protocol::{ClassCode, DebateId, Join, Refusal, Round, Setup, Show, Token};
use pixel_debate_store::StoreError;
use tokio::sync::mpsc::Sender;
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
    /// Where it asks to attend.
    pub(crate) coming: Option<Coming>,
}

/// A client that asks to attend a class, and attends others that it is to leave when it is taken in.
#[derive(Clone, Debug)]
pub(crate) struct Coming {
    /// Kept as long as the client attends, and so dropped when it is refused or let go: what is left of it tells the
    /// connection whether it attends.
    pub(crate) ticket: Arc<()>,
    pub(crate) leaves: Vec<Attended>,
}

/// A class that a client attends, or has asked to.
#[derive(Clone, Debug)]
pub(crate) struct Attended {
    pub(crate) class: ClassHandle,
    /// Of the ticket that the class keeps as long as the client attends.
    pub(crate) ticket: Weak<()>,
}

/// What a class is asked. The answer goes to whoever has asked.
#[derive(Debug)]
pub(crate) struct ClassRequest {
    pub(crate) asked: Asked,
    /// From where.
    pub(crate) address: IpAddr,
    pub(crate) wish: Wish,
}

/// What is said to a class.
#[derive(Debug)]
pub(super) enum Said {
    Request(ClassRequest),
    /// The client with that number has gone.
    Gone(u64),
    /// The client with that ticket has been taken into another class.
    Left(Weak<()>),
}

/// The way to a class.
#[derive(Clone, Debug)]
pub(crate) struct ClassHandle {
    code: ClassCode,
    said: Sender<Said>,
}

impl ClassHandle {
    pub(super) fn new(code: ClassCode, said: Sender<Said>) -> Self {
        Self { code, said }
    }

    pub(crate) fn code(&self) -> &ClassCode {
        &self.code
    }

    /// Asks something of the class.
    pub(crate) async fn ask(&self, request: ClassRequest) -> Result<(), Refusal> {
        let sent = self.said.send(Said::Request(request)).await;
        sent.map_err(|_| Refusal::from(&self.code))
    }

    /// The client with that number attends no more.
    pub(crate) async fn leave(&self, client: u64) {
        // A class that has ended has let go of all.
        let _ = self.said.send(Said::Gone(client)).await;
    }

    /// The client with that ticket has been taken into another class.
    pub(super) async fn left(&self, ticket: Weak<()>) {
        let _ = self.said.send(Said::Left(ticket)).await;
    }
}

/// What somebody wants of a class.
#[derive(Debug)]
pub(crate) enum Wish {
    Join(Join),
    Attend(Token),
    Willing(Token, bool),
    Round(Box<Round>),
    Show(Show),
    Door(Token, bool),
    SendAway(Token, u16),
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
    /// The client with that ticket has been taken into another class.
    Left(Weak<()>),
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
    /// Have a debate let go of the member at that place.
    TurnOut(DebateId, u16),
    /// Tell a class that a client has left it for this one.
    Leave(Attended),
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
