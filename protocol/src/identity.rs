//! Names for debates and keys to seats.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A debate's name on the wire. It says nothing about the debate.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct DebateId(pub String);

/// The key to one seat of one debate: 43 letters, digits, `-` and `_`, which stand for 256 random
/// bits. Whoever has it may take the seat.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Token(pub String);

impl fmt::Display for DebateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// ```
/// use pixel_debate_protocol::Token;
///
/// assert_eq!(format!("{:?}", Token("secret".into())), "Token(..)");
/// ```
impl fmt::Debug for Token {
    /// Keeps the token out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
