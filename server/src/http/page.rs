//! The page, compiled into the program.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::kept::is_known;
use super::refused::{self, Refused};

#[derive(RustEmbed)]
#[folder = "../judge-ui/dist"]
struct Files;

/// The page loads its own files, talks to its own server, and nothing else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// What has been compressed, by the hash of what it was: each file once.
static COMPRESSED: Mutex<BTreeMap<[u8; 32], Bytes>> = Mutex::new(BTreeMap::new());

/// A file of the page.
pub(crate) async fn file(
    method: Method,
    uri: Uri,
    request: HeaderMap,
) -> Result<Response<Body>, Refused> {
    if method != Method::GET && method != Method::HEAD {
        return Err(refused::method().await);
    }
    let path = match uri.path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    match named(path, &request) {
        Some(response) => Ok(response),
        None => Err(refused::not_found().await),
    }
}

/// The file of that name, if there is one.
pub(crate) fn named(path: &str, request: &HeaderMap) -> Option<Response<Body>> {
    Some(found(Files::get(path)?, request))
}

/// The file, or word that the browser's copy of it is still good.
fn found(file: EmbeddedFile, request: &HeaderMap) -> Response<Body> {
    let kind = file.metadata.mimetype().to_owned();
    let hash = file.metadata.sha256_hash();
    // The fonts are compressed as they are.
    let text = kind.starts_with("text/") || kind == "image/svg+xml";
    let compressed = if text && takes_gzip(request) { compressed(&file.data, hash) } else { None };
    let coding = if compressed.is_some() { ".gzip" } else { "" };
    let tag = format!("\"{}{coding}\"", URL_SAFE_NO_PAD.encode(hash));
    let tag = HeaderValue::try_from(tag).ok();
    let unchanged = tag.as_ref().is_some_and(|tag| is_known(request, tag));
    let mut response = match compressed {
        _ if unchanged => StatusCode::NOT_MODIFIED.into_response(),
        Some(bytes) => {
            let coding = (header::CONTENT_ENCODING, "gzip".into());
            ([(header::CONTENT_TYPE, kind), coding], bytes).into_response()
        }
        None => ([(header::CONTENT_TYPE, kind)], file.data).into_response(),
    };
    let headers = response.headers_mut();
    if let Some(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::VARY, "accept-encoding"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether who asks can read gzip. What is said of gzip itself counts before what is said of all.
fn takes_gzip(request: &HeaderMap) -> bool {
    let said = request.get_all(header::ACCEPT_ENCODING).into_iter();
    let mut all = false;
    for coding in said.filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(',')) {
        let mut words = coding.split(';').map(str::trim);
        let name = words.next().unwrap_or_default();
        let weight = words.find_map(|word| word.strip_prefix("q="));
        let taken =
            weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0));
        if name.eq_ignore_ascii_case("gzip") {
            return taken;
        }
        all |= name == "*" && taken;
    }
    all
}

/// The bytes as gzip has them.
fn compressed(bytes: &[u8], hash: [u8; 32]) -> Option<Bytes> {
    // Nothing panics under the lock.
    let known = || COMPRESSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(ready) = known().get(&hash) {
        return Some(ready.clone());
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    let ready = Bytes::from(encoder.finish().ok()?);
    known().insert(hash, ready.clone());
    Some(ready)
}
