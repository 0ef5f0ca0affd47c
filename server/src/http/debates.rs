//! Debates as resources: set up, listed, read, ended.

use std::sync::Arc;

use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, body::Bytes};
use pixel_debate_protocol::{
    Created, DebateId, DebateList, DebateRecord, Refusal, RefusalCode, Setup, Snapshot, Token,
};
use tokio::sync::oneshot;

use super::listing::Listing;
use super::named::Named;
use super::refused::Refused;
use super::{App, Peer};
use crate::lobby::unknown;
use crate::table::{Key, Request};

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
    let setup = Setup::parse(&body)?;
    let created: Created = app.lobby.create(&setup, peer.address).await?;
    let location = format!("{}/debates/{}", pixel_debate_protocol::API, created.debate);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(created)).into_response())
}

/// `GET /api/debates`: the debates that go on or have an outcome, the newest first.
pub(super) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Json<DebateList>, Refused> {
    let all = match key(&app, &headers)? {
        Key::Administrator => true,
        Key::Token(None) => false,
        Key::Token(Some(_)) => return Err(wrong_administrator()),
    };
    let Listing { before, limit, wanted } = Listing::read(query.as_deref().unwrap_or_default())?;
    Ok(Json(app.lobby.list(before, limit, all, &wanted).await?))
}

/// `GET /api/debates/{id}`: a debate as spectators see it.
pub(super) async fn look(
    State(app): State<App>,
    headers: HeaderMap,
    Named(id): Named<String>,
) -> Result<Json<Snapshot>, Refused> {
    let key = key(&app, &headers)?;
    ask(&app, &DebateId(id), |answer| Request::Look { key: key.clone(), answer }).await.map(Json)
}

/// `GET /api/debates/{id}/transcript`: all that is kept of it, once it has an outcome.
pub(super) async fn record(
    State(app): State<App>,
    headers: HeaderMap,
    Named(id): Named<String>,
) -> Result<Json<DebateRecord>, Refused> {
    let key = key(&app, &headers)?;
    ask(&app, &DebateId(id), |answer| Request::Record { key: key.clone(), answer }).await.map(Json)
}

/// `DELETE /api/debates/{id}`: the administrator ends a debate, or whoever set it up.
pub(super) async fn end(
    State(app): State<App>,
    headers: HeaderMap,
    Named(id): Named<String>,
) -> Result<StatusCode, Refused> {
    let key = key(&app, &headers)?;
    if matches!(key, Key::Token(None)) {
        let refusal = Refusal::new(
            RefusalCode::WrongToken,
            "this is for the administrator and for whoever set the debate up",
            "the creator's token or the administrator's in the header \"Authorization: Bearer TOKEN\"",
        );
        return Err(Refused(StatusCode::UNAUTHORIZED, refusal));
    }
    ask(&app, &DebateId(id), |answer| Request::End { key: key.clone(), answer }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How often a table is asked that is let go of just then: what is over may have to make way at any time,
/// and is read again.
const TRIES: u32 = 3;

/// Asks the table of a debate, and waits for its answer.
pub(super) async fn ask<T>(
    app: &App,
    id: &DebateId,
    request: impl Fn(oneshot::Sender<Result<T, Refusal>>) -> Request,
) -> Result<T, Refused> {
    for _ in 0..TRIES {
        let table = Arc::clone(&app.lobby).find(id).await?;
        let (answer, answered) = oneshot::channel();
        if !table.ask(request(answer)).await {
            continue;
        }
        match answered.await {
            Ok(Err(refusal)) if refusal.code == RefusalCode::UnknownDebate => {}
            Ok(answer) => return Ok(answer?),
            Err(_) => {}
        }
    }
    Err(unknown(id).into())
}

/// The key in the head of a request: `Authorization: Bearer TOKEN`.
pub(super) fn key(app: &App, headers: &HeaderMap) -> Result<Key, Refused> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(Key::Token(None)) };
    let token = value.to_str().ok().and_then(|value| value.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or_else(|| {
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
