//! Who takes part: the two roles, the two debaters' places, and the seats.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// What a debater argues for: the true label, or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Claims the true label.
    Honest,
    /// Wins when the judge is wrong.
    Liar,
}

/// A debater's place at the table: the one that makes the first reveal, or the other.
///
/// The judge knows the debaters by place only; which [`Role`] sits where is the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Debater {
    /// Makes the first reveal.
    First,
    /// The other.
    Second,
}

/// A place from which a debate is seen: `"first"`, `"second"`, `"judge"` or `"spectator"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "typescript",
    derive(ts_rs::TS),
    ts(type = "\"first\" | \"second\" | \"judge\" | \"spectator\"")
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "SeatName"))]
pub enum Seat {
    /// One of the two who see the image.
    Debater(Debater),
    /// The one who sees only the evidence, and answers.
    Judge,
    /// Sees what the judge sees.
    Spectator,
}

/// A word that names no role, debater or seat.
///
/// ```
/// use pixel_debate_game::Role;
///
/// let unknown = "Liar".parse::<Role>().unwrap_err();
/// assert_eq!(unknown.to_string(), r#"unknown role "Liar": it must be "honest" or "liar""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown {what} {name:?}: it must be {allowed}")]
pub struct UnknownName {
    what: &'static str,
    name: String,
    allowed: &'static str,
}

impl Role {
    /// The opposing role.
    ///
    /// ```
    /// use pixel_debate_game::Role;
    ///
    /// assert_eq!("liar".parse::<Role>()?.other(), Role::Honest);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Honest => Self::Liar,
            Self::Liar => Self::Honest,
        }
    }
}

impl Debater {
    /// The opponent.
    ///
    /// ```
    /// use pixel_debate_game::Debater;
    ///
    /// assert_eq!(Debater::First.other(), Debater::Second);
    /// assert_eq!(Debater::First.to_string(), "first");
    /// ```
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Honest => "honest",
            Self::Liar => "liar",
        })
    }
}

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "honest" => Ok(Self::Honest),
            "liar" => Ok(Self::Liar),
            _ => Err(UnknownName {
                what: "role",
                name: name.into(),
                allowed: "\"honest\" or \"liar\"",
            }),
        }
    }
}

impl fmt::Display for Debater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::First => "first",
            Self::Second => "second",
        })
    }
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Debater(debater) => debater.fmt(f),
            Self::Judge => f.pad("judge"),
            Self::Spectator => f.pad("spectator"),
        }
    }
}

/// A seat's name is that of its debater, or its own:
///
/// ```
/// use pixel_debate_game::{Debater, Seat};
///
/// assert_eq!("second".parse(), Ok(Seat::Debater(Debater::Second)));
/// assert_eq!("judge".parse(), Ok(Seat::Judge));
/// assert!("honest".parse::<Seat>().is_err(), "who is honest is no place at the table");
/// ```
impl FromStr for Seat {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "first" => Ok(Self::Debater(Debater::First)),
            "second" => Ok(Self::Debater(Debater::Second)),
            "judge" => Ok(Self::Judge),
            "spectator" => Ok(Self::Spectator),
            _ => Err(UnknownName {
                what: "seat",
                name: name.into(),
                allowed: "\"first\", \"second\", \"judge\" or \"spectator\"",
            }),
        }
    }
}

/// The names of the seats, for the JSON schema.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(rename = "Seat", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum SeatName {
    First,
    Second,
    Judge,
    Spectator,
}

impl Serialize for Seat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Seat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_named_alike_in_text_and_json() {
        for (seat, name) in [
            (Seat::Debater(Debater::First), "first"),
            (Seat::Debater(Debater::Second), "second"),
            (Seat::Judge, "judge"),
            (Seat::Spectator, "spectator"),
        ] {
            assert_eq!(seat.to_string(), name);
            assert_eq!(name.parse(), Ok(seat));
            assert_eq!(serde_json::to_value(seat).unwrap(), name);
            assert_eq!(serde_json::from_value::<Seat>(name.into()).unwrap(), seat);
        }
        let refusal = serde_json::from_str::<Seat>("\"First\"").unwrap_err().to_string();
        assert!(refusal.contains("must be \"first\", \"second\""), "{refusal}");
    }

    #[test]
    fn roles_are_named_alike_in_text_and_json() {
        for role in [Role::Honest, Role::Liar] {
            assert_eq!(role.to_string().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.to_string());
            assert_eq!(role.other().other(), role);
            assert_ne!(role.other(), role);
        }
        let refusal = "honets".parse::<Role>().unwrap_err().to_string();
        assert_eq!(refusal, "unknown role \"honets\": it must be \"honest\" or \"liar\"");
    }
}
