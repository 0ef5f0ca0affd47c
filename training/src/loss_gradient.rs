//! What a step of training computes, whoever computes it.

use rand::{Rng, RngExt};

use crate::{batch::Example, parameters::Parameters};

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

/// Draws which of so many hidden units are switched off for each of `examples`: 0 for these, and for
/// the others what makes up for them.
pub(crate) fn draw_dropout(examples: usize, units: usize, rng: &mut impl Rng) -> Vec<f32> {
    let mut draw = || if rng.random::<f32>() < DROPOUT { 0.0 } else { 1.0 / (1.0 - DROPOUT) };
    std::iter::repeat_with(&mut draw).take(examples * units).collect()
}
