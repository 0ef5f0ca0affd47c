//! The two convolutions and their pools, forward and backward, on sparse evidence.
//!
//! With a handful of revealed pixels nearly all of the first convolution's output is its bias.
//! After the first pool only the *active* cells, those within reach of a revealed pixel, differ
//! from the constant `relu(bias)`. So the second convolution is the response to a constant field,
//! which depends on the position alone, plus each active cell's difference from the constant times
//! the 5×5 kernel, scattered around the cell: one matrix product for all active cells. The
//! gradients are the transposes of the same steps. Nothing is approximated: with every cell active
//! this is the dense network.

use pixel_debate_judge::{
    Layer,
    geometry::{CELLS, HALF, MARGIN, PADDED, TAPS, for_each_output_and_tap, for_each_reached},
    kernels::{Matrix, Output, multiply},
    network::KERNEL,
};

use crate::batch::Example;

/// A pool's output that no input receives gradient from: the maximum was not positive.
const NO_WINNER: u8 = u8::MAX;

/// A cell after the first pool that a revealed pixel reaches.
#[derive(Debug, Clone, Copy)]
struct ActiveCell {
    example: usize,
    x: usize,
    y: usize,
}

/// A few examples on their way through convolutions of these widths; the buffers are used again for
/// the next batch.
#[derive(Debug, Default)]
pub(crate) struct Convolutions<const CONV1: usize, const CONV2: usize> {
    active: Vec<ActiveCell>,
    /// Active cell × channel: what differs from the constant field.
    difference: Vec<f32>,
    /// Active cell × channel: which of the four positions won the first pool.
    first_winner: Vec<u8>,
    /// Example × (cell, channel): which of the four positions won the second pool.
    second_winner: Vec<u8>,
    /// Active cell × (tap, channel).
    spread: Vec<f32>,
    /// Padded row × padded column × channel of one example.
    field: Vec<f32>,
    /// Cell × position within the cell × channel of one example: the first convolution's output,
    /// up to date where a revealed pixel reaches.
    sums: Vec<[[f32; CONV1]; 4]>,
}

/// Gradient of the convolutions' parameters.
#[derive(Debug, Clone)]
pub(crate) struct ConvolutionGradients {
    pub(crate) conv1: Layer,
    pub(crate) conv2: Layer,
}

impl ConvolutionGradients {
    /// Writes the sum of `tasks`, in their order, to the layers.
    pub(crate) fn sum(tasks: &[Self], [conv1, conv2]: [&mut Layer; 2]) {
        for layer in [&mut *conv1, &mut *conv2] {
            layer.weight.fill(0.0);
            layer.bias.fill(0.0);
        }
        for task in tasks {
            add(&mut conv1.weight, &task.conv1.weight);
            add(&mut conv1.bias, &task.conv1.bias);
            add(&mut conv2.weight, &task.conv2.weight);
            add(&mut conv2.bias, &task.conv2.bias);
        }
    }
}

#[inline]
fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

impl<const CONV1: usize, const CONV2: usize> Convolutions<CONV1, CONV2> {
    /// Numbers that one active cell adds to the second convolution's output.
    const SPREAD: usize = TAPS * CONV2;
    /// Numbers of that in one row of cells.
    const SPREAD_ROW: usize = KERNEL * CONV2;
    /// Inputs of the first dense layer.
    const FLAT: usize = CONV2 * CELLS;

    /// All zero.
    pub(crate) fn no_gradient() -> ConvolutionGradients {
        let zeros = |weights, biases| Layer { weight: vec![0.0; weights], bias: vec![0.0; biases] };
        ConvolutionGradients {
            conv1: zeros(2 * TAPS * CONV1, CONV1),
            conv2: zeros(CONV1 * TAPS * CONV2, CONV2),
        }
    }

    /// Writes the examples' inputs of the first dense layer to `flat` (example × 3136, in the
    /// order of training) and keeps what [`Self::backward`] needs.
    pub(crate) fn forward(
        &mut self,
        conv1: &Layer,
        conv2: &Layer,
        constant_response: &[f32],
        examples: &[Example],
        flat: &mut [f32],
    ) {
        self.active.clear();
        self.difference.clear();
        self.first_winner.clear();
        for (example, content) in examples.iter().enumerate() {
            self.first_convolution(conv1, example, content);
        }

        self.spread.resize(self.active.len() * Self::SPREAD, 0.0);
        multiply(
            Matrix::new(&self.difference, self.active.len(), CONV1),
            Matrix::new(&conv2.weight, CONV1, Self::SPREAD),
            Output::Replace,
            &mut self.spread,
            1,
        );

        self.second_winner.resize(examples.len() * Self::FLAT, NO_WINNER);
        let mut rows = self.active.iter().zip(self.spread.chunks_exact(Self::SPREAD)).peekable();
        for (example, flat) in flat.chunks_exact_mut(Self::FLAT).enumerate() {
            self.field.clear();
            self.field.extend_from_slice(constant_response);
            while let Some((cell, spread)) = rows.next_if(|(cell, _)| cell.example == example) {
                for (row, spread) in spread.chunks_exact(Self::SPREAD_ROW).enumerate() {
                    let at = ((cell.y + row) * PADDED + cell.x) * CONV2;
                    add(&mut self.field[at..at + Self::SPREAD_ROW], spread);
                }
            }
            let winner = &mut self.second_winner[example * Self::FLAT..][..Self::FLAT];
            second_pool::<CONV2>(&self.field, flat, winner);
        }
    }

