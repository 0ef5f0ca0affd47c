//! One step of training: forward, cross-entropy, backward.

use pixel_debate_judge::{
    kernels::{Matrix, Output, multiply},
    network::{FLAT, HIDDEN},
    sparse::constant_field,
};
use rand::{Rng, RngExt};
use rayon::prelude::*;

use crate::{
    batch::Example,
    convolutions::{ConvolutionGradients, Convolutions},
    parameters::Parameters,
};

/// Examples that go through the convolutions together: so few that their intermediate numbers stay
/// in a core's cache.
const CHUNK: usize = 4;
/// Chunks whose gradients are summed by one task. Fixed, so that the sums, and with them a whole
/// run, do not depend on the number of threads.
const CHUNKS_A_TASK: usize = 4;

/// The share of hidden units that training switches off (paper: 0.4).
pub(crate) const DROPOUT: f32 = 0.4;

/// Computes the loss of a batch and its gradient.
pub(crate) trait LossGradient {
    /// The mean cross-entropy of `examples` in nats; its gradient is written to `gradient`.
    ///
    /// `keep` has for each example and hidden unit what the unit's output is multiplied by: see
    /// [`draw_dropout`].
    fn run(
        &mut self,
        parameters: &Parameters,
        examples: &[Example],
        keep: &[f32],
        gradient: &mut Parameters,
    ) -> f32;
}

/// Draws which hidden units are switched off for each of `examples`: 0 for these, and for the
/// others what makes up for them.
pub(crate) fn draw_dropout(examples: usize, rng: &mut impl Rng) -> Vec<f32> {
    let mut draw = || if rng.random::<f32>() < DROPOUT { 0.0 } else { 1.0 / (1.0 - DROPOUT) };
    std::iter::repeat_with(&mut draw).take(examples * HIDDEN).collect()
}

/// Our own step on the CPU: buffers of one step, kept for the next.
pub(crate) struct Step {
    threads: usize,
    convolutions: Vec<Convolutions>,
    flat: Vec<f32>,
    flat_gradient: Vec<f32>,
    hidden: Vec<f32>,
    hidden_gradient: Vec<f32>,
    logits: Vec<f32>,
}

