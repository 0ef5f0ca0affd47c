//! One client: a task that owns its websocket.
//!
//! | | |
//! |---|---|
//! | [`session`] | what a client has asked for and follows |
//! | [`line`] | the frames both ways, and how a connection ends |
//! | [`gate`] | keeps a client's close frame back until it has had its answers |

#[cfg(test)]
pub(crate) mod echo;
mod gate;
mod line;
mod look;
mod session;

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper_util::rt::TokioIo;
use pixel_debate_protocol::{Hello, ServerMessage, VERSION};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use self::line::Line;
pub(crate) use self::line::linger;
use self::session::Session;
use crate::lobby::Lobby;
use crate::metrics::Dropped;
use crate::outbox::Outbox;

/// A stream that was a connection of HTTP.
pub(crate) type Upgraded = TokioIo<hyper::upgrade::Upgraded>;

/// Who answers a client.
trait Handler: Send {
    /// Reads a message that came at that time, and does what it says.
    fn read(&mut self, message: Message, at: Instant) -> impl Future<Output = Stay> + Send;
}

/// Whether a client may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stay {
    Yes,
    /// Not for that reason.
    No(Farewell),
}

/// Why the server takes leave of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Farewell {
    code: u16,
    reason: &'static str,
    dropped: Option<Dropped>,
}

impl Farewell {
    const STOP: Self = Self { code: 1001, reason: "the server stops", dropped: None };
    const SLOW: Self = Self::dropped(1008, "too slow to read", Dropped::Slow);
    const SILENT: Self = Self::dropped(1008, "silent for too long", Dropped::Silent);
    const FLOOD: Self = Self::dropped(1008, "too many messages", Dropped::Flood);
    const BINARY: Self = Self::dropped(1003, "a binary frame", Dropped::Frames);

    const fn dropped(code: u16, reason: &'static str, why: Dropped) -> Self {
        Self { code, reason, dropped: Some(why) }
    }

    /// What to say to a client whose frames cannot be read any more; nothing if it has gone.
    fn fault(error: &Error) -> Option<Self> {
        let (code, reason) = match error {
            Error::Capacity(_) => (1009, "a frame is too large"),
            Error::Utf8(_) => (1007, "a text frame is not UTF-8"),
            Error::Protocol(_) => (1002, "not the websocket protocol"),
            _ => return None,
        };
        Some(Self::dropped(code, reason, Dropped::Frames))
    }
}

/// Makes a request's connection a websocket's, which `serve` is given when the answer, which this
/// returns, has been sent.
pub(crate) fn upgrade<F: Future<Output = ()> + Send + 'static>(
    mut request: Request,
    serve: impl FnOnce(Upgraded) -> F + Send + 'static,
) -> Result<Response, Error> {
    let answer = create_response_with_body(&request, Body::empty)?;
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        // Who has gone before the answer has nothing to be served.
        if let Ok(upgraded) = upgrade.await {
            serve(TokioIo::new(upgraded)).await;
        }
    });
    Ok(answer)
}

/// Serves one client at that address until it leaves or has to, or until the server stops.
pub(crate) async fn serve(
    stream: Upgraded,
    lobby: Arc<Lobby>,
    address: IpAddr,
    stop: CancellationToken,
) {
    let limits = lobby.limits();
    let (outbox, waiting) = Outbox::new(limits.outbox);
    let client = outbox.client();
    debug!(client, %address, "connected");
    let services = Arc::clone(lobby.services());
    services.metrics.sockets.inc();
    outbox.tell(&ServerMessage::Hello(Hello {
        protocol: VERSION,
        server: concat!("pixel-debate ", env!("CARGO_PKG_VERSION")).into(),
        offer: lobby.offer().clone(),
        bounds: lobby.bounds(),
    }));
    let line = Line::new(stream, limits, outbox.watch(), waiting).await;
    let mut session = Session::new(lobby, outbox, address);
    let ended = line.talk(&mut session, &stop).await;
    // All that holds on to the client's outbox lets go of it when it has said what it has to say.
    let leaving = tokio::spawn(session.leave_all());
    let dropped = ended.part().await;
    debug!(client, ?dropped, "disconnected");
    if let Some(reason) = dropped {
        services.metrics.dropped(reason);
    }
    services.metrics.sockets.dec();
    drop(leaving);
}
