//! What one revealed pixel adds to the second convolution's output.

use pixel_debate_game::Pixel;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::SparseWeights;
use crate::{
    geometry::{BLOCK, Block, CELL, HALF},
    kernels::{Aligned, DUST, Numbers, add_taps, spread, zeros},
    network::{CONV1, CONV2, KERNEL},
};

/// Columns and rows of cells that a pixel reaches after the first pool.
pub(super) const REACHED: usize = 3;
/// Columns and rows of the second convolution's output that a pixel reaches.
pub(super) const SPREAD: usize = REACHED + KERNEL - 1;
/// Numbers in one row of what a pixel reaches.
const ROW: usize = SPREAD * CONV2;

/// Responses that are kept: 64 megabytes. With more, a search spends its time on fresh pages of
/// memory: it asks for many of them only once.
const KEPT: usize = 4096;

/// A revealed pixel with its value, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Revealed {
    pub(super) pixel: Pixel,
    pub(super) value: f32,
}

/// A pixel and the revealed pixels near it that come before it in reading order.
type Key = (Pixel, SmallVec<[Pixel; 8]>);

/// The responses of one image's pixels, computed when first asked for.
#[derive(Debug)]
pub(super) struct Responses {
    places: FxHashMap<Key, usize>,
    /// One block after another: cell × position × channel.
    numbers: Numbers,
    computed: Numbers,
}

/// Whether two pixels share a cell after the first pool, so that their effects there do not simply
/// add up.
pub(super) fn are_near(a: Pixel, b: Pixel) -> bool {
    let apart = |a: u8, b: u8| usize::from((a / 2).abs_diff(b / 2)) >= REACHED;
    !apart(a.x, b.x) && !apart(a.y, b.y)
}

impl Default for Responses {
    fn default() -> Self {
        Self { places: FxHashMap::default(), numbers: zeros(0), computed: zeros(0) }
    }
}

impl Responses {
    /// The memory that they take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let numbers = self.numbers.capacity() + self.computed.capacity();
        numbers * size_of::<f32>() + self.places.capacity() * size_of::<(Key, usize)>()
    }

    /// Adds to `field` (cell × position × channel) the response of each of the pixels, which are in
    /// reading order.
    pub(super) fn add_all(
        &mut self,
        weights: &SparseWeights,
        revealed: &[Revealed],
        field: &mut [f32],
    ) {
        for (index, last) in revealed.iter().enumerate() {
            let response = self.get(weights, &revealed[..index], *last);
            add_response(field, last.pixel, response);
        }
    }

    /// What `last` adds to the second convolution's output once `revealed` is there: a block of
    /// cell × position × channel.
    pub(super) fn get(
        &mut self,
        weights: &SparseWeights,
        revealed: &[Revealed],
        last: Revealed,
    ) -> &[f32] {
        let near = revealed.iter().filter(|other| are_near(other.pixel, last.pixel));
        let mut near: SmallVec<[Revealed; 8]> = near.copied().collect();
        near.sort_unstable_by_key(|near| near.pixel);
        let key = (last.pixel, near.iter().map(|near| near.pixel).collect());
        let place = if let Some(place) = self.places.get(&key) {
            *place
        } else {
            if self.places.len() == KEPT {
                self.places.clear();
            }
            let place = self.places.len() * BLOCK;
            if self.numbers.len() < place + BLOCK {
                self.numbers.resize(place + BLOCK, 0.0);
            }
            self.computed.resize(SPREAD * ROW, 0.0);
            compute(weights, &near, last, &mut self.computed);
            let response = &mut self.numbers[place..][..BLOCK];
            response.fill(0.0);
            add_to_block(last.pixel, &self.computed, response);
            self.places.insert(key, place);
            place
        };
        &self.numbers[place..][..BLOCK]
    }
}

/// Adds a pixel's response to a field of cell × position × channel.
pub(super) fn add_response(field: &mut [f32], pixel: Pixel, response: &[f32]) {
    for (cell, place) in Block::of(pixel.x, pixel.y).cells() {
        let to = &mut field[cell * CELL..][..CELL];
        let from = &response[place * CELL..][..CELL];
        to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
    }
}

/// Adds a response of row × column × channel to one of cell × position × channel.
fn add_to_block(pixel: Pixel, response: &[f32], to: &mut [f32]) {
    let block = Block::of(pixel.x, pixel.y);
    for (index, from) in response.as_chunks::<CONV2>().0.iter().enumerate() {
        let at = block.place(pixel.x, pixel.y, index / SPREAD, index % SPREAD);
        let to = &mut to[at..at + CONV2];
        to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
    }
}

/// The response of `last` given the revealed pixels near it, as row × column × channel.
pub(super) fn compute(
    weights: &SparseWeights,
    near: &[Revealed],
    last: Revealed,
    response: &mut [f32],
) {
    let changed = changed_cells(weights, near, last);
    response.fill(0.0);
    spread(&changes(|cell, channel| changed[cell][channel]), &weights.conv2, response);
}

/// What `last` changes in the cells that it reaches, given the revealed pixels near it.
pub(super) fn changed_cells(weights: &SparseWeights, near: &[Revealed], last: Revealed) -> Cells {
    let before = reached_cells(weights, last.pixel, near.iter().copied());
    let after = reached_cells(weights, last.pixel, near.iter().copied().chain([last]));
    std::array::from_fn(|cell| {
        std::array::from_fn(|channel| after[cell][channel] - before[cell][channel])
    })
}

