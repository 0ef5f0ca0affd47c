//! What came of a study, as plain data: who took part, what they judged, and what departed from the plan.
//!
//! Whoever runs studies fills it, and whoever exports and reports them reads it; neither knows the other. All times are
//! milliseconds since 1970, UTC.
//!
//! ```
//! use pixel_debate_study::allocation::Kind;
//! use pixel_debate_study::results::{Belief, End, How, Judgment, Participant, Results, State};
//!
//! let judgment = Judgment {
//!     position: 1,
//!     kind: Kind::Main,
//!     item: 12,
//!     left: Some(8),
//!     started: 1_767_225_600_000,
//!     reveals: vec![1_767_225_600_000, 1_767_225_604_000],
//!     beliefs: vec![Belief { after: 2, label: 8, probability: 0.75, at: 1_767_225_609_000 }],
//!     end: Some(End { at: 1_767_225_611_000, how: How::verdict(8) }),
//! };
//! let participant = Participant {
//!     judgments: vec![judgment],
//!     ..Participant::new("p0001", State::Finished, 1_767_225_500_000)
//! };
//! let results = Results { participants: vec![participant], ..Results::default() };
//! assert!(results.participants[0].counts());
//! # let text = serde_json::to_string(&results)?;
//! # assert_eq!(serde_json::from_str::<Results>(&text)?, results);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;

pub use pixel_debate_protocol::study::Given;
use serde::{Deserialize, Serialize};

use crate::allocation::Kind;

/// What came of a study.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// Whether it was a rehearsal, with simulated participants or with people who tried it: then nothing of it is a result.
    pub rehearsal: bool,
    /// Whoever began, in the order in which they came.
    pub participants: Vec<Participant>,
    /// What the researcher did beyond the plan, in order.
    pub deviations: Vec<Deviation>,
    /// When the researcher looked at what had come of it before its end, in order.
    pub peeks: Vec<Peek>,
}

/// A look at what had come of a study, before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peek {
    /// When.
    pub at: u64,
    /// At what.
    pub what: Look,
}

/// What a researcher can look at before the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// How many are right in each condition.
    #[default]
    Accuracy,
    /// All that was judged, to export or report it.
    Results,
    /// Who is to be paid what. A bonus is over all items of a participant, so it tells how good participants are, and
    /// conditions not apart.
    Payments,
}

/// Results that a server has handed out, with the study that they are of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handed {
    /// The frozen plan's hash.
    pub study: String,
    /// When they were handed out.
    pub at: u64,
    /// At what was looked with them, which says what is in them: [`Look::Results`] or [`Look::Payments`].
    pub what: Look,
    /// Whether participants' links are in them.
    pub identified: bool,
    /// The results.
    pub results: Results,
}

/// Somebody who has taken part, or has begun to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// The name in the study, which says nothing of the person: `p0017`.
    pub name: String,
    /// The parameters of the link that the study keeps. They may say who it is.
    pub parameters: BTreeMap<String, String>,
    /// The language of the texts.
    pub language: String,
    /// What has become of the participant.
    pub state: State,
    /// Why, where there is something to say: the rule or the researcher's reason.
    pub reason: Option<String>,
    /// Whether what was said was removed at the participant's wish: then nothing of it is here.
    pub erased: bool,
    /// The place in the allocation, from 0, if there was one.
    pub slot: Option<u32>,
    /// How many had that place before.
    pub turn: u32,
    /// When the participant came.
    pub joined: u64,
    /// What was agreed to, and when.
    pub consent: Option<Agreed>,
    /// When the participant was through, or left, or was let go.
    pub ended: Option<u64>,
    /// Answers to the questions before and after, by their names.
    pub answers: BTreeMap<String, Given>,
    /// What the answers have earned, in hundredths of the currency, where there is a bonus.
    pub bonus: Option<u32>,
    /// The code that was shown in the end, to return with to those who recruit, if one was.
    pub code: Option<String>,
    /// What was judged, in order.
    pub judgments: Vec<Judgment>,
}

/// What has become of a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Still at it.
    Active,
    /// Through with all.
    Finished,
    /// Left, or was not heard of for too long.
    DroppedOut,
    /// Did not belong to those who are asked, or did not agree.
    ScreenedOut,
    /// Does not count: by the rule stated beforehand, or by the researcher.
    Excluded,
}

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreed {
    /// The version of the words.
    pub version: String,
    /// When.
    pub at: u64,
}

/// What a participant made of one presentation of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgment {
    /// Which of the participant's presentations it was, from 1.
    pub position: u32,
    /// What it was for.
    pub kind: Kind,
    /// The item's number in the plan, from 0.
    pub item: u32,
    /// The answer that was shown on the left, or first; none where nothing was on a side.
    pub left: Option<u8>,
    /// When the first screen was shown.
    pub started: u64,
    /// When each reveal was shown, in order.
    pub reveals: Vec<u64>,
    /// The beliefs that were given, in order.
    pub beliefs: Vec<Belief>,
    /// How it ended, if it has.
    pub end: Option<End>,
}

/// How probable an answer was, as the participant said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Belief {
    /// After how many reveals: 0 before the first.
    pub after: u32,
    /// Which of the item's answers.
    pub label: u8,
    /// How probable that was, 0 to 1; the other answer was the rest.
    pub probability: f32,
    /// When it was said.
    pub at: u64,
}

/// How a judgment ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// When.
    pub at: u64,
    /// How.
    pub how: How,
}

