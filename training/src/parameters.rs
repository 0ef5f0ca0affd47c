//! A judge's numbers in the order that suits training.
//!
//! What one revealed pixel, or one active cell, multiplies is kept together:
//!
//! | tensor | order |
//! |---|---|
//! | conv1 | plane, kernel row, kernel column, output channel |
//! | conv2 | input channel, kernel row *from below*, kernel column *from the right*, output channel |
//! | fc1 after convolutions | cell (row · 7 + column), channel, unit |
//! | fc, other fc1, fc2 | input, output |

use pixel_debate_judge::{
    Layer, Linear, Mlp, Model, Trainable,
    geometry::{CELLS, TAPS},
    network::{HIDDEN, Network, Widths},
    perceptron::INPUTS,
};
use rand::{Rng, RngExt};

/// One number for each weight and bias: the parameters themselves, their gradient, or a moment of
/// Adam.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    kind: Trainable,
    classes: usize,
    /// In the order in which they compute.
    layers: Vec<Layer>,
}

/// What is fixed about a layer.
struct LayerForm {
    name: &'static str,
    /// Numbers of weights and of biases.
    size: (usize, usize),
    /// Inputs of an output, and outputs that an input reaches.
    fans: (usize, usize),
    order: Order,
}

/// In what order a layer's weights are kept.
#[derive(Clone, Copy)]
enum Order {
    Conv1 { outputs: usize },
    Conv2 { inputs: usize, outputs: usize },
    Cells { channels: usize, outputs: usize },
    Dense { inputs: usize, outputs: usize },
}

impl Order {
    /// For a place in the order of training, the place in the layer's own.
    fn place(self, index: usize) -> usize {
        match self {
            Self::Conv1 { outputs } => {
                let (plane, tap) = (index / (TAPS * outputs), index / outputs % TAPS);
                (index % outputs * 2 + plane) * TAPS + tap
            }
            Self::Conv2 { inputs, outputs } => {
                let (input, tap) = (index / (TAPS * outputs), index / outputs % TAPS);
                (index % outputs * inputs + input) * TAPS + (TAPS - 1 - tap)
            }
            Self::Cells { channels, outputs } => {
                let (cell, channel) = (index / (channels * outputs), index / outputs % channels);
                index % outputs * channels * CELLS + channel * CELLS + cell
            }
            Self::Dense { inputs, outputs } => index % outputs * inputs + index / outputs,
        }
    }
}

/// A layer in which each input reaches each output.
fn dense(name: &'static str, inputs: usize, outputs: usize) -> LayerForm {
    let (size, fans) = ((inputs * outputs, outputs), (inputs, outputs));
    LayerForm { name, size, fans, order: Order::Dense { inputs, outputs } }
}

/// The layers of a kind.
fn forms(kind: Trainable, classes: usize) -> Vec<LayerForm> {
    let Some(widths) = kind.widths() else {
        return match kind {
            Trainable::Mlp => vec![dense("fc1", INPUTS, HIDDEN), dense("fc2", HIDDEN, classes)],
            _ => vec![dense("fc", INPUTS, classes)],
        };
    };
    let Widths { conv1, conv2, hidden } = widths;
    vec![
        LayerForm {
            name: "conv1",
            size: (2 * TAPS * conv1, conv1),
            fans: (2 * TAPS, conv1 * TAPS),
            order: Order::Conv1 { outputs: conv1 },
        },
        LayerForm {
            name: "conv2",
            size: (conv1 * TAPS * conv2, conv2),
            fans: (conv1 * TAPS, conv2 * TAPS),
            order: Order::Conv2 { inputs: conv1, outputs: conv2 },
        },
        LayerForm {
            order: Order::Cells { channels: conv2, outputs: hidden },
            ..dense("fc1", widths.flat(), hidden)
        },
        dense("fc2", hidden, classes),
    ]
}

impl Parameters {
    /// All zero, for a judge of that kind with so many labels.
    pub(crate) fn zeros(kind: Trainable, classes: usize) -> Self {
        let zeros = |form: LayerForm| {
            let (weights, biases) = form.size;
            Layer { weight: vec![0.0; weights], bias: vec![0.0; biases] }
        };
        Self { kind, classes, layers: forms(kind, classes).into_iter().map(zeros).collect() }
    }

    /// Glorot's uniform initialisation of the weights and zero biases: what TensorFlow's layers,
    /// and so the paper, begin with.
    pub(crate) fn glorot(kind: Trainable, classes: usize, rng: &mut impl Rng) -> Self {
        let mut parameters = Self::zeros(kind, classes);
        for (layer, form) in parameters.layers.iter_mut().zip(forms(kind, classes)) {
            let (fan_in, fan_out) = form.fans;
            let bound = (6.0 / (fan_in + fan_out) as f32).sqrt();
            layer.weight.fill_with(|| rng.random_range(-bound..bound));
        }
        parameters
    }

