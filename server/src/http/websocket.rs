//! The door to the websocket.

use axum::Extension;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};

use super::{App, Peer};
use crate::socket;

/// Opens a websocket.
pub(super) async fn open(
    State(app): State<App>,
    Extension(Peer { address, place }): Extension<Peer>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let App { lobby, sockets, stop, .. } = app;
    let open = sockets.token();
    socket::limited(upgrade, lobby.limits()).on_upgrade(move |websocket| async move {
        socket::serve(websocket, lobby, address, stop).await;
        drop((open, place));
    })
}