/// A gain of nothing.
pub(super) static NO_GAIN: Aligned<[f32; BLOCK]> = Aligned([0.0; BLOCK]);

/// What the response of `y` gains when `x` is revealed too, over `revealed`: a block of cell ×
/// position × channel. It depends on none but those of `revealed` that are near both.
pub(super) fn gain(
    weights: &SparseWeights,
    revealed: &[Revealed],
    [x, y]: [Revealed; 2],
    block: &mut [f32],
) {
    let near = near_all(revealed, &[x, y]);
    let mut gained = Aligned([0.0; SPREAD * ROW]);
    compute_gain(weights, &near, [x, y], &mut gained.0);
    block.fill(0.0);
    add_to_block(y.pixel, &gained.0, block);
}

/// The same as row × column × channel, given those of the revealed pixels that are near both.
pub(super) fn compute_gain(
    weights: &SparseWeights,
    near: &[Revealed],
    [x, y]: [Revealed; 2],
    gained: &mut [f32],
) {
    let cells =
        |more: &[Revealed]| reached_cells(weights, y.pixel, near.iter().chain(more).copied());
    let second = second_difference(&cells(&[]), &cells(&[x]), &cells(&[y]), &cells(&[x, y]));
    gained.fill(0.0);
    spread(&changes(|cell, channel| second[cell][channel]), &weights.conv2, gained);
}

/// What that gain gains when `added` is revealed too, added to `block`: nothing unless `added` is
/// near both.
pub(super) fn add_gain_of_gain(
    weights: &SparseWeights,
    revealed: &[Revealed],
    [x, y]: [Revealed; 2],
    added: Revealed,
    block: &mut [f32],
) {
    let mut near = near_all(revealed, &[x, y]);
    let cells = |near: &[Revealed]| {
        let cells =
            |more: &[Revealed]| reached_cells(weights, y.pixel, near.iter().chain(more).copied());
        second_difference(&cells(&[]), &cells(&[x]), &cells(&[y]), &cells(&[x, y]))
    };
    let before = cells(&near);
    near.push(added);
    let after = cells(&near);
    let changes = changes(|cell, channel| {
        let change = after[cell][channel] - before[cell][channel];
        if change.abs() < DUST { 0.0 } else { change }
    });
    let mut gained = Aligned([0.0; SPREAD * ROW]);
    spread(&changes, &weights.conv2, &mut gained.0);
    add_to_block(y.pixel, &gained.0, block);
}

/// Those of `revealed` that are near each of `pixels`.
fn near_all(revealed: &[Revealed], pixels: &[Revealed]) -> SmallVec<[Revealed; 8]> {
    let near = |other: &Revealed| pixels.iter().all(|one| are_near(other.pixel, one.pixel));
    revealed.iter().copied().filter(near).collect()
}

/// The channels of the cells that a pixel reaches after the first pool.
pub(super) type Cells = [[f32; CONV1]; REACHED * REACHED];

fn second_difference(neither: &Cells, with_x: &Cells, with_y: &Cells, both: &Cells) -> Cells {
    std::array::from_fn(|cell| {
        std::array::from_fn(|channel| {
            let after = both[cell][channel] - with_x[cell][channel];
            let difference = after - (with_y[cell][channel] - neither[cell][channel]);
            if difference.abs() < DUST { 0.0 } else { difference }
        })
    })
}

/// The changes that are not zero: cell, channel, change; channel by channel.
fn changes(change: impl Fn(usize, usize) -> f32) -> SmallVec<[(usize, usize, f32); 64]> {
    const CELLS: usize = REACHED * REACHED;
    let each = (0..CELLS * CONV1).map(|index| (index % CELLS, index / CELLS));
    let changes = each.map(|(cell, channel)| (cell, channel, change(cell, channel)));
    changes.filter(|(.., change)| *change != 0.0).collect()
}

/// ReLU and pool of the first convolution in the 3×3 cells that `center` reaches, of which those
/// outside the field are zero.
fn reached_cells(
    weights: &SparseWeights,
    center: Pixel,
    revealed: impl Iterator<Item = Revealed>,
) -> Cells {
    let cell = |along: u8| i32::from(along / 2) - 1;
    let (column, row) = (cell(center.x), cell(center.y));
    let mut sums = Aligned([[0.0; CONV1]; 4 * REACHED * REACHED]);
    sums.0.fill(*weights.conv1_bias.first_chunk().expect("one bias a channel"));
    for Revealed { pixel, value } in revealed {
        let corner = [i32::from(pixel.x) - 2 * column, i32::from(pixel.y) - 2 * row];
        add_taps(corner, value, &weights.conv1, &mut sums.0);
    }
    let inside = |cell: i32| (0..HALF as i32).contains(&cell);
    let mut cells = [[0.0_f32; CONV1]; REACHED * REACHED];
    for (index, cell) in cells.iter_mut().enumerate() {
        let (x, y) = (index % REACHED, index / REACHED);
        if !inside(column + x as i32) || !inside(row + y as i32) {
            continue;
        }
        for position in 0..4 {
            let from = &sums.0[(2 * y + position / 2) * 2 * REACHED + 2 * x + position % 2];
            cell.iter_mut().zip(from).for_each(|(cell, sum)| *cell = cell.max(*sum));
        }
    }
    cells
}
