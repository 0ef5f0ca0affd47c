//! How debaters and judges have done.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use pixel_debate_protocol::{DebateId, DebateRecord, OtherJudges, Refusal, RefusalCode, Standings};

use super::App;
use super::debates::key;
use super::named::Named;
use super::refused::Refused;
use crate::results::topic;
use crate::stage::other_data;
use crate::table::Request;

/// `GET /api/standings`: in all public debates.
pub(super) async fn standings(State(app): State<App>) -> Result<Json<Arc<Standings>>, Refused> {
    Ok(Json(app.lobby.standings().await?))
}

/// `GET /api/debates/{id}/judges`: others than this debate's judge, on the same question. What is the
/// same is told with the outcome, and so is this.
pub(super) async fn others(
    State(app): State<App>,
    headers: HeaderMap,
    Named(id): Named<String>,
) -> Result<Json<OtherJudges>, Refused> {
    let key = key(&app, &headers)?;
    let id = DebateId(id);
    let record = |answer| Request::Record { key: key.clone(), answer };
    let DebateRecord { transcript, data, .. } = app.lobby.ask(&id, record).await?;
    let source = transcript.source.ok_or_else(|| {
        Refusal::new(RefusalCode::Unavailable, "its image is of no data set", "another debate")
            .about(&id)
    })?;
    let topic = topic(
        &source,
        data.as_ref().and_then(other_data),
        transcript.claims,
        transcript.rules.pixels,
    );
    Ok(Json(app.lobby.other_judges(&id, &topic).await?))
}
