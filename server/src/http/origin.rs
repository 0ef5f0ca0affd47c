//! Which pages may connect.
//!
//! A browser says of which origin the page is that asks. A page of another site must not talk to
//! this server in the name of whoever looks at it. Programs that are no browsers send no origin.
//!
//! An allowed page may do over HTTP what it may over the websocket: the browser is told so in the
//! headers of cross-origin resource sharing.
//!
//! A server for this machine alone also wants to be called by this machine's name, since a page of
//! another site may have given its own name this machine's address.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use pixel_debate_protocol::{Refusal, RefusalCode};
use tower_http::cors::CorsLayer;

/// How long a browser may remember what a page may ask.
const REMEMBERED: Duration = Duration::from_hours(1);

/// Why something is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an origin of pages: it is written as https://debates.example, or http://HOST:PORT"
)]
pub struct OriginError(String);

/// The origins that may connect.
pub(crate) struct Origins {
    allowed: Vec<String>,
    /// Whether the server listens on this machine's own addresses alone.
    local: bool,
}

impl Origins {
    pub(crate) fn new(allowed: &[String], listens: IpAddr) -> Result<Self, OriginError> {
        let allowed = allowed.iter().map(|text| origin(text).ok_or(OriginError(text.clone())));
        Ok(Self { allowed: allowed.collect::<Result<_, _>>()?, local: listens.is_loopback() })
    }

    /// What tells browsers that the allowed pages may ask over HTTP; nothing where there are none.
    pub(crate) fn cross_origin(&self) -> Option<CorsLayer> {
        let allowed = self.allowed.iter().filter_map(|origin| HeaderValue::try_from(origin).ok());
        let layer = CorsLayer::new()
            .allow_origin(allowed.collect::<Vec<_>>())
            .allow_methods([Method::GET, Method::POST, Method::DELETE])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH])
            .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER])
            .max_age(REMEMBERED);
        (!self.allowed.is_empty()).then_some(layer)
    }

    /// Whether a request may be answered. Reading what everybody may read is open to all pages
    /// that have the right name for this server; browsers keep the answers from them.
    pub(crate) fn check(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
        let refuse = |message: &str| {
            let expected = "a page of this server, or of an origin given by --allow-origin";
            Err(Refusal::new(RefusalCode::WrongToken, message, expected))
        };
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let origin = text(header::ORIGIN).map(str::to_lowercase);
        let host = text(header::HOST).map(str::to_lowercase);
        let allowed = origin.as_ref().is_some_and(|origin| self.allowed.contains(origin));
        if allowed {
            return Ok(());
        }
        if self.local && host.as_deref().is_some_and(|host| !self.names_this_machine(host)) {
            return refuse("this server is for its own machine, and was called by another name");
        }
        let Some(origin) = origin else { return Ok(()) };
        let same = origin.split_once("://").map(|(_, authority)| authority) == host.as_deref();
        let reads = method == Method::GET && !headers.contains_key(header::UPGRADE);
        if same || reads { Ok(()) } else { refuse("a page of another site may not connect") }
    }

    /// Whether a `Host` is this machine, or that of an allowed origin, behind whose server this
    /// one may stand.
    fn names_this_machine(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => host.rsplit_once(':').map_or(host, |(name, _)| name),
        };
        name == "localhost"
            || name.ends_with(".localhost")
            || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
            || self.allowed.iter().any(|origin| {
                origin.split_once("://").is_some_and(|(_, authority)| authority == host)
            })
    }
}

/// An origin as browsers write it: scheme and host, and a port if it is not the scheme's own.
fn origin(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/').to_lowercase();
    let uri: Uri = text.parse().ok()?;
    let authority = uri.authority()?.as_str();
    let web = matches!(uri.scheme_str()?, "http" | "https");
    let bare = text.split_once("://").is_some_and(|(_, rest)| rest == authority);
    (web && bare && !authority.contains('@')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: [u8; 4] = [127, 0, 0, 1];

    fn check(origins: &Origins, method: &Method, said: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.insert(*name, value.parse().unwrap());
        }
        origins.check(method, &headers).is_ok()
    }

    #[test]
    fn pages_of_this_server_and_programs_may_connect() {
        let origins = Origins::new(&[], HERE.into()).unwrap();
        for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"] {
            let origin = format!("http://{host}");
            let upgrade = [("host", host), ("upgrade", "websocket")];
            assert!(check(&origins, &Method::GET, &upgrade));
            let page = [upgrade[0], upgrade[1], ("origin", origin.as_str())];
            assert!(check(&origins, &Method::GET, &page), "{host}");
            let other = [upgrade[0], upgrade[1], ("origin", "http://elsewhere.example")];
            assert!(!check(&origins, &Method::GET, &other));
            assert!(!check(&origins, &Method::POST, &[other[0], other[2]]));
            assert!(check(&origins, &Method::GET, &[other[0], other[2]]));
        }
    }

    #[test]
    fn another_name_for_this_machine_is_refused() {
        let open = Origins::new(&[], [10, 0, 0, 1].into()).unwrap();
        let local = Origins::new(&[], HERE.into()).unwrap();
        let host = [("host", "evil.example:8080"), ("origin", "http://evil.example:8080")];
        assert!(!check(&local, &Method::GET, &host));
        assert!(check(&open, &Method::POST, &host));
    }

    #[test]
    fn other_origins_may_be_allowed() {
        let allowed = ["https://debates.example/".to_owned()];
        let origins = Origins::new(&allowed, HERE.into()).unwrap();
        let page = [("host", "debates.example"), ("origin", "https://debates.example")];
        assert!(check(&origins, &Method::POST, &page));
        assert!(check(&origins, &Method::GET, &page[..1]));
        assert!(!check(&origins, &Method::POST, &[page[0], ("origin", "https://other.example")]));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in ["https://debates.example", "http://localhost:5173", "https://[::1]:8443/"] {
            assert!(Origins::new(&[text.into()], HERE.into()).is_ok(), "{text}");
        }
        for text in ["", "*", "debates.example", "https://a.example/page", "ftp://a", "http://u@a"]
        {
            assert!(Origins::new(&[text.into()], HERE.into()).is_err(), "{text}");
        }
    }
}
