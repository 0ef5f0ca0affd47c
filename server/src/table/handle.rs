//! The way to a table.

use std::sync::Arc;

use pixel_debate_game::{Pixel, Verdict};
use pixel_debate_protocol::{DebateRecord, JudgeKey, Phase, Refusal, Snapshot, Summary, Token};
use tokio::sync::mpsc::Sender;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::outbox::Outbox;

/// What a table is asked. Answers go to the outbox that comes with it.
///
/// The large ones are boxed: a table's queue has room for several dozen requests from the start.
#[derive(Debug)]
pub(crate) enum Request {
    /// A client wants to follow the debate.
    Follow(Box<Follow>),
    /// A player does something.
    Act(Box<Act>),
    /// A client leaves, and is told so if it asked with an id.
    Leave { client: Outbox, id: Option<u32> },
    /// A client has gone.
    Gone { client: u64 },
    /// A client has the next reveal of a recorded debate shown: as its judge, or as who set it up.
    Next { client: Outbox, id: Option<u32>, seq: u32, token: Option<Token> },
    /// A client that says that it set the debate up ends it.
    Cancel { client: Outbox, id: Option<u32>, token: Token },
    /// Somebody wants to see the debate once, as a spectator.
    Look { key: Key, answer: oneshot::Sender<Result<Snapshot, Refusal>> },
    /// Somebody wants the record.
    Record { key: Key, answer: oneshot::Sender<Result<DebateRecord, Refusal>> },
    /// The administrator ends the debate, or whoever set it up.
    End { key: Key, answer: oneshot::Sender<Result<(), Refusal>> },
    /// The class has sent away the member at that place.
    SentAway { place: u16 },
    /// The server wants the room: only a debate that is over is asked this.
    LetGo,
    /// The server wants the room of a debate that nobody came to in the usual time.
    GiveUp,
}

/// A client wants to follow a debate.
#[derive(Debug)]
pub(crate) struct Follow {
    pub(crate) client: Outbox,
    pub(crate) id: Option<u32>,
    pub(crate) token: Option<Token>,
    /// Whether the token must open a player's seat.
    pub(crate) seat: Wanted,
    /// The last event that the client knows, if it resumes.
    pub(crate) since: Option<u32>,
    pub(crate) opinions: bool,
    /// The key to the record that the judgment is to be on.
    pub(crate) judge_key: Option<JudgeKey>,
    /// Kept as long as the client follows, and so dropped when it is refused or let go: what is
    /// left of it tells the connection whether the debate counts among those that it follows.
    pub(crate) ticket: Arc<()>,
}

/// From where a client wants to follow a debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// As a spectator.
    Spectator,
    /// As a player.
    Player,
    /// As what the token opens: without one, as a spectator.
    Either,
}

/// A player does something.
#[derive(Debug)]
pub(crate) struct Act {
    pub(crate) client: Outbox,
    pub(crate) id: Option<u32>,
    pub(crate) what: What,
    /// When the server read it.
    pub(crate) at: Instant,
}

/// What a player does.
#[derive(Debug)]
pub(crate) enum What {
    Reveal { seq: u32, pixel: Pixel },
    Belief { after: u32, probability: f32 },
    Verdict(Verdict),
    Resign,
}

/// By what right somebody wants to see a debate.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    /// None, or a token.
    Token(Option<Token>),
    /// The administrator's.
    Administrator,
}

/// The way to a table.
#[derive(Clone, Debug)]
pub(crate) struct TableHandle {
    requests: Sender<Request>,
    standing: watch::Receiver<Summary>,
}

impl TableHandle {
    pub(super) fn new(requests: Sender<Request>, standing: watch::Receiver<Summary>) -> Self {
        Self { requests, standing }
    }

    /// Asks something of the table; `false` when it is no more.
    pub(crate) async fn ask(&self, request: Request) -> bool {
        self.requests.send(request).await.is_ok()
    }

    /// Asks without waiting, for what may be lost when the table is in a crowd or no more.
    pub(crate) fn mention(&self, request: Request) {
        let _ = self.requests.try_send(request);
    }

    /// How the debate stands.
    pub(crate) fn summary(&self) -> Summary {
        self.standing.borrow().clone()
    }

    /// Whether the debate has an outcome.
    pub(crate) fn is_over(&self) -> bool {
        self.standing.borrow().phase == Phase::Over
    }
}
