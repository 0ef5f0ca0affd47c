//! What the server says.

use pixel_debate_game::{ImageSource, Players, View};
use serde::{Deserialize, Serialize};

use super::{DebateId, Refusal, Token};

/// A message from the server to a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ServerMessage {
    /// The greeting, before anything else.
    Hello(Hello),
    /// The debate that the client asked for is set up.
    Created {
        /// Its name.
        debate: DebateId,
        /// The key to the judge's seat, where a person judges.
        judge: Option<Token>,
    },
    /// A debate as the client's seat may see it.
    State(State),
    /// The server has let go of a debate that the client followed: no more is said of it.
    Closed {
        /// Which debate.
        debate: DebateId,
        /// Why.
        reason: CloseReason,
    },
    /// A request was not carried out.
    Error(Refusal),
}

/// The server's greeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Hello {
    /// The version of the protocol: [`VERSION`](crate::VERSION).
    pub protocol: u32,
    /// The program and its version.
    pub server: String,
    /// What may be asked for.
    pub offer: Offer,
}

/// What may be asked of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Offer {
    /// The name of the data set.
    pub dataset: String,
    /// How many images it has.
    pub images: u32,
    /// The names of its classes, in the order of the labels.
    pub classes: Vec<String>,
    /// The numbers of pixels that debates may have: those with a trained judge.
    pub pixels: Vec<u8>,
    /// The most rollouts a move of a tree search.
    pub max_rollouts: u32,
    /// The longest pace, in milliseconds.
    pub max_pace_ms: u32,
    /// The largest message that the server reads, in bytes.
    pub max_message_bytes: u32,
}

/// A debate as a seat may see it after a number of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct State {
    /// Which debate.
    pub debate: DebateId,
    /// The number of events so far. States come in this order; a client that missed some has
    /// missed nothing that the latest does not say.
    pub seq: u32,
    /// The debate from the client's seat.
    pub view: View,
    /// The classifier's logits after each reveal, a list for each, in the order of the labels. They
    /// depend on the evidence alone. A person who judges gets them with the outcome.
    pub logits: Vec<Vec<f32>>,
    /// With the outcome: what else was kept back.
    pub background: Option<Background>,
}

/// What stands behind a debate and is told with its outcome, for each of it tells who is honest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Background {
    /// Where the image comes from.
    pub source: ImageSource,
    /// Who played.
    pub players: Players,
}

/// Why the server lets go of a debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// It has ended some time ago, or nobody has followed it for some time.
    Over,
    /// The judge did not come, or did not answer, in time.
    NoVerdict,
    /// Another connection took the seat with its token.
    SeatTaken,
    /// The server failed and cannot go on with the debate.
    Fault,
}
