//! Many images at once, one set of pixels each.
//!
//! Nothing that is learnt of one image helps with the next, so none is kept. What is used is what is
//! [known](super::many_weights) of any image, and the reading of weights is shared: of the second convolution, a
//! row of kernels stays in the cache while all that an image has changed below it is spread; of the first
//! dense layer, a block stays there while all images of a batch are multiplied by it.

use std::sync::Arc;

use pixel_debate_game::Pixel;

use super::{
    SparseWeights,
    convolutions::{CellSet, Convolutions},
    weights::DenseRows,
};
use crate::{
    geometry::CELLS,
    kernels::{
        BLOCK_INPUTS, Hidden, LISTED, Listed, Numbers, Visit, add_blocks, add_to, block_units,
        last_layer, list_larger, unpack_block, zeros,
    },
    logits::Logits,
    network::{CONV2, FLAT, HIDDEN},
};

/// Images that are multiplied by a block of weights together.
const BATCH: usize = 256;
/// Blocks of inputs of the first dense layer.
const BLOCKS: usize = FLAT / BLOCK_INPUTS;
/// Blocks of one cell.
const PER_CELL: usize = CONV2 / BLOCK_INPUTS;

/// The engine, asked about many images: for each one set of pixels.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::Pixel;
/// use pixel_debate_judge::{Judge, SparseMany, SparseWeights};
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let network = judge.network().expect("the shipped judges are the paper's network");
/// let mut many = SparseMany::new(Arc::new(SparseWeights::new(network)));
/// // Of one image two pixels with their values, of another nothing.
/// let shown = [vec![(Pixel::new(14, 9), 200), (Pixel::new(13, 20), 255)], vec![]];
/// let logits = many.logits(shown);
/// assert_eq!(logits.len(), 2);
/// ```
#[derive(Debug)]
pub struct SparseMany {
    weights: Arc<SparseWeights>,
    convolutions: Convolutions,
    /// By image of a batch, the cells that pixels reach.
    changed: Vec<CellSet>,
    /// By block, what is not zero of the first dense layer's inputs in cells that pixels reach, by the
    /// place in the block.
    inputs: Vec<Vec<Listed>>,
    /// By block, whose inputs these are.
    visits: Vec<Vec<Visit>>,
    block: Numbers,
    /// The first dense layer's sums: units at work together × image × unit.
    sums: Numbers,
}

impl SparseMany {
    /// Judges by these weights.
    pub fn new(weights: Arc<SparseWeights>) -> Self {
        Self {
            weights,
            convolutions: Convolutions::new(),
            changed: Vec::with_capacity(BATCH),
            inputs: vec![Vec::new(); BLOCKS],
            visits: vec![Vec::new(); BLOCKS],
            block: zeros(0),
            sums: zeros(0),
        }
    }

    /// The logits for each of `shown`, in their order: pixels of one image with their values, 0 to 255.
    ///
    /// Up to rounding they are what an [`Evaluator`](crate::Evaluator) of the image says of the set. An
    /// image's logits have the same bits whatever else is asked about.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of 28 × 28.
    pub fn logits<I>(&mut self, shown: I) -> Logits
    where
        I: IntoIterator<Item: IntoIterator<Item = (Pixel, u8)>>,
    {
        let mut logits = Logits::new(self.weights.fc2_bias.len());
        let mut shown = shown.into_iter().peekable();
        while shown.peek().is_some() {
            self.changed.clear();
            self.inputs.iter_mut().for_each(Vec::clear);
            self.visits.iter_mut().for_each(Vec::clear);
            for pixels in shown.by_ref().take(BATCH) {
                self.convolve(pixels);
            }
            self.dense(&mut logits);
        }
        logits
    }

    /// Both convolutions of one image; what comes of it is added to the inputs.
    fn convolve(&mut self, pixels: impl IntoIterator<Item = (Pixel, u8)>) {
        let Self { weights, convolutions, changed, inputs, visits, .. } = self;
        let image = changed.len() as u32;
        let cells = convolutions.compute(weights, pixels);
        for cell in cells.iter() {
            const _: () = assert!(BLOCK_INPUTS == LISTED, "a block is listed at once");
            let pooled = convolutions.pooled(cell);
            for (part, numbers) in pooled.as_chunks::<LISTED>().0.iter().enumerate() {
                let inputs = &mut inputs[cell * PER_CELL + part];
                list_larger(numbers, 0.0, inputs);
                let end = inputs.len() as u32;
                visits[cell * PER_CELL + part].push(Visit { image, end });
            }
        }
        changed.push(cells);
    }

    /// Both dense layers of all images of a batch.
    fn dense(&mut self, logits: &mut Logits) {
        let Self { weights, changed, inputs, visits, block, sums, .. } = self;
        let (images, units) = (changed.len(), block_units());
        sums.resize(images * HIDDEN, 0.0);
        block.resize(BLOCK_INPUTS * units, 0.0);
        let place = |unit: usize, image: usize| (unit * images + image * units)..;
        let mut hidden = Hidden::ZERO;
        for (image, changed) in changed.iter().enumerate() {
            hidden.copy_from_slice(&weights.fc1_bias);
            for cell in (0..CELLS).filter(|cell| !changed.contains(*cell)) {
                add_to(&mut hidden, &weights.many().of_nothing[cell]);
            }
            for unit in (0..HIDDEN).step_by(units) {
                sums[place(unit, image)][..units].copy_from_slice(&hidden[unit..][..units]);
            }
        }
        for unit in (0..HIDDEN).step_by(units) {
            let sums = &mut sums[place(unit, 0)][..images * units];
            for (number, (inputs, visits)) in inputs.iter().zip(&*visits).enumerate() {
                if visits.is_empty() {
                    continue;
                }
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
                add_blocks(block, inputs, visits, sums);
            }
        }
        for image in 0..images {
            for unit in (0..HIDDEN).step_by(units) {
                hidden[unit..][..units].copy_from_slice(&sums[place(unit, image)][..units]);
            }
            let logits = logits.push_zeros();
            logits.copy_from_slice(&weights.fc2_bias);
            last_layer(&*hidden, &weights.fc2, logits);
        }
    }
}
