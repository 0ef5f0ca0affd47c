//! HTTP: debates as resources, health, metrics, the page, and the door to the websocket.

mod analysis;
pub(crate) mod app;
mod client;
mod debates;
mod description;
mod health;
mod judge;
mod kept;
mod listing;
mod named;
mod origin;
mod page;
mod picture;
mod refused;
mod slots;
mod standings;
mod websocket;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use pixel_debate_protocol::{PATH, Refusal, RefusalCode};
use tokio::time::timeout;

pub(crate) use self::app::{App, Peer};
pub(crate) use self::kept::Kept;
pub use self::origin::OriginError;
pub(crate) use self::origin::Origins;
use self::refused::Refused;
pub(crate) use self::slots::{Bounds, Slots};
use crate::credits::Spend;

/// The most bytes of a request's head: its path and its fields.
pub(crate) const HEAD_BYTES: usize = 8 * 1024;

/// The most fields of a request's head.
pub(crate) const HEAD_FIELDS: usize = 100;

/// What asks whether the server lives costs nobody anything, and may be asked by whoever watches it
/// as often as it likes.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

impl App {
    /// What answers requests.
    pub(crate) fn router(self) -> Router {
        let most = self.lobby.limits().message_bytes;
        let works = Router::new()
            .route("/judge", get(judge::record))
            .route("/debates/{id}/judges", get(standings::others))
            .route("/debates/{id}/analysis", get(analysis::work_out))
            .route("/debates/{id}/{picture}", get(picture::draw))
            .route_layer(from_fn_with_state(self.clone(), worked));
        let api = Router::new()
            .route("/debates", post(debates::create).get(debates::list))
            .route("/debates/{id}", get(debates::look).delete(debates::end))
            .route("/debates/{id}/transcript", get(debates::record))
            .route("/standings", get(standings::standings))
            .merge(works)
            .fallback(refused::not_found)
            .method_not_allowed_fallback(refused::method);
        let cross_origin = self.origins.cross_origin();
        let router = Router::new();
        #[cfg(test)]
        let router = router.route(crate::socket::echo::PATH, any(crate::socket::echo::open));
        let router = router
            .nest(pixel_debate_protocol::API, api)
            .route("/healthz", get(health::alive))
            .route("/readyz", get(health::ready))
            .route("/metrics", get(health::metrics))
            .route("/asyncapi.json", get(description::websocket))
            .route("/openapi.json", get(description::http))
            .route(PATH, any(websocket::open))
            .method_not_allowed_fallback(refused::method)
            .fallback(page::file)
            .layer(DefaultBodyLimit::max(most))
            .layer(from_fn_with_state(self.clone(), guarded))
            .with_state(self);
        match cross_origin {
            Some(layer) => router.layer(layer),
            None => router,
        }
    }
}

/// What holds for every request: it comes from a page that may ask and an address that has not asked
/// for too much, and is answered in time.
async fn guarded(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let mut response = match app.admit(&mut request) {
        Ok(()) => timeout(app.lobby.limits().handshake * 2, next.run(request))
            .await
            .unwrap_or_else(|_| {
                let refusal = Refusal::new(
                    RefusalCode::Unavailable,
                    "this request took too long",
                    "a whole body at once, or another try later",
                );
                Refused(StatusCode::REQUEST_TIMEOUT, refusal).into_response()
            }),
        Err(refused) => refused.into_response(),
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        app.lobby.services().metrics.refusals.inc();
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// What takes the server a while to work out costs more.
async fn worked(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    app.lobby.services().credits.spend(Spend::Work, peer.address)?;
    Ok(next.run(request).await)
}

impl App {
    /// Whether a request is read any further. From then on it is known from whom it comes.
    fn admit(&self, request: &mut Request) -> Result<(), Refused> {
        let fields = request.headers();
        self.origins
            .check(request.method(), fields)
            .map_err(|refusal| Refused(StatusCode::FORBIDDEN, refusal))?;
        let size: usize =
            fields.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        let uri = request.uri();
        let size = size + uri.path().len() + uri.query().map_or(0, str::len);
        if size > HEAD_BYTES || fields.len() > HEAD_FIELDS {
            return Err(Refusal::new(
                RefusalCode::HeadTooLarge,
                format!("a head of {size} bytes and {} fields", fields.len()),
                format!("at most {HEAD_BYTES} bytes and {HEAD_FIELDS} fields"),
            )
            .into());
        }
        let Some(Peer { address, permits, .. }) = request.extensions().get::<Peer>().cloned()
        else {
            return Err(Refusal::new(RefusalCode::Unavailable, "who asks?", "another try").into());
        };
        if HEALTH.contains(&uri.path()) {
            return Ok(());
        }
        let client = client::address(address, self.proxies, fields)?;
        self.lobby.services().credits.spend(Spend::Read, client)?;
        if self.proxies > 0 {
            let visit = self.visitors.visit(client).map_err(|network| {
                let most = self.lobby.limits().connections_per_address;
                let most = most.saturating_mul(network.times as usize);
                Refusal::new(
                    RefusalCode::Busy,
                    format!("all {most} connections that one {network} may have are open"),
                    "another try when one has been closed",
                )
            })?;
            let peer = Peer { address: client, permits, visit: Some(Arc::new(visit)) };
            request.extensions_mut().insert(peer);
        }
        Ok(())
    }
}
