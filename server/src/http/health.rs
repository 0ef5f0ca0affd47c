//! Whether the server lives, whether it is ready, and what it has measured.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use tokio::time::timeout;

use super::App;

/// How long the store may take to show that it can write.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: debates can be set up and go on, for the store takes what it is given.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, String) {
    let house = app.lobby.house();
    if house.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server stops\n".into());
    }
    match timeout(PATIENCE, house.store.check()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n".into()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the store is not available");
            (StatusCode::SERVICE_UNAVAILABLE, "the store is not available\n".into())
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n".into()),
    }
}

/// `GET /metrics`: for Prometheus.
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.lobby.house().metrics.text())
}
