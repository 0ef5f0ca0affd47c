//! Which pages may connect.
//!
//! A browser says of which origin the page is that asks. A page of another site must not talk to
//! this server in the name of whoever looks at it. Programs that are no browsers send no origin.
//! A server for this machine alone also wants to be called by this machine's name, since a page of
//! another site may have given its own name this machine's address.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, header};
use pixel_debate_protocol::{Refusal, RefusalCode};

/// The origins that may connect.
pub(crate) struct Origins {
    allowed: Vec<String>,
    /// Whether the server listens on this machine's own addresses alone.
    local: bool,
}

impl Origins {
    pub(crate) fn new(allowed: &[String], listens: IpAddr) -> Self {
        let allowed = allowed.iter().map(|origin| origin.trim_end_matches('/').to_lowercase());
        Self { allowed: allowed.collect(), local: listens.is_loopback() }
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
        let origins = Origins::new(&[], HERE.into());
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
        let host = [("host", "evil.example:8080"), ("origin", "http://evil.example:8080")];
        assert!(!check(&Origins::new(&[], HERE.into()), &Method::GET, &host));
        assert!(check(&Origins::new(&[], [10, 0, 0, 1].into()), &Method::POST, &host));
    }

    #[test]
    fn other_origins_may_be_allowed() {
        let allowed = ["https://debates.example/".to_owned()];
        let origins = Origins::new(&allowed, HERE.into());
        let page = [("host", "debates.example"), ("origin", "https://debates.example")];
        assert!(check(&origins, &Method::POST, &page));
        assert!(check(&origins, &Method::GET, &page[..1]));
        assert!(!check(&origins, &Method::POST, &[page[0], ("origin", "https://other.example")]));
    }
}
