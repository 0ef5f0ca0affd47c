//! What a study's server is asked for by its researcher.

use std::fmt;
use std::time::Duration;

use pixel_debate_study::results::Handed;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, BodyReader};

use pixel_debate_protocol::Refusal;
pub(super) use pixel_debate_protocol::study::Export;

use crate::failure::Failure;

/// How long a server may take to answer, all of it.
const PATIENCE: Duration = Duration::from_mins(10);

/// The most bytes of an answer: more than ten thousand participants say.
const MOST: u64 = 4 << 30;

/// A study's server.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// Without a slash at its end.
    url: String,
}

/// A server by its URL, with the path under which a proxy has it.
pub(super) fn server(text: &str) -> Result<Server, String> {
    let wrong = || format!("{text:?} is no URL of a server, such as https://study.example");
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    if !known || uri.host().is_none_or(str::is_empty) || uri.query().is_some() {
        return Err(wrong());
    }
    Ok(Server { url: text.trim_end_matches('/').to_owned() })
}

impl Server {
    /// What has come of the study so far.
    pub(super) fn export(&self, token: &str, export: Export) -> Result<Handed, Failure> {
        let failed = |fault: String| Failure::Setting { place: self.url.clone(), fault };
        let agent = Agent::new_with_config(
            Agent::config_builder()
                .timeout_connect(Some(Duration::from_secs(20)))
                .timeout_global(Some(PATIENCE))
                .http_status_as_error(false)
                // The token goes to nobody else.
                .max_redirects(0)
                .tls_config(TlsConfig::builder().root_certs(trusted()).build())
                .build(),
        );
        let request = agent
            .post(format!("{}/api/study/export", self.url))
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", "application/json");
        let answer = request.send(export.to_json());
        let mut answer = answer.map_err(|error| failed(format!("it cannot be asked: {error}")))?;
        let status = answer.status();
        if status.is_success() {
            let read = serde_json::from_reader(limited(answer.body_mut()));
            return read.map_err(|error| failed(format!("it says nothing of a study: {error}")));
        }
        let refusal: Result<Refusal, _> = serde_json::from_reader(limited(answer.body_mut()));
        Err(failed(match refusal {
            Ok(refusal) => format!("it refuses: {refusal}"),
            Err(_) => format!("it answers with {status}: is a study served there?"),
        }))
    }
}

/// The certificates that the system trusts, as its browsers do.
fn trusted() -> RootCerts {
    let found = rustls_native_certs::load_native_certs();
    let certificate = |one: &[u8]| Certificate::from_der(one).to_owned();
    found.certs.iter().map(|one| certificate(one)).into()
}

fn limited(body: &mut Body) -> std::io::BufReader<BodyReader<'_>> {
    std::io::BufReader::new(body.with_config().limit(MOST).reader())
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_url_of_http() {
        for (text, url) in [
            ("https://study.example", "https://study.example"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://example.org/study/", "https://example.org/study"),
        ] {
            assert_eq!(server(text).unwrap().url, url);
        }
        for text in ["study.example", "ftp://a", "https://", "postgres://a/b", "http://a/?b=c", ""]
        {
            assert!(server(text).unwrap_err().contains("https://study.example"), "{text}");
        }
    }
}
