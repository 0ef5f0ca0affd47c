//! What makes one debater win: differences of logits, and how far an input can move them.

use pixel_debate_game::Claims;

use super::{SparseWeights, weights::DenseRows};
use crate::{
    kernels::{add_rows_half, add_rows_single, positive_products, weighed_relu},
    network::{CLASSES, FLAT, HIDDEN},
};

/// The true label's logit less that of each rival label, as functions of the hidden units.
///
/// With precommit the lie is the only rival; without, all other labels are.
#[derive(Debug)]
pub(super) struct Contrast {
    pub(super) rivals: Vec<Rival>,
    /// The most by which an input of the first dense layer can raise any of the differences when it
    /// grows by 1, or lower it when it shrinks by 1, in the order cell, channel:
    /// `max over rivals of Σ max(weight · row, 0)`, since ReLU never turns or stretches a change.
    pub(super) rising: Vec<f32>,
    /// The most by which it can lower it when it grows by 1, or raise it when it shrinks by 1.
    pub(super) falling: Vec<f32>,
    /// The greater of the two.
    pub(super) either: Vec<f32>,
}

/// The true label's logit less one other's: `bias + Σ weights · relu(hidden)`.
#[derive(Debug)]
pub(super) struct Rival {
    pub(super) weights: [f32; HIDDEN],
    pub(super) bias: f32,
}

impl Contrast {
    pub(super) fn new(weights: &SparseWeights, claims: Claims) -> Self {
        let honest = usize::from(claims.honest);
        let rivals: Vec<Rival> = (0..CLASSES)
            .filter(|label| {
                *label != honest && claims.liar.is_none_or(|lie| *label == usize::from(lie))
            })
            .map(|label| Rival {
                weights: std::array::from_fn(|unit| {
                    weights.fc2[honest * HIDDEN + unit] - weights.fc2[label * HIDDEN + unit]
                }),
                bias: weights.fc2_bias[honest] - weights.fc2_bias[label],
            })
            .collect();
        let (mut rising, mut falling) = (Vec::with_capacity(FLAT), Vec::with_capacity(FLAT));
        for input in 0..FLAT {
            let (mut row, mut opposite) = ([0.0; HIDDEN], [0.0; HIDDEN]);
            weights.fc1.add(&mut row, &[(input, 1.0)]);
            opposite.iter_mut().zip(&row).for_each(|(opposite, weight)| *opposite = -weight);
            let most = |row: &[f32; HIDDEN]| {
                let sums = rivals.iter().map(|rival| positive_products(row, &rival.weights));
                sums.fold(0.0, f32::max)
            };
            rising.push(most(&row));
            falling.push(most(&opposite));
        }
        let either = rising.iter().zip(&falling).map(|(rising, falling)| rising.max(*falling));
        Self { rivals, either: either.collect(), rising, falling }
    }
}

impl Contrast {
    /// The least of the honest debater's margins over its rivals by the hidden units' sums before
    /// ReLU. The honest debater wins exactly if it is above 0.
    pub(super) fn least_margin(&self, hidden: &[f32; HIDDEN]) -> f32 {
        let margins = self.rivals.iter();
        let margins = margins.map(|rival| rival.bias + weighed_relu(hidden, &rival.weights));
        margins.fold(f32::INFINITY, f32::min)
    }
}

impl DenseRows {
    /// Adds to `hidden`, for each `(input, value)`, the input's row times the value.
    pub(super) fn add(&self, hidden: &mut [f32], inputs: &[(usize, f32)]) {
        match self {
            Self::Half(rows) => add_rows_half(hidden, rows, inputs),
            Self::Single(rows) => add_rows_single(hidden, rows, inputs),
        }
    }
}
