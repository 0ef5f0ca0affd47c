//! Whether the server lives, whether it is ready, and what it has measured.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::App;
use super::refused::Refused;

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: debates can be set up and go on, for there is room and the store takes what it is
/// given.
pub(super) async fn ready(State(app): State<App>) -> Result<&'static str, Refused> {
    app.lobby.ready().await.map(|()| "ready\n").map_err(Refused::from)
}

/// `GET /metrics`: for Prometheus.
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.lobby.services().metrics.text())
}
