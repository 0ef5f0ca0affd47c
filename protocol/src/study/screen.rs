//! What participants are shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `GET /api/study`: what anybody may know of a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StudyOffer {
    /// The frozen plan's hash, 64 hexadecimal digits.
    pub hash: String,
    /// Whether somebody can join.
    pub status: Status,
    /// Whether it is a rehearsal, of which nothing is a result.
    pub rehearsal: bool,
    /// The study's title by language.
    pub titles: BTreeMap<String, String>,
    /// What is shown to whoever has chosen none.
    pub language: String,
    /// The parameters of the link that are kept.
    pub parameters: Vec<String>,
    /// Whether nobody may take part without them.
    pub required: bool,
    /// What whoever finds no place, or the study ended, tells those who sent them: there where that is so, and where
    /// there is such a code.
    pub code: Option<String>,
}

/// How a study stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It goes on, and has places left.
    Open,
    /// It goes on, and all places are taken: one may come back.
    Full,
    /// The researcher has interrupted it.
    Paused,
    /// It has ended.
    Closed,
}

/// The answer to [`StudyJoin`](super::StudyJoin).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StudyJoined {
    /// What opens the participant's screens from now on, in the header `Authorization: Bearer TOKEN`. Their link is the
    /// study's with `#TOKEN`.
    pub token: String,
    /// The first of them, or where the participant stopped.
    pub sheet: Sheet,
}

/// What a participant is shown, and where that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Sheet {
    /// The frozen plan's hash.
    pub hash: String,
    /// The participant's name in the study, which says nothing of them.
    pub participant: String,
    /// The study's title in the participant's language.
    pub title: String,
    /// The language.
    pub language: String,
    /// What a [`Reply`](super::Reply) names: it grows with each.
    pub step: u32,
    /// How far they have come.
    pub progress: Progress,
    /// What is shown.
    pub screen: Screen,
}

/// How far a participant has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Progress {
    /// How many items are done.
    pub done: u32,
    /// Of how many.
    pub of: u32,
}

/// One of the things that a participant is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Screen {
    /// What taking part means. Answered by `agree` or `decline`.
    Consent {
        /// The words.
        text: String,
        /// Their version.
        version: String,
    },
    /// Questions. Answered by `questions`.
    Questions(Questions),
    /// What there is to do. Answered by `continue`.
    Instructions {
        /// The words.
        text: String,
        /// What is said of practice, if there is any.
        practice: Option<String>,
    },
    /// An item. Answered by what [`ItemScreen::asks`] says, at any time by `give_up`.
    Item(ItemScreen),
    /// What has been judged, and what was right. Answered by `continue`.
    Feedback(Feedback),
    /// The study is interrupted: to be asked for again later.
    Paused {},
    /// The participant is through.
    Stopped(Stopped),
}

/// Questions, all shown at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Questions {
    /// When they are asked.
    pub part: Part,
    /// They.
    pub questions: Vec<Question>,
}

/// Before the items or after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Before the first item.
    Before,
    /// After the last.
    After,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Question {
    /// Its name.
    pub name: String,
    /// What it says.
    pub text: String,
    /// Whether it must be answered.
    pub required: bool,
    /// How.
    pub form: QuestionForm,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QuestionForm {
    /// By an option's name.
    Choice {
        /// The options in their order: name and words.
        options: Vec<(String, String)>,
    },
    /// By a whole number.
    Scale {
        /// The least.
        from: u32,
        /// The greatest.
        to: u32,
        /// What the least means.
        low: Option<String>,
        /// What the greatest means.
        high: Option<String>,
    },
    /// In words.
    Text {
        /// How many characters at most.
        longest: u32,
    },
}

/// An item as far as it is shown. Nothing in it depends on what is not shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ItemScreen {
    /// Its number among the participant's, from 1.
    pub number: u32,
    /// Whether it is for practice.
    pub practice: bool,
    /// What is said of its condition.
    pub text: String,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The answers that there are, in the order in which they are shown: labels and their names.
    pub answers: Vec<(u8, String)>,
    /// What is shown so far, in order.
    pub shown: Vec<Glance>,
    /// What is shown of the image beside that, all at once with the last pixel: of an attention check, otherwise nothing.
    pub more: Vec<Glance>,
    /// How many pixels there will be in `shown`.
    pub pixels: u32,
    /// The beliefs that were given: after how many pixels, and how probable the first of `answers` was.
    pub beliefs: Vec<(u32, f32)>,
    /// What is asked now.
    pub asks: Asked,
    /// In how many milliseconds [`Answer::Next`](super::Answer::Next) is taken: 0 where it is now.
    pub next_ms: u32,
    /// How many milliseconds are left for the item, if there is a limit; the time runs from its first pixel.
    pub left_ms: Option<u32>,
    /// How many milliseconds before the end there is a warning, if there is one.
    pub warning_ms: Option<u32>,
}

