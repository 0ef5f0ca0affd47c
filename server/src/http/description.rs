//! The protocol described for programs.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse;
use pixel_debate_protocol::{asyncapi, openapi};
use serde_json::Value;

/// `GET /asyncapi.json`: the websocket.
pub(super) async fn websocket() -> impl IntoResponse {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| text(&asyncapi()));
    json(&DOCUMENT)
}

/// `GET /openapi.json`: HTTP.
pub(super) async fn http() -> impl IntoResponse {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| text(&openapi()));
    json(&DOCUMENT)
}

fn text(document: &Value) -> Bytes {
    format!("{document:#}\n").into()
}

fn json(document: &Bytes) -> impl IntoResponse + use<> {
    ([(header::CONTENT_TYPE, "application/json")], document.clone())
}
