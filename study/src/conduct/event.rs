//! What happens to a participant, as the store keeps it.

use std::collections::BTreeMap;

use pixel_debate_game::{JudgmentEvent, Pixel};
use pixel_debate_protocol::study::Given;
use serde::{Deserialize, Serialize};

/// How a participant began: what his stream in the store begins with. All that is known of him is in it and in his
/// events, so that it can be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beginning {
    /// The language in which he reads.
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
    /// He agreed to the words of that version.
    Agreed {
        /// The version.
        version: String,
    },
    /// He did not agree.
    Declined {},
    /// He answered the questions that he was asked.
    Answered {
        /// The answers, by the questions' names.
        answers: BTreeMap<String, Given>,
    },
    /// He has read what was shown.
    Continued {},
    /// He wanted the next pixel.
    Next {},
    /// A debater that thinks while he waits has revealed one.
    Moved {
        /// Where.
        pixel: Pixel,
    },
    /// A debater that thinks while he waits made no move: the item is over.
    Stalled {
        /// Why.
        reason: String,
    },
    /// A judgment of the item goes on: a belief, a verdict, giving up; or its time was over, and it is unanswered.
    Judged {
        /// What was said.
        said: JudgmentEvent,
    },
    /// The study was interrupted while he was at the item: so much is added to his time.
    Extended {
        /// In milliseconds.
        ms: u64,
    },
    /// The item was withdrawn before he had seen anything of it.
    Skipped {},
    /// He takes no further part.
    Left {},
}
