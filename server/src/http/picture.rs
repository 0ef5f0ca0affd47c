//! Pictures of debates: of what spectators see, and so before the outcome of what the judge sees.

use std::io::Cursor;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use image::{ImageFormat, ImageResult};
use pixel_debate_figure::{Figure, gif};
use pixel_debate_game::View;
use pixel_debate_protocol::{DebateId, Refusal, RefusalCode};
use tokio::sync::Semaphore;
use tracing::error;

use super::App;
use super::debates::{ask, key};
use super::kept::What;
use super::refused::{Refused, not_found};
use crate::table::Request;

/// How many pictures may be drawn or wait to be: who asks for more is to come again. An animation
/// takes a good part of a second.
static EASELS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(8));

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
    headers: HeaderMap,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let Some(kind) = Kind::of(&name) else { return Err(not_found().await) };
    let key = key(&app, &headers)?;
    let id = DebateId(id);
    let snapshot = ask(&app, &id, |answer| Request::Look { key, answer }).await?;
    let over = snapshot.view.outcome.is_some();
    let mut response = if over {
        let kept = app.kept.get(&id, What::Picture(name), drawn(&app, kind, snapshot.view)).await?;
        kept.to(&headers, kind.content_type())
    } else {
        let picture = drawn(&app, kind, snapshot.view).await?;
        ([(header::CONTENT_TYPE, kind.content_type())], picture).into_response()
    };
    // A picture of the page's own origin must not run anything.
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Draws on the pool.
async fn drawn(app: &App, kind: Kind, view: View) -> Result<Bytes, Refused> {
    let _easel = EASELS.try_acquire().map_err(|_| {
        Refusal::new(RefusalCode::Busy, "too many pictures are being drawn", "another try later")
    })?;
    let pool = &app.lobby.house().pool;
    let drawn = pool.run(move || kind.draw(&view)).await;
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
