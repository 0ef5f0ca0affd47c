//! Sets of pixels to logits by responses.

use std::sync::Arc;

use pixel_debate_game::Image;

use super::{
    SparseWeights,
    geometry::{CELLS, pool_input},
    response::{Responses, Revealed},
    weights::DenseRows,
};
use crate::{
    Evaluator, PixelSet, WrongSize,
    evaluator::check_size,
    kernels::{add_rows_half, add_rows_single, last_layer},
    network::{CLASSES, CONV2, FLAT},
};

/// The engine as an [`Evaluator`].
#[derive(Debug)]
pub struct SparseEvaluator {
    weights: Arc<SparseWeights>,
    image: Arc<Image>,
    responses: Responses,
    field: Vec<f32>,
    hidden: Vec<f32>,
    /// The first dense layer's inputs that are not zero: number, value.
    inputs: Vec<(usize, f32)>,
}

impl SparseEvaluator {
    /// Judges `image`.
    pub fn new(weights: Arc<SparseWeights>, image: Arc<Image>) -> Result<Self, WrongSize> {
        check_size(&image)?;
        Ok(Self {
            weights,
            image,
            responses: Responses::default(),
            field: Vec::new(),
            hidden: Vec::new(),
            inputs: Vec::with_capacity(FLAT),
        })
    }

    fn logits(&mut self, set: &PixelSet) -> [f32; CLASSES] {
        let weights = &*self.weights;
        let revealed: Vec<Revealed> = set
            .pixels()
            .iter()
            .map(|pixel| {
                let value = self.image.value(*pixel).expect("the pixels lie in the image");
                Revealed { pixel: *pixel, value: f32::from(value) / 255.0 }
            })
            .collect();
        self.field.clone_from(&weights.constant_field);
        self.responses.add_all(weights, &revealed, &mut self.field);
        pool(&self.field, &mut self.inputs);
        self.hidden.clone_from(&weights.fc1_bias);
        match &weights.fc1 {
            DenseRows::Half(rows) => add_rows_half(&mut self.hidden, rows, &self.inputs),
            DenseRows::Single(rows) => add_rows_single(&mut self.hidden, rows, &self.inputs),
        }
        last_layer(&self.hidden, &weights.fc2, weights.fc2_bias)
    }
}

/// ReLU and pool: the results that are not zero, in the order cell, channel.
fn pool(field: &[f32], inputs: &mut Vec<(usize, f32)>) {
    inputs.clear();
    for cell in 0..CELLS {
        let mut largest = [0.0_f32; CONV2];
        for position in 0..4 {
            let from = &field[pool_input(cell, position)..][..CONV2];
            largest.iter_mut().zip(from).for_each(|(largest, from)| *largest = largest.max(*from));
        }
        let numbered = largest.into_iter().enumerate();
        inputs.extend(
            numbered
                .filter(|(_, value)| *value > 0.0)
                .map(|(channel, value)| (cell * CONV2 + channel, value)),
        );
    }
}

impl Evaluator for SparseEvaluator {
    fn evaluate(&mut self, sets: &[PixelSet]) -> Vec<[f32; CLASSES]> {
        sets.iter().map(|set| self.logits(set)).collect()
    }
}
