//! Asking the table of a debate, wherever the debate is.

use std::sync::Arc;

use pixel_debate_game::Debate;
use pixel_debate_protocol::{
    DebateId, DebateRecord, Recorded, Refusal, RefusalCode, Setup, Tokens,
};
use tokio::sync::oneshot;

use super::{Lobby, unknown};
use crate::arrange::arrange_again;
use crate::services::Services;
use crate::table::{Key, Request};
use crate::terms::Terms;

/// How often a table is asked that is let go of just then: what is over may have to make way at any time,
/// and is read again.
const TRIES: u32 = 3;

impl Lobby {
    /// Has a recorded debate judged again.
    pub(super) async fn arrange_again(
        self: &Arc<Self>,
        setup: &Setup,
        recorded: &Recorded,
    ) -> Result<(Debate, Terms, Tokens), Refusal> {
        let key = Key::Token(recorded.token.clone());
        let record = self.record(&recorded.debate, &key).await?;
        let Services { offer, stages, .. } = &*self.services;
        arrange_again(setup, recorded.shows, &record, offer, stages)
    }

    /// The record of a debate, for somebody with that key.
    pub(crate) async fn record(
        self: &Arc<Self>,
        id: &DebateId,
        key: &Key,
    ) -> Result<DebateRecord, Refusal> {
        self.ask(id, |answer| Request::Record { key: key.clone(), answer }).await
    }

    /// Asks the table of a debate, and waits for its answer.
    pub(crate) async fn ask<T>(
        self: &Arc<Self>,
        id: &DebateId,
        request: impl Fn(oneshot::Sender<Result<T, Refusal>>) -> Request,
    ) -> Result<T, Refusal> {
        for _ in 0..TRIES {
            let table = self.find(id).await?;
            let (answer, answered) = oneshot::channel();
            if !table.ask(request(answer)).await {
                continue;
            }
            match answered.await {
                Ok(Err(refusal)) if refusal.code == RefusalCode::UnknownDebate => {}
                Ok(answer) => return answer,
                Err(_) => {}
            }
        }
        Err(unknown(id))
    }
}
