//! Who plays: an agent of the server, or whoever holds the seat's token.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Who has a seat, as text: `outside`, `outside:NAME`, or the name of what the server seats there
/// itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub enum Player {
    /// A program or a person that comes with the seat's token.
    Outside {
        /// How it is called in the record of the debate, told with the outcome.
        name: Option<String>,
    },
    /// What the server runs: `random`, `greedy`, `exact` or `mcts:N` as a debater, `classifier` as
    /// the judge.
    BuiltIn(String),
}

/// A name that nobody outside may have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "an outside player's name has 1 to {} characters, none of them a control character: \
     \"outside\" or \"outside:NAME\"",
    Player::NAME_LENGTH
)]
pub struct PlayerError;

impl Player {
    /// The most characters of an outside player's name.
    pub const NAME_LENGTH: usize = 40;

    /// A player with no name that comes with the seat's token.
    pub const fn outside() -> Self {
        Self::Outside { name: None }
    }

    /// Whether whoever holds the seat's token plays.
    pub const fn is_outside(&self) -> bool {
        matches!(self, Self::Outside { .. })
    }
}

impl fmt::Display for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside { name: None } => f.write_str("outside"),
            Self::Outside { name: Some(name) } => write!(f, "outside:{name}"),
            Self::BuiltIn(name) => f.write_str(name),
        }
    }
}

impl FromStr for Player {
    type Err = PlayerError;

    fn from_str(text: &str) -> Result<Self, PlayerError> {
        if text == "outside" {
            return Ok(Self::outside());
        }
        let Some(name) = text.strip_prefix("outside:") else {
            return Ok(Self::BuiltIn(text.into()));
        };
        let length = name.chars().count();
        if length == 0 || length > Self::NAME_LENGTH || name.chars().any(char::is_control) {
            return Err(PlayerError);
        }
        Ok(Self::Outside { name: Some(name.into()) })
    }
}

impl TryFrom<String> for Player {
    type Error = PlayerError;

    fn try_from(text: String) -> Result<Self, PlayerError> {
        text.parse()
    }
}

impl From<Player> for String {
    fn from(player: Player) -> Self {
        player.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_are_written_as_they_are_read() {
        for (text, player) in [
            ("outside", Player::outside()),
            ("outside:Ada L.", Player::Outside { name: Some("Ada L.".into()) }),
            ("mcts:1000", Player::BuiltIn("mcts:1000".into())),
            ("outsider", Player::BuiltIn("outsider".into())),
        ] {
            assert_eq!(text.parse(), Ok(player.clone()));
            assert_eq!(player.to_string(), text);
            assert_eq!(serde_json::to_value(&player).unwrap(), text);
        }
    }

    #[test]
    fn names_are_bounded() {
        let longest = format!("outside:{}", "ä".repeat(Player::NAME_LENGTH));
        assert!(longest.parse::<Player>().is_ok());
        for text in ["outside:", "outside:a\nb", &format!("{longest}a")] {
            assert_eq!(text.parse::<Player>(), Err(PlayerError));
        }
    }
}
