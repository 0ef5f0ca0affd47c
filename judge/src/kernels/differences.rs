//! The inner loops of deciding who wins a set: margins of sums, and what two pixels change together in
//! the pooled field.
//!
//! Each is written once in plain Rust that compilers turn into vector instructions, and compiled
//! for three kinds of processors. No multiplication is fused with an addition, so all three give
//! the same bits.

use super::PerCell;
use crate::{
    geometry::{CELL, Shared},
    network::{CONV1, CONV2, HIDDEN, KERNEL},
};

/// Differences below this are rounding errors of equal numbers, and count as none. A thousand of
/// them would change a hidden unit by less than its own rounding error.
pub(crate) const DUST: f32 = 4e-6;

/// Sums that run side by side in vector registers.
const LANES: usize = 64;

vectorised! {
    /// `out = a + b`, over the hidden units.
    fn add(a: &[f32; HIDDEN], b: &[f32; HIDDEN], out: &mut [f32; HIDDEN]) {
        for unit in 0..HIDDEN {
            out[unit] = a[unit] + b[unit];
        }
    }
}

vectorised! {
    /// `to += from`, over the hidden units.
    fn add_to(to: &mut [f32; HIDDEN], from: &[f32; HIDDEN]) {
        for unit in 0..HIDDEN {
            to[unit] += from[unit];
        }
    }
}

vectorised! {
    /// `Σ weights · relu(hidden)` over the hidden units.
    fn weighed_relu(hidden: &[f32; HIDDEN], weights: &[f32; HIDDEN]) -> f32 {
        let mut sums = [0.0_f32; LANES];
        let chunks = hidden.as_chunks::<LANES>().0.iter();
        for (hidden, weights) in chunks.zip(weights.as_chunks::<LANES>().0) {
            for lane in 0..LANES {
                sums[lane] += hidden[lane].max(0.0) * weights[lane];
            }
        }
        total(&sums)
    }
}

vectorised! {
    /// `out = a - b`, over the hidden units.
    fn subtract(a: &[f32; HIDDEN], b: &[f32; HIDDEN], out: &mut [f32; HIDDEN]) {
        for unit in 0..HIDDEN {
            out[unit] = a[unit] - b[unit];
        }
    }
}

vectorised! {
    /// `Σ max(a · b, 0)` and `Σ max(-a · b, 0)` over the hidden units.
    fn signed_products(a: &[f32; HIDDEN], b: &[f32; HIDDEN]) -> [f32; 2] {
        let (mut positive, mut negative) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
            for lane in 0..LANES {
                let product = a[lane] * b[lane];
                positive[lane] += product.max(0.0);
                negative[lane] += (-product).max(0.0);
            }
        }
        [total(&positive), total(&negative)]
    }
}

vectorised! {
    /// For each cell and channel, `after - before`, where each is ReLU and pool of the field plus
    /// one response: what a first pixel changes. The numbers go to `out`, 64 a cell.
    fn first_differences(field: &[f32], response: &[f32], cells: &[Shared], out: &mut [f32]) {
        for (shared, out) in cells.iter().zip(out.as_chunks_mut::<CONV2>().0) {
            let field = cell(field, shared.cell);
            let response = cell(response, shared.places[0]);
            for (channel, out) in out.iter_mut().enumerate() {
                let mut before = 0.0_f32;
                let mut after = 0.0_f32;
                for position in 0..4 {
                    let at = position * CONV2 + channel;
                    before = before.max(field[at]);
                    after = after.max(field[at] + response[at]);
                }
                *out = after - before;
            }
        }
    }
}

vectorised! {
    /// For each shared cell and channel, what two pixels change together beyond what each changes
    /// alone: `both - x - y + neither`, where each is ReLU and pool of the field plus responses.
    /// The numbers go to `out`, 64 a cell.
    ///
    /// `gain` is what the response of `y` gains once `x` is revealed; it is zero unless they are
    /// near each other.
    fn second_differences(
        field: &[f32],
        x: &[f32],
        y: &[f32],
        gain: &[f32],
        cells: &[Shared],
        out: &mut [f32]
    ) {
        for (shared, out) in cells.iter().zip(out.as_chunks_mut::<CONV2>().0) {
            let field = cell(field, shared.cell);
            let x = cell(x, shared.places[0]);
            let y = cell(y, shared.places[1]);
            let gain = cell(gain, shared.places[1]);
            for (channel, out) in out.iter_mut().enumerate() {
                let mut neither = 0.0_f32;
                let mut with_x = 0.0_f32;
                let mut with_y = 0.0_f32;
                let mut both = 0.0_f32;
                for position in 0..4 {
                    let at = position * CONV2 + channel;
                    let changed = field[at] + x[at];
                    neither = neither.max(field[at]);
                    with_x = with_x.max(changed);
                    with_y = with_y.max(field[at] + y[at]);
                    both = both.max(changed + (y[at] + gain[at]));
                }
                let difference = (both - with_x) - (with_y - neither);
                *out = if difference.abs() < DUST { 0.0 } else { difference };
            }
        }
    }
}

