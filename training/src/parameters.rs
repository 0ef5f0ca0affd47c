//! The network's numbers in the order that suits training.
//!
//! What one revealed pixel, or one active cell, multiplies is kept together:
//!
//! | tensor | order |
//! |---|---|
//! | conv1 | plane, kernel row, kernel column, output channel |
//! | conv2 | input channel, kernel row *from below*, kernel column *from the right*, output channel |
//! | fc1 | cell (row · 7 + column), channel, unit |
//! | fc2 | unit, label |

use pixel_debate_judge::{
    geometry::{TAPS, conv1_weight_index, conv2_weight_index, fc1_weight_index, fc2_weight_index},
    network::{CONV1, CONV2, FLAT, HIDDEN, Layer, Network},
};
use rand::{Rng, RngExt};

/// One number for each weight and bias: the parameters themselves, their gradient, or a moment of
/// Adam.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    pub(crate) conv1: Layer,
    pub(crate) conv2: Layer,
    pub(crate) fc1: Layer,
    pub(crate) fc2: Layer,
}

/// A layer of zeros with so many weights and biases.
pub(crate) fn zeros(weight: usize, bias: usize) -> Layer {
    Layer { weight: vec![0.0; weight], bias: vec![0.0; bias] }
}

impl Parameters {
    /// All zero, for so many labels.
    pub(crate) fn zeros(classes: usize) -> Self {
        Self {
            conv1: zeros(2 * TAPS * CONV1, CONV1),
            conv2: zeros(CONV1 * TAPS * CONV2, CONV2),
            fc1: zeros(FLAT * HIDDEN, HIDDEN),
            fc2: zeros(HIDDEN * classes, classes),
        }
    }

    /// Glorot's uniform initialisation of the weights and zero biases: what TensorFlow's layers,
    /// and so the paper, begin with.
    pub(crate) fn glorot(classes: usize, rng: &mut impl Rng) -> Self {
        let mut parameters = Self::zeros(classes);
        let fans = [
            (2 * TAPS, CONV1 * TAPS),
            (CONV1 * TAPS, CONV2 * TAPS),
            (FLAT, HIDDEN),
            (HIDDEN, classes),
        ];
        for (layer, (fan_in, fan_out)) in parameters.layers_mut().into_iter().zip(fans) {
            let bound = (6.0 / (fan_in + fan_out) as f32).sqrt();
            layer.weight.fill_with(|| rng.random_range(-bound..bound));
        }
        parameters
    }

    /// How many labels there are.
    pub(crate) fn classes(&self) -> usize {
        self.fc2.bias.len()
    }

    pub(crate) fn layers(&self) -> [&Layer; 4] {
        [&self.conv1, &self.conv2, &self.fc1, &self.fc2]
    }

    pub(crate) fn layers_mut(&mut self) -> [&mut Layer; 4] {
        [&mut self.conv1, &mut self.conv2, &mut self.fc1, &mut self.fc2]
    }

    /// Weights and biases of all layers, one after another.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = &Vec<f32>> {
        self.layers().into_iter().flat_map(|layer| [&layer.weight, &layer.bias])
    }

    /// Weights and biases of all layers, one after another.
    pub(crate) fn tensors_mut(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        self.layers_mut().into_iter().flat_map(|layer| [&mut layer.weight, &mut layer.bias])
    }

    /// The same numbers in a network's order.
    pub(crate) fn to_network(&self) -> Network {
        fn reorder(layer: &Layer, place: impl Fn(usize) -> usize) -> Layer {
            let mut weight = vec![0.0; layer.weight.len()];
            for (index, number) in layer.weight.iter().enumerate() {
                weight[place(index)] = *number;
            }
            Layer { weight, bias: layer.bias.clone() }
        }
        Network {
            conv1: reorder(&self.conv1, conv1_weight_index),
            conv2: reorder(&self.conv2, conv2_weight_index),
            fc1: reorder(&self.fc1, fc1_weight_index),
            fc2: reorder(&self.fc2, |index| fc2_weight_index(index, self.classes())),
        }
    }

    /// The numbers of a network in the order of training.
    pub(crate) fn of_network(network: &Network) -> Self {
        fn reorder(layer: &Layer, place: impl Fn(usize) -> usize) -> Layer {
            let weight = (0..layer.weight.len()).map(|index| layer.weight[place(index)]);
            Layer { weight: weight.collect(), bias: layer.bias.clone() }
        }
        Self {
            conv1: reorder(&network.conv1, conv1_weight_index),
            conv2: reorder(&network.conv2, conv2_weight_index),
            fc1: reorder(&network.fc1, fc1_weight_index),
            fc2: reorder(&network.fc2, |index| fc2_weight_index(index, network.classes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_inverse() {
        let mut parameters = Parameters::zeros(47);
        let mut next = 0.0;
        for tensor in parameters.tensors_mut() {
            tensor.fill_with(|| {
                next += 1.0;
                next
            });
        }
        assert_eq!(Parameters::of_network(&parameters.to_network()), parameters);
    }
}
