//! Judges whose first layer reads all pixels alike: a linear one, and one with a hidden layer.

use crate::{
    layer::Layer,
    network::{HIDDEN, SIDE},
};

/// What their first layer reads: the mask of revealed pixels, then their values, each row by row.
pub const INPUTS: usize = 2 * SIDE * SIDE;
/// The most units of a hidden layer that are read from a file: four times those of the paper's network.
pub const MOST_UNITS: usize = 4 * HIDDEN;

/// A judge whose logits are sums over the revealed pixels.
///
/// ```
/// use pixel_debate_judge::{Layer, Linear, perceptron::INPUTS};
///
/// let fc = Layer { weight: vec![0.0; 47 * INPUTS], bias: vec![0.0; 47] };
/// assert_eq!(Linear { fc }.classes(), 47);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// Label × input.
    pub fc: Layer,
}

impl Linear {
    /// How many labels it tells apart.
    pub fn classes(&self) -> usize {
        self.fc.bias.len()
    }

    /// The layer's name in a file with the shape of its weights, for so many labels.
    ///
    /// ```
    /// use pixel_debate_judge::Linear;
    ///
    /// assert_eq!(Linear::shapes(10), [("fc", vec![10, 1568])]);
    /// ```
    pub fn shapes(classes: usize) -> [(&'static str, Vec<usize>); 1] {
        [("fc", vec![classes, INPUTS])]
    }
}

/// A judge with one hidden layer and ReLU.
///
/// ```
/// use pixel_debate_judge::{Layer, Mlp, perceptron::INPUTS};
///
/// let layer = |outputs, inputs| Layer { weight: vec![0.0; outputs * inputs], bias: vec![0.0; outputs] };
/// let mlp = Mlp { fc1: layer(64, INPUTS), fc2: layer(10, 64) };
/// assert_eq!((mlp.units(), mlp.classes()), (64, 10));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// Unit × input.
    pub fc1: Layer,
    /// Label × unit.
    pub fc2: Layer,
}

impl Mlp {
    /// How many labels it tells apart.
    pub fn classes(&self) -> usize {
        self.fc2.bias.len()
    }

    /// How many units its hidden layer has, 1 to [`MOST_UNITS`].
    pub fn units(&self) -> usize {
        self.fc1.bias.len()
    }

    /// The layers' names in a file with the shapes of their weights, for so many units and labels.
    ///
    /// ```
    /// use pixel_debate_judge::Mlp;
    ///
    /// assert_eq!(Mlp::shapes(64, 10), [("fc1", vec![64, 1568]), ("fc2", vec![10, 64])]);
    /// ```
    pub fn shapes(units: usize, classes: usize) -> [(&'static str, Vec<usize>); 2] {
        [("fc1", vec![units, INPUTS]), ("fc2", vec![classes, units])]
    }
}
