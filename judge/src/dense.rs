//! The dense forward pass of each kind of judge, layer by layer, as a textbook has it.
//!
//! It is the reference that every faster evaluation is tested against. Convolutions are matrix
//! products over unfolded windows ("im2col").

use std::sync::Arc;

use pixel_debate_game::Image;

use crate::{
    evaluator::{Evaluator, WrongSize, check_size},
    kernels::{Matrix, Output, multiply},
    layer::Layer,
    logits::{Logits, mean},
    model::Model,
    network::{KERNEL, Network, SIDE, Widths},
    perceptron::{INPUTS, Linear, Mlp},
    pixel_set::PixelSet,
};

/// What the network reads of one image: the mask of revealed pixels, then their values, each
/// 28 × 28 row by row.
pub type Planes = [f32; 2 * SIDE * SIDE];

/// The two input planes for revealed pixels `(x, y, value)`.
///
/// ```
/// use pixel_debate_judge::dense::planes;
///
/// // Column 3 of row 2 has the value 255.
/// let planes = planes([(3, 2, 255)]);
/// let (mask, values) = planes.split_at(28 * 28);
/// assert_eq!((mask[2 * 28 + 3], values[2 * 28 + 3]), (1.0, 1.0));
/// assert_eq!(planes.iter().sum::<f32>(), 2.0, "everything else is zero");
/// ```
///
/// # Panics
///
/// If a pixel lies outside the 28 × 28 image.
pub fn planes(revealed: impl IntoIterator<Item = (u8, u8, u8)>) -> Planes {
    let mut planes = [0.0; 2 * SIDE * SIDE];
    for (x, y, value) in revealed {
        let (x, y) = (usize::from(x), usize::from(y));
        assert!(x < SIDE && y < SIDE, "pixel ({x}, {y}) is outside of {SIDE}×{SIDE}");
        planes[y * SIDE + x] = 1.0;
        planes[SIDE * SIDE + y * SIDE + x] = f32::from(value) / 255.0;
    }
    planes
}

impl Model {
    /// The logits for each of `inputs`.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    /// use pixel_debate_judge::dense::planes;
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// let logits = judge.model().logits(&[planes([]), planes([(14, 9, 200)])]);
    /// assert_eq!(logits.len(), 2);
    /// assert_ne!(logits[0], logits[1], "a pixel tells the judge something");
    /// ```
    pub fn logits(&self, inputs: &[Planes]) -> Logits {
        match self {
            Self::Convolutions(network) => network.logits(inputs),
            Self::Linear(linear) => linear.logits(inputs),
            Self::Mlp(mlp) => mlp.logits(inputs),
            Self::Ensemble(ensemble) => {
                let said = ensemble.members().iter().map(|member| member.model.logits(inputs));
                mean(&said.collect::<Vec<_>>())
            }
        }
    }
}

impl Network {
    /// The logits for each of `inputs`.
    pub fn logits(&self, inputs: &[Planes]) -> Logits {
        let Widths { conv1, conv2, hidden } = self.widths();
        let rows = inputs.len();
        let flat_inputs = self.widths().flat();
        let mut flat = Vec::with_capacity(rows * flat_inputs);
        for input in inputs {
            let field = pool(&convolution(&self.conv1, input, 2, conv1, SIDE), conv1, SIDE);
            let field = convolution(&self.conv2, &field, conv1, conv2, SIDE / 2);
            flat.extend(pool(&field, conv2, SIDE / 2));
        }
        let mut units = dense(&self.fc1, &flat, rows, flat_inputs, hidden);
        relu(&mut units);
        logits(&self.fc2, &units, rows, hidden)
    }
}

impl Linear {
    /// The logits for each of `inputs`.
    pub fn logits(&self, inputs: &[Planes]) -> Logits {
        logits(&self.fc, inputs.as_flattened(), inputs.len(), INPUTS)
    }
}

impl Mlp {
    /// The logits for each of `inputs`.
    pub fn logits(&self, inputs: &[Planes]) -> Logits {
        let (rows, units) = (inputs.len(), self.units());
        let mut hidden = dense(&self.fc1, inputs.as_flattened(), rows, INPUTS, units);
        relu(&mut hidden);
        logits(&self.fc2, &hidden, rows, units)
    }
}

