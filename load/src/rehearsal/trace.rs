//! What a participant has said, and been shown.

use std::collections::BTreeMap;

use pixel_debate_protocol::study::{Answer, Glance};
use serde::Serialize;

/// What a participant has said, and been shown.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    /// By what they are known: the link's parameters.
    pub(super) parameters: BTreeMap<String, String>,
    /// Their name in the study, once they have one.
    pub(super) participant: Option<String>,
    /// What they have said, in order.
    pub(super) said: Vec<Said>,
    /// How many steps have happened by themselves.
    pub(super) by_itself: u32,
    /// The items that they have seen, in order.
    pub(super) items: Vec<Seen>,
    /// How it ended for them.
    pub(super) ending: Ending,
}

/// Something that was said.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) step: u32,
    pub(super) answer: Answer,
    /// Whether it is known to be kept: otherwise the time for it may have been over.
    pub(super) sure: bool,
}

/// An item as it was seen.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Its number among the participant's, from 1.
    pub(super) number: u32,
    /// The numbers of the items of the plan that it can be.
    pub(super) is_one_of: Vec<usize>,
    /// The answers in the order in which they were shown.
    pub(super) answers: Vec<u8>,
    pub(super) shown: Vec<Glance>,
    /// After how many pixels, and how probable the first of the answers was said to be.
    pub(super) beliefs: Vec<(u32, f32)>,
    /// The answer, how sure they were, and why, as far as they said.
    pub(super) verdict: Option<(u8, Option<f32>, Option<String>)>,
}

/// How it ended for a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// They have done everything, and have the completion code.
    Finished,
    /// They were excluded: too few attention checks were right, or by the researcher.
    Excluded,
    /// They were screened out.
    ScreenedOut,
    /// They did not agree.
    Declined,
    /// They left in the middle.
    Left,
    /// There was no place for them.
    TurnedAway,
    /// Their place was given to another, since nothing was heard of them for too long.
    TooLate,
    /// The study ended.
    Closed,
    /// Whoever the link is for had taken part before.
    CameBefore,
    /// Something went wrong.
    Failed,
}

impl Ending {
    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Excluded => "excluded",
            Self::ScreenedOut => "screened out",
            Self::Declined => "did not agree",
            Self::Left => "left",
            Self::TurnedAway => "found no place",
            Self::TooLate => "came too late",
            Self::Closed => "found it closed",
            Self::CameBefore => "had come before",
            Self::Failed => "failed",
        }
    }
}
