//! What a path names.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use pixel_debate_protocol::{Refusal, RefusalCode};
use serde::de::DeserializeOwned;

use super::refused::Refused;

/// What the path of a request names. A path that is no text is refused as everything is.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(named)| Self(named)).map_err(|_| {
            let message = "a part of the path is not UTF-8";
            Refusal::new(RefusalCode::Malformed, message, "/api/debates/ID, and what follows it")
                .into()
        })
    }
}
