//! Analyses of positions of debates that are over, worked out when they are asked for.

use std::error::Error as _;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use pixel_debate_game::{Debate, Event, LegalPixels, Move, Transcript};
use pixel_debate_protocol::{Analysis, DebateId, Refusal, RefusalCode};
use serde::Deserialize;
use tracing::error;

use super::debates::key;
use super::kept::What;
use super::named::Named;
use super::refused::Refused;
use super::{App, Peer};
use crate::analysis::analyse;
use crate::table::Request;

/// Which position.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    /// After so many reveals; without it, after all.
    revealed: Option<usize>,
}

/// `GET /api/debates/{id}/analysis`: what each legal reveal does to the classifier's mind.
pub(super) async fn work_out(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Named(id): Named<String>,
    position: Result<Query<Position>, QueryRejection>,
) -> Result<Response, Refused> {
    let key = key(&app, &headers)?;
    let id = DebateId(id);
    let record = |answer| Request::Record { key: key.clone(), answer };
    let record = app.lobby.ask(&id, record).await?;
    let debate = at(&record.transcript, position).map_err(|refusal| refusal.about(&id))?;
    let services = app.lobby.services();
    let rules = debate.rules();
    if rules.legal != LegalPixels::Nonzero || !services.stages.has_classifier_of_record(&record) {
        return Err(Refusal::new(
            RefusalCode::NotFound,
            "the server has no classifier for debates like this one",
            format!(
                "a debate over nonzero pixels of {}, {:?} of them, before the classifier that the server has",
                services.offer.dataset, services.offer.pixels
            ),
        )
        .about(&id)
        .into());
    }
    let what = What::Analysis(debate.evidence().len());
    let kept = app.kept.get(&id, what, worked_out(&app, &id, debate, peer.address)).await?;
    Ok(kept.to(&headers, "application/json"))
}

/// Analyses on the pool for somebody at that address, and puts it into words.
async fn worked_out(
    app: &App,
    id: &DebateId,
    debate: Debate,
    address: IpAddr,
) -> Result<Bytes, Refused> {
    let services = app.lobby.services();
    let slot = app.analysis_slots.take(address).await.ok_or_else(|| {
        let message = "as many positions as may wait to be analysed";
        Refusal::new(RefusalCode::Busy, message, "another try later")
    })?;
    let roster = Arc::clone(&services.roster);
    // Who goes away while it is worked out does not make room for another one meanwhile.
    let work = move || {
        let _slot = slot;
        analyse(&*roster, &debate).map_err(|error| error.to_string())
    };
    let worked_out = services.analyses.run(work).await;
    let analysis = worked_out.unwrap_or_else(|panic| Err(panic.to_string()));
    let text = analysis.and_then(|analysis: Analysis| {
        serde_json::to_vec(&analysis).map_err(|error| error.to_string())
    });
    text.map(Bytes::from).map_err(|reason| {
        error!(debate = %id, reason, "a position cannot be analysed");
        let message = "the position cannot be analysed";
        Refusal::new(RefusalCode::Unavailable, message, "another try later").about(id).into()
    })
}

/// The debate of a transcript as it stood in a position.
fn at(
    transcript: &Transcript,
    position: Result<Query<Position>, QueryRejection>,
) -> Result<Debate, Refusal> {
    let is_reveal = |event: &&Event| matches!(event, Event::Reveal { .. });
    let reveals: Vec<&Event> = transcript.events.iter().filter(is_reveal).collect();
    let malformed = |message: String| {
        let expected = format!("revealed: 0 to {}", reveals.len());
        Refusal::new(RefusalCode::Malformed, message, expected)
    };
    let Query(Position { revealed }) = position.map_err(|rejection| {
        let said = rejection.source().map_or_else(|| rejection.body_text(), ToString::to_string);
        malformed(format!("the query names no position: {said}"))
    })?;
    let revealed = revealed.unwrap_or(reveals.len());
    let reveals = reveals.get(..revealed).ok_or_else(|| {
        malformed(format!("there is no position after {revealed} reveals in this debate"))
    })?;
    let Transcript { rules, image, label, claims, classes, .. } = transcript;
    let broken = |error: String| {
        error!(error, "a transcript does not fit together");
        Refusal::new(RefusalCode::Unavailable, "this debate cannot be replayed", "another debate")
    };
    let mut debate = Debate::new(*rules, Arc::new(image.clone()), *label, claims.liar, *classes)
        .map_err(|error| broken(error.to_string()))?;
    for event in reveals {
        debate.apply(Move::from((*event).clone())).map_err(|error| broken(error.to_string()))?;
    }
    Ok(debate)
}
