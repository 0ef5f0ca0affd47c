//! The first version, until the server speaks the second.
#![allow(missing_docs)]

mod client;
mod refusal;
mod server;
mod setup;

pub use client::ClientMessage;
pub use refusal::{Refusal, RefusalCode};
pub use server::{Background, CloseReason, Hello, Offer, ServerMessage, State};
pub use setup::{JudgeKind, Setup};

pub use super::{DebateId, PATH, Token};

pub const VERSION: u32 = 1;
