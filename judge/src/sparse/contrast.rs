//! What makes one debater win: differences of logits, and how far an input can move them.

use pixel_debate_game::Claims;

use super::{SparseWeights, weights::DenseRows};
use crate::{
    kernels::{
        Hidden, LINE, Numbers, add_rows_half, add_rows_single, signed_products, subtract,
        weighed_relu, zeros,
    },
    network::{FLAT, HIDDEN},
};

/// The true label's logit less that of each rival label and with that label's head start, as functions of
/// the hidden units.
///
/// With precommit the lie is the only rival; without, all other labels are.
#[derive(Debug)]
pub(super) struct Contrast {
    pub(super) rivals: Vec<Rival>,
    /// The most by which an input of the first dense layer can raise any of the differences when it
    /// grows by 1, or lower it when it shrinks by 1, in the order cell, channel:
    /// `max over rivals of Σ max(weight · row, 0)`, since ReLU never turns or stretches a change.
    pub(super) rising: Numbers,
    /// The most by which it can lower it when it grows by 1, or raise it when it shrinks by 1.
    pub(super) falling: Numbers,
    /// The greater of the two.
    pub(super) either: Numbers,
    /// The expected square of a margin's error by an [estimate](super::estimate), for each unit of
    /// the inputs' squares, from rounded weights, and of the squares of the inputs' own errors.
    pub(super) roughness: [f32; 2],
}

/// The true label's logit less one other's: `bias + Σ weights · relu(hidden)`.
#[derive(Debug)]
pub(super) struct Rival {
    pub(super) weights: Hidden,
    pub(super) bias: f32,
}

impl Contrast {
    pub(super) fn new(weights: &SparseWeights, claims: Claims, head_starts: &[f32]) -> Self {
        let honest = usize::from(claims.honest);
        let rivals: Vec<Rival> = (0..weights.fc2_bias.len())
            .filter(|label| {
                let rival = claims.liar.is_none_or(|lie| *label == usize::from(lie));
                rival && *label != honest && head_starts[*label] != f32::INFINITY
            })
            .map(|label| Rival {
                weights: {
                    let mut difference = Hidden::ZERO;
                    let of = |label: usize| &weights.fc2.as_chunks::<HIDDEN>().0[label];
                    subtract(of(honest), of(label), &mut difference);
                    difference
                },
                bias: weights.fc2_bias[honest] - weights.fc2_bias[label] + head_starts[label],
            })
            .collect();
        let (mut rising, mut falling) = (zeros(FLAT), zeros(FLAT));
        for input in 0..FLAT {
            let mut row = Hidden::ZERO;
            weights.fc1.add(&mut *row, &[(input, 1.0)]);
            for rival in &rivals {
                let [up, down] = signed_products(&row, &rival.weights);
                rising[input] = rising[input].max(up);
                falling[input] = falling[input].max(down);
            }
        }
        let either =
            rising.iter().zip(falling.iter()).map(|(rising, falling)| rising.max(*falling));
        let either = Numbers::from_iter(LINE, either);
        let roughness = weights.bytes.as_ref().map_or([0.0; 2], |bytes| {
            let weighed = |squares: &Hidden, rival: &Rival| -> f32 {
                let units = squares.iter().zip(rival.weights.iter());
                units.map(|(square, weight)| square * weight * weight).sum()
            };
            [&bytes.roundings, &bytes.energies].map(|squares| {
                rivals.iter().map(|rival| weighed(squares, rival)).fold(0.0, f32::max)
            })
        });
        Self { rivals, rising, falling, either, roughness }
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
