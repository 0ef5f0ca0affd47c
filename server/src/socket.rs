//! One client: a task that owns its websocket.

mod desk;

use std::error::Error as _;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::SinkExt;
use pixel_debate_protocol::{Hello, ServerMessage, VERSION};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::Error as WebsocketError;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use self::desk::{Desk, Verdict};
use crate::limits::{Limits, milliseconds};
use crate::lobby::Lobby;
use crate::metrics::Dropped;
use crate::outbox::Outbox;

/// How many times larger than a message may be a frame is read at all, so as to refuse it politely.
const OVERSIZE: usize = 4;

/// The buffer for what is read of a client. Messages are short; longer ones make it grow.
const READ_BUFFER: usize = 1024;

/// How long a client may take to hear why it is left.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The websocket with the size limits of this server.
pub(crate) fn limited(upgrade: WebSocketUpgrade, limits: &Limits) -> WebSocketUpgrade {
    let most = limits.message_bytes.saturating_mul(OVERSIZE);
    upgrade
        .max_message_size(most)
        .max_frame_size(most)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
}

/// Why the server takes leave of a client.
#[derive(Clone, Copy, Debug)]
struct Farewell {
    code: u16,
    reason: &'static str,
    dropped: Option<Dropped>,
}

impl Farewell {
    const STOP: Self = Self { code: close_code::AWAY, reason: "the server stops", dropped: None };
    const SLOW: Self = Self::dropped(close_code::POLICY, "too slow to read", Dropped::Slow);
    const SILENT: Self = Self::dropped(close_code::POLICY, "silent for too long", Dropped::Silent);
    const FLOOD: Self = Self::dropped(close_code::POLICY, "too many messages", Dropped::Flood);

    const fn dropped(code: u16, reason: &'static str, why: Dropped) -> Self {
        Self { code, reason, dropped: Some(why) }
    }

    /// What to say to a client whose frames cannot be read any more; nothing if it has gone.
    fn fault(error: &axum::Error) -> Option<Self> {
        let (code, reason) = match error.source()?.downcast_ref::<WebsocketError>()? {
            WebsocketError::Capacity(_) => (close_code::SIZE, "a frame is too large"),
            WebsocketError::Utf8(_) => (close_code::INVALID, "a text frame is not UTF-8"),
            WebsocketError::Protocol(_) => (close_code::PROTOCOL, "not the websocket protocol"),
            _ => return None,
        };
        Some(Self::dropped(code, reason, Dropped::Frames))
    }
}

/// A client's websocket and what waits to be sent.
struct Line {
    socket: WebSocket,
    outbox: Outbox,
    waiting: Receiver<Utf8Bytes>,
    silence: Duration,
}

/// Serves one client at that address until it leaves or has to, or until the server stops.
pub(crate) async fn serve(
    socket: WebSocket,
    lobby: Arc<Lobby>,
    address: IpAddr,
    stop: CancellationToken,
) {
    let metrics_of = Arc::clone(lobby.house());
    metrics_of.metrics.sockets.inc();
    let limits = lobby.limits();
    let (outbox, waiting) = Outbox::new(limits.outbox);
    let client = outbox.client();
    debug!(client, "connected");
    outbox.tell(&ServerMessage::Hello(Hello {
        protocol: VERSION,
        server: concat!("pixel-debate ", env!("CARGO_PKG_VERSION")).into(),
        offer: lobby.offer().clone(),
        bounds: lobby.bounds(),
    }));
    let (silence, ping) = (limits.silence, limits.ping);
    let mut line = Line { socket, outbox: outbox.clone(), waiting, silence };
    let mut desk = Desk::new(lobby, outbox, address);
    let farewell = line.talk(&mut desk, ping, &stop).await;
    debug!(client, ?farewell, "disconnected");
    desk.leave_all().await;
    if let Some(farewell) = farewell {
        if let Some(reason) = farewell.dropped {
            metrics_of.metrics.dropped(reason);
        }
        let _ = timeout(LAST_WORDS, line.take_leave(farewell)).await;
    }
    metrics_of.metrics.sockets.dec();
}

impl Line {
    /// Carries messages both ways until the connection ends or has to.
    async fn talk(
        &mut self,
        desk: &mut Desk,
        ping: Duration,
        stop: &CancellationToken,
    ) -> Option<Farewell> {
        let outbox = self.outbox.clone();
        let mut stopped = pin!(stop.cancelled());
        let mut cut_off = pin!(outbox.cut_off());
        let mut heartbeat = interval(ping);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        let mut pinged: Option<(u8, Instant)> = None;
        let mut beat = 0u8;
        loop {
            let outgoing = tokio::select! {
                () = &mut stopped => return Some(Farewell::STOP),
                () = &mut cut_off => return Some(Farewell::SLOW),
                _ = heartbeat.tick() => {
                    if heard.elapsed() > self.silence {
                        return Some(Farewell::SILENT);
                    }
                    beat = beat.wrapping_add(1);
                    pinged = Some((beat, Instant::now()));
                    Message::Ping(Bytes::copy_from_slice(&[beat]))
                }
                frame = self.waiting.recv() => Message::Text(frame?),
                incoming = self.socket.recv() => {
                    heard = Instant::now();
                    match incoming? {
                        Ok(Message::Pong(payload)) => {
                            if let Some((_, at)) = pinged.take_if(|(beat, _)| payload[..] == [*beat]) {
                                outbox.note_latency(milliseconds(heard - at));
                            }
                        }
                        Ok(message) => if desk.read(message, heard).await == Verdict::CutOff {
                            return Some(Farewell::FLOOD);
                        },
                        Err(error) => return Farewell::fault(&error),
                    }
                    continue;
                }
            };
            let sent = tokio::select! {
                sent = timeout(self.silence, send(&mut self.socket, &mut self.waiting, outgoing)) => sent,
                () = &mut cut_off => return Some(Farewell::SLOW),
            };
            match sent {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => return Some(Farewell::SLOW),
            }
        }
    }

    /// Says what still waits, and why the connection ends.
    async fn take_leave(&mut self, farewell: Farewell) -> Result<(), axum::Error> {
        // Who is too slow has too much waiting already.
        if farewell.dropped.is_none() {
            while let Ok(frame) = self.waiting.try_recv() {
                self.socket.feed(Message::Text(frame)).await?;
            }
        }
        let Farewell { code, reason, .. } = farewell;
        let reason = Utf8Bytes::from_static(reason);
        self.socket.send(Message::Close(Some(CloseFrame { code, reason }))).await?;
        // The client's own close frame, after what it had sent before.
        while let Some(Ok(_)) = self.socket.recv().await {}
        Ok(())
    }
}

/// Sends a frame, and with it all that wait.
async fn send(
    socket: &mut WebSocket,
    waiting: &mut Receiver<Utf8Bytes>,
    first: Message,
) -> Result<(), axum::Error> {
    socket.feed(first).await?;
    while let Ok(frame) = waiting.try_recv() {
        socket.feed(Message::Text(frame)).await?;
    }
    socket.flush().await
}