/// The last layer.
fn logits(layer: &Layer, input: &[f32], rows: usize, inputs: usize) -> Logits {
    let classes = layer.bias.len();
    let logits = dense(layer, input, rows, inputs, classes);
    Logits::of(classes, logits.chunks_exact(classes))
}

/// A 5×5 convolution, zero padded to the same size, and ReLU: `channels × side × side` numbers to
/// `outputs × side × side`.
fn convolution(
    layer: &Layer,
    input: &[f32],
    channels: usize,
    outputs: usize,
    side: usize,
) -> Vec<f32> {
    let mut windows = Vec::with_capacity(channels * KERNEL * KERNEL * side * side);
    for channel in input.chunks_exact(side * side) {
        for tap in 0..KERNEL * KERNEL {
            for at in 0..side * side {
                let y = (at / side + tap / KERNEL).wrapping_sub(KERNEL / 2);
                let x = (at % side + tap % KERNEL).wrapping_sub(KERNEL / 2);
                let inside = x < side && y < side;
                windows.push(if inside { channel[y * side + x] } else { 0.0 });
            }
        }
    }
    let weight = Matrix::new(&layer.weight, outputs, channels * KERNEL * KERNEL);
    let windows = Matrix::new(&windows, channels * KERNEL * KERNEL, side * side);
    let mut field: Vec<f32> =
        layer.bias.iter().flat_map(|bias| std::iter::repeat_n(*bias, side * side)).collect();
    multiply(weight, windows, Output::Add, &mut field, 1);
    relu(&mut field);
    field
}

/// The maximum of each 2×2 block: `channels × side × side` numbers to a quarter of them.
fn pool(field: &[f32], channels: usize, side: usize) -> Vec<f32> {
    let half = side / 2;
    let mut pooled = Vec::with_capacity(channels * half * half);
    for channel in field.chunks_exact(side * side) {
        for y in 0..half {
            for x in 0..half {
                let at = 2 * y * side + 2 * x;
                let block =
                    [channel[at], channel[at + 1], channel[at + side], channel[at + side + 1]];
                pooled.push(block.into_iter().fold(f32::NEG_INFINITY, f32::max));
            }
        }
    }
    pooled
}

/// `rows` inputs through a dense layer.
fn dense(layer: &Layer, input: &[f32], rows: usize, inputs: usize, outputs: usize) -> Vec<f32> {
    let mut output = layer.bias.repeat(rows);
    let weight = Matrix::new(&layer.weight, outputs, inputs).transposed();
    multiply(Matrix::new(input, rows, inputs), weight, Output::Add, &mut output, 1);
    output
}

fn relu(numbers: &mut [f32]) {
    for number in numbers {
        *number = number.max(0.0);
    }
}

/// The dense forward pass as an [`Evaluator`].
#[derive(Debug, Clone)]
pub struct DenseEvaluator {
    model: Model,
    image: Arc<Image>,
}

impl DenseEvaluator {
    /// Judges `image` by a model of whatever kind.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixel_debate_game::{Image, Pixel};
    /// use pixel_debate_judge::dense::planes;
    /// use pixel_debate_judge::{DenseEvaluator, Evaluator, Judge, PixelSet};
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// let image = Arc::new(Image::new(28, 28, vec![200; 784])?);
    /// let mut dense = DenseEvaluator::new(judge.model().clone(), image)?;
    /// let logits = dense.evaluate(&[PixelSet::default().with(Pixel::new(14, 9))]);
    /// assert_eq!(logits, judge.model().logits(&[planes([(14, 9, 200)])]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WrongSize`] if judges read images of another size.
    pub fn new(model: impl Into<Model>, image: Arc<Image>) -> Result<Self, WrongSize> {
        check_size(&image)?;
        Ok(Self { model: model.into(), image })
    }
}

impl Evaluator for DenseEvaluator {
    fn classes(&self) -> usize {
        self.model.classes()
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let inputs: Vec<Planes> = sets
            .iter()
            .map(|set| {
                planes(set.pixels().iter().map(|pixel| {
                    let value = self.image.value(*pixel).expect("the pixels lie in the image");
                    (pixel.x, pixel.y, value)
                }))
            })
            .collect();
        self.model.logits(&inputs)
    }
}
