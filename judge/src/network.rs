//! The paper's network as plain numbers (section 3.1: the TensorFlow MNIST "layers" tutorial), and the same of
//! other [widths](Widths).
//!
//! | layer | input | output | what |
//! |---|---|---|---|
//! | conv1 | 2 × 28 × 28 | 32 × 28 × 28 | 5×5, zero padded to the same size, ReLU |
//! | pool  | | 32 × 14 × 14 | 2×2 maximum |
//! | conv2 | 32 × 14 × 14 | 64 × 14 × 14 | 5×5, zero padded to the same size, ReLU |
//! | pool  | | 64 × 7 × 7 = 3136 | 2×2 maximum |
//! | fc1   | 3136 | 1024 | ReLU, dropout 0.4 while training |
//! | fc2   | 1024 | one a label, 10 in the paper | logits |

pub use crate::layer::Layer;

/// Columns and rows of the image that the network reads.
pub const SIDE: usize = 28;
/// Channels after the first convolution.
pub const CONV1: usize = 32;
/// Channels after the second convolution.
pub const CONV2: usize = 64;
/// Columns and rows of a convolution's kernel.
pub const KERNEL: usize = 5;
/// Inputs of the first dense layer, numbered `channel * 49 + row * 7 + column`.
pub const FLAT: usize = CONV2 * 7 * 7;
/// Units of the first dense layer.
pub const HIDDEN: usize = 1024;
/// Labels of the judges that come with the program: the paper's ten digits.
pub const DIGITS: usize = 10;
/// The most labels that a network can tell apart.
pub const MOST_CLASSES: usize = 255;

/// Cells of the field that the first dense layer reads, whatever the widths: 7 × 7.
const CELLS: usize = FLAT / CONV2;

/// How wide the layers of a [`Network`] are.
///
/// ```
/// use pixel_debate_judge::network::{CONV2, FLAT, Widths};
///
/// assert_eq!(Widths::PAPER.flat(), FLAT);
/// assert_eq!(Widths::SMALL.conv2, CONV2 / 2);
/// assert_eq!(Widths::LARGE.conv2, CONV2 * 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Widths {
    /// Channels after the first convolution.
    pub conv1: usize,
    /// Channels after the second convolution.
    pub conv2: usize,
    /// Units of the first dense layer.
    pub hidden: usize,
}

impl Widths {
    /// The paper's.
    pub const PAPER: Self = Self { conv1: CONV1, conv2: CONV2, hidden: HIDDEN };
    /// Half the paper's.
    pub const SMALL: Self = Self { conv1: CONV1 / 2, conv2: CONV2 / 2, hidden: HIDDEN / 2 };
    /// Double the paper's.
    pub const LARGE: Self = Self { conv1: CONV1 * 2, conv2: CONV2 * 2, hidden: HIDDEN * 2 };
    /// The greatest that are read from a file: four times the paper's.
    pub const MOST: Self = Self { conv1: CONV1 * 4, conv2: CONV2 * 4, hidden: HIDDEN * 4 };

    /// Inputs of the first dense layer, numbered `channel * 49 + row * 7 + column`.
    pub const fn flat(self) -> usize {
        self.conv2 * CELLS
    }

    /// The layers' names in a file with the shapes of their weights, for so many labels. A layer has a bias for each
    /// of its outputs, the first number of the shape.
    ///
    /// ```
    /// use pixel_debate_judge::network::Widths;
    ///
    /// let [conv1, .., fc2] = Widths::SMALL.shapes(47);
    /// assert_eq!(conv1, ("conv1", vec![16, 2, 5, 5]));
    /// assert_eq!(fc2, ("fc2", vec![47, 512]));
    /// ```
    pub fn shapes(self, classes: usize) -> [(&'static str, Vec<usize>); 4] {
        [
            ("conv1", vec![self.conv1, 2, KERNEL, KERNEL]),
            ("conv2", vec![self.conv2, self.conv1, KERNEL, KERNEL]),
            ("fc1", vec![self.hidden, self.flat()]),
            ("fc2", vec![classes, self.hidden]),
        ]
    }
}

/// Two convolutions, each with a pool, and two dense layers.
///
/// The first convolution's input planes are the mask of revealed pixels (0 or 1) and their values
/// (0 to 1, zero where nothing is revealed).
///
/// ```
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let network = judge.network().expect("the shipped judges are the paper's network");
/// let layers = network.layers();
/// let numbers: usize = layers.iter().map(|layer| layer.weight.len() + layer.bias.len()).sum();
/// assert_eq!(numbers, 3_275_434);
/// // All but two in a hundred are the first dense layer's.
/// assert!(network.fc1.weight.len() * 100 > numbers * 98);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// 32 × 2 × 5 × 5 in the paper.
    pub conv1: Layer,
    /// 64 × 32 × 5 × 5.
    pub conv2: Layer,
    /// 1024 × 3136.
    pub fc1: Layer,
    /// Label × 1024: as many labels as the network tells apart, 2 to [`MOST_CLASSES`].
    pub fc2: Layer,
}

impl Network {
    /// How many labels it tells apart.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// assert_eq!(judge.network().expect("convolutions").classes(), 10);
    /// ```
    pub fn classes(&self) -> usize {
        self.fc2.bias.len()
    }

    /// How wide its layers are.
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, network::Widths};
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// assert_eq!(judge.network().expect("convolutions").widths(), Widths::PAPER);
    /// ```
    pub fn widths(&self) -> Widths {
        let [conv1, conv2, hidden] =
            [&self.conv1, &self.conv2, &self.fc1].map(|layer| layer.bias.len());
        Widths { conv1, conv2, hidden }
    }

    /// The layers in the order of [`Widths::shapes`].
    pub fn layers(&self) -> [&Layer; 4] {
        [&self.conv1, &self.conv2, &self.fc1, &self.fc2]
    }
}
