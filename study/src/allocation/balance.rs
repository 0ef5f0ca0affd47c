//! How balanced an allocation is, counted.

use super::{Allocation, Kind, Refusal, Request};

/// How balanced an allocation's main items are: the promises of [the module](super), counted.
///
/// ```
/// use pixel_debate_study::allocation::{Balance, Request};
///
/// let request = Request {
///     participants: 40,
///     tiers: vec![6, 6],
///     conditions: 3,
///     one_sided: vec![2],
///     each: 9,
///     practice: 3,
///     checks: 2,
///     repeats: 1,
///     flipped: 1,
///     apart: 3,
///     balance_sides: true,
///     balance_answers: true,
///     seed: 1,
/// };
/// let balance = Balance::of(&request)?;
/// assert_eq!((balance.cell, balance.conditions), ([10, 10], [3, 3]));
/// assert_eq!((balance.sides, balance.answers), (Some([5, 5]), [5, 5]));
/// # Ok::<(), pixel_debate_study::allocation::Refusal>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// How often a cell is seen: the one that is seen least, and the one that is seen most.
    pub cell: [u32; 2],
    /// How often the one side and the other are seen in the cell that is least balanced, the rarer first; none if no
    /// condition has two.
    pub sides: Option<[u32; 2]>,
    /// How often the answers are in the one place and in the other, likewise.
    pub answers: [u32; 2],
    /// How many items of a condition a participant has: least, and most.
    pub conditions: [u32; 2],
}

impl Balance {
    /// Allocates what is requested, and counts.
    ///
    /// # Errors
    ///
    /// As [`Allocation::of`].
    pub fn of(request: &Request) -> Result<Self, Refusal> {
        let allocation = Allocation::of(request)?;
        let conditions = request.conditions as usize;
        // Of each cell how often it is seen, with other sides, with answers in other places.
        let mut cells = vec![[0; 3]; request.images() as usize * conditions];
        let (mut fewest, mut most) = (u32::MAX, 0);
        for slot in (0..allocation.slots()).filter_map(|slot| allocation.slot(slot)) {
            let mut of_slot = vec![0; conditions];
            for shown in slot.iter().filter(|shown| shown.kind == Kind::Main) {
                let condition = shown.condition;
                of_slot[condition as usize] += 1;
                let cell = &mut cells[shown.item as usize * conditions + condition as usize];
                cell[0] += 1;
                cell[1] += u32::from(shown.sides_swapped);
                cell[2] += u32::from(shown.answers_swapped);
            }
            for count in of_slot {
                (fewest, most) = (fewest.min(count), most.max(count));
            }
        }
        let two_sided = |at: &usize| request.has_two_sides((at % conditions) as u32);
        let least_balanced = |what: usize, of: &dyn Fn(&usize) -> bool| {
            let both = |at: usize| {
                let [all, swapped] = [cells[at][0], cells[at][what]];
                let [one, other] = [swapped, all - swapped];
                [one.min(other), one.max(other)]
            };
            let of = (0..cells.len()).filter(of).map(both);
            of.max_by_key(|[rarer, other]| other - rarer)
        };
        let seen = || cells.iter().map(|cell| cell[0]);
        Ok(Self {
            cell: [seen().min().unwrap_or(0), seen().max().unwrap_or(0)],
            sides: least_balanced(1, &two_sided),
            answers: least_balanced(2, &|_| true).unwrap_or_default(),
            conditions: [fewest, most],
        })
    }
}
