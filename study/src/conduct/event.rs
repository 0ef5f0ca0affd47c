//! What happens to a participant, as the store keeps it.

use std::collections::BTreeMap;

use pixel_debate_game::{JudgmentEvent, Pixel};
use pixel_debate_protocol::study::Given;
use serde::{Deserialize, Serialize};

/// How a participant began: what their stream in the store begins with. All that is known of them is in it and in their
/// events, so that it can be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beginning {
    /// The language in which they read.
    pub language: String,
    /// The link's parameters that the study keeps.
    pub parameters: BTreeMap<String, String>,
}

/// Something that happened to a participant, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// In milliseconds since 1970.
    pub at_ms: u64,
    /// What.
    pub event: Event,
}

/// Something that happened to a participant. What follows from it by the plan is not said: after a belief, say, that
/// the next pixel is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// They agreed to the words of that version.
    Agreed {
        /// The version.
        version: String,
    },
    /// They did not agree.
    Declined {},
    /// They answered the questions that they were asked.
    Answered {
        /// The answers, by the questions' names.
        answers: BTreeMap<String, Given>,
    },
    /// They have read what was shown.
    Continued {},
    /// They wanted the next pixel.
    Next {},
    /// A debater that thinks while the participant waits has revealed one.
    Moved {
        /// Where.
        pixel: Pixel,
    },
    /// A debater that thinks while the participant waits made no move: the item is over.
    Stalled {
        /// Why.
        reason: String,
    },
    /// A judgment of the item goes on: a belief, a verdict, giving up; or its time was over, and it is unanswered.
    Judged {
        /// What was said.
        said: JudgmentEvent,
    },
    /// The study was interrupted while they were at the item: so much is added to their time.
    Extended {
        /// In milliseconds.
        ms: u64,
    },
    /// The item was withdrawn before they had seen anything of it.
    Skipped {},
    /// They take no further part.
    Left {},
}
