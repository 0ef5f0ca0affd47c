//! What answers a request has at hand.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::door::Door;
use super::kept::Kept;
use super::slots::Slots;
use crate::class::classes::Classes;
use crate::config::AdminToken;
use crate::lobby::Lobby;

/// What every request needs.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) lobby: Arc<Lobby>,
    pub(crate) classes: Arc<Classes>,
    pub(crate) administrator: Option<AdminToken>,
    pub(crate) door: Door,
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
