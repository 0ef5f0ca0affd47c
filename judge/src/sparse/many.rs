//! Many images at once, one set of pixels each.
//!
//! Nothing that is known of one image helps with the next, so no response is kept. What is shared is the
//! reading of weights: of the second convolution, a row of two kernels stays in registers while all that
//! has changed below it is spread; of the first dense layer, a block stays in the cache while all images
//! of a batch are multiplied by it.

use std::ops::Range;
use std::sync::Arc;

use pixel_debate_game::Pixel;

use super::{SparseWeights, weights::DenseRows};
use crate::{
    geometry::{CELL, HALF, MARGIN, PADDED, TAPS, for_each_reached, pool_input},
    kernels::{
        BLOCK_INPUTS, Numbers, PART, PART_FIELD, PARTS, PairChange, add_blocks, add_reached,
        block_units, last_layer, pool_change, pool_part, spread_pairs, unpack_block, zeros,
    },
    network::{CLASSES, CONV1, CONV2, FLAT, HIDDEN, KERNEL, SIDE},
};

/// Images that are multiplied by a block of weights together.
const BATCH: usize = 128;
/// Blocks of inputs of the first dense layer.
const BLOCKS: usize = FLAT / BLOCK_INPUTS;

/// The engine, asked about many images: for each one set of pixels.
///
/// ```
/// use pixel_debate_game::Pixel;
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let mut many = judge.many();
/// // Of one image two pixels with their values, of another nothing.
/// let shown = [vec![(Pixel::new(14, 9), 200), (Pixel::new(13, 20), 255)], vec![]];
/// let logits = many.logits(shown);
/// assert_eq!(logits.len(), 2);
/// ```
#[derive(Debug)]
pub struct ManyEvaluator {
    weights: Arc<SparseWeights>,
    /// What a cell after the first pool is without evidence, by channel.
    without: [f32; CONV1],
    /// The second convolution's output without evidence: part × padded row × padded column × channel.
    constant: Numbers,
    /// By block, what is not zero of the first dense layer's inputs without evidence.
    of_nothing: Vec<Vec<(u32, f32)>>,
    field: Numbers,
    /// The first convolution's output in cells that are touched: cell × position × channel.
    sums: Numbers,
    is_touched: [bool; HALF * HALF],
    touched: Vec<usize>,
    /// What has changed of them: one entry a touched cell.
    changes: Vec<[f32; CONV1]>,
    pairs: Vec<PairChange>,
    reached: Vec<(u32, u32)>,
    /// By block, what is not zero of the first dense layer's inputs of all images of a batch: number in the
    /// block, value.
    inputs: Vec<Vec<(u32, f32)>>,
    /// By block, where each image's inputs end.
    ends: Vec<Vec<usize>>,
    block: Numbers,
    hidden: Numbers,
}

impl ManyEvaluator {
    /// Judges by these weights.
    pub fn new(weights: Arc<SparseWeights>) -> Self {
        let mut constant = zeros(PARTS * PART_FIELD);
        for (number, value) in weights.constant_field.iter().enumerate() {
            let (cell, position, channel) = (number / CELL, number / CONV2 % 4, number % CONV2);
            let place = pool_input(cell, position) / CONV2;
            constant[channel / PART * PART_FIELD + place * PART + channel % PART] = *value;
        }
        Self {
            without: std::array::from_fn(|channel| weights.conv1_bias[channel].max(0.0)),
            weights,
            of_nothing: (0..BLOCKS)
                .map(|block| {
                    let (all, count) = pooled(&constant, block / PARTS, block % PARTS);
                    all[..count].to_vec()
                })
                .collect(),
            field: constant.clone(),
            constant,
            sums: zeros(HALF * HALF * 4 * CONV1),
            is_touched: [false; HALF * HALF],
            touched: Vec::new(),
            changes: Vec::new(),
            pairs: Vec::new(),
            reached: Vec::new(),
            inputs: vec![Vec::new(); BLOCKS],
            ends: vec![Vec::new(); BLOCKS],
            block: zeros(0),
            hidden: zeros(0),
        }
    }

