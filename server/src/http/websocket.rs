//! The door to the websocket.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;
use pixel_debate_protocol::{Refusal, RefusalCode};

use super::refused::Refused;
use super::{App, Peer};
use crate::socket;

/// Opens a websocket.
pub(super) async fn open(
    State(app): State<App>,
    Extension(Peer { address, permits, visit }): Extension<Peer>,
    request: Request,
) -> Result<Response, Refused> {
    let App { lobby, classes, sockets, stop, .. } = app;
    let code =
        if request.method() == Method::GET { RefusalCode::Upgrade } else { RefusalCode::Method };
    let open = sockets.token();
    let serve = move |stream| async move {
        socket::serve(stream, (lobby, classes), address, stop).await;
        drop((open, permits, visit));
    };
    socket::upgrade(request, serve).map_err(|error| {
        Refused::from(Refusal::new(
            code,
            format!("this request opens no websocket: {error}"),
            "a websocket's handshake: GET with the headers connection: upgrade, upgrade: websocket, \
             sec-websocket-version: 13 and sec-websocket-key",
        ))
    })
}
