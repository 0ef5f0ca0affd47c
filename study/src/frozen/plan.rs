//! What of a study is public.

use std::collections::BTreeMap;

use pixel_debate_agents::solver::JudgeMark;
use serde::{Deserialize, Serialize};

use crate::file::Study;
use crate::texts::Texts;

/// All that a participant is shown and asked, and what fixes everything else without telling it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the folder's format: [`Plan::FORMAT`].
    pub format: u32,
    /// The version of the program that froze it.
    pub version: String,
    /// What debates come to: [`BEHAVIOUR`](pixel_debate_game::BEHAVIOUR).
    pub behaviour: u32,
    /// The processor's instructions with which the judge computed.
    pub instructions: String,
    /// What the file says, every default written out and without its secrets.
    pub study: Study,
    /// What participants read, by language.
    pub texts: BTreeMap<String, Texts>,
    /// The SHA-256 of the files of the texts, by their paths.
    pub files: BTreeMap<String, String>,
    /// The images.
    pub dataset: DataMark,
    /// The built-in judges, by the number of pixels of the conditions.
    pub judges: BTreeMap<String, JudgeMark>,
    /// The commitment to the study's file.
    pub file: String,
    /// The commitment to the file's secrets.
    pub secrets: String,
    /// The commitment to the list of who may take part, if not anybody may.
    pub asked: Option<String>,
    /// The commitments to the items, by their numbers.
    pub items: Vec<String>,
}

/// Which images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataMark {
    /// The data set's name.
    pub name: String,
    /// [`Dataset::hash`](pixel_debate_datasets::Dataset::hash).
    pub hash: String,
    /// The names of its classes.
    pub classes: Vec<String>,
    /// Pixels in a row.
    pub width: u8,
    /// Rows.
    pub height: u8,
}

impl Plan {
    /// The version of the folder's format that this program writes and reads.
    pub const FORMAT: u32 = 1;
}
