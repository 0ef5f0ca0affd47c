//! What every request comes through, whatever is asked for: it comes from a page that may ask and an address that has
//! not asked for too much, and is answered in time.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pixel_debate_protocol::{Refusal, RefusalCode};
use tokio::time::timeout;

use super::client;
use super::origin::Origins;
use super::peer::Peer;
use super::refused::Refused;
use crate::credits::{Credits, Spend};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::visitors::Visitors;

/// The most bytes of a request's head: its path and its fields.
pub(crate) const HEAD_BYTES: usize = 8 * 1024;

/// The most fields of a request's head.
pub(crate) const HEAD_FIELDS: usize = 100;

/// What asks whether the server lives costs nobody anything, and may be asked by whoever watches it
/// as often as it likes.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// What lets requests in, or not.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) origins: Arc<Origins>,
    /// How many of them stand between this server and its clients.
    pub(crate) proxies: u8,
    pub(crate) visitors: Visitors,
    pub(crate) credits: Arc<Credits>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) limits: Arc<Limits>,
}

/// What holds for every request.
pub(crate) async fn guarded(
    State(door): State<Door>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = match door.admit(&mut request) {
        Ok(()) => {
            timeout(door.limits.handshake * 2, next.run(request)).await.unwrap_or_else(|_| {
                let refusal = Refusal::new(
                    RefusalCode::Unavailable,
                    "this request took too long",
                    "a whole body at once, or another try later",
                );
                Refused(StatusCode::REQUEST_TIMEOUT, refusal).into_response()
            })
        }
        Err(refused) => refused.into_response(),
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        door.metrics.refusals.inc();
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

impl Door {
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
        self.credits.spend(Spend::Read, client)?;
        if self.proxies > 0 {
            let visit = self.visitors.visit(client).map_err(|network| {
                let most = self.limits.connections_per_address;
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
