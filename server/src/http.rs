//! HTTP: debates as resources, health, metrics, the page, and the door to the websocket.

mod analysis;
pub(crate) mod app;
mod client;
mod debates;
mod description;
pub(crate) mod door;
mod health;
mod judge;
mod kept;
mod listing;
mod named;
mod origin;
pub(crate) mod page;
pub(crate) mod peer;
mod picture;
pub(crate) mod refused;
mod slots;
mod standings;
mod websocket;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use pixel_debate_protocol::PATH;

pub(crate) use self::app::App;
use self::door::guarded;
pub(crate) use self::door::{Door, HEAD_BYTES, HEAD_FIELDS};
pub(crate) use self::kept::Kept;
pub use self::origin::OriginError;
pub(crate) use self::origin::Origins;
pub(crate) use self::peer::Peer;
use self::refused::Refused;
pub(crate) use self::slots::{Bounds, Slots};
use crate::credits::Spend;

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
        let cross_origin = self.door.origins.cross_origin();
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
            .layer(from_fn_with_state(self.door.clone(), guarded))
            .with_state(self);
        match cross_origin {
            Some(layer) => router.layer(layer),
            None => router,
        }
    }
}

/// What takes the server a while to work out costs more.
async fn worked(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    app.door.credits.spend(Spend::Work, peer.address)?;
    Ok(next.run(request).await)
}
