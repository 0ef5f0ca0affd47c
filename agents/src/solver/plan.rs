//! Plans: pixels with which a side wins whatever else is revealed.
//!
//! A side that has `r` reveals left may be able to name `r` pixels such that it wins every set that
//! holds them. Then it wins whoever moves first and whatever the other side reveals: if that is one
//! of the plan's own pixels, so much the better. To prove a plan is to decide all its completions,
//! `n²/2` of them with four pixels left, `n³/6` with six; no game tree is searched.

use pixel_debate_game::Role;

/// Pixels with which a side wins, revealed ones and ones that it intends to reveal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) role: Role,
    /// The ones to reveal come first.
    pub(super) pixels: Vec<usize>,
    /// The completions by which the plan fails.
    pub(super) exceptions: Vec<Vec<usize>>,
}

/// What the search for a plan comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A plan without exceptions.
    Proven(Plan),
    /// Pixels to reveal that may win mostly. None if the side reveals none.
    Failed(Vec<usize>),
}

/// How often plans were looked for, and found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Yield {
    sought: u32,
    found: u32,
}

impl Yield {
    pub(super) fn count(&mut self, found: bool) {
        self.sought += 1;
        self.found += u32::from(found);
    }

    /// Whether plans were found more often than there. One find is taken for granted, so that
    /// nothing is given up for a single failure.
    pub(super) fn is_above(self, other: Self) -> bool {
        let rate = |a: Self, b: Self| u64::from(a.found + 1) * u64::from(b.sought + 1);
        rate(self, other) > rate(other, self)
    }

    /// Whether to go on looking: where fewer than one search in 16 has found something, expanding the
    /// position is less work.
    pub(super) fn is_worth_it(self) -> bool {
        self.sought < 32 || self.found >= self.sought / 16
    }
}
