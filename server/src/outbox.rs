//! What waits to be sent to one client.
//!
//! A debate tells everybody who follows it and waits for nobody: what a client has not read yet is
//! kept for it up to a bound, and a client that falls further behind is cut off.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pixel_debate_protocol::ServerMessage;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Notify, oneshot};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_util::sync::CancellationToken;

/// The sending end, shared by all who have something to tell the client: when the last of them has
/// let go of it, nobody has.
#[derive(Clone, Debug)]
pub(crate) struct Outbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    client: u64,
    frames: Sender<Message>,
    watch: Watch,
}

/// What is known of the client's connection, to whoever looks after it. It holds no outbox.
#[derive(Clone, Debug)]
pub(crate) struct Watch(Arc<State>);

#[derive(Debug)]
struct State {
    cut_off: CancellationToken,
    /// Those who wait until what the client has sent is read.
    looks: Mutex<Vec<oneshot::Sender<()>>>,
    look: Notify,
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
    pub(crate) fn new(capacity: usize) -> (Self, Receiver<Message>) {
        static CLIENTS: AtomicU64 = AtomicU64::new(0);
        let client = CLIENTS.fetch_add(1, Ordering::Relaxed);
        let (frames, waiting) = mpsc::channel(capacity);
        let (cut_off, latency_ms) = (CancellationToken::new(), AtomicU32::new(u32::MAX));
        let (looks, look) = (Mutex::default(), Notify::new());
        let watch = Watch(Arc::new(State { cut_off, looks, look, latency_ms }));
        (Self(Arc::new(Shared { client, frames, watch })), waiting)
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
        self.send(Message::Text(frame))
    }

    /// Puts a frame of any kind in the box.
    pub(crate) fn send(&self, frame: Message) -> Reached {
        match self.0.frames.try_send(frame) {
            Ok(()) => Reached::Yes,
            Err(TrySendError::Closed(_)) => Reached::No,
            Err(TrySendError::Full(_)) => {
                self.0.watch.0.cut_off.cancel();
                Reached::No
            }
        }
    }

    /// Asks that everything be read that the server has received of the client till now. The answer
    /// comes when what it says has been handed on.
    pub(crate) fn look(&self) -> oneshot::Receiver<()> {
        let (sender, looked) = oneshot::channel();
        let Watch(state) = &self.0.watch;
        state.looks().push(sender);
        state.look.notify_one();
        looked
    }

    /// What is known of the connection.
    pub(crate) fn watch(&self) -> Watch {
        self.0.watch.clone()
    }

    /// How long the way to the client and back took the last time, in milliseconds, if ever.
    pub(crate) fn latency_ms(&self) -> Option<u32> {
        let latency = self.0.watch.0.latency_ms.load(Ordering::Relaxed);
        Some(latency).filter(|latency| *latency != u32::MAX)
    }
}

impl Watch {
    /// Waits until the client is cut off.
    pub(crate) async fn cut_off(&self) {
        self.0.cut_off.cancelled().await;
    }

    /// Waits until somebody asks for a [look](Outbox::look), and says who: each is to be answered.
    pub(crate) async fn asked_to_look(&self) -> Vec<oneshot::Sender<()>> {
        self.0.look.notified().await;
        std::mem::take(&mut *self.0.looks())
    }

    /// Notes how long the way to the client and back took.
    pub(crate) fn note_latency(&self, latency_ms: u32) {
        self.0.latency_ms.store(latency_ms.min(u32::MAX - 1), Ordering::Relaxed);
    }
}

impl State {
    fn looks(&self) -> MutexGuard<'_, Vec<oneshot::Sender<()>>> {
        // Nothing panics under the lock.
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
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
        outbox.watch().cut_off().await;
        assert_eq!(
            waiting.recv().await.unwrap().to_text().unwrap(),
            r#"{"type":"closed","debate":"d","reason":"over"}"#
        );
    }

    #[tokio::test]
    async fn who_has_gone_is_not_reached() {
        let (outbox, waiting) = Outbox::new(2);
        drop(waiting);
        assert_eq!(outbox.tell(&message()), Reached::No);
    }

    #[tokio::test]
    async fn when_all_have_let_go_nobody_has_anything_to_say() {
        let (outbox, mut waiting) = Outbox::new(2);
        let (other, watch) = (outbox.clone(), outbox.watch());
        other.tell(&message());
        drop((outbox, other));
        assert!(waiting.recv().await.is_some());
        assert!(waiting.recv().await.is_none());
        drop(watch);
    }

    #[test]
    fn the_latency_is_the_latest() {
        let (outbox, _waiting) = Outbox::new(1);
        assert_eq!(outbox.latency_ms(), None);
        outbox.watch().note_latency(u32::MAX);
        outbox.watch().note_latency(7);
        assert_eq!(outbox.latency_ms(), Some(7));
    }
}
