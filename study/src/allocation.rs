//! Who judges what, in which order: the seeded, balanced allocation of participants to items, as numbers.
//!
//! | promise | how far it holds |
//! |---|---|
//! | each cell, an image in a condition, is seen equally often in the main items | exactly, or [`Request::check`] refuses |
//! | no slot has an image in two main items; what comes again is far enough behind | exactly |
//! | a slot has all conditions equally often, and of each tier its part | to one |
//! | a cell of a condition with two sides has both equally often, and every cell both places of answers | to one |
//! | a slot has, under each such condition, both sides equally often, and both places of answers | to one |
//! | each position in the order has a condition equally often, over all slots | to one |
//! | and a tier under a condition | to two |
//! | each slot has as many repeats, flipped items, checks and practice items | exactly |
//!
//! It is made by even colourings of graphs (`colouring.rs`): of slots and images with conditions as colours, of slots
//! and cells with sides, then places of answers, and of slots and conditions with positions. All chance comes from
//! the seed, by integers alone, so that a seed says the same on every machine.
//!
//! [`Places`] hands the slots out, and again where somebody has not finished.

mod balance;
mod colouring;
mod draws;
mod images;
mod places;
mod request;
mod sequence;

pub use balance::Balance;
pub use places::{Left, Place, PlaceError, Places, Returns, Standing};
pub use request::{Refusal, Request};
pub use sequence::{Kind, Presentation};

/// The allocation that a [`Request`] comes to: for each slot, which is the place of one participant, what is shown.
///
/// ```
/// use pixel_debate_study::allocation::{Allocation, Kind, Request};
///
/// let request = Request {
///     participants: 12,
///     tiers: vec![4, 2],
///     conditions: 2,
///     one_sided: vec![],
///     each: 4,
///     practice: 1,
///     checks: 1,
///     repeats: 0,
///     flipped: 1,
///     apart: 2,
///     balance_sides: true,
///     balance_answers: true,
///     seed: 7,
/// };
/// let allocation = Allocation::of(&request)?;
/// let first = allocation.slot(0).expect("there are twelve");
/// assert_eq!(first.len(), 1 + 4 + 1 + 1);
/// assert_eq!(first[0].kind, Kind::Practice);
/// // Twelve participants by four items are in twelve cells four times each.
/// assert_eq!(allocation.cells(0..12), [4; 12]);
/// # Ok::<(), pixel_debate_study::allocation::Refusal>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    presentations: Vec<Presentation>,
    length: usize,
    slots: u32,
    cells: usize,
    conditions: u32,
}

impl Allocation {
    /// Allocates what is requested, always the same for the same request.
    ///
    /// 10,000 participants with 100 items each take some seconds and some 200 MB.
    ///
    /// # Errors
    ///
    /// If a number is out of its range, or cells cannot be seen equally often.
    pub fn of(request: &Request) -> Result<Self, Refusal> {
        request.check()?;
        Ok(Self::of_checked(request))
    }

    /// The same of a request that [`Request::check`] has let pass.
    pub(crate) fn of_checked(request: &Request) -> Self {
        let presentations = sequence::sequences(request);
        Self {
            length: presentations.len() / request.participants as usize,
            presentations,
            slots: request.participants,
            cells: (request.images() * request.conditions) as usize,
            conditions: request.conditions,
        }
    }

    /// How many slots there are.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// What is shown in a slot, from first to last, if there is that slot: they are numbered from 0.
    pub fn slot(&self, slot: u32) -> Option<&[Presentation]> {
        self.presentations.chunks_exact(self.length).nth(slot as usize)
    }

    /// How often these slots have each cell in their main items: `image × conditions + condition` is its place.
    /// Slots that there are not have none.
    pub fn cells(&self, slots: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut cells = vec![0; self.cells];
        let shown = slots.into_iter().filter_map(|slot| self.slot(slot)).flatten();
        for main in shown.filter(|shown| shown.kind == Kind::Main) {
            let condition = main.condition;
            cells[(main.item * self.conditions + condition) as usize] += 1;
        }
        cells
    }
}
