//! One step of training: forward, cross-entropy, backward.

use pixel_debate_judge::{Trainable, geometry::CELLS};
use rayon::prelude::*;

use crate::{
    batch::Example,
    convolutions::{ConvolutionGradients, Convolutions, constant_field},
    dense_layers::DenseLayers,
    loss_gradient::LossGradient,
    parameters::Parameters,
    perceptron_step::{LinearStep, MlpStep},
};

/// Examples that go through the convolutions together: so few that their intermediate numbers stay
/// in a core's cache.
const CHUNK: usize = 4;
/// Chunks whose gradients are summed by one task. Fixed, so that the sums, and with them a whole
/// run, do not depend on the number of threads.
const CHUNKS_A_TASK: usize = 4;

/// Our own step on the CPU for judges of that kind, on up to `threads` threads of rayon's pool.
pub(crate) fn of_kind(kind: Trainable, threads: usize) -> Box<dyn LossGradient + Send + Sync> {
    match kind {
        Trainable::Linear => Box::new(LinearStep::default()),
        Trainable::Mlp => Box::new(MlpStep::new(threads)),
        // The widths are known to the compiler, so that the inner loops are as fast as if there were one.
        Trainable::Small => Box::new(Step::<16, 32>::new(threads)),
        Trainable::Paper => Box::new(Step::<32, 64>::new(threads)),
        Trainable::Large => Box::new(Step::<64, 128>::new(threads)),
    }
}

/// The step of a network with convolutions of these widths: buffers of one step, kept for the next.
pub(crate) struct Step<const CONV1: usize, const CONV2: usize> {
    convolutions: Vec<Convolutions<CONV1, CONV2>>,
    flat: Vec<f32>,
    flat_gradient: Vec<f32>,
    dense: DenseLayers,
}

impl<const CONV1: usize, const CONV2: usize> Step<CONV1, CONV2> {
    /// Inputs of the first dense layer.
    const FLAT: usize = CONV2 * CELLS;

    /// Works on up to `threads` threads of rayon's pool.
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            convolutions: Vec::new(),
            flat: Vec::new(),
            flat_gradient: Vec::new(),
            dense: DenseLayers::new(threads),
        }
    }

    fn forward(&mut self, parameters: &Parameters, examples: &[Example]) {
        let rows = examples.len();
        self.convolutions.resize_with(rows.div_ceil(CHUNK), Convolutions::default);
        self.flat.resize(rows * Self::FLAT, 0.0);
        let [conv1, conv2, ..] = parameters.layers::<4>();
        let response = constant_field::<CONV1, CONV2>(conv1, conv2);
        self.convolutions
            .par_iter_mut()
            .zip(examples.par_chunks(CHUNK))
            .zip(self.flat.par_chunks_mut(CHUNK * Self::FLAT))
            .for_each(|((convolutions, examples), flat)| {
                convolutions.forward(conv1, conv2, &response, examples, flat);
            });
    }

    fn backward(&mut self, parameters: &Parameters, examples: &[Example], to: &mut Parameters) {
        let [conv1, conv2, ..] = parameters.layers::<4>();
        let task = CHUNK * CHUNKS_A_TASK;
        let tasks: Vec<ConvolutionGradients> = self
            .convolutions
            .par_chunks_mut(CHUNKS_A_TASK)
            .zip(examples.par_chunks(task))
            .zip(self.flat_gradient.par_chunks(task * Self::FLAT))
            .map(|((convolutions, examples), flat_gradient)| {
                let mut gradients = Convolutions::<CONV1, CONV2>::no_gradient();
                let chunks = examples.chunks(CHUNK).zip(flat_gradient.chunks(CHUNK * Self::FLAT));
                for (convolutions, (examples, flat_gradient)) in convolutions.iter_mut().zip(chunks)
                {
                    convolutions.backward(conv1, conv2, examples, flat_gradient, &mut gradients);
                }
                gradients
            })
            .collect();
        let [conv1, conv2, ..] = to.layers_mut::<4>();
        ConvolutionGradients::sum(&tasks, [conv1, conv2]);
    }
}

impl<const CONV1: usize, const CONV2: usize> LossGradient for Step<CONV1, CONV2> {
    fn run(
        &mut self,
        parameters: &Parameters,
        examples: &[Example],
        keep: &[f32],
        gradient: &mut Parameters,
    ) -> f32 {
        self.forward(parameters, examples);
        let [_, _, fc1, fc2] = parameters.layers();
        let loss = self.dense.forward([fc1, fc2], examples, &self.flat, keep);
        let [_, _, to_fc1, to_fc2] = gradient.layers_mut();
        self.dense.backward(fc2, &self.flat, keep, [to_fc1, to_fc2]);
        self.flat_gradient.resize(examples.len() * Self::FLAT, 0.0);
        self.dense.inputs_gradient(fc1, &mut self.flat_gradient);
        self.backward(parameters, examples, gradient);
        loss
    }
}
