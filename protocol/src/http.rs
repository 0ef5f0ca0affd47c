//! What HTTP answers beside the messages of the websocket.
//!
//! `POST /api/debates` takes a [`Setup`](crate::Setup) and answers with
//! [`Created`](crate::Created); `GET /api/debates/{id}` answers with the spectators'
//! [`Snapshot`](crate::Snapshot), `GET /api/debates/{id}/transcript` with a [`DebateRecord`].
//! What is refused is answered with a [`Refusal`](crate::Refusal).

use pixel_debate_game::{
    ImageSource, JudgmentEvent, Outcome, Pixel, Players, Role, Sight, Transcript,
};
use serde::{Deserialize, Serialize};

use crate::{Clock, DebateId, Visibility};

/// The path under which all of it lies.
pub const API: &str = "/api";

/// The answer to `GET /api/debates`: debates that go on or have an outcome, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DebateList {
    /// The public ones; with the administrator's token all.
    pub debates: Vec<Summary>,
    /// What `before` has to be for the list that goes on after this one; `null` at the end.
    pub next: Option<u64>,
    /// How many debates are left out since what the store has of them is damaged.
    pub damaged: u32,
}

impl DebateList {
    /// The most debates in one list.
    pub const MOST: usize = 100;
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
    /// Who may watch.
    pub visibility: Visibility,
    /// Whether an outside judge may be told by others what it is not told.
    pub judge_may_be_influenced: bool,
    /// Whether a recorded debate is judged again; left out otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<bool>"))]
    pub recorded: bool,
    /// When it was set up, in milliseconds since 1970.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub created_ms: u64,
    /// When it ended; `null` while it goes on, and for debates that ended before this was kept.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub ended_ms: Option<u64>,
    /// Who won and why, once the debate has ended.
    pub outcome: Option<Outcome>,
    /// Who played, once the debate has ended.
    pub players: Option<Players>,
    /// Where the image comes from, once the debate has ended; `null` also for debates that ended
    /// before this was kept.
    pub image: Option<ImageSource>,
}

/// The answer to `GET /api/debates/{id}/transcript`: all that is kept of a debate with an outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DebateRecord {
    /// Its name.
    pub debate: DebateId,
    /// When it was set up, in milliseconds since 1970.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub created_ms: u64,
    /// How long an outside debater might take.
    pub clock: Clock,
    /// Who might watch.
    pub visibility: Visibility,
    /// What spectators saw before the outcome.
    pub spectators_see: Sight,
    /// Whether an outside judge might be told by others what it was not told.
    pub judge_may_be_influenced: bool,
    /// What each outside judge said, in the order of their seats: left out where none has said anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<JudgmentRecord>>"))]
    pub judgments: Vec<JudgmentRecord>,
    /// What each member of an audience said who said something, and who decided nothing: in the order of what was
    /// said, which tells nothing of who it was. Left out where nobody did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<JudgmentRecord>>"))]
    pub audience: Vec<JudgmentRecord>,
    /// When each event of the transcript happened, in the same order.
    pub times: Vec<EventTime>,
    /// The recorded debate that was judged again, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub recorded: Option<DebateId>,
    /// Which data it was over, and what its labels are called: left out by servers of before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub data: Option<DebateData>,
    /// The debate itself: enough to replay and to check it.
    #[cfg_attr(feature = "typescript", ts(type = "object"))]
    pub transcript: Transcript,
}

/// What a debate was over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DebateData {
    /// SHA-256 of all pixels followed by all labels of the data set, in hexadecimal; `null` where that was not kept.
    pub hash: Option<String>,
    /// What its labels are called, in their order.
    pub classes: Vec<String>,
    /// SHA-256 of the file of the classifier that the server had for debates of so many pixels, in hexadecimal;
    /// `null` for one that comes with the program, and where there was none.
    pub classifier: Option<String>,
}

/// What one judge has said of a debate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct JudgmentRecord {
    /// All of it, in order.
    pub events: Vec<TimedJudgment>,
}

/// Something that a judge has said, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TimedJudgment {
    /// What.
    pub event: JudgmentEvent,
    /// When the server read it, in milliseconds since 1970; `null` in debates of before that was kept.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub at_ms: Option<u64>,
    /// How long that was after the debate's latest event, in milliseconds; `null` likewise.
    pub took_ms: Option<u32>,
}

/// When an event happened, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EventTime {
    /// When, in milliseconds since 1970.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at_ms: u64,
    /// How long it took from the beginning of the turn, in milliseconds.
    pub took_ms: u32,
    /// Whether a built-in player's search was stopped for lack of time, so that it played the best it
    /// knew till then.
    pub cut_short: bool,
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

/// The answer to `GET /api/debates/{id}/analysis`: what the classifier makes of a position of a
/// debate that is over, and what each legal reveal would do to that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Analysis {
    /// How many pixels are revealed in the position.
    pub revealed: u32,
    /// The classifier's margin: the true label's logit less that of the lie or, without precommit,
    /// less the highest of the others. Above 0 it would judge for the honest debater.
    pub margin: f32,
    /// Who reveals next; `null` when all pixels are revealed.
    pub by: Option<Role>,
    /// Each legal reveal, in reading order.
    pub prospects: Vec<Prospect>,
    /// The best reveal that could be found in a few seconds; `null` where there is none to make, or
    /// nobody to look.
    pub best: Option<Best>,
}

/// What a legal reveal would do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Prospect {
    /// Which pixel.
    pub pixel: Pixel,
    /// The margin after it.
    pub margin: f32,
}

/// The best reveal that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Best {
    /// Which pixel.
    pub pixel: Pixel,
    /// Who wins from the position if both play as well as can be, where that is proven.
    pub winner: Option<Role>,
}
