//! A connection that is kept, as a browser keeps it.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most bytes of an answer: texts of a study are long, and no longer.
const MOST_BYTES: usize = 1 << 24;

/// A connection to the server, made again when it is needed.
pub(super) struct Line {
    server: SocketAddr,
    open: Option<SendRequest<Full<Bytes>>>,
}

/// What was asked.
#[derive(Clone, Debug)]
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) token: Option<&'a str>,
    pub(super) body: Bytes,
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) status: StatusCode,
    /// In how many seconds it may be asked again, if that is said.
    pub(super) retry: Option<Duration>,
    pub(super) body: Bytes,
}

/// There was no answer, or not all of it.
#[derive(Debug, Error)]
#[error("{0}")]
pub(super) struct Lost(String);

impl Line {
    pub(super) fn new(server: SocketAddr) -> Self {
        Self { server, open: None }
    }

    /// Asks once.
    pub(super) async fn ask(&mut self, ask: &Ask<'_>) -> Result<Heard, Lost> {
        let lost = |error: &dyn std::fmt::Display| Lost(error.to_string());
        let mut open = match self.open.take().filter(|open| !open.is_closed()) {
            Some(open) => open,
            None => timeout(PATIENCE, self.connect()).await.map_err(|late| lost(&late))??,
        };
        let request = self.request(ask).map_err(|error| lost(&error))?;
        let answer = async {
            open.ready().await.map_err(|error| lost(&error))?;
            let answer = open.send_request(request).await.map_err(|error| lost(&error))?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, MOST_BYTES).collect().await;
            Ok((head, body.map_err(|error| lost(&error))?.to_bytes()))
        };
        let (head, body) = timeout(PATIENCE, answer).await.map_err(|late| lost(&late))??;
        self.open = Some(open);
        let seconds = head.headers.get(RETRY_AFTER).and_then(|after| after.to_str().ok());
        let retry = seconds.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
        Ok(Heard { status: head.status, retry, body })
    }

    /// Hangs up.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Lost> {
        let lost = |error: &dyn std::fmt::Display| Lost(error.to_string());
        let stream = TcpStream::connect(self.server).await.map_err(|error| lost(&error))?;
        stream.set_nodelay(true).map_err(|error| lost(&error))?;
        let (open, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| lost(&error))?;
        // It ends when the other half is dropped, or the server hangs up; whoever asks next is told.
        tokio::spawn(async move { drop(connection.await) });
        Ok(open)
    }

    fn request(&self, ask: &Ask<'_>) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut request = Request::builder()
            .method(&ask.method)
            .uri(ask.path)
            .header(HOST, self.server.to_string());
        if ask.method == Method::POST {
            // As the server's own page does.
            request = request
                .header(ORIGIN, format!("http://{}", self.server))
                .header(CONTENT_TYPE, "application/json");
        }
        if let Some(token) = ask.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        request.body(Full::new(ask.body.clone()))
    }
}
