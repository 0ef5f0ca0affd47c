//! A class that votes together: what its members and its presenter say and are told.
//!
//! A class is a sequence of debates before an audience. Whoever opens it presents it: brings on each debate, asks
//! for each reveal, and says when the votes of all and the ranking are shown. Whoever joins it votes after each
//! reveal by [`belief`](crate::ClientMessage::Belief), in the debate that the class has at the time and with the
//! token of its own: one opens both.

use std::fmt;
use std::str::FromStr;

use pixel_debate_game::{Role, Seat};
use serde::de::{self, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::text::is_name;
use crate::{CloseReason, DebateId, Player, Refusal, RefusalCode, Token};

/// A class's name on the wire, short enough to be copied from a wall: six letters and digits of those that are not
/// taken for each other.
///
/// ```
/// use pixel_debate_protocol::ClassCode;
///
/// let code: ClassCode = "k7wm3x".parse()?;
/// assert_eq!(code.as_str(), "K7WM3X");
/// assert!("K0WM3X".parse::<ClassCode>().is_err(), "an O, or a zero?");
/// # Ok::<(), pixel_debate_protocol::ClassCodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(transparent)]
pub struct ClassCode(String);

/// What no class is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{} letters and digits of {}", ClassCode::LENGTH, ClassCode::LETTERS)]
pub struct ClassCodeError;

impl ClassCode {
    /// How many letters and digits it has.
    pub const LENGTH: usize = 6;

    /// Those that it may have: without 0, 1, I, L and O, and without U and V, which are written alike.
    pub const LETTERS: &str = "23456789ABCDEFGHJKMNPQRSTWXYZ";

    /// The code, in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClassCode {
    type Err = ClassCodeError;

    /// Reads a code, also in small letters.
    fn from_str(text: &str) -> Result<Self, ClassCodeError> {
        let code = text.to_ascii_uppercase();
        let known = code.chars().all(|letter| Self::LETTERS.contains(letter));
        if known && code.len() == Self::LENGTH { Ok(Self(code)) } else { Err(ClassCodeError) }
    }
}

impl fmt::Display for ClassCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ClassCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error: ClassCodeError| {
            de::Error::invalid_value(Unexpected::Str(&text), &error.to_string().as_str())
        })
    }
}

/// Joins a class. The same again, after a loss of the connection before the answer, is answered the same and changes
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// Which class.
    pub class: ClassCode,
    /// How the member is called in the ranking: 1 to [`Join::NAME_LENGTH`] characters that can be seen, as in the
    /// names of outside [players](Player). Where another has the name a number is added. `null` for nobody in
    /// particular, whose place in the ranking only the member itself is told.
    #[serde(default, deserialize_with = "name")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = Join::NAME_LENGTH)))]
    pub name: Option<String>,
    /// The key to the member's place, of the client's own making: as every [`Token`] 43 letters, digits, `-` and `_`,
    /// which stand for 256 random bits.
    pub token: Token,
}

impl Join {
    /// The most characters of a member's name.
    pub const NAME_LENGTH: usize = 24;
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(name) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    if is_name(&name, Join::NAME_LENGTH) {
        return Ok(Some(name));
    }
    let allowed = format!(
        "null, or a name of 1 to {} characters that can be seen, spaces between words aside",
        Join::NAME_LENGTH
    );
    Err(de::Error::invalid_value(Unexpected::Str(&name), &allowed.as_str()))
}

/// Brings on the next debate of a class, as its presenter. It is with precommit, and the classifier judges it at the
/// end; the class votes, and decides nothing. What it leaves out is as in a [`Setup`](crate::Setup).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Which class.
    pub class: ClassCode,
    /// The presenter's key.
    pub token: Token,
    /// How many pixels the debaters reveal together: one of [`Offer::pixels`](crate::Offer::pixels).
    #[serde(default = "pixels")]
    pub pixels: u8,
    /// The image's number in the server's data set, from 0; `null` for any.
    #[serde(default)]
    pub image: Option<u32>,
    /// The label that the liar claims; `null` for any wrong one.
    #[serde(default)]
    pub lie: Option<u8>,
    /// Who makes the first reveal; `null` for either.
    #[serde(default)]
    pub first: Option<Role>,
    /// The honest debater, an agent of the server. Passed over where two of the class debate.
    #[serde(default = "agent")]
    pub honest: Player,
    /// The liar, in the same way.
    #[serde(default = "agent")]
    pub liar: Player,
    /// Two of the class in the agents' place: their names, or none for two drawn of those who are
    /// [willing](crate::ClientMessage::Willing); `null` for the agents. Who is honest is drawn.
    #[serde(default)]
    pub debaters: Option<Vec<String>>,
}