vectorised! {
    /// For each input of some cells that is to change, the most by which that can move a margin in
    /// one direction, to `out`; the result is their sum. `rising` and `falling` (49 × 64) are the
    /// margin's moves when an input changes by 1 and by -1.
    fn bounds(
        differences: &[f32],
        cells: &[Shared],
        rising: &[f32],
        falling: &[f32],
        out: &mut [f32]
    ) -> f32 {
        let mut sums = [0.0_f32; CONV2];
        let pairs = differences.as_chunks::<CONV2>().0.iter().zip(out.as_chunks_mut::<CONV2>().0);
        for (shared, (differences, out)) in cells.iter().zip(pairs) {
            let rising = &rising.as_chunks::<CONV2>().0[shared.cell];
            let falling = &falling.as_chunks::<CONV2>().0[shared.cell];
            for channel in 0..CONV2 {
                let difference = differences[channel];
                let bound = (difference * rising[channel]).max(-difference * falling[channel]);
                out[channel] = bound;
                sums[channel] += bound;
            }
        }
        sums.iter().sum()
    }
}

vectorised! {
    /// How far a pixel's effect on each cell can vary with what else is revealed, were its response
    /// to stay the same: for each cell, the sum over the channels of the width of the range of
    /// `relu(pool(field + response)) - relu(pool(field))` over all fields, weighed by
    /// `sensitivity` (49 × 64). It bounds the cell's part of any
    /// [second difference](second_differences).
    fn widths(response: &[f32], cells: &[Shared], sensitivity: &[f32], out: &mut PerCell) {
        for shared in cells {
            let response = cell(response, shared.places[0]);
            let sensitivity = &sensitivity.as_chunks::<CONV2>().0[shared.cell];
            let mut sum = 0.0;
            for channel in 0..CONV2 {
                let mut most = 0.0_f32;
                let mut least = 0.0_f32;
                for position in 0..4 {
                    most = most.max(response[position * CONV2 + channel]);
                    least = least.min(response[position * CONV2 + channel]);
                }
                sum += (most - least) * sensitivity[channel];
            }
            out.0[shared.cell] = sum;
        }
    }
}

vectorised! {
    /// What a pixel of that value adds to the first convolution's output in a square of 6 × 6.
    ///
    /// The pixel is at `[column, row]` from the square's corner; `conv1` is plane × tap (5 × 5) ×
    /// channel; `sums` are row × column × channel.
    fn add_taps(place: [i32; 2], value: f32, conv1: &[f32], sums: &mut [[f32; CONV1]; 36]) {
        let [x, y] = place;
        let taps = conv1.as_chunks::<CONV1>().0;
        for (output, sums) in sums.iter_mut().enumerate() {
            // Output (row, column) reads input (row + kernel row - 2, column + kernel column - 2).
            let row = y + 2 - (output / 6) as i32;
            let column = x + 2 - (output % 6) as i32;
            if (0..5).contains(&row) && (0..5).contains(&column) {
                let tap = (row * 5 + column) as usize;
                let (mask, scaled) = (&taps[tap], &taps[KERNEL * KERNEL + tap]);
                for channel in 0..CONV1 {
                    sums[channel] += mask[channel] + value * scaled[channel];
                }
            }
        }
    }
}

vectorised! {
    /// `Σ min(a, b, c)`.
    fn sum_of_least(a: &PerCell, b: &PerCell, c: &PerCell) -> f32 {
        let mut sums = [0.0_f32; 16];
        let chunks = a.0.as_chunks::<16>().0.iter().zip(b.0.as_chunks::<16>().0);
        for ((a, b), c) in chunks.zip(c.0.as_chunks::<16>().0) {
            for lane in 0..16 {
                sums[lane] += a[lane].min(b[lane]).min(c[lane]);
            }
        }
        sums.iter().sum()
    }
}

vectorised! {
    /// The sum of those numbers that are below `limit`.
    fn sum_below(numbers: &[f32], limit: f32) -> f32 {
        let mut sums = [0.0_f32; 16];
        let (chunks, rest) = numbers.as_chunks::<16>();
        for chunk in chunks {
            for lane in 0..16 {
                sums[lane] += if chunk[lane] < limit { chunk[lane] } else { 0.0 };
            }
        }
        let rest = rest.iter().filter(|number| **number < limit).sum::<f32>();
        sums.iter().sum::<f32>() + rest
    }
}

/// Cell `index` of a field or a response.
#[expect(clippy::inline_always, reason = "compiled for the caller's instructions")]
#[inline(always)]
fn cell(numbers: &[f32], index: usize) -> &[f32; CELL] {
    &numbers.as_chunks::<CELL>().0[index]
}

/// The sum of all lanes, halved again and again as vector registers like it.
#[expect(clippy::inline_always, reason = "compiled for the caller's instructions")]
#[inline(always)]
fn total(sums: &[f32; LANES]) -> f32 {
    let mut halves = [0.0; LANES / 4];
    for (lane, half) in halves.iter_mut().enumerate() {
        *half = (sums[lane] + sums[lane + 16]) + (sums[lane + 32] + sums[lane + 48]);
    }
    halves.iter().sum()
}
