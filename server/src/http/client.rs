//! From which address a request comes, also behind proxies.
//!
//! Each proxy adds the address that it was asked from to the end of `X-Forwarded-For`. So what stands
//! as many places from the end as there are proxies was written by the first of them; what stands
//! before it the client may have written.
//!
//! `Forwarded`, the standard's header, is not read: a proxy that writes one of the two passes the
//! other one on as the client wrote it, and a server that read both would believe the client.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use pixel_debate_protocol::{Refusal, RefusalCode};

/// The header that proxies write.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client, of a request that came from `peer` through so many proxies. Who comes
/// without the header has come past the proxies, as whoever looks after the server does.
pub(super) fn address(peer: IpAddr, proxies: u8, headers: &HeaderMap) -> Result<IpAddr, Refusal> {
    let mut values = headers.get_all(FORWARDED_FOR).iter().peekable();
    if proxies == 0 || values.peek().is_none() {
        return Ok(peer);
    }
    let wrong = |message: String| {
        let expected = format!(
            "in the header X-Forwarded-For the addresses that {proxies} {} asked from, the last ones \
             at its end",
            if proxies == 1 { "proxy was" } else { "proxies were" }
        );
        Refusal::new(RefusalCode::Malformed, message, expected)
    };
    // What the client wrote need not be text; what counts stands at the end.
    let text: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let mut said = text.iter().rev().flat_map(|value| value.rsplit(','));
    let said = said.nth(usize::from(proxies) - 1).map(str::trim);
    let said =
        said.ok_or_else(|| wrong("X-Forwarded-For has fewer addresses than proxies".into()))?;
    parse(said)
        .ok_or_else(|| wrong(format!("X-Forwarded-For has {said:?} where an address must be")))
}

/// An address, perhaps with a port, an IPv6 one perhaps in brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    bare.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: u8, said: &[&str]) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let address = address(IpAddr::from([10, 0, 0, 9]), proxies, &headers);
        address.map(|address| address.to_string()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn nobody_is_believed_unless_proxies_are_trusted() {
        assert_eq!(client(0, &["1.2.3.4"]).unwrap(), "10.0.0.9");
        assert_eq!(client(2, &[]).unwrap(), "10.0.0.9");
    }

    #[test]
    fn what_the_first_trusted_proxy_wrote_counts_whatever_stands_before_it() {
        for (proxies, said, address) in [
            (1, &["1.2.3.4"][..], "1.2.3.4"),
            (1, &["6.6.6.6, junk,, 1.2.3.4"], "1.2.3.4"),
            (1, &["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
            (2, &["6.6.6.6, 1.2.3.4 , 10.0.0.1"], "1.2.3.4"),
            (2, &["6.6.6.6, 1.2.3.4", "10.0.0.1"], "1.2.3.4"),
            (1, &["1.2.3.4:567"], "1.2.3.4"),
            (1, &["2001:db8::1"], "2001:db8::1"),
            (1, &["[2001:db8::1]"], "2001:db8::1"),
            (1, &["[2001:db8::1]:567"], "2001:db8::1"),
        ] {
            assert_eq!(client(proxies, said).unwrap(), address, "{said:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for (proxies, said, wrong) in [
            (1, &["unknown"][..], "\"unknown\""),
            (1, &["1.2.3.4,"], "\"\""),
            (1, &["1.2.3.4.5"], "\"1.2.3.4.5\""),
            (2, &["1.2.3.4"], "fewer addresses than proxies"),
            (2, &["junk, 1.2.3.4"], "\"junk\""),
        ] {
            let refusal = client(proxies, said).unwrap_err();
            assert!(refusal.contains(wrong), "{said:?} {refusal}");
        }
    }
}
