//! Which numbers of one layer reach which of the next, and the orders of weights that suit that.

use crate::network::{CLASSES, CONV1, CONV2, FLAT, HIDDEN, KERNEL, SIDE};

/// Kernel positions of a convolution.
pub const TAPS: usize = KERNEL * KERNEL;
/// Columns and rows after the first pool.
pub const HALF: usize = SIDE / 2;
/// What a zero padded convolution adds on each side.
pub const MARGIN: usize = KERNEL / 2;
/// Columns and rows of the second convolution's output with a margin that catches what falls
/// outside.
pub const PADDED: usize = HALF + 2 * MARGIN;
/// Cells of the field that the first dense layer reads: 7 × 7.
pub const CELLS: usize = FLAT / CONV2;

/// Calls `visit(column, row, position within the cell 0..4, tap)` for each output of the first
/// convolution that pixel `(x, y)` reaches; column and row are those of the cell after the pool.
pub fn for_each_reached(x: usize, y: usize, mut visit: impl FnMut(usize, usize, usize, usize)) {
    for tap in 0..TAPS {
        // Output (row, column) reads input (row + kernel row - 2, column + kernel column - 2).
        let (Some(row), Some(column)) =
            ((y + MARGIN).checked_sub(tap / KERNEL), (x + MARGIN).checked_sub(tap % KERNEL))
        else {
            continue;
        };
        if row < SIDE && column < SIDE {
            visit(column / 2, row / 2, row % 2 * 2 + column % 2, tap);
        }
    }
}

/// Calls `visit(output, tap)` for each pair of an output of the second convolution, as an index
/// into the padded field, and a tap, in the order of [`conv2_weight_index`], whose input lies
/// inside the field.
pub fn for_each_output_and_tap(mut visit: impl FnMut(usize, usize)) {
    let inside = MARGIN..MARGIN + HALF;
    for cell in 0..HALF * HALF {
        for tap in 0..TAPS {
            let (y, x) = (cell / HALF + tap / KERNEL, cell % HALF + tap % KERNEL);
            if inside.contains(&y) && inside.contains(&x) {
                visit(y * PADDED + x, tap);
            }
        }
    }
}

/// Where position 0..4 of the second pool's input for `cell` begins in the padded field.
pub fn pool_input(cell: usize, position: usize) -> usize {
    let y = cell / 7 * 2 + position / 2 + MARGIN;
    let x = cell % 7 * 2 + position % 2 + MARGIN;
    (y * PADDED + x) * CONV2
}

/// For the order plane, kernel row, kernel column, output channel: the place in `conv1.weight`.
pub fn conv1_weight_index(index: usize) -> usize {
    let (plane, tap, output) = (index / (TAPS * CONV1), index / CONV1 % TAPS, index % CONV1);
    (output * 2 + plane) * TAPS + tap
}

/// For the order input channel, kernel row *from below*, kernel column *from the right*, output
/// channel: the place in `conv2.weight`. What a cell adds to its surroundings is then contiguous.
pub fn conv2_weight_index(index: usize) -> usize {
    let (input, tap, output) = (index / (TAPS * CONV2), index / CONV2 % TAPS, index % CONV2);
    (output * CONV1 + input) * TAPS + (TAPS - 1 - tap)
}

/// For the order cell (row · 7 + column), channel, unit: the place in `fc1.weight`.
pub fn fc1_weight_index(index: usize) -> usize {
    let (cell, channel, unit) = (index / (CONV2 * HIDDEN), index / HIDDEN % CONV2, index % HIDDEN);
    unit * FLAT + channel * CELLS + cell
}

/// For the order unit, label: the place in `fc2.weight`.
pub fn fc2_weight_index(index: usize) -> usize {
    let (unit, label) = (index / CLASSES, index % CLASSES);
    label * HIDDEN + unit
}
