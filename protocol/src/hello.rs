//! The server's greeting: what may be asked of it.

use serde::{Deserialize, Serialize};

/// The server's greeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hello {
    /// The version of the protocol: [`VERSION`](crate::VERSION).
    pub protocol: u32,
    /// The program and its version.
    pub server: String,
    /// What may be asked for.
    pub offer: Offer,
    /// How much and how long.
    pub bounds: Bounds,
}

/// What a [`Setup`](crate::Setup) may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Offer {
    /// The name of the data set.
    pub dataset: String,
    /// How many images it has.
    pub images: u32,
    /// The names of its classes, in the order of the labels.
    pub classes: Vec<String>,
    /// The numbers of pixels for which there is a classifier, and with it built-in debaters and a
    /// built-in judge.
    pub pixels: Vec<u8>,
    /// The most rollouts a move of a built-in tree search.
    pub max_rollouts: u32,
    /// The longest pace, in milliseconds.
    pub max_pace_ms: u32,
    /// The longest time for a move, in milliseconds.
    pub max_move_ms: u32,
    /// The longest bank, in milliseconds.
    pub max_bank_ms: u32,
    /// The longest time for the outside seats to be taken, in milliseconds.
    pub max_seats_ms: u32,
}

/// The bounds within which the server deals with a client, and with a debate that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bounds {
    /// The largest message that the server reads, in bytes.
    pub message_bytes: u32,
    /// The messages a second that the server reads of a connection in the long run.
    pub messages_a_second: u32,
    /// How many messages at once it reads of a connection that was quiet.
    pub messages_at_once: u32,
    /// The debates that a connection may follow at once.
    pub seats: u32,
    /// How often the server sends a websocket ping, in milliseconds.
    pub ping_ms: u32,
    /// How long a client may be silent, pongs included, before it is cut off, in milliseconds.
    pub silence_ms: u32,
    /// How long all outside seats together may take to be taken, unless the setup says, in
    /// milliseconds.
    pub seats_ms: u32,
    /// How long an outside judge may take for its verdict, in milliseconds.
    pub verdict_ms: u32,
    /// The grace for a debater whose connection is lost in its turn, in milliseconds: its time does
    /// not run out before so long after the loss. It is given once a turn; the clock goes on.
    pub grace_ms: u32,
    /// How long the server keeps a debate that has ended at hand, in milliseconds.
    pub memory_ms: u32,
}
