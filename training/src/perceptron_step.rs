//! One step of training of the judges that read all pixels alike: linear, or with one hidden layer.

use pixel_debate_judge::{
    kernels::{Matrix, Output, multiply},
    network::SIDE,
    perceptron::INPUTS,
};

use crate::{
    batch::Example,
    dense_layers::{DenseLayers, cross_entropy, sum_rows},
    loss_gradient::LossGradient,
    parameters::Parameters,
};

/// Mask and values of each example: example × plane × row × column.
pub(crate) fn planes(examples: &[Example], inputs: &mut Vec<f32>) {
    inputs.clear();
    inputs.resize(examples.len() * INPUTS, 0.0);
    for (example, input) in examples.iter().zip(inputs.chunks_exact_mut(INPUTS)) {
        for pixel in &example.evidence {
            input[pixel.y * SIDE + pixel.x] = 1.0;
            input[SIDE * SIDE + pixel.y * SIDE + pixel.x] = pixel.value;
        }
    }
}

/// A judge with one hidden layer.
#[derive(Debug)]
pub(crate) struct MlpStep {
    layers: DenseLayers,
    inputs: Vec<f32>,
}

impl MlpStep {
    /// Works on up to `threads` threads of rayon's pool.
    pub(crate) fn new(threads: usize) -> Self {
        Self { layers: DenseLayers::new(threads), inputs: Vec::new() }
    }
}

impl LossGradient for MlpStep {
    fn run(
        &mut self,
        parameters: &Parameters,
        examples: &[Example],
        keep: &[f32],
        gradient: &mut Parameters,
    ) -> f32 {
        let [fc1, fc2] = parameters.layers();
        planes(examples, &mut self.inputs);
        let loss = self.layers.forward([fc1, fc2], examples, &self.inputs, keep);
        self.layers.backward(fc2, &self.inputs, keep, gradient.layers_mut());
        loss
    }
}

/// A judge of one layer.
#[derive(Debug, Default)]
pub(crate) struct LinearStep {
    inputs: Vec<f32>,
    logits: Vec<f32>,
}

impl LossGradient for LinearStep {
    fn run(
        &mut self,
        parameters: &Parameters,
        examples: &[Example],
        _keep: &[f32],
        gradient: &mut Parameters,
    ) -> f32 {
        let [fc] = parameters.layers();
        let (rows, classes) = (examples.len(), fc.bias.len());
        planes(examples, &mut self.inputs);
        self.logits.clear();
        self.logits.extend(fc.bias.iter().cycle().take(rows * classes));
        let inputs = Matrix::new(&self.inputs, rows, INPUTS);
        let weight = Matrix::new(&fc.weight, INPUTS, classes);
        multiply(inputs, weight, Output::Add, &mut self.logits, 1);
        let loss = cross_entropy(examples, &mut self.logits);

        let [to] = gradient.layers_mut();
        let logits = Matrix::new(&self.logits, rows, classes);
        multiply(inputs.transposed(), logits, Output::Replace, &mut to.weight, 1);
        sum_rows(&self.logits, &mut to.bias);
        loss
    }
}
