//! The paper's network as plain numbers (section 3.1: the TensorFlow MNIST "layers" tutorial).
//!
//! | layer | input | output | what |
//! |---|---|---|---|
//! | conv1 | 2 × 28 × 28 | 32 × 28 × 28 | 5×5, zero padded to the same size, ReLU |
//! | pool  | | 32 × 14 × 14 | 2×2 maximum |
//! | conv2 | 32 × 14 × 14 | 64 × 14 × 14 | 5×5, zero padded to the same size, ReLU |
//! | pool  | | 64 × 7 × 7 = 3136 | 2×2 maximum |
//! | fc1   | 3136 | 1024 | ReLU, dropout 0.4 while training |
//! | fc2   | 1024 | one a label, 10 in the paper | logits |

use sha2::{Digest, Sha256};

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

/// The numbers of one layer, in the order in which PyTorch keeps them.
///
/// ```
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let conv1 = &judge.network().conv1;
/// assert_eq!((conv1.weight.len(), conv1.bias.len()), (32 * 2 * 5 * 5, 32));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Convolutions: output channel, input channel, kernel row, kernel column; dense layers:
    /// output, input. The last index runs fastest.
    pub weight: Vec<f32>,
    /// One number an output channel.
    pub bias: Vec<f32>,
}

/// A judge's four layers.
///
/// The first convolution's input planes are the mask of revealed pixels (0 or 1) and their values
/// (0 to 1, zero where nothing is revealed).
///
/// ```
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let layers = judge.network().layers();
/// let numbers: usize = layers.iter().map(|layer| layer.weight.len() + layer.bias.len()).sum();
/// assert_eq!(numbers, 3_275_434);
/// // All but two in a hundred are the first dense layer's.
/// assert!(judge.network().fc1.weight.len() * 100 > numbers * 98);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// 32 × 2 × 5 × 5.
    pub conv1: Layer,
    /// 64 × 32 × 5 × 5.
    pub conv2: Layer,
    /// 1024 × 3136.
    pub fc1: Layer,
    /// Label × 1024: as many labels as the network tells apart, 2 to [`MOST_CLASSES`].
    pub fc2: Layer,
}

impl Network {
    /// The layers' names in a file with the shapes of their weights, for so many labels.
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, Network};
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// let shapes = Network::shapes(judge.network().classes());
    /// for ((name, shape), layer) in shapes.into_iter().zip(judge.network().layers()) {
    ///     assert_eq!(layer.weight.len(), shape.iter().product::<usize>(), "{name}");
    ///     assert_eq!(layer.bias.len(), shape[0], "{name}");
    /// }
    /// ```
    pub fn shapes(classes: usize) -> [(&'static str, Vec<usize>); 4] {
        [
            ("conv1", vec![CONV1, 2, KERNEL, KERNEL]),
            ("conv2", vec![CONV2, CONV1, KERNEL, KERNEL]),
            ("fc1", vec![HIDDEN, FLAT]),
            ("fc2", vec![classes, HIDDEN]),
        ]
    }

    /// How many labels it tells apart.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// assert_eq!(judge.network().classes(), 10);
    /// ```
    pub fn classes(&self) -> usize {
        self.fc2.bias.len()
    }

    /// The SHA-256, in hexadecimal, of all numbers as little-endian `f32`: layer by layer, weights
    /// before biases. It tells judges apart whatever their files are called.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// let [four, six] = [4, 6].map(|pixels| Judge::shipped(pixels).expect("there is one"));
    /// assert_ne!(four.network().hash(), six.network().hash());
    /// // A copy under another name is the same judge.
    /// let copy = Judge::from_bytes("copy", &six.to_bytes())?;
    /// assert_eq!(copy.network().hash(), six.network().hash());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for number in self.layers().iter().flat_map(|layer| layer.weight.iter().chain(&layer.bias))
        {
            hash.update(number.to_le_bytes());
        }
        let digest = hash.finalize();
        let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
    }

    /// The layers in the order of [`shapes`](Self::shapes).
    pub fn layers(&self) -> [&Layer; 4] {
        [&self.conv1, &self.conv2, &self.fc1, &self.fc2]
    }
}
