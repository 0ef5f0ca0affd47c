//! The messages on the wire, shared by the server, the agents and the page.
//!
//! A client opens the websocket at [`PATH`] and both sides send JSON objects in text frames, each
//! with a `"type"`. The server speaks first and says [`hello`](ServerMessage::Hello), with the
//! protocol's [`VERSION`]. A client then [sets up](ClientMessage::Create) debates,
//! [watches](ClientMessage::Watch) them, or [takes the seat](ClientMessage::Take) that a token
//! opens; for each it is told a [`Snapshot`] and from then on every event with its number, as
//! [`Told`]. After a loss of the connection it [resumes](ClientMessage::Resume) with the number of
//! the last event that it knows. What cannot be done is answered by a [`Refusal`], and the
//! connection goes on.
//!
//! A snapshot holds a [`View`](pixel_debate_game::View), an event what a
//! [`ViewEvent`](pixel_debate_game::ViewEvent) holds, and neither anything else of the debate: so
//! what a seat may know is decided in one place, the game.
//!
//! ```
//! use pixel_debate_protocol::{ClientMessage, Player, Request};
//!
//! // Everything that a setup leaves out has a sensible value.
//! let text = r#"{"id": 1, "type": "create", "pixels": 4, "judge": "outside:Ada"}"#;
//! let Request { id, message: ClientMessage::Create(setup) } = Request::parse(text)? else {
//!     unreachable!()
//! };
//! assert_eq!((id, setup.pixels, setup.precommit), (Some(1), 4, true));
//! assert_eq!(setup.judge, Player::Outside { name: Some("Ada".into()) });
//!
//! let refusal = Request::parse(r#"{"type": "create", "pixel": 4}"#).unwrap_err();
//! assert!(refusal.message.contains("no field \"pixel\""));
//! # Ok::<(), pixel_debate_protocol::Refusal>(())
//! ```
//!
//! What the server says is read as any JSON is, and fields that it may have in a later version are
//! passed over:
//!
//! ```
//! use pixel_debate_protocol::{CloseReason, DebateId, ServerMessage};
//!
//! let text = r#"{"type": "closed", "debate": "d1", "reason": "no_verdict", "since": 12}"#;
//! let (debate, reason) = (DebateId("d1".into()), CloseReason::NoVerdict);
//! assert_eq!(
//!     serde_json::from_str::<ServerMessage>(text)?,
//!     ServerMessage::Closed { debate, reason }
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```

mod class;
mod client;
#[cfg(feature = "schema")]
mod description;
mod hello;
mod http;
mod identity;
mod judge;
mod player;
mod refusal;
mod server;
mod setup;
mod standings;
mod strict;
pub mod study;
mod text;
#[cfg(feature = "typescript")]
mod typescript;

pub use class::{
    Attendance, ClassCode, ClassCodeError, ClassDebate, ClassTold, Dismissed, Histogram, Join,
    Member, Opened, Present, Ranked, Round, Show,
};
pub use client::{ClientMessage, Request};
#[cfg(feature = "schema")]
pub use description::{asyncapi, openapi};
pub use hello::{Bounds, Hello, Offer};
pub use http::{
    API, Analysis, Best, DebateData, DebateList, DebateRecord, EventTime, JudgmentRecord, Phase,
    Prospect, Summary, TimedJudgment,
};
pub use identity::{DebateId, JudgeKey, Token};
pub use judge::{Accuracy, Calibration, JudgeRecord, JudgeTotals, Judged};
pub use player::{Player, PlayerError};
pub use refusal::{Refusal, RefusalCode};
pub use server::{
    Accepted, Background, CloseReason, Created, Ending, Resumed, ServerMessage, Snapshot, TimeLeft,
    Told, Turn,
};
pub use setup::{Clock, Panel, Recorded, Setup, Shows, Tokens, Visibility};
pub use standings::{DebaterScore, JudgeScore, OtherJudges, Standings, Wins};
#[cfg(feature = "typescript")]
pub use typescript::declarations;

/// The version of the protocol: it changes when a client must.
pub const VERSION: u32 = 4;

/// The path of the websocket.
pub const PATH: &str = "/socket";
