//! What is kept of a debate.

use pixel_debate_game::{Pixel, Role};
use serde::{Deserialize, Serialize};

/// One debate of a run: how it ended, and enough to replay it with the manifest beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The image's number in the dataset.
    pub image: u32,
    /// Its true label, which the honest side claims.
    pub label: u8,
    /// The liar's claim; `None` without precommit.
    pub lie: Option<u8>,
    /// Who made the first reveal; in a consultancy, every reveal. `None` where the judge was alone.
    pub first: Option<Role>,
    /// Which of the replicates, from 0.
    pub replicate: u16,
    /// What all that was random depended on; `None` where nothing was.
    pub seed: Option<u64>,
    /// Who won.
    pub winner: Role,
    /// By how much the judge favoured the honest side at the end: above 0 exactly where it won.
    /// `None` where the winner is proven and nothing was played.
    pub margin: Option<f32>,
    /// The label that the judge believed; `None` likewise.
    pub believed: Option<u8>,
    /// What was revealed, in order; of a proven game what both sides may reveal, if it is known.
    pub evidence: Vec<Pixel>,
    /// The judge's logits at the end, one a label that it tells apart; `None` where nothing was played.
    pub logits: Option<Vec<f32>>,
    /// Why the honest side lost, if that was asked and it did.
    pub blame: Option<Blame>,
}

/// Why the honest side lost a debate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Blame {
    /// The liar wins from the start, whatever the honest side reveals.
    Start,
    /// The position was won until the honest side made this reveal, counted from 1.
    Reveal(u8),
}
