//! Names for debates and keys to seats.

use std::fmt;

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

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

/// The key to a judge's record: 43 letters, digits, `-` and `_`, which stand for 256 random bits. Whoever judges makes
/// it, once, and says it whenever a judge's seat is taken; the server keeps a hash of it alone. Whoever has it may read
/// the record.
///
/// ```
/// use pixel_debate_protocol::JudgeKey;
///
/// let key = JudgeKey::new("A".repeat(43)).expect("43 letters");
/// assert_eq!(format!("{key:?}"), "JudgeKey(..)");
/// assert_eq!(JudgeKey::new("A".repeat(44)), None);
/// assert_eq!(JudgeKey::new("\u{fc}".repeat(43)), None);
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct JudgeKey(
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9_-]{43}$")))] String,
);

impl JudgeKey {
    /// How many characters it has.
    pub const LENGTH: usize = 43;

    /// The key of these characters; none where it cannot be one.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
        (text.len() == Self::LENGTH && text.bytes().all(fits)).then_some(Self(text))
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for JudgeKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let length = text.chars().count();
        Self::new(text).ok_or_else(|| {
            // What may be a slip of the pen in a key is not said again.
            let found = format!("a text of {length} characters");
            let allowed = format!(
                "{} letters of A to Z and a to z, digits, \"-\" and \"_\", which stand for 256 random bits",
                Self::LENGTH
            );
            D::Error::invalid_value(Unexpected::Other(&found), &&*allowed)
        })
    }
}

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

impl fmt::Debug for JudgeKey {
    /// Keeps the key out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JudgeKey(..)")
    }
}
