//! What participants say.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wire;
use crate::{Refusal, strict};

/// `POST /api/study/participants`: somebody comes by the study's link.
///
/// Whoever comes again with the same parameters is the same participant, with the same token; where the study names none,
/// or they are not there, with the same key. Who comes with the same first parameter and others is refused, since nobody
/// takes part twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct StudyJoin {
    /// The link's parameters that the study names, [`StudyOffer::parameters`](super::StudyOffer::parameters): each with 1 to
    /// 200 characters. Others are refused.
    pub parameters: BTreeMap<String, String>,
    /// One of those of [`StudyOffer::titles`](super::StudyOffer::titles); the study's own where none is said.
    pub language: Option<String>,
    /// 16 to 64 letters, digits, `-` and `_` that whoever asks has drawn by chance, and keeps before they ask: whoever did
    /// not hear the answer, or asks twice at once, says the same again and is no second participant.
    pub key: Option<String>,
}

/// `POST /api/study/me`: what a participant says to a screen: an object with the step, the answer's type, and its fields.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Reply {
    /// The step of the [`Sheet`](super::Sheet) that is answered.
    pub step: u32,
    /// What is said.
    #[cfg_attr(feature = "typescript", ts(flatten))]
    pub answer: Answer,
}

/// What a participant says to a screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(tag = "type"))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// To the consent: agrees to the words of that version.
    Agree {
        /// The version of the words that were shown.
        version: String,
    },
    /// To the consent: does not agree, and is asked nothing more.
    Decline {},
    /// To questions: all of them at once, by their names. Those that need no answer may be left out.
    Questions {
        /// The answers.
        answers: BTreeMap<String, Given>,
    },
    /// To instructions, to what is said of a condition, and to feedback: has read them.
    Continue {},
    /// To an item: wants the next pixel.
    Next {},
    /// To an item: how probable an answer is, after what has been shown so far.
    Belief {
        /// One of the item's two answers.
        label: u8,
        /// How probable it is, 0 to 1.
        probability: f32,
    },
    /// To an item: decides.
    Verdict {
        /// One of the item's answers.
        label: u8,
        /// How sure the participant is that it is right, 0 to 1, if that is asked.
        #[serde(default)]
        confidence: Option<f32>,
        /// Why, if that is asked, or where the verdict is against the last belief.
        #[serde(default)]
        explanation: Option<String>,
    },
    /// To an item: cannot say, and goes on with the next.
    GiveUp {},
    /// To any screen: stops taking part for good.
    Leave {},
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Given {
    /// A number of a scale.
    Number(u32),
    /// An option's name, or words.
    Text(String),
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Given;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "text, or a whole number from 0 to {}", u32::MAX)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Given, E> {
                let small = u32::try_from(number).map(Given::Number);
                small.map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }

            fn visit_str<E>(self, text: &str) -> Result<Given, E> {
                Ok(Given::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl StudyJoin {
    /// Reads what a client says, to the letter.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that names the field, what is there and what is allowed.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        strict::json(body)
            .and_then(strict::read)
            .map_err(|mistake| wire::refusal(&mistake, "somebody who joins"))
    }
}

impl Reply {
    const TYPES: &str = "\"agree\", \"decline\", \"questions\", \"continue\", \"next\", \"belief\", \"verdict\", \
                         \"give_up\" or \"leave\"";

    /// Reads what a client says, to the letter.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that names the field, what is there and what is allowed.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let read = || {
            let mut fields = strict::object(strict::json(body)?)?;
            let step = wire::number(&mut fields, "step")?;
            let kind = wire::kind(&mut fields, Self::TYPES)?;
            Ok(Self { step, answer: strict::read_as(kind, fields)? })
        };
        read().map_err(|mistake| wire::refusal(&mistake, "an answer"))
    }
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        wire::flat(&self.answer, [("step", self.step.into())])
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}
