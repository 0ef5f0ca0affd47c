//! HTTP: debates as resources, health, metrics, the page, and the door to the websocket.

mod analysis;
mod debates;
mod description;
mod health;
mod listing;
mod origin;
mod page;
mod picture;
mod refused;
mod standings;
mod websocket;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use pixel_debate_protocol::{PATH, Refusal, RefusalCode};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::origin::Origins;
use self::refused::Refused;
use crate::config::AdminToken;
use crate::lobby::Lobby;
use crate::visitors::Place;

/// What every request needs.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) lobby: Arc<Lobby>,
    pub(crate) administrator: Option<AdminToken>,
    pub(crate) origins: Arc<Origins>,
    /// The tasks of websockets.
    pub(crate) sockets: TaskTracker,
    /// Told to the websockets when the server stops.
    pub(crate) stop: CancellationToken,
}

/// From where a request comes.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// The place that its connection has, also when it becomes a websocket.
    pub(crate) place: Arc<Place>,
}

impl App {
    /// What answers requests.
    pub(crate) fn router(self) -> Router {
        let most = self.lobby.limits().message_bytes;
        let api = Router::new()
            .route("/debates", post(debates::create).get(debates::list))
            .route("/debates/{id}", get(debates::look).delete(debates::end))
            .route("/debates/{id}/transcript", get(debates::record))
            .route("/standings", get(standings::standings))
            .route("/debates/{id}/judges", get(standings::others))
            .route("/debates/{id}/analysis", get(analysis::work_out))
            .route("/debates/{id}/{picture}", get(picture::draw))
            .fallback(refused::not_found)
            .method_not_allowed_fallback(refused::method);
        let router = Router::new();
        #[cfg(test)]
        let router = router.route(crate::socket::echo::PATH, any(crate::socket::echo::open));
        router
            .nest(pixel_debate_protocol::API, api)
            .route("/healthz", get(health::alive))
            .route("/readyz", get(health::ready))
            .route("/metrics", get(health::metrics))
            .route("/asyncapi.json", get(description::websocket))
            .route("/openapi.json", get(description::http))
            .route(PATH, any(websocket::open))
            .fallback(get(page::file))
            .layer(DefaultBodyLimit::max(most))
            .layer(from_fn_with_state(self.clone(), guarded))
            .with_state(self)
    }
}

/// What holds for every request: it comes from a page that may ask, and is answered in time.
async fn guarded(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Err(refusal) = app.origins.check(request.method(), request.headers()) {
        app.lobby.house().metrics.refusals.inc();
        return Refused(StatusCode::FORBIDDEN, refusal).into_response();
    }
    let Ok(mut response) = timeout(app.lobby.limits().handshake * 2, next.run(request)).await
    else {
        let refusal = Refusal::new(
            RefusalCode::Unavailable,
            "this request took too long",
            "a whole body at once, or another try later",
        );
        return Refused(StatusCode::REQUEST_TIMEOUT, refusal).into_response();
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
