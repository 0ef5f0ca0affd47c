//! What a participant has said, and been shown.

use std::collections::BTreeMap;

use pixel_debate_protocol::study::{Answer, Glance};
use serde::Serialize;

/// What a participant has said, and been shown.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    /// By what he is known: the link's parameters.
    pub(super) parameters: BTreeMap<String, String>,
    /// His name in the study, once he has one.
    pub(super) participant: Option<String>,
    /// What he has said, in order.
    pub(super) said: Vec<Said>,
    /// How many steps have happened by themselves.
    pub(super) by_itself: u32,
    /// The items that he has seen, in order.
    pub(super) items: Vec<Seen>,
    /// How it ended for him.
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
    /// The answer, how sure he was, and why, as far as he said.
    pub(super) verdict: Option<(u8, Option<f32>, Option<String>)>,
}

/// How it ended for a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// He has done everything, and has the completion code.
    Finished,
    /// He was excluded: too few attention checks were right, or by the researcher.
    Excluded,
    /// He was screened out.
    ScreenedOut,
    /// He did not agree.
    Declined,
    /// He left in the middle.
    Left,
    /// There was no place for him.
    TurnedAway,
    /// His place was given to another, since nothing was heard of him for too long.
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
