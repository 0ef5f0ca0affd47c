//! What a study's server answers: the participants' page, the researcher's, and what both ask for. There is nothing
//! else on it: no list of debates, no spectators' view, no picture, no opinion.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use pixel_debate_protocol::study::{
    Export, Reply, SentOrder, Sheet, Standing, StudyJoin, StudyJoined, StudyOffer,
};
use pixel_debate_protocol::{API, Refusal, RefusalCode};
use pixel_debate_study::conduct::Conduct;
use pixel_debate_study::file::Answer;

use super::desk::Desk;
use crate::config::AdminToken;
use crate::credits::Spend;
use crate::http::door::{Door, guarded};
use crate::http::{Peer, page, refused::Refused};

/// What every request needs.
#[derive(Clone)]
pub(super) struct StudyApp {
    pub(super) desk: Arc<Desk>,
    pub(super) researcher: AdminToken,
    pub(super) door: Door,
}

/// The most bytes of a body beside answers in words.
const BODY_BYTES: usize = 16 * 1024;

/// How much of an export is sent at once.
const PART_BYTES: usize = 64 * 1024;

impl StudyApp {
    /// What answers requests.
    pub(super) fn router(self) -> Router {
        let most = longest_body(&self.desk.conduct());
        let cross_origin = self.door.origins.cross_origin();
        let api = Router::new()
            .route("/study", get(offer))
            .route("/study/participants", post(join))
            .route("/study/me", get(sheet).post(reply))
            .route("/study/standing", get(standing))
            .route("/study/orders", post(order))
            .route("/study/export", post(export))
            .fallback(nothing)
            .method_not_allowed_fallback(method);
        let router = Router::new()
            .nest(API, api)
            .route("/healthz", get(async || "alive\n"))
            .route("/readyz", get(ready))
            .method_not_allowed_fallback(method)
            .fallback(file)
            .layer(DefaultBodyLimit::max(most))
            .layer(from_fn_with_state(self.door.clone(), guarded))
            .with_state(self);
        match cross_origin {
            Some(layer) => router.layer(layer),
            None => router,
        }
    }

    /// The participant of the request's token.
    fn participant(&self, headers: &HeaderMap) -> Result<String, Refused> {
        let name = bearer(headers).and_then(|token| self.desk.opened(token));
        name.ok_or_else(|| {
            let expected = "Authorization: Bearer TOKEN, with the token of one's own link";
            Refusal::new(RefusalCode::WrongToken, "this opens no part in the study", expected)
                .into()
        })
    }

    fn as_researcher(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let known = bearer(headers).is_some_and(|token| self.researcher.is(token));
        if known {
            return Ok(());
        }
        let expected = "Authorization: Bearer TOKEN, with the researcher's token";
        Err(Refusal::new(RefusalCode::WrongToken, "this is for the researcher", expected).into())
    }
}

/// All answers in words at once, each letter escaped, and what else a body has.
fn longest_body(conduct: &Conduct) -> usize {
    let questions = conduct.frozen().plan().study.questions();
    let words = questions.map(|question| match question.answer {
        Answer::Text { longest } => longest as usize,
        Answer::Choice { .. } | Answer::Scale { .. } => 100,
    });
    BODY_BYTES + 6 * words.sum::<usize>()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// `GET /api/study`: what anybody may know.
async fn offer(State(app): State<StudyApp>) -> Json<StudyOffer> {
    Json(app.desk.offer())
}

/// `POST /api/study/participants`: somebody comes.
async fn join(
    State(app): State<StudyApp>,
    Extension(peer): Extension<Peer>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<StudyJoined>), Refused> {
    app.door.credits.spend(Spend::Create, peer.address)?;
    let join = StudyJoin::parse(&whole(body)?)?;
    let admit = || app.door.credits.spend(Spend::Participant, peer.address);
    Ok((StatusCode::CREATED, Json(app.desk.join(&join, admit).await?)))
}

/// `GET /api/study/me`: what a participant is shown now.
async fn sheet(State(app): State<StudyApp>, headers: HeaderMap) -> Result<Json<Sheet>, Refused> {
    let name = app.participant(&headers)?;
    Ok(Json(app.desk.sheet(&name).await?))
}

/// `POST /api/study/me`: a participant answers.
async fn reply(
    State(app): State<StudyApp>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Sheet>, Refused> {
    let name = app.participant(&headers)?;
    let reply = Reply::parse(&whole(body)?)?;
    Ok(Json(app.desk.reply(&name, &reply).await?))
}

/// `GET /api/study/standing`: how the study stands.
async fn standing(
    State(app): State<StudyApp>,
    headers: HeaderMap,
) -> Result<Json<Standing>, Refused> {
    app.as_researcher(&headers)?;
    Ok(Json(app.desk.conduct().standing(false)))
}

/// `POST /api/study/orders`: the researcher orders something.
async fn order(
    State(app): State<StudyApp>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Standing>, Refused> {
    app.as_researcher(&headers)?;
    let order = SentOrder::parse(&whole(body)?)?;
    Ok(Json(app.desk.order(&order).await?))
}

/// `POST /api/study/export`: the researcher has handed out what has come of the study.
async fn export(
    State(app): State<StudyApp>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response<Body>, Refused> {
    app.as_researcher(&headers)?;
    let export = Export::parse(&whole(body)?)?;
    let (written, permit) = app.desk.export(export).await?;
    // The next is not made while this one waits to be fetched.
    let parts = futures_util::stream::unfold(
        (Bytes::from(written), permit),
        |(mut rest, permit)| async move {
            let part = rest.split_to(rest.len().min(PART_BYTES));
            (!part.is_empty()).then_some((Ok::<_, Infallible>(part), (rest, permit)))
        },
    );
    let mut response = Response::new(Body::from_stream(parts));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn ready(State(app): State<StudyApp>) -> Result<&'static str, Refused> {
    Ok(app.desk.ready().await.map(|()| "ready\n")?)
}

/// The two pages, and what they load.
async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Result<Response<Body>, Refused> {
    if method != Method::GET && method != Method::HEAD {
        return Err(self::method().await);
    }
    let path = match uri.path() {
        "/" => "study.html",
        "/researcher" => "researcher.html",
        path if path.starts_with("/assets/") && !path.contains("..") => {
            path.trim_start_matches('/')
        }
        "/icon.svg" => "icon.svg",
        _ => return Err(nothing().await),
    };
    match page::named(path, &headers) {
        Some(response) => Ok(response),
        None => Err(nothing().await),
    }
}

fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Refusal> {
    body.map_err(|rejection| {
        let (code, expected) = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                (RefusalCode::TooLarge, "answers as long as they may be")
            }
            _ => (RefusalCode::Malformed, "a whole body"),
        };
        Refusal::new(code, rejection.body_text(), expected)
    })
}

async fn nothing() -> Refused {
    let expected = "/, /researcher, /api/study, /api/study/participants, /api/study/me, /api/study/standing, \
                    /api/study/orders or /api/study/export";
    Refusal::new(RefusalCode::NotFound, "there is no such resource", expected).into()
}

async fn method() -> Refused {
    let expected = "GET; POST for /api/study/participants, /api/study/me, /api/study/orders and /api/study/export";
    Refusal::new(RefusalCode::Method, "this resource does not know that method", expected).into()
}