fn pixels() -> u8 {
    crate::Setup::default().pixels
}

fn agent() -> Player {
    crate::Setup::default().honest
}

/// What a class shows to all, as its presenter wants it: at first nothing. What is left out goes on as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Show {
    /// Which class.
    pub class: ClassCode,
    /// The presenter's key.
    pub token: Token,
    /// Whether the votes after the latest reveal are shown. With the next reveal they are not any more.
    #[serde(default)]
    pub histogram: Option<bool>,
    /// Whether the ranking is shown. With the next debate it is not any more.
    #[serde(default)]
    pub ranking: Option<bool>,
}

/// A new class and the key to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Opened {
    /// The request's own id, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<u32>,
    /// Its name, which whoever is to join it needs.
    pub class: ClassCode,
    /// The presenter's key, which is told here and never again. In the class's debates it is that of whoever set
    /// them up, and the spectators'.
    pub token: Token,
}

/// A class as one client may know it: told when the client attends it, and when something of it has changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassTold {
    /// The id of the request that this answers, if it does and it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<u32>,
    /// Which class.
    pub class: ClassCode,
    /// The debate that it has; `null` before the first, and after one that was cancelled.
    pub debate: Option<ClassDebate>,
    /// The votes after the latest reveal, while they are shown.
    pub histogram: Option<Histogram>,
    /// The members who have a name by their points, while that is shown.
    pub ranking: Option<Vec<Ranked>>,
    /// For a member: how it stands.
    pub member: Option<Member>,
    /// For the presenter: who is there.
    pub presenter: Option<Attendance>,
}

/// The debate that a class has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassDebate {
    /// Which number it has among the class's debates, from 1.
    pub number: u32,
    /// Its name: the client [takes](crate::ClientMessage::Take) its seat there by its token of the class, and the
    /// presenter [watches](crate::ClientMessage::Watch).
    pub debate: DebateId,
    /// The client's seat in it.
    pub seat: Seat,
    /// Whether it is over and its votes are counted.
    pub over: bool,
}

/// How many of the class believe what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Histogram {
    /// After how many reveals.
    pub after: u32,
    /// How many hold the first debater's claim about 0, 10, 20, …, 100 % probable: [`Histogram::BINS`] numbers.
    pub bins: Vec<u32>,
}

impl Histogram {
    /// How many numbers there are.
    pub const BINS: usize = 11;

    /// Counts beliefs.
    ///
    /// ```
    /// use pixel_debate_protocol::Histogram;
    ///
    /// let histogram = Histogram::of(3, [0.0, 0.5, 0.54, 1.0]);
    /// assert_eq!(histogram.bins, [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]);
    /// ```
    pub fn of(after: u32, beliefs: impl IntoIterator<Item = f32>) -> Self {
        let mut bins = vec![0; Self::BINS];
        for belief in beliefs {
            let last = Self::BINS - 1;
            // From 0 to 1, and whatever is none of it counts at an end.
            bins[((belief * last as f32).round() as usize).min(last)] += 1;
        }
        Self { after, bins }
    }
}

/// A place in the ranking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ranked {
    /// From 1; who has as many points has the same. Those without a name are counted and not listed.
    pub place: u32,
    /// Whose.
    pub name: String,
    /// All points so far.
    pub points: u32,
}

/// How a member stands, for the member alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Member {
    /// The name that the member has got.
    pub name: Option<String>,
    /// Whether it is willing to debate.
    pub willing: bool,
    /// All points so far.
    pub points: u32,
    /// Those of the latest debate that is over; `null` before there is one in which the member had a part.
    pub latest: Option<u32>,
    /// Its place among all members; `null` before a debate is over.
    pub place: Option<u32>,
}

