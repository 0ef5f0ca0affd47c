//! Which numbers of one layer reach which of the next, and the orders of weights that suit that.

use crate::network::{CONV1, CONV2, FLAT, HIDDEN, KERNEL, SIDE};

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
///
/// ```
/// use pixel_debate_judge::geometry::for_each_reached;
///
/// let reached = |x, y| {
///     let mut outputs = 0;
///     for_each_reached(x, y, |_, _, _, _| outputs += 1);
///     outputs
/// };
/// assert_eq!((reached(14, 14), reached(0, 0)), (25, 9), "a corner reaches 3×3");
/// ```
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
///
/// ```
/// use pixel_debate_judge::geometry::{HALF, TAPS, for_each_output_and_tap};
///
/// let mut pairs = 0;
/// for_each_output_and_tap(|_, _| pairs += 1);
/// // The outputs at the edges have fewer inputs: of 14×5 in a row, or a column, 6 lie outside.
/// assert_eq!(pairs, (HALF * 5 - 6) * (HALF * 5 - 6));
/// assert!(pairs < HALF * HALF * TAPS);
/// ```
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
///
/// ```
/// use pixel_debate_judge::geometry::{MARGIN, PADDED, pool_input};
/// use pixel_debate_judge::network::CONV2;
///
/// assert_eq!(pool_input(0, 0), (MARGIN * PADDED + MARGIN) * CONV2);
/// assert_eq!(pool_input(0, 1) - pool_input(0, 0), CONV2, "position 1 is to the right of 0");
/// assert_eq!(pool_input(0, 2) - pool_input(0, 0), PADDED * CONV2, "and 2 below it");
/// ```
pub fn pool_input(cell: usize, position: usize) -> usize {
    let y = cell / 7 * 2 + position / 2 + MARGIN;
    let x = cell % 7 * 2 + position % 2 + MARGIN;
    (y * PADDED + x) * CONV2
}

/// Where the second convolution's output in a row and column, from 0 to 13, begins in a field of
/// cell × position × channel.
///
/// ```
/// use pixel_debate_judge::geometry::{CELL, pool_place};
/// use pixel_debate_judge::network::CONV2;
///
/// assert_eq!(pool_place(0, 2), CELL, "the second cell begins in column 2");
/// assert_eq!(pool_place(1, 0), 2 * CONV2, "the third position is below the first");
/// ```
pub fn pool_place(row: usize, column: usize) -> usize {
    (row / 2 * (HALF / 2) + column / 2) * CELL + (row % 2 * 2 + column % 2) * CONV2
}

/// Cells that one pixel can change, on each side of their square.
pub const SPAN: usize = 4;
/// Inputs of the second pool in one cell: 4 positions × channel.
pub const CELL: usize = 4 * CONV2;
/// Numbers in a block: `SPAN` × `SPAN` cells.
pub const BLOCK: usize = SPAN * SPAN * CELL;

/// The square of cells that one pixel can change. It may stick out of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    column: i8,
    row: i8,
}

/// A cell in two blocks: its number in the field, 0 to 48, and its places in the blocks, 0 to 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shared {
    pub(crate) cell: usize,
    pub(crate) places: [usize; 2],
}

impl Block {
    /// The block of the pixel in column `x` and row `y`.
    pub(crate) fn of(x: u8, y: u8) -> Self {
        // The first output that the pixel reaches is three before its own cell of the first pool.
        let first = |along: u8| ((along / 2) as i8 - 3).div_euclid(2);
        Self { column: first(x), row: first(y) }
    }

    /// Whether the cell of that number is one of the block's.
    pub(crate) fn contains(self, cell: usize) -> bool {
        let (row, column) = ((cell / (HALF / 2)) as i8, (cell % (HALF / 2)) as i8);
        let span = 0..SPAN as i8;
        span.contains(&(row - self.row)) && span.contains(&(column - self.column))
    }

    /// The cells of this block that lie in the field and in `other`, in ascending order.
    pub(crate) fn shared(self, other: Self) -> impl Iterator<Item = Shared> {
        let side = (HALF / 2) as i8;
        let span = SPAN as i8;
        let range = move |a: i8, b: i8| a.max(b).max(0)..(a.min(b) + span).min(side);
        range(self.row, other.row).flat_map(move |row| {
            range(self.column, other.column).map(move |column| {
                let place = |block: Self| (row - block.row) * span + column - block.column;
                let places = [place(self) as usize, place(other) as usize];
                Shared { cell: (row * side + column) as usize, places }
            })
        })
    }

    /// The cells of this block that lie in the field: number, place.
    pub(crate) fn cells(self) -> impl Iterator<Item = (usize, usize)> {
        self.shared(self).map(|shared| (shared.cell, shared.places[0]))
    }

    /// Where a response's row and column, counted from the first output reached, lie in the block:
    /// the index of the first of the channels.
    pub(crate) fn place(self, x: u8, y: u8, row: usize, column: usize) -> usize {
        let inside = |along: u8, first: i8, offset: usize| {
            ((along / 2) as i8 - 3 + offset as i8 - 2 * first) as usize
        };
        let (row, column) = (inside(y, self.row, row), inside(x, self.column, column));
        let cell = row / 2 * SPAN + column / 2;
        cell * CELL + (row % 2 * 2 + column % 2) * CONV2
    }
}

/// For the order plane, kernel row, kernel column, output channel: the place in `conv1.weight`.
///
/// ```
/// use pixel_debate_judge::geometry::{TAPS, conv1_weight_index};
///
/// // Output channel 1 of the first plane and tap: in the file it is after all of channel 0.
/// assert_eq!(conv1_weight_index(1), 2 * TAPS);
/// ```
pub fn conv1_weight_index(index: usize) -> usize {
    let (plane, tap, output) = (index / (TAPS * CONV1), index / CONV1 % TAPS, index % CONV1);
    (output * 2 + plane) * TAPS + tap
}

/// For the order input channel, kernel row *from below*, kernel column *from the right*, output
/// channel: the place in `conv2.weight`. What a cell adds to its surroundings is then contiguous.
///
/// ```
/// use pixel_debate_judge::geometry::{TAPS, conv2_weight_index};
///
/// assert_eq!(conv2_weight_index(0), TAPS - 1, "the last tap comes first");
/// ```
pub fn conv2_weight_index(index: usize) -> usize {
    let (input, tap, output) = (index / (TAPS * CONV2), index / CONV2 % TAPS, index % CONV2);
    (output * CONV1 + input) * TAPS + (TAPS - 1 - tap)
}

/// For the order cell (row · 7 + column), channel, unit: the place in `fc1.weight`.
///
/// ```
/// use pixel_debate_judge::geometry::fc1_weight_index;
/// use pixel_debate_judge::network::FLAT;
///
/// assert_eq!(fc1_weight_index(1), FLAT, "the second unit's weight of the same input");
/// ```
pub fn fc1_weight_index(index: usize) -> usize {
    let (cell, channel, unit) = (index / (CONV2 * HIDDEN), index / HIDDEN % CONV2, index % HIDDEN);
    unit * FLAT + channel * CELLS + cell
}

/// For the order unit, label, with so many labels: the place in `fc2.weight`.
///
/// ```
/// use pixel_debate_judge::geometry::fc2_weight_index;
/// use pixel_debate_judge::network::HIDDEN;
///
/// assert_eq!(fc2_weight_index(1, 10), HIDDEN, "the second label's weight of the same unit");
/// ```
pub fn fc2_weight_index(index: usize, classes: usize) -> usize {
    let (unit, label) = (index / classes, index % classes);
    label * HIDDEN + unit
}
