//! What HTTP answers beside the messages of the websocket.
//!
//! `POST /api/debates` takes a [`Setup`](crate::Setup) and answers with
//! [`Created`](crate::Created); `GET /api/debates/{id}` answers with the spectators'
//! [`Snapshot`](crate::Snapshot), `GET /api/debates/{id}/transcript` with the game's transcript.
//! What is refused is answered with a [`Refusal`](crate::Refusal).

use pixel_debate_game::Outcome;
use serde::{Deserialize, Serialize};

use crate::DebateId;

/// The path under which all of it lies.
pub const API: &str = "/api";

/// The answer to `GET /api/debates`: the debates at hand, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DebateList {
    /// The public ones; with the administrator's token all.
    pub debates: Vec<Summary>,
}

/// A debate in a list: what anybody may know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Summary {
    /// Its name.
    pub debate: DebateId,
    /// How far it has come.
    pub phase: Phase,
    /// The number of events so far.
    pub seq: u32,
    /// How many pixels the debaters reveal together.
    pub pixels: u8,
    /// Whether the liar's label is fixed.
    pub precommit: bool,
    /// Whether only those with a token may watch.
    pub private: bool,
    /// Who won and why, once the debate has ended.
    pub outcome: Option<Outcome>,
}

/// How far a debate has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Some outside seat has never been taken.
    Waiting,
    /// The debaters reveal.
    Revealing,
    /// The judge is to answer.
    Judging,
    /// It has an outcome.
    Over,
}