/// A pixel that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Glance {
    /// Its column, from 0.
    pub x: u8,
    /// Its row, from 0.
    pub y: u8,
    /// Its value, 0 black to 255 white.
    pub value: u8,
    /// For which of the item's answers whoever shows it argues: the label, if somebody does.
    #[serde(rename = "for")]
    pub by: Option<u8>,
}

/// What is asked of an item now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Asked {
    /// To go on: `next`.
    Next {},
    /// How probable the answers are: `belief`.
    Belief {},
    /// To decide: `verdict`.
    Verdict {
        /// Whether `confidence` is asked, and must be given.
        confidence: bool,
        /// Whether `explanation` may be given.
        explanation: bool,
        /// Whether it must be.
        explained: bool,
        /// Whether a verdict against the last belief must be explained; otherwise it is refused.
        reason: bool,
    },
    /// Nothing: a debater thinks. To be asked for again.
    Wait {},
}

/// What was judged, and what was right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Feedback {
    /// The items: one after an item, and all counted ones after the last.
    pub items: Vec<ToldItem>,
}

/// What is told of an item that has been judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ToldItem {
    /// Its number among the participant's, from 1.
    pub number: u32,
    /// The name of what was right.
    pub truth: String,
    /// The name of what the participant decided, if they did.
    pub verdict: Option<String>,
    /// The probability that they last gave what was right.
    pub belief: Option<f32>,
}

/// How a participant's part ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Stopped {
    /// All is done.
    Finished {
        /// What is said.
        text: String,
        /// What they tell those who sent them.
        code: Option<String>,
        /// What their answers have earned.
        bonus: Option<Payment>,
    },
    /// They do not belong to those who are asked.
    ScreenedOut {
        /// What is said.
        text: Option<String>,
        /// What they tell those who sent them.
        code: Option<String>,
    },
    /// They have not attended, by the rule that was stated beforehand, or the researcher has excluded them.
    Excluded {
        /// What they tell those who sent them.
        code: Option<String>,
    },
    /// They did not agree, or have left.
    Left {},
    /// Their place was given to another, since nothing was heard of them for too long.
    TooLate {
        /// What they tell those who sent them.
        code: Option<String>,
    },
    /// The study has ended.
    Closed {
        /// What they tell those who sent them.
        code: Option<String>,
    },
}

impl Stopped {
    /// The code that is shown, if there is one.
    ///
    /// ```
    /// use pixel_debate_protocol::study::Stopped;
    ///
    /// assert_eq!(Stopped::Closed { code: Some("C4".into()) }.code(), Some("C4"));
    /// assert_eq!(Stopped::Left {}.code(), None);
    /// ```
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Finished { code, .. }
            | Self::ScreenedOut { code, .. }
            | Self::Excluded { code }
            | Self::TooLate { code }
            | Self::Closed { code } => code.as_deref(),
            Self::Left {} => None,
        }
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Payment {
    /// In hundredths.
    pub hundredths: u32,
    /// Of which currency: three capital letters.
    pub currency: String,
}
