//! Adam (Kingma and Ba 2014, algorithm 1), with the usual constants.

use pixel_debate_judge::Trainable;
use rayon::prelude::*;

use crate::parameters::Parameters;

/// The paper's learning rate.
const LEARNING_RATE: f64 = 1e-4;
const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;
/// Numbers that one task updates.
const TASK: usize = 1 << 16;

/// The running moments of the gradient.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Adam {
    pub(crate) mean: Parameters,
    pub(crate) variance: Parameters,
}

impl Adam {
    /// For a judge of that kind with so many labels.
    pub(crate) fn new(kind: Trainable, classes: usize) -> Self {
        Self { mean: Parameters::zeros(kind, classes), variance: Parameters::zeros(kind, classes) }
    }

    /// Moves the parameters against the gradient; `batch` counts from 0.
    pub(crate) fn update(
        &mut self,
        parameters: &mut Parameters,
        gradient: &Parameters,
        batch: u64,
    ) {
        let steps = (batch + 1) as f64;
        let correction1 = 1.0 - f64::from(BETA1).powf(steps);
        let correction2 = 1.0 - f64::from(BETA2).powf(steps);
        let rate = (LEARNING_RATE / correction1) as f32;
        let scale = (1.0 / correction2) as f32;
        let tensors = parameters
            .tensors_mut()
            .zip(gradient.tensors())
            .zip(self.mean.tensors_mut().zip(self.variance.tensors_mut()));
        for ((parameters, gradient), (mean, variance)) in tensors {
            parameters
                .par_chunks_mut(TASK)
                .zip(gradient.par_chunks(TASK))
                .zip(mean.par_chunks_mut(TASK).zip(variance.par_chunks_mut(TASK)))
                .for_each(|((parameters, gradient), (mean, variance))| {
                    let numbers =
                        parameters.iter_mut().zip(gradient).zip(mean.iter_mut().zip(variance));
                    for ((parameter, gradient), (mean, variance)) in numbers {
                        *mean = BETA1 * *mean + (1.0 - BETA1) * gradient;
                        *variance = BETA2 * *variance + (1.0 - BETA2) * gradient * gradient;
                        *parameter -= rate * *mean / ((*variance * scale).sqrt() + EPSILON);
                    }
                });
        }
    }
}
