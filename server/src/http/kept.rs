//! Answers that never change again, kept: pictures and analyses of debates that are over.

use std::fmt::Write as _;
use std::future::Future;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pixel_debate_protocol::DebateId;
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use sha2::{Digest, Sha256};

/// How many bytes an answer takes up beside its own.
const OVERHEAD: usize = 256;

/// How many answers a cache is made for. It may hold more or fewer.
const ANSWERS: usize = 4096;

/// How long a browser may use its copy without asking again.
const AN_HOUR: &str = "max-age=3600";

/// The answers that are kept, those that were asked for last, up to a size.
#[derive(Debug)]
pub(crate) struct Kept(Cache<(DebateId, What), Answer, Weight>);

/// What of a debate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// The picture with that name.
    Picture(String),
    /// The analysis of the position after so many reveals.
    Analysis(usize),
}

/// An answer that never changes again.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    body: Bytes,
    tag: HeaderValue,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<(DebateId, What), Answer> for Weight {
    fn weight(&self, (debate, _): &(DebateId, What), answer: &Answer) -> u64 {
        (debate.0.len() + answer.body.len() + OVERHEAD) as u64
    }
}

impl Kept {
    /// Room for so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        // One shard: what is too large for its shard is not kept.
        let options = OptionsBuilder::new()
            .shards(1)
            .estimated_items_capacity(ANSWERS)
            .weight_capacity(bytes)
            .build();
        let cache = options.map(|options| {
            let (hasher, lifecycle) = Default::default();
            Cache::with_options(options, Weight, hasher, lifecycle)
        });
        Self(cache.unwrap_or_else(|_| Cache::with_weighter(ANSWERS, bytes, Weight)))
    }

    /// The answer that is kept, or else what is worked out now. Who asks for the same meanwhile waits
    /// for it.
    pub(super) async fn get<E>(
        &self,
        debate: &DebateId,
        what: What,
        work: impl Future<Output = Result<Bytes, E>>,
    ) -> Result<Answer, E> {
        let made = async { work.await.map(Answer::new) };
        self.0.get_or_insert_async(&(debate.clone(), what), made).await
    }
}

impl Answer {
    fn new(body: Bytes) -> Self {
        let mut tag = String::from("\"");
        for byte in &Sha256::digest(&body)[..16] {
            // Text does not fail to be written to memory.
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
        Self { body, tag }
    }

    /// The answer to a request with these headers, or word that the browser's copy is still good. What
    /// only a token opens is kept by whoever has it and by nobody in between.
    pub(super) fn to(&self, request: &HeaderMap, content_type: &'static str) -> Response {
        let whose = if request.contains_key(header::AUTHORIZATION) { "private" } else { "public" };
        let mut response = if is_known(request, &self.tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, content_type)], self.body.clone()).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.tag.clone());
        if let Ok(control) = HeaderValue::try_from(format!("{whose}, {AN_HOUR}")) {
            headers.insert(header::CACHE_CONTROL, control);
        }
        response
    }
}

/// Whether the browser has a copy with that tag.
pub(super) fn is_known(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let said = request.get_all(header::IF_NONE_MATCH).iter();
    let tags = said.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let mut tags = tags.map(|known| known.trim().trim_start_matches("W/"));
    tags.any(|known| known == "*" || known.as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    async fn get(kept: &Kept, what: usize, size: usize, made: &AtomicUsize) -> Answer {
        let work = async {
            made.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Infallible>(vec![what as u8; size].into())
        };
        let Ok(answer) = kept.get(&DebateId("d".into()), What::Analysis(what), work).await;
        answer
    }

    #[tokio::test]
    async fn an_answer_is_worked_out_once_as_long_as_it_is_kept() {
        let (kept, made) = (Kept::new(100_000), AtomicUsize::new(0));
        let (one, other) = tokio::join!(get(&kept, 1, 1000, &made), get(&kept, 1, 1000, &made));
        assert_eq!((one.body, made.load(Ordering::SeqCst)), (other.body, 1));
        for what in 0..1000 {
            get(&kept, what, 1000, &made).await;
            assert!(kept.0.weight() <= 100_000);
        }
        assert!(made.load(Ordering::SeqCst) >= 900, "they cannot all be kept");
        // What is larger than all that may be kept is answered all the same.
        assert_eq!(get(&kept, 7777, 200_000, &made).await.body.len(), 200_000);
        assert!(kept.0.weight() <= 100_000);
    }

    #[test]
    fn who_has_a_copy_is_told_so() {
        let answer = Answer::new(Bytes::from_static(b"picture"));
        let to = |headers: &[(&'static str, &str)]| {
            let mut request = HeaderMap::new();
            for (name, value) in headers {
                request.insert(*name, value.parse().unwrap());
            }
            let response = answer.to(&request, "image/png");
            let control = response.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned();
            assert_eq!(response.headers()[header::ETAG], answer.tag);
            (response.status().as_u16(), control)
        };
        let tag = answer.tag.to_str().unwrap();
        let public = "public, max-age=3600".to_owned();
        assert_eq!(to(&[]), (200, public.clone()));
        assert_eq!(to(&[("if-none-match", "\"other\"")]), (200, public.clone()));
        for known in [tag, "*", &format!("\"a\", W/{tag}")] {
            assert_eq!(to(&[("if-none-match", known)]), (304, public.clone()), "{known}");
        }
        assert_eq!(to(&[("authorization", "Bearer x")]), (200, "private, max-age=3600".into()));
    }
}
