//! Layers that read all pixels alike, computed from the revealed pixels alone.

use std::sync::Arc;

use pixel_debate_game::Pixel;

use crate::{
    layer::Layer,
    logits::Logits,
    network::SIDE,
    perceptron::{INPUTS, Linear, Mlp},
};

/// Sums that run side by side, so that they fit a vector register.
const LANES: usize = 16;

/// The first layer's numbers in the order in which pixels ask for them.
#[derive(Debug)]
struct PixelRows {
    /// Pixel × plane × output.
    rows: Vec<f32>,
    bias: Vec<f32>,
}

impl PixelRows {
    fn new(layer: &Layer) -> Self {
        let outputs = layer.bias.len();
        let place = |pixel: usize, plane: usize, output: usize| {
            output * INPUTS + plane * SIDE * SIDE + pixel
        };
        let rows = (0..SIDE * SIDE).flat_map(|pixel| {
            (0..2).flat_map(move |plane| {
                (0..outputs).map(move |output| layer.weight[place(pixel, plane, output)])
            })
        });
        Self { rows: rows.collect(), bias: layer.bias.clone() }
    }

    /// The layer's outputs: the bias and, in the order of the pixels, what each adds.
    fn sums(&self, shown: &[(Pixel, u8)], sums: &mut Vec<f32>) {
        let outputs = self.bias.len();
        sums.clone_from(&self.bias);
        for (pixel, value) in shown {
            let (x, y) = (usize::from(pixel.x), usize::from(pixel.y));
            assert!(x < SIDE && y < SIDE, "pixel ({x}, {y}) is outside of {SIDE}×{SIDE}");
            let rows = &self.rows[(y * SIDE + x) * 2 * outputs..][..2 * outputs];
            let (mask, values) = rows.split_at(outputs);
            let value = f32::from(*value) / 255.0;
            for ((sum, mask), weight) in sums.iter_mut().zip(mask).zip(values) {
                *sum += mask + value * weight;
            }
        }
    }
}

/// A linear judge, or one with a hidden layer, made ready to be asked.
#[derive(Debug)]
pub(crate) struct RowWeights {
    first: PixelRows,
    /// Label × unit, if there is a hidden layer.
    last: Option<Layer>,
}

impl RowWeights {
    pub(crate) fn of_linear(linear: &Linear) -> Self {
        Self { first: PixelRows::new(&linear.fc), last: None }
    }

    pub(crate) fn of_mlp(mlp: &Mlp) -> Self {
        Self { first: PixelRows::new(&mlp.fc1), last: Some(mlp.fc2.clone()) }
    }

    pub(crate) fn classes(&self) -> usize {
        self.last.as_ref().map_or(&self.first.bias, |last| &last.bias).len()
    }
}

/// Asks them. A set's logits have the same bits whatever else is asked, and on every processor.
#[derive(Debug)]
pub(crate) struct Rows {
    weights: Arc<RowWeights>,
    /// The first layer's outputs, kept for their memory.
    sums: Vec<f32>,
}

impl Rows {
    pub(crate) fn new(weights: Arc<RowWeights>) -> Self {
        Self { weights, sums: Vec::new() }
    }

    /// Adds the logits of one set of pixels, which are in order.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of 28 × 28.
    pub(crate) fn push_logits(&mut self, shown: &[(Pixel, u8)], logits: &mut Logits) {
        let Self { weights, sums } = self;
        weights.first.sums(shown, sums);
        let Some(last) = &weights.last else { return logits.push(sums) };
        for sum in &mut *sums {
            *sum = sum.max(0.0);
        }
        let rows = last.weight.chunks_exact(sums.len()).zip(&last.bias);
        let each = logits.push_zeros().iter_mut().zip(rows);
        each.for_each(|(logit, (row, bias))| *logit = bias + product(row, sums));
    }
}

/// The sum of products, lane by lane and then the lanes in their order.
fn product(left: &[f32], right: &[f32]) -> f32 {
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (left, right) in left.iter().zip(right) {
        for (lane, (left, right)) in lanes.iter_mut().zip(left.iter().zip(right)) {
            *lane += left * right;
        }
    }
    let rest = left_rest.iter().zip(right_rest).map(|(left, right)| left * right);
    lanes.into_iter().chain(rest).sum()
}
