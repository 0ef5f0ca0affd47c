//! From a request over HTTP to the stream of a websocket.

use std::future::Future;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

/// A stream that was a connection of HTTP.
pub(crate) type Upgraded = TokioIo<hyper::upgrade::Upgraded>;

/// Makes a request's connection a websocket's, which `serve` is given when the answer, which this
/// returns, has been sent.
pub(crate) fn upgrade<F: Future<Output = ()> + Send + 'static>(
    mut request: Request,
    serve: impl FnOnce(Upgraded) -> F + Send + 'static,
) -> Result<Response, Error> {
    let answer = create_response_with_body(&request, Body::empty)?;
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        // Who has gone before the answer has nothing to be served.
        if let Ok(upgraded) = upgrade.await {
            serve(TokioIo::new(upgraded)).await;
        }
    });
    Ok(answer)
}
