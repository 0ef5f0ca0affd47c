//! The dense layers at a judge's end: one hidden layer with dropout, and the logits; and the loss.

use pixel_debate_judge::{
    Layer,
    kernels::{Matrix, Output, multiply},
};

use crate::batch::Example;

/// Both layers of a batch: buffers of one step, kept for the next.
#[derive(Debug, Default)]
pub(crate) struct DenseLayers {
    threads: usize,
    hidden: Vec<f32>,
    hidden_gradient: Vec<f32>,
    logits: Vec<f32>,
}

impl DenseLayers {
    /// Works on up to `threads` threads of rayon's pool.
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads, ..Self::default() }
    }

    /// The mean cross-entropy of `examples` in nats, by what the layers make of `inputs` (example ×
    /// input).
    pub(crate) fn forward(
        &mut self,
        [fc1, fc2]: [&Layer; 2],
        examples: &[Example],
        inputs: &[f32],
        keep: &[f32],
    ) -> f32 {
        let (rows, units, classes) = (examples.len(), fc1.bias.len(), fc2.bias.len());
        let columns = inputs.len() / rows;
        self.hidden.resize(rows * units, 0.0);
        multiply(
            Matrix::new(inputs, rows, columns),
            Matrix::new(&fc1.weight, columns, units),
            Output::Replace,
            &mut self.hidden,
            self.threads,
        );
        for (hidden, keep) in self.hidden.chunks_exact_mut(units).zip(keep.chunks_exact(units)) {
            for (unit, bias) in fc1.bias.iter().enumerate() {
                hidden[unit] = (hidden[unit] + bias).max(0.0) * keep[unit];
            }
        }
        self.logits.clear();
        self.logits.extend(fc2.bias.iter().cycle().take(rows * classes));
        multiply(
            Matrix::new(&self.hidden, rows, units),
            Matrix::new(&fc2.weight, units, classes),
            Output::Add,
            &mut self.logits,
            1,
        );
        cross_entropy(examples, &mut self.logits)
    }

    /// Writes the layers' gradients, after [`forward`](Self::forward) of the same.
    pub(crate) fn backward(
        &mut self,
        fc2: &Layer,
        inputs: &[f32],
        keep: &[f32],
        [to_fc1, to_fc2]: [&mut Layer; 2],
    ) {
        let (classes, units) = (fc2.bias.len(), to_fc1.bias.len());
        let rows = self.logits.len() / classes;
        let logits = Matrix::new(&self.logits, rows, classes);
        let hidden = Matrix::new(&self.hidden, rows, units);
        multiply(hidden.transposed(), logits, Output::Replace, &mut to_fc2.weight, 1);
        sum_rows(&self.logits, &mut to_fc2.bias);

        self.hidden_gradient.resize(rows * units, 0.0);
        let fc2 = Matrix::new(&fc2.weight, units, classes);
        multiply(logits, fc2.transposed(), Output::Replace, &mut self.hidden_gradient, 1);
        for (at, gradient) in self.hidden_gradient.iter_mut().enumerate() {
            // A unit at zero was negative or switched off.
            *gradient = if self.hidden[at] > 0.0 { *gradient * keep[at] } else { 0.0 };
        }

        let inputs = Matrix::new(inputs, rows, inputs.len() / rows);
        let hidden_gradient = Matrix::new(&self.hidden_gradient, rows, units);
        let (to, threads) = (&mut to_fc1.weight, self.threads);
        multiply(inputs.transposed(), hidden_gradient, Output::Replace, to, threads);
        sum_rows(&self.hidden_gradient, &mut to_fc1.bias);
    }

    /// Writes the inputs' gradient, after [`backward`](Self::backward).
    pub(crate) fn inputs_gradient(&self, fc1: &Layer, to: &mut [f32]) {
        let units = fc1.bias.len();
        let rows = self.hidden_gradient.len() / units;
        multiply(
            Matrix::new(&self.hidden_gradient, rows, units),
            Matrix::new(&fc1.weight, to.len() / rows, units).transposed(),
            Output::Replace,
            to,
            self.threads,
        );
    }
}

/// Mean cross-entropy in nats; turns the logits into their gradient.
pub(crate) fn cross_entropy(examples: &[Example], logits: &mut [f32]) -> f32 {
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

pub(crate) fn sum_rows(rows: &[f32], sum: &mut [f32]) {
    sum.fill(0.0);
    for row in rows.chunks_exact(sum.len()) {
        sum.iter_mut().zip(row).for_each(|(sum, number)| *sum += number);
    }
}