    /// First convolution, ReLU and pool of one example: appends its active cells.
    fn first_convolution(&mut self, conv1: &Layer, example: usize, content: &Example) {
        let mut reached = [false; HALF * HALF];
        let sums = &mut self.sums;
        sums.resize(HALF * HALF, [[0.0; CONV1]; 4]);
        for pixel in &content.evidence {
            for_each_reached(pixel.x, pixel.y, |cell_x, cell_y, position, tap| {
                let cell = cell_y * HALF + cell_x;
                if !reached[cell] {
                    reached[cell] = true;
                    for sums in &mut sums[cell] {
                        sums.copy_from_slice(&conv1.bias);
                    }
                }
                let mask = &conv1.weight[tap * CONV1..][..CONV1];
                let value = &conv1.weight[(TAPS + tap) * CONV1..][..CONV1];
                for (channel, sum) in sums[cell][position].iter_mut().enumerate() {
                    *sum += mask[channel] + pixel.value * value[channel];
                }
            });
        }
        for cell in (0..HALF * HALF).filter(|cell| reached[*cell]) {
            self.active.push(ActiveCell { example, x: cell % HALF, y: cell / HALF });
            for (channel, bias) in conv1.bias.iter().enumerate() {
                let (mut largest, mut winner) = (0.0, NO_WINNER);
                for (position, sums) in sums[cell].iter().enumerate() {
                    if sums[channel] > largest {
                        (largest, winner) = (sums[channel], position as u8);
                    }
                }
                self.difference.push(largest - bias.max(0.0));
                self.first_winner.push(winner);
            }
        }
    }

    /// Adds the parameters' gradient to `gradients`, given the gradient of `flat`.
    pub(crate) fn backward(
        &mut self,
        conv1: &Layer,
        conv2: &Layer,
        examples: &[Example],
        flat_gradient: &[f32],
        gradients: &mut ConvolutionGradients,
    ) {
        // The second convolution's output gradient, summed over the examples for the constant
        // field and gathered around each active cell.
        let mut total = vec![0.0; PADDED * PADDED * CONV2];
        let mut rows =
            self.active.iter().zip(self.spread.chunks_exact_mut(Self::SPREAD)).peekable();
        for (example, flat_gradient) in flat_gradient.chunks_exact(Self::FLAT).enumerate() {
            self.field.clear();
            self.field.resize(PADDED * PADDED * CONV2, 0.0);
            let winner = &self.second_winner[example * Self::FLAT..][..Self::FLAT];
            second_pool_backward::<CONV2>(flat_gradient, winner, &mut self.field);
            add(&mut total, &self.field);
            while let Some((cell, spread)) = rows.next_if(|(cell, _)| cell.example == example) {
                for (row, spread) in spread.chunks_exact_mut(Self::SPREAD_ROW).enumerate() {
                    let at = ((cell.y + row) * PADDED + cell.x) * CONV2;
                    spread.copy_from_slice(&self.field[at..at + Self::SPREAD_ROW]);
                }
            }
        }

        let active = self.active.len();
        let spread = Matrix::new(&self.spread, active, Self::SPREAD);
        let difference = Matrix::new(&self.difference, active, CONV1);
        multiply(difference.transposed(), spread, Output::Add, &mut gradients.conv2.weight, 1);
        let mut difference_gradient = vec![0.0; active * CONV1];
        multiply(
            spread,
            Matrix::new(&conv2.weight, CONV1, Self::SPREAD).transposed(),
            Output::Replace,
            &mut difference_gradient,
            1,
        );

        constant_backward::<CONV1, CONV2>(conv1, conv2, &total, &difference_gradient, gradients);
        self.first_convolution_backward(examples, &difference_gradient, &mut gradients.conv1);
    }

