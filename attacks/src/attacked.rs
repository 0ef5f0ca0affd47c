//! What came of one image.

use pixel_debate_game::{Pixel, Role};
use serde::{Deserialize, Serialize};

/// What came of one image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attacked {
    /// Its number.
    pub image: usize,
    /// The true label.
    pub label: u8,
    /// How many pixels may be revealed.
    pub candidates: u16,
    /// Consultants, by the number of pixels that they reveal.
    pub revealed: Vec<Revealed>,
    /// The smallest sets: for every lie with no answer, then for every lie with each number of answers.
    pub smallest: Vec<Smallest>,
    /// Whether the time for the image was over before all was done.
    pub cut_short: bool,
    /// How long the smallest sets took.
    pub seconds: f64,
}

/// What consultants do with so many pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revealed {
    /// How many pixels.
    pub pixels: u8,
    /// The liar's for each lie, and last the honest consultant's.
    pub said: Vec<Said>,
    /// Sets that the judge was asked about, for all lies and the truth together.
    pub evaluations: u64,
    /// How long that took, for all together.
    pub seconds: f64,
}

/// A consultant's best set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The lie, or none for the honest consultant, who argues for the truth against all labels.
    pub lie: Option<u8>,
    /// The pixels, in reading order.
    pub set: Vec<Pixel>,
    /// By how much the judge favours the consultant's label after them.
    pub margin: f32,
    /// Whether it is proven that no set has a greater margin.
    pub is_greatest: bool,
    /// Whether the consultant can win: with this set, or it is proven that none does, or it is open.
    pub winner: Option<Role>,
}

/// The smallest set that misleads the judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smallest {
    /// The lie.
    pub lie: u8,
    /// How many honest reveals it withstands, whatever they are; 0 where the liar is alone.
    pub answers: u8,
    /// How many pixels the smallest set known has, if one is known.
    pub size: Option<u8>,
    /// It is proven that the smallest set has so many pixels at least. Equal to [`size`](Self::size), that is
    /// proven to be the least.
    pub at_least: u8,
    /// The set, in reading order; empty if none is known.
    pub set: Vec<Pixel>,
    /// By how much the judge favours the lie, after the answer that is worst for it.
    pub margin: Option<f32>,
}

impl Smallest {
    /// Whether its size is proven to be the least.
    pub fn is_proven(&self) -> bool {
        self.size == Some(self.at_least)
    }
}

impl Said {
    /// Whether its consultant wins by it.
    pub fn wins(&self) -> bool {
        let side = if self.lie.is_some() { Role::Liar } else { Role::Honest };
        self.winner == Some(side)
    }
}
