//! What has come of a client and waits to be read.

use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

/// What waits for the handler.
pub(super) enum Unread {
    /// A message, and when it came.
    Message(Message, Instant),
    /// Somebody waits until all before is carried out.
    Look(oneshot::Sender<()>),
}
