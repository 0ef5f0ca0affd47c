//! One client: a task that owns its websocket.
//!
//! | | |
//! |---|---|
//! | [`session`] | what a client has asked for and follows |
//! | [`line`] | the frames both ways, and how a connection ends |
//! | [`handler`] | who answers a client, and why the server takes leave of it |
//! | [`gate`] | keeps a client's close frame back until it has had its answers |

#[cfg(test)]
pub(crate) mod echo;
mod gate;
mod handler;
mod line;
mod look;
mod session;
mod unread;
mod upgrade;

use std::net::IpAddr;
use std::sync::Arc;

use pixel_debate_protocol::{Hello, ServerMessage, VERSION};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use self::line::Line;
pub(crate) use self::line::linger;
use self::session::Session;
pub(crate) use self::upgrade::{Upgraded, upgrade};
use crate::class::classes::Classes;
use crate::lobby::Lobby;
use crate::outbox::Outbox;

/// Serves one client at that address until it leaves or has to, or until the server stops.
pub(crate) async fn serve(
    stream: Upgraded,
    (lobby, classes): (Arc<Lobby>, Arc<Classes>),
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
    let mut session = Session::new((lobby, classes), outbox, address);
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