    /// What kind of judge they are of.
    #[cfg(test)]
    pub(crate) fn kind(&self) -> Trainable {
        self.kind
    }

    /// How many labels there are.
    #[cfg(any(test, feature = "cuda"))]
    pub(crate) fn classes(&self) -> usize {
        self.classes
    }

    /// Units of the last hidden layer: none of a linear judge.
    pub(crate) fn units(&self) -> usize {
        let hidden = self.layers.len().checked_sub(2).map(|last| &self.layers[last]);
        hidden.map_or(0, |layer| layer.bias.len())
    }

    /// The layers, as many as the kind has.
    ///
    /// # Panics
    ///
    /// If it has another number.
    pub(crate) fn layers<const N: usize>(&self) -> [&Layer; N] {
        let layers: Vec<&Layer> = self.layers.iter().collect();
        layers.try_into().expect("whoever asks knows the kind")
    }

    /// The layers, as many as the kind has.
    ///
    /// # Panics
    ///
    /// If it has another number.
    pub(crate) fn layers_mut<const N: usize>(&mut self) -> [&mut Layer; N] {
        let layers: Vec<&mut Layer> = self.layers.iter_mut().collect();
        layers.try_into().expect("whoever asks knows the kind")
    }

    /// The layers' names in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        forms(self.kind, self.classes).into_iter().map(|form| form.name)
    }

    /// Weights and biases of all layers, one after another.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = &Vec<f32>> {
        self.layers.iter().flat_map(|layer| [&layer.weight, &layer.bias])
    }

    /// Weights and biases of all layers, one after another.
    pub(crate) fn tensors_mut(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        self.layers.iter_mut().flat_map(|layer| [&mut layer.weight, &mut layer.bias])
    }

    /// The same numbers in a judge's order.
    pub(crate) fn to_model(&self) -> Model {
        let forms = forms(self.kind, self.classes).into_iter();
        let mut layers = self.layers.iter().zip(forms).map(|(layer, form)| {
            let mut weight = vec![0.0; layer.weight.len()];
            for (index, number) in layer.weight.iter().enumerate() {
                weight[form.order.place(index)] = *number;
            }
            Layer { weight, bias: layer.bias.clone() }
        });
        let mut next = || layers.next().expect("the kind has the layer");
        match self.kind {
            Trainable::Linear => Linear { fc: next() }.into(),
            Trainable::Mlp => Mlp { fc1: next(), fc2: next() }.into(),
            Trainable::Paper | Trainable::Small | Trainable::Large => {
                Network { conv1: next(), conv2: next(), fc1: next(), fc2: next() }.into()
            }
        }
    }

    /// The numbers of a judge in the order of training, if it is of a kind that is trained.
    pub(crate) fn of_model(model: &Model) -> Option<Self> {
        let (kind, classes) = (Trainable::of(model)?, model.classes());
        let layers = model.layers().into_iter().zip(forms(kind, classes));
        let layers = layers.map(|(named, form)| {
            let numbers = 0..named.layer.weight.len();
            let weight = numbers.map(|index| named.layer.weight[form.order.place(index)]).collect();
            Layer { weight, bias: named.layer.bias.clone() }
        });
        Some(Self { kind, classes, layers: layers.collect() })
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_judge::geometry::{
        conv1_weight_index, conv2_weight_index, fc1_weight_index, fc2_weight_index,
    };

    use super::*;

    #[test]
    fn orders_are_inverse() {
        for kind in Trainable::ALL {
            let mut parameters = Parameters::zeros(kind, 47);
            let mut next = 0.0;
            for tensor in parameters.tensors_mut() {
                tensor.fill_with(|| {
                    next += 1.0;
                    next
                });
            }
            assert_eq!(Parameters::of_model(&parameters.to_model()), Some(parameters));
        }
    }

    #[test]
    fn the_papers_orders_are_those_of_the_engine() {
        let forms = forms(Trainable::Paper, 10);
        let engines: [&dyn Fn(usize) -> usize; 4] =
            [&conv1_weight_index, &conv2_weight_index, &fc1_weight_index, &|index| {
                fc2_weight_index(index, 10)
            }];
        for (form, engine) in forms.into_iter().zip(engines) {
            let (weights, _) = form.size;
            assert!((0..weights).all(|index| form.order.place(index) == engine(index)));
        }
    }
}
