//! Pictures of debates: of what spectators see, and so before the outcome of what the judge sees.

use std::io::Cursor;
use std::net::IpAddr;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use image::{ImageFormat, ImageResult};
use pixel_debate_figure::{Figure, gif};
use pixel_debate_game::View;
use pixel_debate_protocol::{DebateId, Refusal, RefusalCode};
use tracing::error;

use super::debates::key;
use super::kept::What;
use super::named::Named;
use super::refused::{Refused, not_found};
use super::{App, Peer};
use crate::table::Request;

/// The ways to draw.
#[derive(Clone, Copy)]
enum Kind {
    Png,
    Svg,
    Gif,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        match name {
            "picture.png" => Some(Self::Png),
            "picture.svg" => Some(Self::Svg),
            "picture.gif" => Some(Self::Gif),
            _ => None,
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::Gif => "image/gif",
        }
    }

    fn draw(self, view: &View) -> ImageResult<Vec<u8>> {
        match self {
            Self::Png => {
                let mut bytes = Vec::new();
                let picture = Figure::of(view).image();
                picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
                Ok(bytes)
            }
            Self::Svg => Ok(Figure::of(view).svg().into_bytes()),
            Self::Gif => gif(view),
        }
    }
}

/// `GET /api/debates/{id}/picture.png`, `.svg` and `.gif`.
pub(super) async fn draw(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Named((id, name)): Named<(String, String)>,
) -> Result<Response, Refused> {
    let Some(kind) = Kind::of(&name) else { return Err(not_found().await) };
    let key = key(&app, &headers)?;
    let id = DebateId(id);
    let snapshot = app.lobby.ask(&id, |answer| Request::Look { key: key.clone(), answer }).await?;
    let over = snapshot.view.outcome.is_some();
    let picture = drawn(&app, kind, snapshot.view, peer.address);
    let mut response = if over {
        let kept = app.kept.get(&id, What::Picture(name), picture).await?;
        kept.to(&headers, kind.content_type())
    } else {
        ([(header::CONTENT_TYPE, kind.content_type())], picture.await?).into_response()
    };
    // A picture of the page's own origin must not run anything.
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Draws on the pool for somebody at that address.
async fn drawn(app: &App, kind: Kind, view: View, address: IpAddr) -> Result<Bytes, Refused> {
    let slot = app.picture_slots.take(address).await.ok_or_else(|| {
        let message = "as many pictures as may wait to be drawn";
        Refusal::new(RefusalCode::Busy, message, "another try later")
    })?;
    let pool = &app.lobby.services().pool;
    // Who goes away while it is drawn does not make room for another one meanwhile.
    let work = move || {
        let _slot = slot;
        kind.draw(&view)
    };
    let drawn = pool.run(work).await;
    let failed = |reason: String| {
        error!(reason, "a picture cannot be drawn");
        Refusal::new(RefusalCode::Unavailable, "the picture cannot be drawn", "another try later")
    };
    match drawn {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(error)) => Err(failed(error.to_string()).into()),
        Err(panic) => Err(failed(panic.to_string()).into()),
    }
}
