//! The way to a table.

use pixel_debate_protocol::v1::Token;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

use crate::outbox::Outbox;

/// What a connection asks of a table. Answers go to the outbox that comes with it.
#[derive(Debug)]
pub(crate) enum Request {
    Watch {
        client: Outbox,
    },
    Take {
        client: Outbox,
        token: Token,
    },
    Verdict {
        client: Outbox,
        label: u8,
        probability: Option<f32>,
    },
    Leave {
        client: u64,
    },
    /// The server wants the room: only a debate that is over or alone is asked this.
    LetGo,
}

/// How a debate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody follows it: it waits.
    Alone,
    /// It goes on.
    UnderWay,
    /// It has ended.
    Over,
}

/// The way to a table.
#[derive(Clone, Debug)]
pub(crate) struct TableHandle {
    requests: Sender<Request>,
    standing: watch::Receiver<Standing>,
}

impl TableHandle {
    pub(super) fn new(requests: Sender<Request>, standing: watch::Receiver<Standing>) -> Self {
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
    pub(crate) fn standing(&self) -> Standing {
        *self.standing.borrow()
    }

    /// Whether the table is no more.
    pub(crate) fn is_gone(&self) -> bool {
        self.requests.is_closed()
    }
}
