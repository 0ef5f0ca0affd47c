//! Refusals as answers of HTTP.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pixel_debate_protocol::{Refusal, RefusalCode};

/// A refusal with the status that it is answered with.
pub(crate) struct Refused(pub(crate) StatusCode, pub(crate) Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.code {
            RefusalCode::Malformed | RefusalCode::Binary => StatusCode::BAD_REQUEST,
            RefusalCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RefusalCode::TooFast | RefusalCode::TooManySeats => StatusCode::TOO_MANY_REQUESTS,
            RefusalCode::Setup => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalCode::UnknownDebate | RefusalCode::UnknownClass | RefusalCode::NotFound => {
                StatusCode::NOT_FOUND
            }
            RefusalCode::WrongToken | RefusalCode::TurnedAway | RefusalCode::NotSeated => {
                StatusCode::FORBIDDEN
            }
            RefusalCode::NotBegun
            | RefusalCode::Stale
            | RefusalCode::Illegal
            | RefusalCode::AgainstBelief
            | RefusalCode::OtherData
            | RefusalCode::NoOutcome => StatusCode::CONFLICT,
            RefusalCode::Damaged => StatusCode::GONE,
            RefusalCode::Method => StatusCode::METHOD_NOT_ALLOWED,
            RefusalCode::Upgrade => StatusCode::UPGRADE_REQUIRED,
            RefusalCode::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            RefusalCode::Busy | RefusalCode::StoreUnavailable | RefusalCode::Unavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        Self(status, refusal)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, refusal) = self;
        let later = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(5);
        let retry_s = refusal.retry_s.or(later);
        let mut response = (status, Json(refusal)).into_response();
        if let Some(seconds) = retry_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UPGRADE_REQUIRED {
            response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        }
        response
    }
}

/// The answer where there is nothing.
pub(super) async fn not_found() -> Refused {
    Refused::from(Refusal::new(
        RefusalCode::NotFound,
        "there is no such resource",
        "/api/standings, /api/judge, /api/debates, /api/debates/ID, and with an ID /transcript, /analysis, /judges, \
         /picture.png, /picture.svg or /picture.gif",
    ))
}

/// The answer where there is something that does not know the method.
pub(super) async fn method() -> Refused {
    Refused::from(Refusal::new(
        RefusalCode::Method,
        "this resource does not know that method",
        "GET; POST for /api/debates; DELETE for /api/debates/ID",
    ))
}
