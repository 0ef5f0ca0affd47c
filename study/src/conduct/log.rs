//! What happens in a study as a whole, as the store keeps it.

use serde::{Deserialize, Serialize};

use crate::allocation::{Left, Place};
use crate::results::Look;

/// Something that happened in a study, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// In milliseconds since 1970.
    pub at_ms: u64,
    /// What.
    pub event: Event,
    /// Which order of the researcher's it follows from, by the name that whoever ordered it gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// Something that happened in a study. Nothing in it says who a participant is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// Somebody came, and has a place.
    Joined {
        /// The participant's name in the study.
        participant: String,
        /// The place.
        place: Place,
        /// By what they are known when they come again: hashes with the study's key, where the link says who they are.
        known: Option<Known>,
    },
    /// Somebody who had been given up came back, and nobody had their place.
    Returned {
        /// The participant's name.
        participant: String,
    },
    /// Somebody is through.
    Finished {
        /// The participant's name.
        participant: String,
    },
    /// Somebody leaves, or does not count.
    Left {
        /// The participant's name.
        participant: String,
        /// What that means for their place.
        left: Left,
        /// Why.
        cause: Cause,
    },
    /// What somebody said is removed.
    Erased {
        /// The participant's name.
        participant: String,
        /// Why, in the researcher's words.
        reason: String,
    },
    /// An item is shown to nobody any more.
    Withdrawn {
        /// Its number in the plan.
        item: usize,
        /// Why, in the researcher's words.
        reason: String,
    },
    /// The study is interrupted.
    Paused {},
    /// It goes on.
    Resumed {},
    /// It has ended.
    Closed {
        /// Why, in the researcher's words, if they said.
        reason: Option<String>,
    },
    /// The researcher looked at what has come of it.
    Peeked {
        /// At what.
        #[serde(default)]
        what: Look,
    },
    /// The server is there: said while somebody's time for an item runs and nothing else is kept.
    Alive {},
    /// The server is there again. Since that time, when it was last known to be there, nobody could do anything.
    Restarted {
        /// In milliseconds since 1970.
        since_ms: u64,
    },
}

/// By what somebody who comes again is known: hashes, which say nothing to whoever has not the study's key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Of the person: of the first of the link's parameters.
    pub person: String,
    /// Of this coming: of all of them.
    pub visit: String,
}

/// Why somebody leaves, or does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cause {
    /// They did not agree.
    Declined {},
    /// They said so.
    OwnWish {},
    /// Nothing was heard of them for too long.
    Idle {},
    /// An answer screened them out.
    ScreenedOut {},
    /// Too few attention checks were right, by the rule of the plan.
    Checks {},
    /// The researcher excluded them: a deviation.
    Researcher {
        /// Why.
        reason: String,
    },
    /// What they said was removed.
    Erased {},
}
