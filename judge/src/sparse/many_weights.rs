//! What is known beforehand of any image, whatever is shown of it.

use super::{SparseWeights, lone::LonePixels};
use crate::{
    geometry::{CELL, CELLS, pool_input},
    kernels::{Hidden, Numbers, PADDED_FIELD, kernel_rows, pool_cell, zeros},
    network::{CONV1, CONV2},
};

/// What [`SparseMany`](super::SparseMany)s of the same weights share.
#[derive(Debug, Clone)]
pub(super) struct ManyWeights {
    /// What a cell after the first pool is without evidence, by channel.
    pub(super) without: [f32; CONV1],
    /// The second convolution, in the order of [`kernel_rows`].
    pub(super) kernels: Numbers,
    /// Its output without evidence: padded row × padded column × channel.
    pub(super) constant: Numbers,
    /// By cell of the second pool, what it adds to the first dense layer without evidence.
    pub(super) of_nothing: Vec<Hidden>,
    pub(super) lone: LonePixels,
}

impl ManyWeights {
    pub(super) fn new(weights: &SparseWeights) -> Self {
        let mut constant = zeros(PADDED_FIELD);
        for (index, from) in weights.constant_field.as_chunks::<CONV2>().0.iter().enumerate() {
            constant[pool_input(index / 4, index % 4)..][..CONV2].copy_from_slice(from);
        }
        debug_assert_eq!(weights.constant_field.len(), CELLS * CELL);
        let of_nothing = (0..CELLS).map(|cell| {
            let pooled = pooled(&constant, cell);
            let inputs = pooled.into_iter().enumerate().filter(|(_, value)| *value > 0.0);
            let inputs: Vec<_> = inputs.map(|(at, value)| (cell * CONV2 + at, value)).collect();
            let mut sums = Hidden::ZERO;
            weights.fc1.add(&mut *sums, &inputs);
            sums
        });
        Self {
            without: std::array::from_fn(|channel| weights.conv1_bias[channel].max(0.0)),
            kernels: kernel_rows(&weights.conv2),
            of_nothing: of_nothing.collect(),
            constant,
            lone: LonePixels::new(),
        }
    }
}

/// ReLU and pool of a cell of the second convolution's output, padded row × padded column × channel.
pub(super) fn pooled(field: &[f32], cell: usize) -> [f32; CONV2] {
    let places = field.as_chunks::<CONV2>().0;
    let place = |position| &places[pool_input(cell, position) / CONV2];
    let mut pooled = [0.0; CONV2];
    pool_cell([place(0), place(1), place(2), place(3)], &mut pooled);
    pooled
}
