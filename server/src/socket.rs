//! One client: a task that owns its websocket.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use pixel_debate_protocol::v1::{
    ClientMessage, DebateId, Hello, Refusal, RefusalCode, ServerMessage, VERSION,
};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::Error as WebsocketError;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::config::Limits;
use crate::lobby::{Lobby, unknown};
use crate::outbox::{Outbox, frame};
use crate::table::{Request, TableHandle};

/// How many times larger than a message may be a frame is read at all, so as to refuse it politely.
const OVERSIZE: usize = 16;

/// How long a client may take to hear why it is left.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The websocket with the size limits of this server.
pub(crate) fn limited(upgrade: WebSocketUpgrade, limits: &Limits) -> WebSocketUpgrade {
    let most = limits.message_bytes * OVERSIZE;
    upgrade.max_message_size(most).max_frame_size(most)
}

/// Serves one client until it leaves or has to.
pub(crate) async fn serve(mut socket: WebSocket, lobby: Arc<Lobby>, stop: CancellationToken) {
    let limits = lobby.limits().clone();
    let (outbox, mut waiting) = Outbox::new(limits.outbox);
    let client = outbox.client();
    debug!(client, "connected");
    outbox.tell(&ServerMessage::Hello(Hello {
        protocol: VERSION,
        server: concat!("pixel-debate ", env!("CARGO_PKG_VERSION")).into(),
        offer: lobby.offer().clone(),
    }));
    let mut desk = Desk { lobby, outbox: outbox.clone(), followed: HashMap::new() };
    let mut heartbeat = interval(limits.silence / 3);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();

    let farewell = loop {
        let outgoing = tokio::select! {
            () = stop.cancelled() => break Some((close_code::AWAY, "the server stops")),
            () = outbox.cut_off() => break Some((close_code::POLICY, "too slow to read")),
            _ = heartbeat.tick() => {
                if heard.elapsed() > limits.silence {
                    break Some((close_code::POLICY, "silent for too long"));
                }
                Message::Ping(axum::body::Bytes::new())
            }
            frame = waiting.recv() => match frame {
                Some(frame) => Message::Text(frame),
                None => break None,
            },
            incoming = socket.recv() => {
                heard = Instant::now();
                match incoming {
                    Some(Ok(message)) => desk.read(message).await,
                    Some(Err(error)) => break fault(&error),
                    None => break None,
                }
                continue;
            }
        };
        let sent = tokio::select! {
            sent = timeout(limits.silence, socket.send(outgoing)) => sent,
            () = outbox.cut_off() => break None,
        };
        if !matches!(sent, Ok(Ok(()))) {
            break None;
        }
    };

    debug!(client, ?farewell, "disconnected");
    desk.leave_all();
    if let Some((code, reason)) = farewell {
        let close =
            Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
        let _ = timeout(LAST_WORDS, async {
            socket.send(close).await?;
            // The client's own close frame, after what it had sent before.
            while let Some(Ok(_)) = socket.recv().await {}
            Ok::<_, axum::Error>(())
        })
        .await;
    }
}

/// What to say to a client whose frames cannot be read any more; nothing if it has gone.
fn fault(error: &axum::Error) -> Option<(u16, &'static str)> {
    match error.source()?.downcast_ref::<WebsocketError>()? {
        WebsocketError::Capacity(_) => Some((close_code::SIZE, "a frame is too large")),
        WebsocketError::Utf8(_) => Some((close_code::INVALID, "a text frame is not UTF-8")),
        WebsocketError::Protocol(_) => Some((close_code::PROTOCOL, "not the websocket protocol")),
        _ => None,
    }
}

/// What a client has asked for and follows.
struct Desk {
    lobby: Arc<Lobby>,
    outbox: Outbox,
    followed: HashMap<DebateId, TableHandle>,
}

impl Desk {
    async fn read(&mut self, message: Message) {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => {
                return self.refuse(Refusal::new(
                    RefusalCode::Binary,
                    "a binary frame",
                    "messages in text frames",
                ));
            }
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return,
        };
        let most = self.lobby.limits().message_bytes;
        if text.len() > most {
            return self.refuse(Refusal::new(
                RefusalCode::TooLarge,
                format!("a message of {} bytes", text.len()),
                format!("at most {most} bytes"),
            ));
        }
        let answer = match ClientMessage::parse(&text) {
            Ok(message) => self.carry_out(message).await,
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = answer {
            self.refuse(refusal);
        }
    }

    async fn carry_out(&mut self, message: ClientMessage) -> Result<(), Refusal> {
        let client = self.outbox.clone();
        match message {
            ClientMessage::Create(setup) => {
                let (debate, judge) = self.lobby.create(&setup)?;
                client.tell(&ServerMessage::Created { debate, judge });
            }
            ClientMessage::Watch { debate: None } => {
                let (debate, table) = self.lobby.shown()?;
                self.follow(debate, table, Request::Watch { client }).await?;
            }
            ClientMessage::Watch { debate: Some(debate) } => {
                let table = self.lobby.find(&debate)?;
                self.follow(debate, table, Request::Watch { client }).await?;
            }
            ClientMessage::Take { debate, token } => {
                let table = self.lobby.find(&debate)?;
                self.follow(debate, table, Request::Take { client, token }).await?;
            }
            ClientMessage::Verdict { debate, label, probability } => {
                let table = self.lobby.find(&debate)?;
                if !table.ask(Request::Verdict { client, label, probability }).await {
                    return Err(unknown(&debate));
                }
            }
            ClientMessage::Leave { debate } => {
                if let Some(table) = self.followed.remove(&debate) {
                    table.ask(Request::Leave { client: client.client() }).await;
                }
            }
        }
        Ok(())
    }

    /// Asks a table for a seat, if the client may have one more.
    async fn follow(
        &mut self,
        debate: DebateId,
        table: TableHandle,
        request: Request,
    ) -> Result<(), Refusal> {
        self.followed.retain(|_, table| !table.is_gone());
        let most = self.lobby.limits().seats;
        if self.followed.len() >= most && !self.followed.contains_key(&debate) {
            return Err(Refusal::new(
                RefusalCode::TooManySeats,
                format!("this connection follows {most} debates already"),
                "\"leave\" for one of them first",
            )
            .about(&debate));
        }
        if !table.ask(request).await {
            return Err(unknown(&debate));
        }
        self.followed.insert(debate, table);
        Ok(())
    }

    fn refuse(&self, refusal: Refusal) {
        debug!(client = self.outbox.client(), %refusal, "refused");
        self.outbox.post(frame(&ServerMessage::Error(refusal)));
    }

    /// Tells every table that the client has gone.
    fn leave_all(&mut self) {
        for table in self.followed.values() {
            table.mention(Request::Leave { client: self.outbox.client() });
        }
    }
}
