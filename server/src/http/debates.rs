//! Debates as resources: set up, listed, read, ended.

use std::sync::Arc;

use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, body::Bytes};
use pixel_debate_game::Transcript;
use pixel_debate_protocol::{
    Created, DebateId, DebateList, Refusal, RefusalCode, Setup, Snapshot, Token,
};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::refused::Refused;
use super::{App, Peer};
use crate::lobby::unknown;
use crate::table::{Key, Request};

/// What a list may be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    before: Option<u64>,
    limit: Option<usize>,
}

/// `POST /api/debates`: sets up a debate.
pub(super) async fn create(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let body = body.map_err(|rejection| {
        let most = app.lobby.limits().message_bytes;
        let (code, expected) = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                (RefusalCode::TooLarge, format!("at most {most} bytes"))
            }
            _ => (RefusalCode::Malformed, "a whole body".into()),
        };
        Refusal::new(code, rejection.body_text(), expected)
    })?;
    // Without a body it is the debate that a setup without fields asks for.
    let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
    let setup: Setup = serde_json::from_slice(text).map_err(|error| {
        Refusal::new(
            RefusalCode::Malformed,
            format!("this is not a setup: {error}"),
            "a JSON object with the fields of a setup, each of which may be left out",
        )
    })?;
    let created: Created = app.lobby.create(&setup, peer.address).await?;
    let location = format!("{}/debates/{}", pixel_debate_protocol::API, created.debate);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(created)).into_response())
}

/// `GET /api/debates`: the debates that go on or have an outcome, the newest first.
pub(super) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<DebateList>, Refused> {
    let all = match key(&app, &headers)? {
        Key::Administrator => true,
        Key::Token(None) => false,
        Key::Token(Some(_)) => return Err(wrong_administrator()),
    };
    let malformed = |message: String| {
        let expected = format!(
            "limit: 1 to {}; before: a number that another list has as \"next\"",
            DebateList::MOST
        );
        Refusal::new(RefusalCode::Malformed, message, expected)
    };
    let Query(Listing { before, limit }) =
        listing.map_err(|rejection| malformed(rejection.body_text()))?;
    let limit = limit.unwrap_or(DebateList::MOST);
    if !(1..=DebateList::MOST).contains(&limit) {
        return Err(malformed(format!("a list of {limit} debates")).into());
    }
    Ok(Json(app.lobby.list(before, limit, all).await?))
}

/// `GET /api/debates/{id}`: a debate as spectators see it.
pub(super) async fn look(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Snapshot>, Refused> {
    let key = key(&app, &headers)?;
    ask(&app, &DebateId(id), |answer| Request::Look { key, answer }).await.map(Json)
}

/// `GET /api/debates/{id}/transcript`: all of it, once it has an outcome.
pub(super) async fn transcript(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Transcript>, Refused> {
    let key = key(&app, &headers)?;
    ask(&app, &DebateId(id), |answer| Request::Transcript { key, answer }).await.map(Json)
}

/// `DELETE /api/debates/{id}`: the administrator ends a debate.
pub(super) async fn end(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Refused> {
    let Key::Administrator = key(&app, &headers)? else { return Err(wrong_administrator()) };
    ask(&app, &DebateId(id), |answer| Request::End { answer }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks the table of a debate, and waits for its answer.
pub(super) async fn ask<T>(
    app: &App,
    id: &DebateId,
    request: impl FnOnce(oneshot::Sender<Result<T, Refusal>>) -> Request,
) -> Result<T, Refused> {
    let table = Arc::clone(&app.lobby).find(id).await?;
    let (answer, answered) = oneshot::channel();
    if !table.ask(request(answer)).await {
        return Err(unknown(id).into());
    }
    Ok(answered.await.unwrap_or_else(|_| Err(unknown(id)))?)
}

/// The key in the head of a request: `Authorization: Bearer TOKEN`.
pub(super) fn key(app: &App, headers: &HeaderMap) -> Result<Key, Refused> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(Key::Token(None)) };
    let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
    let token = token.ok_or_else(|| {
        Refusal::new(
            RefusalCode::WrongToken,
            "this is not how a token is given",
            "the header \"Authorization: Bearer TOKEN\"",
        )
    })?;
    Ok(match &app.administrator {
        Some(administrator) if administrator.is(token) => Key::Administrator,
        _ => Key::Token(Some(Token(token.into()))),
    })
}

fn wrong_administrator() -> Refused {
    let refusal = Refusal::new(
        RefusalCode::WrongToken,
        "this is for the administrator",
        "the administrator's token in the header \"Authorization: Bearer TOKEN\"",
    );
    Refused(StatusCode::UNAUTHORIZED, refusal)
}