    /// The ten logits for each of `shown`, in their order: pixels of one image with their values, 0 to 255.
    ///
    /// Up to rounding they are what an [`Evaluator`](crate::Evaluator) of the image says of the set. An
    /// image's logits have the same bits whatever else is asked about.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of 28 × 28.
    pub fn logits<I>(&mut self, shown: I) -> Vec<[f32; CLASSES]>
    where
        I: IntoIterator<Item: IntoIterator<Item = (Pixel, u8)>>,
    {
        let mut logits = Vec::new();
        let mut shown = shown.into_iter().peekable();
        while shown.peek().is_some() {
            for list in &mut self.inputs {
                list.clear();
            }
            for list in &mut self.ends {
                list.clear();
            }
            let mut images = 0;
            for pixels in shown.by_ref().take(BATCH) {
                self.convolve(pixels);
                images += 1;
            }
            self.dense(images, &mut logits);
        }
        logits
    }

    /// Both convolutions of one image; what comes of it is added to the inputs.
    fn convolve(&mut self, pixels: impl IntoIterator<Item = (Pixel, u8)>) {
        for (Pixel { x, y }, value) in pixels {
            self.reveal(x.into(), y.into(), f32::from(value) / 255.0);
        }
        self.touched.sort_unstable();
        self.changes.clear();
        for cell in &self.touched {
            let sums = &self.sums[cell * 4 * CONV1..][..4 * CONV1];
            let (sums, _) = sums.as_chunks::<CONV1>();
            let mut change = [0.0; CONV1];
            let sums = sums.first_chunk().expect("four positions");
            pool_change(sums, &self.without, &mut change);
            self.changes.push(change);
        }
        let Some(window) = Window::around(&self.touched) else {
            self.pool_nothing();
            return;
        };
        for part in 0..PARTS {
            let rows = window.padded_rows();
            let rows = part * PART_FIELD + rows.start * PADDED * PART
                ..part * PART_FIELD + rows.end * PADDED * PART;
            self.field[rows.clone()].copy_from_slice(&self.constant[rows]);
        }
        for channel in (0..CONV1).step_by(2) {
            self.pairs.clear();
            for (cell, change) in self.touched.iter().zip(&self.changes) {
                let changes = [change[channel], change[channel + 1]];
                if changes[0] != 0.0 || changes[1] != 0.0 {
                    let corner = (cell / HALF * PADDED + cell % HALF) as u32;
                    self.pairs.push(PairChange { corner, changes });
                }
            }
            let kernels = &self.weights.conv2[channel * TAPS * CONV2..][..2 * TAPS * CONV2];
            spread_pairs(&self.pairs, kernels, &mut self.field);
        }
        for cell in self.touched.drain(..) {
            self.is_touched[cell] = false;
        }
        self.pool(window);
    }

    /// Adds what one pixel does to the first convolution's output.
    fn reveal(&mut self, x: usize, y: usize, value: f32) {
        assert!(x < SIDE && y < SIDE, "pixel ({x}, {y}) is outside of {SIDE}×{SIDE}");
        let Self { weights, sums, is_touched, touched, reached, .. } = self;
        reached.clear();
        for_each_reached(x, y, |column, row, position, tap| {
            let cell = row * HALF + column;
            if !is_touched[cell] {
                is_touched[cell] = true;
                touched.push(cell);
                for position in sums[cell * 4 * CONV1..][..4 * CONV1].chunks_exact_mut(CONV1) {
                    position.copy_from_slice(&weights.conv1_bias);
                }
            }
            reached.push(((cell * 4 + position) as u32, tap as u32));
        });
        add_reached(reached, value, &weights.conv1, sums);
    }

    /// ReLU and pool: the results that are not zero become inputs, in the order cell, channel. Outside of
    /// the window they are what they are without evidence.
    fn pool(&mut self, window: Window) {
        for block in 0..BLOCKS {
            let (cell, part) = (block / PARTS, block % PARTS);
            if window.contains(cell) {
                let (all, count) = pooled(&self.field, cell, part);
                self.inputs[block].extend_from_slice(&all[..count]);
            } else {
                self.inputs[block].extend_from_slice(&self.of_nothing[block]);
            }
            self.ends[block].push(self.inputs[block].len());
        }
    }