/// Who is in a class, for its presenter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attendance {
    /// All members who were not sent away, in the order in which they joined.
    pub members: Vec<Present>,
    /// How many of them have voted after the latest reveal. Who has is not told: whoever knew it as it happens could
    /// put names to the votes of the record by their times.
    pub voted: u32,
    /// How many were asked: those who are connected or have voted, but for the debaters.
    pub asked: u32,
    /// Whether the door is open: whether somebody new may join.
    pub open: bool,
}

/// A member as the presenter sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Present {
    /// The member's number, by which it is [sent away](crate::ClientMessage::Expel).
    pub member: u16,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Whether it is connected.
    pub here: bool,
    /// Whether it debates, and so is not asked to vote.
    pub debates: bool,
    /// Whether it is willing to debate.
    pub willing: bool,
}

/// No more is said of a class that the client attended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dismissed {
    /// Which class.
    pub class: ClassCode,
    /// Why: [`Ended`](CloseReason::Ended) by the presenter, [`Over`](CloseReason::Over) since nobody had anything to say
    /// in it for long, [`SeatTaken`](CloseReason::SeatTaken) by another connection with the same token,
    /// [`SentAway`](CloseReason::SentAway) by the presenter, for this member alone, or [`Fault`](CloseReason::Fault).
    pub reason: CloseReason,
}

impl Token {
    /// How many letters and digits a token has.
    pub const LENGTH: usize = 43;

    /// Whether it has the form of one.
    ///
    /// ```
    /// use pixel_debate_protocol::Token;
    ///
    /// assert!(Token("k".repeat(43)).is_formed());
    /// assert!(!Token("secret".into()).is_formed());
    /// ```
    pub fn is_formed(&self) -> bool {
        let known = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
        self.0.len() == Self::LENGTH && self.0.bytes().all(known)
    }
}

/// The refusal of a request about a class that there is not.
impl From<&ClassCode> for Refusal {
    fn from(code: &ClassCode) -> Self {
        Self::new(
            RefusalCode::UnknownClass,
            format!("there is no class {code}: it was never opened, or has ended"),
            "the code that its presenter shows",
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::{ClientMessage, Request};

    #[test]
    fn a_class_is_joined_by_its_code_in_any_case_with_a_name_that_can_be_seen() {
        let token = "t".repeat(43);
        let join = |class: &str, name: &str| {
            Request::parse(&format!(
                r#"{{"type":"join","class":"{class}","name":{name},"token":"{token}"}}"#
            ))
        };
        let Ok(Request { message: ClientMessage::Join(joined), .. }) = join("k7wm3x", "\"Ann\"")
        else {
            panic!("not read")
        };
        assert_eq!((joined.class.as_str(), joined.name.as_deref()), ("K7WM3X", Some("Ann")));
        assert!(join("K7WM3X", "null").is_ok());
        for (class, name, wrong) in [
            ("K7WM3", "null", "\"class\" is"),
            ("K7WM3O", "null", "\"class\" is"),
            ("K7WM3X", "\"\"", "\"name\" is"),
            ("K7WM3X", "\" Ann\"", "\"name\" is"),
            ("K7WM3X", "\"A\\u0007nn\"", "\"name\" is"),
            ("K7WM3X", "\"A\\u202enn\"", "\"name\" is"),
            ("K7WM3X", &format!("\"{}\"", "n".repeat(25)), "\"name\" is"),
        ] {
            let refusal = join(class, name).unwrap_err();
            assert!(refusal.message.contains(wrong), "{refusal}");
        }
    }

    #[test]
    fn a_round_without_anything_is_between_two_agents() {
        let text = format!(r#"{{"type":"round","class":"K7WM3X","token":"{}"}}"#, "t".repeat(43));
        let Ok(Request { message: ClientMessage::Round(round), .. }) = Request::parse(&text) else {
            panic!("not read")
        };
        let setup = crate::Setup::default();
        assert_eq!((round.pixels, &round.honest), (setup.pixels, &setup.honest));
        assert_eq!((round.debaters, round.image), (None, None));
    }
}
