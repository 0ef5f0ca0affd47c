//! The messages on the wire, shared by the server, the agents and the page.
//!
//! A client opens the websocket at [`PATH`] and both sides send JSON objects in text frames, each
//! with a `"type"`. The server speaks first and says [`hello`](ServerMessage::Hello), with the
//! protocol's [`VERSION`]. A client then [sets up](ClientMessage::Create) debates,
//! [watches](ClientMessage::Watch) them, or [takes the seat](ClientMessage::Take) that a token
//! opens; for each it is told the [`State`] as it is and again after every event. What cannot be
//! done is answered by a [`Refusal`], and the connection goes on.
//!
//! A state holds a [`View`](pixel_debate_game::View) and nothing else of the debate, so what a seat
//! may know is decided in one place, the game.
//!
//! ```
//! use pixel_debate_protocol::{ClientMessage, Setup};
//!
//! // Everything that a setup leaves out has a sensible value.
//! let message = ClientMessage::parse(r#"{"type": "create", "pixels": 4, "judge": "person"}"#)?;
//! let ClientMessage::Create(setup) = message else { unreachable!() };
//! assert_eq!((setup.pixels, setup.precommit), (4, true));
//!
//! let refusal = ClientMessage::parse(r#"{"type": "create", "pixel": 4}"#).unwrap_err();
//! assert!(refusal.message.contains("unknown field `pixel`"));
//! # Ok::<(), pixel_debate_protocol::Refusal>(())
//! ```

mod client;
mod identity;
mod refusal;
mod server;
mod setup;
#[cfg(feature = "typescript")]
mod typescript;

pub use client::ClientMessage;
pub use identity::{DebateId, Token};
pub use refusal::{Refusal, RefusalCode};
pub use server::{Background, CloseReason, Hello, Offer, ServerMessage, State};
pub use setup::{JudgeKind, Setup};
#[cfg(feature = "typescript")]
pub use typescript::declarations;

/// The version of the protocol: it changes when a client must.
pub const VERSION: u32 = 1;

/// The path of the websocket.
pub const PATH: &str = "/socket";
