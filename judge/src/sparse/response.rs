//! What one revealed pixel adds to the second convolution's output.

use pixel_debate_game::Pixel;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::{
    SparseWeights,
    geometry::{HALF, PADDED, TAPS, for_each_reached},
};
use crate::{
    kernels::add_scaled,
    network::{CONV1, CONV2, KERNEL},
};

/// Columns and rows of cells that a pixel reaches after the first pool.
const REACHED: usize = 3;
/// Columns and rows of the second convolution's output that a pixel reaches.
const SPREAD: usize = REACHED + KERNEL - 1;
/// Numbers in one row of a response.
const ROW: usize = SPREAD * CONV2;
/// Numbers in a response.
const SIZE: usize = SPREAD * ROW;

/// Responses that are kept: a hundred megabytes. Searches of one image ask again for some
/// thousands.
const KEPT: usize = 8192;

/// A revealed pixel with its value, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Revealed {
    pub(super) pixel: Pixel,
    pub(super) value: f32,
}

/// A pixel and the revealed pixels near it that come before it in reading order.
type Key = (Pixel, SmallVec<[Pixel; 8]>);

/// The responses of one image's pixels, computed when first asked for.
#[derive(Debug, Default)]
pub(super) struct Responses {
    places: FxHashMap<Key, usize>,
    /// One response after another: row × column × channel.
    numbers: Vec<f32>,
}

/// Whether two pixels share a cell after the first pool, so that their effects there do not simply
/// add up.
fn are_near(a: Pixel, b: Pixel) -> bool {
    let apart = |a: u8, b: u8| usize::from((a / 2).abs_diff(b / 2)) >= REACHED;
    !apart(a.x, b.x) && !apart(a.y, b.y)
}

impl Responses {
    /// Adds to `field` (padded row × padded column × channel) the response of each of the pixels,
    /// which are in reading order.
    pub(super) fn add_all(
        &mut self,
        weights: &SparseWeights,
        revealed: &[Revealed],
        field: &mut [f32],
    ) {
        for (index, last) in revealed.iter().enumerate() {
            let near: SmallVec<[Revealed; 8]> = revealed[..index]
                .iter()
                .copied()
                .filter(|earlier| are_near(earlier.pixel, last.pixel))
                .collect();
            let response = self.get(weights, &near, *last);
            for (row, response) in response.chunks_exact(ROW).enumerate() {
                let Some(at) = padded_place(last.pixel, row) else { continue };
                let (at, columns) = at;
                let to = &mut field[at..at + columns.len() * CONV2];
                let from = &response[columns.start * CONV2..columns.end * CONV2];
                to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
            }
        }
    }

    fn get(&mut self, weights: &SparseWeights, near: &[Revealed], last: Revealed) -> &[f32] {
        let key = (last.pixel, near.iter().map(|near| near.pixel).collect());
        let place = if let Some(place) = self.places.get(&key) {
            *place
        } else {
            if self.places.len() == KEPT {
                self.places.clear();
            }
            let place = self.places.len() * SIZE;
            if self.numbers.len() < place + SIZE {
                self.numbers.resize(place + SIZE, 0.0);
            }
            compute(weights, near, last, &mut self.numbers[place..][..SIZE]);
            self.places.insert(key, place);
            place
        };
        &self.numbers[place..][..SIZE]
    }
}

/// Where row `row` of a pixel's response begins in the padded field, and which of its columns lie
/// inside; `None` for a row outside.
fn padded_place(pixel: Pixel, row: usize) -> Option<(usize, std::ops::Range<usize>)> {
    // The cells reached begin one before the pixel's own.
    let y = (usize::from(pixel.y / 2) + row).checked_sub(1).filter(|y| *y < PADDED)?;
    let x = usize::from(pixel.x / 2);
    let start = usize::from(x == 0);
    let end = SPREAD.min(PADDED + 1 - x);
    Some(((y * PADDED + x + start - 1) * CONV2, start..end))
}

/// The response of `last` given the revealed pixels near it.
fn compute(weights: &SparseWeights, near: &[Revealed], last: Revealed, response: &mut [f32]) {
    let before = reached_cells(weights, last.pixel, near.iter().copied());
    let after = reached_cells(weights, last.pixel, near.iter().copied().chain([last]));
    response.fill(0.0);
    for (cell, (before, after)) in before.iter().zip(&after).enumerate() {
        let corner = cell / REACHED * ROW + cell % REACHED * CONV2;
        for channel in 0..CONV1 {
            let change = after[channel] - before[channel];
            if change == 0.0 {
                continue;
            }
            let kernel = &weights.conv2[channel * TAPS * CONV2..][..TAPS * CONV2];
            for (row, kernel) in kernel.chunks_exact(KERNEL * CONV2).enumerate() {
                add_scaled(&mut response[corner + row * ROW..][..KERNEL * CONV2], change, kernel);
            }
        }
    }
}

/// ReLU and pool of the first convolution in the 3×3 cells that `center` reaches, of which those
/// outside the field are zero.
fn reached_cells(
    weights: &SparseWeights,
    center: Pixel,
    revealed: impl Iterator<Item = Revealed>,
) -> [[f32; CONV1]; REACHED * REACHED] {
    let mut sums = [[[0.0; CONV1]; 4]; REACHED * REACHED];
    for position in sums.as_flattened_mut() {
        position.copy_from_slice(&weights.conv1_bias);
    }
    let (first_x, first_y) = (usize::from(center.x / 2), usize::from(center.y / 2));
    for Revealed { pixel, value } in revealed {
        for_each_reached(pixel.x.into(), pixel.y.into(), |x, y, position, tap| {
            let (x, y) = ((x + 1).wrapping_sub(first_x), (y + 1).wrapping_sub(first_y));
            if x >= REACHED || y >= REACHED {
                return;
            }
            let mask = &weights.conv1[tap * CONV1..][..CONV1];
            let scaled = &weights.conv1[(TAPS + tap) * CONV1..][..CONV1];
            let sums = &mut sums[y * REACHED + x][position];
            for (channel, sum) in sums.iter_mut().enumerate() {
                *sum += mask[channel] + value * scaled[channel];
            }
        });
    }
    let mut cells = [[0.0_f32; CONV1]; REACHED * REACHED];
    for (index, (cell, sums)) in cells.iter_mut().zip(&sums).enumerate() {
        let inside = |first: usize, offset: usize| (1..=HALF).contains(&(first + offset));
        if !inside(first_x, index % REACHED) || !inside(first_y, index / REACHED) {
            continue;
        }
        for position in sums {
            cell.iter_mut().zip(position).for_each(|(cell, sum)| *cell = cell.max(*sum));
        }
    }
    cells
}
