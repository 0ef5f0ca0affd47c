//! A network's numbers in the order that suits sparse evidence.

use std::sync::OnceLock;

use half::f16;

use super::{byte_weights::ByteWeights, many_weights::ManyWeights};
use crate::{
    geometry::{
        CELLS, HALF, MARGIN, PADDED, TAPS, conv1_weight_index, conv2_weight_index,
        fc1_weight_index, for_each_output_and_tap, pool_input,
    },
    kernels::{Halves, LINE, Numbers},
    network::{CONV1, CONV2, FLAT, HIDDEN, Network, Widths},
};

/// The rows of the first dense layer, one for each input: cell, channel × unit.
#[derive(Debug, Clone)]
pub(super) enum DenseRows {
    /// For weights that 16 bits hold exactly, such as the shipped judges': half the memory to read.
    Half(Halves),
    Single(Numbers),
}

impl DenseRows {
    /// One weight.
    pub(super) fn weight(&self, input: usize, unit: usize) -> f32 {
        match self {
            Self::Half(rows) => rows[input * HIDDEN + unit].to_f32(),
            Self::Single(rows) => rows[input * HIDDEN + unit],
        }
    }
}

/// A network made ready for [`SparseEvaluator`](super::SparseEvaluator)s, which share it.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::Image;
/// use pixel_debate_judge::{Judge, SparseEvaluator, SparseWeights};
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let weights = Arc::new(SparseWeights::new(judge.network().expect("convolutions")));
/// let image = Arc::new(Image::new(28, 28, vec![200; 784])?);
/// let engines = [(); 2].map(|()| SparseEvaluator::new(Arc::clone(&weights), Arc::clone(&image)));
/// assert!(engines.iter().all(Result::is_ok));
/// assert_eq!(Arc::strong_count(&weights), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SparseWeights {
    /// Plane × tap × channel.
    pub(super) conv1: Numbers,
    pub(super) conv1_bias: Vec<f32>,
    /// Input channel × tap (reversed) × output channel.
    pub(super) conv2: Numbers,
    /// The second convolution's output without any evidence: cell × position × channel.
    pub(super) constant_field: Numbers,
    pub(super) fc1: DenseRows,
    pub(super) fc1_bias: Vec<f32>,
    /// Label × unit.
    pub(super) fc2: Numbers,
    /// By label.
    pub(super) fc2_bias: Vec<f32>,
    /// Rounded, for estimates; `None` where the numbers are too large for that.
    pub(super) bytes: Option<ByteWeights>,
    /// Once many images are asked about.
    many: OnceLock<ManyWeights>,
}

impl SparseWeights {
    /// Reorders the numbers of a network.
    ///
    /// # Panics
    ///
    /// If it has not the paper's widths, for which the inner loops are made.
    pub fn new(network: &Network) -> Self {
        assert_eq!(network.widths(), Widths::PAPER, "the engine takes the paper's widths");
        let reorder = |weight: &[f32], place: fn(usize) -> usize| -> Numbers {
            Numbers::from_iter(LINE, (0..weight.len()).map(|index| weight[place(index)]))
        };
        let conv2 = reorder(&network.conv2.weight, conv2_weight_index);
        let fc1 = reorder(&network.fc1.weight, fc1_weight_index);
        debug_assert_eq!(fc1.len(), FLAT * HIDDEN);
        let half = Halves::from_iter(LINE, fc1.iter().map(|number| f16::from_f32(*number)));
        let exact = half.iter().zip(fc1.iter()).all(|(half, single)| half.to_f32() == *single);
        let mut weights = Self {
            conv1: reorder(&network.conv1.weight, conv1_weight_index),
            conv1_bias: network.conv1.bias.clone(),
            constant_field: by_cell(&constant_field(
                &network.conv1.bias,
                &conv2,
                &network.conv2.bias,
            )),
            conv2,
            fc1: if exact { DenseRows::Half(half) } else { DenseRows::Single(fc1) },
            fc1_bias: network.fc1.bias.clone(),
            fc2: Numbers::from_slice(LINE, &network.fc2.weight),
            fc2_bias: network.fc2.bias.clone(),
            bytes: None,
            many: OnceLock::new(),
        };
        weights.bytes = ByteWeights::new(&weights);
        weights
    }

    /// How many labels the network tells apart.
    pub(crate) fn classes(&self) -> usize {
        self.fc2_bias.len()
    }

    /// What is known beforehand of any image.
    pub(super) fn many(&self) -> &ManyWeights {
        self.many.get_or_init(|| ManyWeights::new(self))
    }
}

/// A padded field (padded row × padded column × channel) in the order cell × position × channel.
fn by_cell(field: &[f32]) -> Numbers {
    let places = (0..CELLS * 4).map(|index| pool_input(index / 4, index % 4));
    Numbers::from_iter(LINE, places.flat_map(|place| &field[place..place + CONV2]).copied())
}

/// The second convolution's answer, with its bias, to a first one that is `relu(bias)` everywhere:
/// padded row × padded column × channel. `conv2` is in the order of [`conv2_weight_index`].
///
/// ```
/// use pixel_debate_judge::geometry::{PADDED, TAPS, pool_input};
/// use pixel_debate_judge::network::{CONV1, CONV2};
/// use pixel_debate_judge::sparse::constant_field;
///
/// // Without weights nothing is left but the second layer's bias, and nothing at all in the margin.
/// let conv2 = vec![0.0; CONV1 * TAPS * CONV2];
/// let field = constant_field(&[1.0; CONV1], &conv2, &[0.5; CONV2]);
/// assert_eq!(field.len(), PADDED * PADDED * CONV2);
/// assert_eq!((field[0], field[pool_input(0, 0)]), (0.0, 0.5));
/// ```
pub fn constant_field(conv1_bias: &[f32], conv2: &[f32], conv2_bias: &[f32]) -> Vec<f32> {
    let mut per_tap = vec![0.0; TAPS * CONV2];
    for (bias, weights) in conv1_bias.iter().zip(conv2.chunks_exact(TAPS * CONV2)) {
        let constant = bias.max(0.0);
        per_tap.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += constant * weight);
    }
    debug_assert_eq!(conv2.len(), CONV1 * TAPS * CONV2);
    let mut field = vec![0.0; PADDED * PADDED * CONV2];
    let mut add = |output: usize, from: &[f32]| {
        let to = &mut field[output * CONV2..][..CONV2];
        to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
    };
    for_each_output_and_tap(|output, tap| add(output, &per_tap[tap * CONV2..][..CONV2]));
    for cell in 0..HALF * HALF {
        add((cell / HALF + MARGIN) * PADDED + cell % HALF + MARGIN, conv2_bias);
    }
    field
}
