//! What the researcher sees while a study goes on.

use serde::{Deserialize, Serialize};

use super::Status;

/// `GET /api/study/standing`, with the researcher's token: how the study stands. Who was right is not in it, unless
/// somebody [peeked](super::Order::Peek).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Standing {
    /// The study's title.
    pub title: String,
    /// The frozen plan's hash.
    pub hash: String,
    /// Whether it goes on.
    pub status: Status,
    /// Whether it is a rehearsal, of which nothing is a result.
    pub rehearsal: bool,
    /// How many places there are, by what has become of them.
    pub places: Vec<(Place, u32)>,
    /// The participants in the order in which they came.
    pub members: Vec<StudyMember>,
    /// How often each cell of an image in a condition has been judged by those who have finished, by tier and condition.
    pub cells: Vec<CellCount>,
    /// All items by their numbers, with how often each was judged by those who count.
    pub items: Vec<ItemCount>,
    /// How many attention checks each participant is shown, and how many of them must be right to count.
    pub checks: (u32, u32),
    /// Items that were withdrawn: number and reason.
    pub withdrawn: Vec<(u32, String)>,
    /// When somebody looked at the accuracy, or had the results [handed out](super::Export::Results), before the end, in
    /// milliseconds since 1970.
    #[cfg_attr(feature = "typescript", ts(type = "Array<number>"))]
    pub peeks: Vec<u64>,
    /// The id of the order that this answers, if it had one: it has been carried out, now or when it was sent before.
    pub carried_out: Option<String>,
    /// The accuracy so far, in answer to a [`Peek`](super::Order::Peek) alone.
    pub peeked: Option<Peeked>,
}

/// What has become of a participant, or of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Nobody has it.
    Free,
    /// Somebody is at it.
    Active,
    /// Somebody is through.
    Finished,
    /// Whoever had it left, or was not heard of for too long.
    DroppedOut,
    /// Whoever had it did not belong to those who are asked.
    ScreenedOut,
    /// Whoever had it does not count.
    Excluded,
}

/// A participant, as the researcher sees them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StudyMember {
    /// Their name in the study.
    pub participant: String,
    /// What has become of them.
    pub state: Place,
    /// Whether what they said was removed.
    pub erased: bool,
    /// How many items they have done, of all that they are shown.
    pub done: u32,
    /// How many attention checks they have answered, and rightly.
    pub checks: (u32, u32),
    /// When they joined, in milliseconds since 1970.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub joined_ms: u64,
    /// When they were last heard of.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub heard_ms: u64,
}

/// How full the cells of a tier in a condition are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CellCount {
    /// The condition.
    pub condition: String,
    /// The tier, if there are any.
    pub tier: Option<String>,
    /// How many judgments there are.
    pub judged: u32,
    /// How many there will be.
    pub planned: u32,
    /// The fewest in one of its cells.
    pub least: u32,
    /// The most in one of its cells.
    pub most: u32,
}

/// What an item is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ItemPart {
    /// For practice.
    Practice,
    /// To be counted.
    Main,
    /// To see who attends.
    Check,
}

/// An item, and how often it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ItemCount {
    /// Its number in the study, from 0.
    pub item: u32,
    /// What it is for.
    pub part: ItemPart,
    /// Its condition.
    pub condition: String,
    /// Its tier, if there are any.
    pub tier: Option<String>,
    /// The image's number in the data set.
    pub image: u32,
    /// How many judgments of it have ended, of those who have finished.
    pub judged: u32,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
}

/// How many were right so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Peeked {
    /// By condition.
    pub conditions: Vec<ConditionRate>,
}

/// How many were right in a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConditionRate {
    /// The condition.
    pub condition: String,
    /// How many counted judgments there are of those who have finished.
    pub judged: u32,
    /// How many of them were right.
    pub right: u32,
}
