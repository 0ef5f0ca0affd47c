//! What each participant is shown, as items of the plan.

use serde::Serialize;

use super::numbers::Numbers;
use crate::allocation::{Allocation, Kind, Presentation};

/// One item of the plan as one participant is shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Planned {
    /// Its number: the place of its commitment in [`Plan::items`](super::Plan::items), and of the item in
    /// [`Frozen::items`](super::Frozen::items).
    pub item: usize,
    /// What it is for.
    pub kind: Kind,
    /// Whether the answers have changed places: what would be shown on the right is shown on the left.
    pub answers_swapped: bool,
}

/// What all participants are shown, from first to last, as items of the plan.
///
/// A main item is that of its image and condition in which the honest side begins, or argues; where the allocation
/// has the sides changed it is the one in which the liar does. A condition with one side has one item, and never has
/// its sides changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequences {
    allocation: Allocation,
    numbers: Numbers,
}

impl Sequences {
    pub(super) fn new(allocation: Allocation, numbers: Numbers) -> Self {
        Self { allocation, numbers }
    }

    /// The allocation that they come from.
    pub fn allocation(&self) -> &Allocation {
        &self.allocation
    }

    /// What is shown in a slot, the place of one participant, if there is that slot: they are numbered from 0.
    pub fn slot(&self, slot: u32) -> Option<Vec<Planned>> {
        let planned = |shown: &Presentation| {
            let Presentation { kind, answers_swapped, .. } = *shown;
            Some(Planned { item: self.numbers.item(shown)?, kind, answers_swapped })
        };
        self.allocation.slot(slot)?.iter().map(planned).collect()
    }
}
