//! Who plays: an agent of the server, or whoever holds the seat's token.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::text::is_name;

/// Who has a seat, as text: `outside`, `outside:NAME`, or the name of what the server seats there
/// itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(into = "String")]
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
///
/// ```
/// use pixel_debate_protocol::{Player, PlayerError};
///
/// // Blank, too long, and with something that cannot be seen.
/// let long = format!("outside:{}", "a".repeat(Player::NAME_LENGTH + 1));
/// for name in ["outside:", &long, "outside:A\u{200b}da"] {
///     assert_eq!(name.parse::<Player>(), Err(PlayerError), "{name:?}");
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "\"outside\", or \"outside:NAME\" with a name of 1 to {} characters that can be seen, spaces \
     between words aside: no control characters, none that is invisible or turns the direction of \
     the text, no other blanks, no accent without a letter and at most three on one, in Unicode's \
     normal form C",
    Player::NAME_LENGTH
)]
pub struct PlayerError;

impl Player {
    /// The most characters of an outside player's name.
    pub const NAME_LENGTH: usize = 40;

    /// A player with no name that comes with the seat's token.
    ///
    /// ```
    /// use pixel_debate_protocol::Player;
    ///
    /// assert_eq!("outside".parse(), Ok(Player::outside()));
    /// ```
    pub const fn outside() -> Self {
        Self::Outside { name: None }
    }

    /// Whether whoever holds the seat's token plays.
    ///
    /// ```
    /// use pixel_debate_protocol::Player;
    ///
    /// assert!("outside:Ada".parse::<Player>()?.is_outside());
    /// assert!(!"mcts:1000".parse::<Player>()?.is_outside());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        if !is_name(name, Self::NAME_LENGTH) {
            return Err(PlayerError);
        }
        Ok(Self::Outside { name: Some(name.into()) })
    }
}

impl<'de> Deserialize<'de> for Player {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error: PlayerError| {
            de::Error::invalid_value(Unexpected::Str(&text), &error.to_string().as_str())
        })
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

    #[test]
    fn names_show_what_they_are() {
        for name in [
            "Ada L.",
            "Zoë",
            "王小明",
            "משה",
            "علي",
            "a-b_c'd",
            "R2-D2 🤖",
            "\u{e9}",
            "Nguy\u{1ec5}n",
            "x\u{301}\u{302}",
            "สวัสดี ที่นี่",
            "हिन्दी",
            "מֹשֶׁה",
        ] {
            assert!(format!("outside:{name}").parse::<Player>().is_ok(), "{name}");
        }
        for name in [
            " ",
            "   ",
            " Ada",
            "Ada ",
            "A  B",
            "a\tb",
            "a\u{0}",
            "a\u{7f}",
            "a\u{85}b",
            "a\u{a0}b",
            "\u{202e}Eve",
            "a\u{202d}b",
            "a\u{2066}b",
            "a\u{2069}",
            "a\u{200f}",
            "a\u{61c}b",
            "a\u{200b}b",
            "a\u{200d}b",
            "a\u{feff}",
            "a\u{ad}b",
            "a\u{2028}b",
            "\u{3000}",
            "\u{3164}",
            "\u{2800}",
            "a\u{fe0f}",
            "a\u{e0061}",
            "a\u{e000}",
            "a\u{ffff}",
            "\u{fffc}",
            // Not in normal form C: it would look like another name.
            "e\u{301}",
            "\u{212b}",
            "\u{301}",
            "\u{301}a",
            "a \u{301}",
            "\u{903}a",
            "x\u{301}\u{302}\u{303}\u{304}",
            "\u{1d8}\u{323}\u{324}",
            "a\u{16fe4}",
            "\u{1d159}b",
        ] {
            let text = format!("outside:{name}");
            assert_eq!(text.parse::<Player>(), Err(PlayerError), "{}", name.escape_unicode());
        }
        assert!(PlayerError.to_string().contains("1 to 40 characters that can be seen"));
    }

    proptest::proptest! {
        /// What is not shown is refused wherever in a name it stands.
        #[test]
        fn hidden_characters_are_refused_everywhere(
            name in "[a-zA-Z]{0,9}", place: proptest::sample::Index,
            hidden in proptest::sample::select(vec!['\u{202a}', '\u{202e}', '\u{200b}', '\u{200e}',
                '\u{2067}', '\u{180e}', '\u{1b}', '\n', '\u{2060}', '\u{1d173}']),
        ) {
            let mut name: Vec<_> = name.chars().collect();
            name.insert(place.index(name.len() + 1), hidden);
            let text: String = "outside:".chars().chain(name).collect();
            proptest::prop_assert_eq!(text.parse::<Player>(), Err(PlayerError));
        }
    }
}