/// How a judgment ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum How {
    /// By an answer.
    Verdict {
        /// The answer.
        label: u8,
        /// How sure the participant was of it, 0 to 1, where that was asked.
        confidence: Option<f32>,
        /// Why, in the participant's words.
        explanation: Option<String>,
    },
    /// The participant could not say.
    GaveUp,
    /// The time for the item was over.
    TimedOut,
    /// The participant left, or the study ended.
    Unanswered,
}

/// Something that the researcher did beyond the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// When.
    pub at: u64,
    /// What.
    pub deed: Deed,
    /// Why, as the researcher said.
    pub reason: Option<String>,
}

/// What a researcher can do beyond the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// An item is shown to nobody any more, and no judgment of it counts.
    Withdrew {
        /// Its number in the plan, from 0.
        item: u32,
    },
    /// A participant does not count.
    Excluded {
        /// The name in the study.
        participant: String,
    },
    /// What a participant said was removed.
    Erased {
        /// The name in the study.
        participant: String,
    },
    /// The study was interrupted.
    Paused,
    /// It went on.
    Resumed,
    /// It was ended.
    Closed,
}

impl Results {
    /// Whether the item was withdrawn.
    pub fn is_withdrawn(&self, item: u32) -> bool {
        let withdrew = |deviation: &Deviation| deviation.deed == Deed::Withdrew { item };
        self.deviations.iter().any(withdrew)
    }

    /// Without what may say who participants are: the parameters of their links, and the codes that they were shown.
    #[must_use]
    pub fn pseudonymous(mut self) -> Self {
        for participant in &mut self.participants {
            participant.parameters.clear();
            participant.code = None;
        }
        self
    }

    /// Without all that was judged and answered: who took part, what has become of them, and what they have earned.
    #[must_use]
    pub fn payments(mut self) -> Self {
        for participant in &mut self.participants {
            participant.judgments.clear();
            participant.answers.clear();
        }
        self
    }
}

impl Look {
    /// The word for it in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Results => "results",
            Self::Payments => "payments",
        }
    }
}

impl Participant {
    /// Somebody who has come, and of whom nothing else is known.
    pub fn new(name: impl Into<String>, state: State, joined: u64) -> Self {
        Self {
            name: name.into(),
            parameters: BTreeMap::new(),
            language: String::new(),
            state,
            reason: None,
            erased: false,
            slot: None,
            turn: 0,
            joined,
            consent: None,
            ended: None,
            answers: BTreeMap::new(),
            bonus: None,
            code: None,
            judgments: Vec::new(),
        }
    }

    /// Whether what this participant judged counts: all was done, and nothing was removed or excluded.
    pub fn counts(&self) -> bool {
        self.state == State::Finished && !self.erased
    }
}

impl State {
    /// All states.
    pub const ALL: [Self; 5] =
        [Self::Active, Self::Finished, Self::DroppedOut, Self::ScreenedOut, Self::Excluded];

    /// The word for it in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Finished => "finished",
            Self::DroppedOut => "dropped_out",
            Self::ScreenedOut => "screened_out",
            Self::Excluded => "excluded",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl How {
    /// An answer, and not a word more.
    pub const fn verdict(label: u8) -> Self {
        Self::Verdict { label, confidence: None, explanation: None }
    }

    /// The word for it in files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Verdict { .. } => "verdict",
            Self::GaveUp => "gave_up",
            Self::TimedOut => "timed_out",
            Self::Unanswered => "unanswered",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_files_are_those_of_json() {
        for state in State::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
        for look in [Look::Accuracy, Look::Results, Look::Payments] {
            assert_eq!(serde_json::to_value(look).unwrap(), look.name());
        }
        for how in [How::verdict(1), How::GaveUp, How::TimedOut, How::Unanswered] {
            assert_eq!(serde_json::to_value(&how).unwrap()["type"], how.name());
        }
    }

    #[test]
    fn what_is_not_asked_for_is_left_out() {
        let participant = Participant {
            parameters: BTreeMap::from([("PROLIFIC_PID".to_owned(), "5f01".to_owned())]),
            answers: BTreeMap::from([("remarks".to_owned(), Given::Text("none".to_owned()))]),
            bonus: Some(120),
            code: Some("C0DE".to_owned()),
            judgments: vec![Judgment {
                position: 1,
                kind: Kind::Main,
                item: 0,
                left: None,
                started: 0,
                reveals: Vec::new(),
                beliefs: Vec::new(),
                end: None,
            }],
            ..Participant::new("p0001", State::Finished, 0)
        };
        let results = Results { participants: vec![participant.clone()], ..Results::default() };
        let paid = &results.clone().payments().participants[0];
        assert!(paid.judgments.is_empty() && paid.answers.is_empty());
        assert_eq!(
            (&paid.parameters, paid.bonus, &paid.code),
            (&participant.parameters, participant.bonus, &participant.code)
        );
        let unnamed = &results.pseudonymous().participants[0];
        assert!(unnamed.parameters.is_empty() && unnamed.code.is_none());
        assert_eq!(unnamed.judgments, participant.judgments);
    }

    #[test]
    fn who_finished_counts_unless_all_was_removed() {
        for state in State::ALL {
            let mut participant = Participant::new("p0001", state, 0);
            assert_eq!(participant.counts(), state == State::Finished);
            participant.erased = true;
            assert!(!participant.counts());
        }
    }
}
