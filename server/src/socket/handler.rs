//! Who answers a client, and why the server takes leave of it.

use std::future::Future;

use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::metrics::Dropped;

/// Who answers a client.
pub(super) trait Handler: Send {
    /// Reads a message that came at that time, and does what it says.
    fn read(&mut self, message: Message, at: Instant) -> impl Future<Output = Stay> + Send;
}

/// Whether a client may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stay {
    Yes,
    /// Not for that reason.
    No(Farewell),
}

/// Why the server takes leave of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Farewell {
    pub(super) code: u16,
    pub(super) reason: &'static str,
    pub(super) dropped: Option<Dropped>,
}

impl Farewell {
    pub(super) const STOP: Self = Self { code: 1001, reason: "the server stops", dropped: None };
    pub(super) const SLOW: Self = Self::dropped(1008, "too slow to read", Dropped::Slow);
    pub(super) const SILENT: Self = Self::dropped(1008, "silent for too long", Dropped::Silent);
    pub(super) const FLOOD: Self = Self::dropped(1008, "too many messages", Dropped::Flood);
    pub(super) const BINARY: Self = Self::dropped(1003, "a binary frame", Dropped::Frames);

    const fn dropped(code: u16, reason: &'static str, why: Dropped) -> Self {
        Self { code, reason, dropped: Some(why) }
    }

    /// What to say to a client whose frames cannot be read any more; nothing if it has gone.
    pub(super) fn fault(error: &Error) -> Option<Self> {
        let (code, reason) = match error {
            Error::Capacity(_) => (1009, "a frame is too large"),
            Error::Utf8(_) => (1007, "a text frame is not UTF-8"),
            Error::Protocol(_) => (1002, "not the websocket protocol"),
            _ => return None,
        };
        Some(Self::dropped(code, reason, Dropped::Frames))
    }
}