impl Step {
    /// Works on up to `threads` threads of rayon's pool.
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            threads,
            convolutions: Vec::new(),
            flat: Vec::new(),
            flat_gradient: Vec::new(),
            hidden: Vec::new(),
            hidden_gradient: Vec::new(),
            logits: Vec::new(),
        }
    }

    fn forward(&mut self, parameters: &Parameters, examples: &[Example], keep: &[f32]) {
        let rows = examples.len();
        self.convolutions.resize_with(rows.div_ceil(CHUNK), Convolutions::default);
        self.flat.resize(rows * FLAT, 0.0);
        let Parameters { conv1, conv2, .. } = parameters;
        let response = constant_field(&conv1.bias, &conv2.weight, &conv2.bias);
        self.convolutions
            .par_iter_mut()
            .zip(examples.par_chunks(CHUNK))
            .zip(self.flat.par_chunks_mut(CHUNK * FLAT))
            .for_each(|((convolutions, examples), flat)| {
                convolutions.forward(parameters, &response, examples, flat);
            });

        self.hidden.resize(rows * HIDDEN, 0.0);
        multiply(
            Matrix::new(&self.flat, rows, FLAT),
            Matrix::new(&parameters.fc1.weight, FLAT, HIDDEN),
            Output::Replace,
            &mut self.hidden,
            self.threads,
        );
        for (hidden, keep) in self.hidden.chunks_exact_mut(HIDDEN).zip(keep.chunks_exact(HIDDEN)) {
            for (unit, bias) in parameters.fc1.bias.iter().enumerate() {
                hidden[unit] = (hidden[unit] + bias).max(0.0) * keep[unit];
            }
        }

        let classes = parameters.classes();
        self.logits.clear();
        self.logits.extend(parameters.fc2.bias.iter().cycle().take(rows * classes));
        multiply(
            Matrix::new(&self.hidden, rows, HIDDEN),
            Matrix::new(&parameters.fc2.weight, HIDDEN, classes),
            Output::Add,
            &mut self.logits,
            1,
        );
    }

    /// Expects the gradient of the logits in their place.
    fn backward(
        &mut self,
        parameters: &Parameters,
        examples: &[Example],
        keep: &[f32],
        to: &mut Parameters,
    ) {
        let (rows, classes) = (examples.len(), parameters.classes());
        let logits = Matrix::new(&self.logits, rows, classes);
        let hidden = Matrix::new(&self.hidden, rows, HIDDEN);
        multiply(hidden.transposed(), logits, Output::Replace, &mut to.fc2.weight, 1);
        sum_rows(&self.logits, &mut to.fc2.bias);

        self.hidden_gradient.resize(rows * HIDDEN, 0.0);
        let fc2 = Matrix::new(&parameters.fc2.weight, HIDDEN, classes);
        multiply(logits, fc2.transposed(), Output::Replace, &mut self.hidden_gradient, 1);
        for (at, gradient) in self.hidden_gradient.iter_mut().enumerate() {
            // A unit at zero was negative or switched off.
            *gradient = if self.hidden[at] > 0.0 { *gradient * keep[at] } else { 0.0 };
        }

        let flat = Matrix::new(&self.flat, rows, FLAT);
        let hidden_gradient = Matrix::new(&self.hidden_gradient, rows, HIDDEN);
        let threads = self.threads;
        multiply(flat.transposed(), hidden_gradient, Output::Replace, &mut to.fc1.weight, threads);
        sum_rows(&self.hidden_gradient, &mut to.fc1.bias);
        self.flat_gradient.resize(rows * FLAT, 0.0);
        multiply(
            hidden_gradient,
            Matrix::new(&parameters.fc1.weight, FLAT, HIDDEN).transposed(),
            Output::Replace,
            &mut self.flat_gradient,
            threads,
        );

        let task = CHUNK * CHUNKS_A_TASK;
        let tasks: Vec<ConvolutionGradients> = self
            .convolutions
            .par_chunks_mut(CHUNKS_A_TASK)
            .zip(examples.par_chunks(task))
            .zip(self.flat_gradient.par_chunks(task * FLAT))
            .map(|((convolutions, examples), flat_gradient)| {
                let mut gradients = ConvolutionGradients::zeros();
                let chunks = examples.chunks(CHUNK).zip(flat_gradient.chunks(CHUNK * FLAT));
                for (convolutions, (examples, flat_gradient)) in convolutions.iter_mut().zip(chunks)
                {
                    convolutions.backward(parameters, examples, flat_gradient, &mut gradients);
                }
                gradients
            })
            .collect();
        ConvolutionGradients::sum(&tasks, to);
    }
}

impl LossGradient for Step {
    fn run(
        &mut self,
        parameters: &Parameters,
        examples: &[Example],
        keep: &[f32],
        gradient: &mut Parameters,
    ) -> f32 {
        self.forward(parameters, examples, keep);
        let loss = cross_entropy(examples, &mut self.logits);
        self.backward(parameters, examples, keep, gradient);
        loss
    }
}

/// Mean cross-entropy in nats; turns the logits into their gradient.
fn cross_entropy(examples: &[Example], logits: &mut [f32]) -> f32 {
    let mut loss = 0.0;
    let classes = logits.len() / examples.len();
    for (example, logits) in examples.iter().zip(logits.chunks_exact_mut(classes)) {
        let label = usize::from(example.label);
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let label_logit = logits[label] - largest;
        let mut total = 0.0;
        for logit in &mut *logits {
            *logit = (*logit - largest).exp();
            total += *logit;
        }
        loss += total.ln() - label_logit;
        for (index, logit) in logits.iter_mut().enumerate() {
            let target = if index == label { 1.0 } else { 0.0 };
            *logit = (*logit / total - target) / examples.len() as f32;
        }
    }
    loss / examples.len() as f32
}

fn sum_rows(rows: &[f32], sum: &mut [f32]) {
    sum.fill(0.0);
    for row in rows.chunks_exact(sum.len()) {
        sum.iter_mut().zip(row).for_each(|(sum, number)| *sum += number);
    }
}
