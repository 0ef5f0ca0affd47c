//! Debates as resources: set up, listed, read, ended.

use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, body::Bytes};
use pixel_debate_protocol::{
    Created, DebateId, DebateList, DebateRecord, Refusal, RefusalCode, Setup, Snapshot, Token,
};

use super::listing::Listing;
use super::named::Named;
use super::refused::Refused;
use super::{App, Peer};
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
    let look = |answer| Request::Look { key: key.clone(), answer };
    Ok(Json(app.lobby.ask(&DebateId(id), look).await?))
}

/// `GET /api/debates/{id}/transcript`: all that is kept of it, once it has an outcome.
pub(super) async fn record(
    State(app): State<App>,
    headers: HeaderMap,
    Named(id): Named<String>,
) -> Result<Json<DebateRecord>, Refused> {
    let key = key(&app, &headers)?;
    Ok(Json(app.lobby.record(&DebateId(id), &key).await?))
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
    app.lobby.ask(&DebateId(id), |answer| Request::End { key: key.clone(), answer }).await?;
    Ok(StatusCode::NO_CONTENT)
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
