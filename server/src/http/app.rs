//! What answers a request has at hand.

use std::net::IpAddr;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::kept::Kept;
use super::origin::Origins;
use super::slots::Slots;
use crate::class::classes::Classes;
use crate::config::AdminToken;
use crate::lobby::Lobby;
use crate::visitors::{Permit, Visitors};

/// What every request needs.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) lobby: Arc<Lobby>,
    pub(crate) classes: Arc<Classes>,
    pub(crate) administrator: Option<AdminToken>,
    pub(crate) origins: Arc<Origins>,
    /// How many of them stand between this server and its clients.
    pub(crate) proxies: u8,
    pub(crate) visitors: Visitors,
    pub(crate) kept: Arc<Kept>,
    /// Where positions are analysed.
    pub(crate) analysis_slots: Slots,
    /// Where pictures are drawn.
    pub(crate) picture_slots: Slots,
    /// The tasks of websockets.
    pub(crate) sockets: TaskTracker,
    /// Told to the websockets when the server stops.
    pub(crate) stop: CancellationToken,
}

/// From where a request comes.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// The permits that its connection has, also when it becomes a websocket.
    pub(crate) permits: Arc<Vec<Permit>>,
    /// Behind a proxy, the permit that this request or websocket has.
    pub(crate) visit: Option<Arc<Permit>>,
}