    /// The inputs of an image of which nothing is shown.
    fn pool_nothing(&mut self) {
        for (block, inputs) in self.inputs.iter_mut().enumerate() {
            inputs.extend_from_slice(&self.of_nothing[block]);
            self.ends[block].push(inputs.len());
        }
    }

    /// Both dense layers of all images of a batch.
    fn dense(&mut self, images: usize, logits: &mut Vec<[f32; CLASSES]>) {
        let Self { weights, inputs, ends, block, hidden, .. } = self;
        hidden.resize(images * HIDDEN, 0.0);
        for hidden in hidden.chunks_exact_mut(HIDDEN) {
            hidden.copy_from_slice(&weights.fc1_bias);
        }
        let units = block_units();
        block.resize(BLOCK_INPUTS * units, 0.0);
        for unit in (0..HIDDEN).step_by(units) {
            for (number, (inputs, ends)) in inputs.iter().zip(&*ends).enumerate() {
                let rows = number * BLOCK_INPUTS * HIDDEN..(number + 1) * BLOCK_INPUTS * HIDDEN;
                match &weights.fc1 {
                    DenseRows::Half(all) => unpack_block(&all[rows], unit, block),
                    DenseRows::Single(all) => {
                        let rows = all[rows].chunks_exact(HIDDEN);
                        for (row, block) in rows.zip(block.chunks_exact_mut(units)) {
                            block.copy_from_slice(&row[unit..][..units]);
                        }
                    }
                }
                add_blocks(block, inputs, ends, hidden, unit);
            }
        }
        for hidden in hidden.chunks_exact(HIDDEN) {
            logits.push(last_layer(hidden, &weights.fc2, weights.fc2_bias));
        }
    }
}

/// ReLU and pool of a part of a cell: the results that are not zero, of which there are so many.
fn pooled(field: &[f32], cell: usize, part: usize) -> ([(u32, f32); PART], usize) {
    const _: () = assert!(PART == BLOCK_INPUTS, "a part of a cell is a block of inputs");
    let places = field.as_chunks::<PART>().0;
    let place = |position| &places[part * PADDED * PADDED + pool_input(cell, position) / CONV2];
    let mut numbers = [0.0; PART];
    pool_part([place(0), place(1), place(2), place(3)], &mut numbers);
    let (mut all, mut count) = ([(0, 0.0); PART], 0);
    for (number, value) in (0..).zip(numbers) {
        // Written in any case, and written over unless it counts: no branch to guess wrong.
        all[count] = (number, value);
        count += usize::from(value > 0.0);
    }
    (all, count)
}

/// The rectangle of the second convolution's output that may differ from the constant field.
#[derive(Debug, Clone, Copy)]
struct Window {
    /// Rows of cells after the first pool that are touched: the first and the last.
    rows: [usize; 2],
    columns: [usize; 2],
}

impl Window {
    /// Around touched cells; `None` if there are none.
    fn around(touched: &[usize]) -> Option<Self> {
        let first = *touched.first()?;
        let start = Self { rows: [first / HALF; 2], columns: [first % HALF; 2] };
        let wider = |[least, most]: [usize; 2], at: usize| [least.min(at), most.max(at)];
        Some(touched.iter().fold(start, |Self { rows, columns }, cell| Self {
            rows: wider(rows, cell / HALF),
            columns: wider(columns, cell % HALF),
        }))
    }

    /// The rows of the padded field that they reach, and those beside them that are pooled with these.
    fn padded_rows(self) -> Range<usize> {
        self.rows[0].saturating_sub(1)..PADDED.min(self.rows[1] + KERNEL + 1)
    }

    /// Whether a cell of the second pool may have changed.
    fn contains(self, cell: usize) -> bool {
        // Cells of the first pool reach two on each side, of which a cell of the second has two.
        let reached = |[least, most]: [usize; 2], at: usize| {
            least <= 2 * at + 1 + MARGIN && 2 * at <= most + MARGIN
        };
        reached(self.rows, cell / (HALF / 2)) && reached(self.columns, cell % (HALF / 2))
    }
}
