//! What waits to be sent to one client.
//!
//! A debate tells everybody who follows it and waits for nobody: what a client has not read yet is
//! kept for it up to a bound, and a client that falls further behind is cut off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use axum::extract::ws::Utf8Bytes;
use pixel_debate_protocol::ServerMessage;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_util::sync::CancellationToken;

/// The sending end, shared by all who have something to tell the client.
#[derive(Clone, Debug)]
pub(crate) struct Outbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    client: u64,
    frames: Sender<Utf8Bytes>,
    cut_off: CancellationToken,
    /// The way to the client and back in milliseconds, by the latest ping; `u32::MAX` before.
    latency_ms: AtomicU32,
}

/// Whether the client can still be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// The message waits to be sent.
    Yes,
    /// The client has gone, or was cut off just now.
    No,
}

impl Outbox {
    /// An outbox that holds up to `capacity` messages, and the end that empties it.
    pub(crate) fn new(capacity: usize) -> (Self, Receiver<Utf8Bytes>) {
        static CLIENTS: AtomicU64 = AtomicU64::new(0);
        let client = CLIENTS.fetch_add(1, Ordering::Relaxed);
        let (frames, waiting) = mpsc::channel(capacity);
        let cut_off = CancellationToken::new();
        let latency_ms = AtomicU32::new(u32::MAX);
        (Self(Arc::new(Shared { client, frames, cut_off, latency_ms })), waiting)
    }

    /// A number that no other client of this process has.
    pub(crate) fn client(&self) -> u64 {
        self.0.client
    }

    /// How many more messages the box holds now.
    pub(crate) fn room(&self) -> usize {
        self.0.frames.capacity()
    }

    /// Puts a message in the box.
    pub(crate) fn tell(&self, message: &ServerMessage) -> Reached {
        self.post(frame(message))
    }

    /// Puts a message in the box that was put into a frame before, for several clients at once.
    pub(crate) fn post(&self, frame: Utf8Bytes) -> Reached {
        match self.0.frames.try_send(frame) {
            Ok(()) => Reached::Yes,
            Err(TrySendError::Closed(_)) => Reached::No,
            Err(TrySendError::Full(_)) => {
                self.0.cut_off.cancel();
                Reached::No
            }
        }
    }

    /// Waits until the client is cut off.
    pub(crate) async fn cut_off(&self) {
        self.0.cut_off.cancelled().await;
    }

    /// Notes how long the way to the client and back took.
    pub(crate) fn note_latency(&self, latency_ms: u32) {
        self.0.latency_ms.store(latency_ms.min(u32::MAX - 1), Ordering::Relaxed);
    }

    /// How long the way to the client and back took the last time, in milliseconds, if ever.
    pub(crate) fn latency_ms(&self) -> Option<u32> {
        Some(self.0.latency_ms.load(Ordering::Relaxed)).filter(|latency| *latency != u32::MAX)
    }
}

/// A message as the text of a frame.
pub(crate) fn frame(message: &ServerMessage) -> Utf8Bytes {
    serde_json::to_string(message).expect("a message has only string keys").into()
}

#[cfg(test)]
mod tests {
    use pixel_debate_protocol::{CloseReason, DebateId};

    use super::*;

    fn message() -> ServerMessage {
        ServerMessage::Closed { debate: DebateId("d".into()), reason: CloseReason::Over }
    }

    #[tokio::test]
    async fn who_does_not_read_is_cut_off() {
        let (outbox, mut waiting) = Outbox::new(2);
        assert_eq!(outbox.tell(&message()), Reached::Yes);
        assert_eq!(outbox.room(), 1);
        assert_eq!(outbox.tell(&message()), Reached::Yes);
        assert_eq!(outbox.tell(&message()), Reached::No);
        outbox.cut_off().await;
        assert_eq!(
            waiting.recv().await.unwrap().as_str(),
            r#"{"type":"closed","debate":"d","reason":"over"}"#
        );
    }

    #[tokio::test]
    async fn who_has_gone_is_not_reached() {
        let (outbox, waiting) = Outbox::new(2);
        drop(waiting);
        assert_eq!(outbox.tell(&message()), Reached::No);
    }

    #[test]
    fn the_latency_is_the_latest() {
        let (outbox, _waiting) = Outbox::new(1);
        assert_eq!(outbox.latency_ms(), None);
        outbox.note_latency(u32::MAX);
        outbox.note_latency(7);
        assert_eq!(outbox.latency_ms(), Some(7));
    }
}