    /// Through the first pool and convolution, for the active cells.
    fn first_convolution_backward(
        &self,
        examples: &[Example],
        cell_gradient: &[f32],
        gradient: &mut Layer,
    ) {
        let mut at_cell = [None; HALF * HALF];
        let mut next = 0;
        for (example, content) in examples.iter().enumerate() {
            at_cell.fill(None);
            while self.active.get(next).is_some_and(|cell| cell.example == example) {
                let cell = self.active[next];
                at_cell[cell.y * HALF + cell.x] = Some(next);
                for channel in 0..CONV1 {
                    if self.first_winner[next * CONV1 + channel] != NO_WINNER {
                        gradient.bias[channel] += cell_gradient[next * CONV1 + channel];
                    }
                }
                next += 1;
            }
            for pixel in &content.evidence {
                for_each_reached(pixel.x, pixel.y, |cell_x, cell_y, position, tap| {
                    let Some(row) = at_cell[cell_y * HALF + cell_x] else { return };
                    let cell_gradient = &cell_gradient[row * CONV1..][..CONV1];
                    let winner = &self.first_winner[row * CONV1..][..CONV1];
                    let (mask, value) = gradient.weight.split_at_mut(TAPS * CONV1);
                    let mask = &mut mask[tap * CONV1..][..CONV1];
                    let value = &mut value[tap * CONV1..][..CONV1];
                    for channel in 0..CONV1 {
                        let won = winner[channel] == position as u8;
                        let gradient = if won { cell_gradient[channel] } else { 0.0 };
                        mask[channel] += gradient;
                        value[channel] += pixel.value * gradient;
                    }
                });
            }
        }
    }
}

/// Where position 0..4 of the second pool's input for `cell` begins in the padded field.
fn pool_input<const CONV2: usize>(cell: usize, position: usize) -> usize {
    let y = cell / 7 * 2 + position / 2 + MARGIN;
    let x = cell % 7 * 2 + position % 2 + MARGIN;
    (y * PADDED + x) * CONV2
}

/// The second convolution's output, in the padded field, where no pixel is revealed.
pub(crate) fn constant_field<const CONV1: usize, const CONV2: usize>(
    conv1: &Layer,
    conv2: &Layer,
) -> Vec<f32> {
    let mut per_tap = vec![0.0; TAPS * CONV2];
    for (bias, weights) in conv1.bias.iter().zip(conv2.weight.chunks_exact(TAPS * CONV2)) {
        let constant = bias.max(0.0);
        per_tap.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += constant * weight);
    }
    let mut field = vec![0.0; PADDED * PADDED * CONV2];
    for_each_output_and_tap(|output, tap| {
        add(&mut field[output * CONV2..][..CONV2], &per_tap[tap * CONV2..][..CONV2]);
    });
    for cell in 0..HALF * HALF {
        let output = (cell / HALF + MARGIN) * PADDED + cell % HALF + MARGIN;
        add(&mut field[output * CONV2..][..CONV2], &conv2.bias);
    }
    field
}

/// ReLU and pool: `flat` in the order (cell, channel).
fn second_pool<const CONV2: usize>(field: &[f32], flat: &mut [f32], winner: &mut [u8]) {
    for cell in 0..CELLS {
        let flat = &mut flat[cell * CONV2..][..CONV2];
        let winner = &mut winner[cell * CONV2..][..CONV2];
        flat.fill(0.0);
        winner.fill(NO_WINNER);
        for position in 0..4 {
            let sums = &field[pool_input::<CONV2>(cell, position)..][..CONV2];
            for channel in 0..CONV2 {
                if sums[channel] > flat[channel] {
                    flat[channel] = sums[channel];
                    winner[channel] = position as u8;
                }
            }
        }
    }
}

fn second_pool_backward<const CONV2: usize>(
    flat_gradient: &[f32],
    winner: &[u8],
    field_gradient: &mut [f32],
) {
    for cell in 0..CELLS {
        let flat_gradient = &flat_gradient[cell * CONV2..][..CONV2];
        let winner = &winner[cell * CONV2..][..CONV2];
        for position in 0..4 {
            let to = &mut field_gradient[pool_input::<CONV2>(cell, position)..][..CONV2];
            for channel in 0..CONV2 {
                let won = winner[channel] == position as u8;
                to[channel] = if won { flat_gradient[channel] } else { 0.0 };
            }
        }
    }
}

/// The share of the gradient that flows through the constant field: to both biases, and to the
/// second convolution's weights.
fn constant_backward<const CONV1: usize, const CONV2: usize>(
    conv1: &Layer,
    conv2: &Layer,
    total: &[f32],
    difference_gradient: &[f32],
    gradients: &mut ConvolutionGradients,
) {
    for output in total.chunks_exact(CONV2) {
        add(&mut gradients.conv2.bias, output);
    }
    let mut per_tap = vec![0.0; TAPS * CONV2];
    for_each_output_and_tap(|output, tap| {
        add(&mut per_tap[tap * CONV2..][..CONV2], &total[output * CONV2..][..CONV2]);
    });
    for channel in 0..CONV1 {
        let constant = conv1.bias[channel];
        // ReLU passes nothing at or below zero.
        if constant <= 0.0 {
            continue;
        }
        let weights = &conv2.weight[channel * TAPS * CONV2..][..TAPS * CONV2];
        let weight_gradient = &mut gradients.conv2.weight[channel * TAPS * CONV2..][..TAPS * CONV2];
        let mut through = 0.0;
        for (at, gradient) in per_tap.iter().enumerate() {
            weight_gradient[at] += constant * gradient;
            through += weights[at] * gradient;
        }
        let active: f32 = difference_gradient.iter().skip(channel).step_by(CONV1).sum();
        gradients.conv1.bias[channel] += through - active;
    }
}
