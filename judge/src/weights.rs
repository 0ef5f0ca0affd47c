//! A judge as a file: `safetensors` with the four layers and, in its metadata, where it comes from.
//!
//! The tensors are named `conv1.weight` to `fc2.bias` and laid out as PyTorch has them (see
//! [`Network::shapes`]); the last has a row a label, 2 to 255 of them, in f64, f32, f16 or bf16. The second index of `conv1.weight` is the input plane:
//! the mask of revealed pixels is plane 0 and their values are plane 1, unless the file's metadata say
//! `planes` = `value mask`.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use half::{bf16, f16};
use pixel_debate_game::{LegalPixels, Rules};
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};

use crate::network::{CONV1, CONV2, DIGITS, FLAT, HIDDEN, KERNEL, Layer, MOST_CLASSES, Network};

/// A network and where it comes from.
///
/// ```
/// use pixel_debate_judge::{Judge, Precision, Weights};
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let bytes = judge.weights().to_bytes(Precision::Single)?;
/// assert_eq!(&Weights::from_bytes("again", &bytes)?, judge.weights());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// The four layers, shared by all that ask them.
    pub network: Arc<Network>,
    /// What its file says of it.
    pub provenance: Provenance,
}

/// Where a judge comes from, as far as its file says so: free text by key.
///
/// Judges trained by `pixel-debate judge train` have `pixels` (K), `legal`, `seed`, `batches`, `data`
/// (SHA-256 of the training data), `classes` (a line each, by label), `planes` (`mask value`),
/// `accuracy` (on the test set, with its interval) and `program`.
///
/// ```
/// use pixel_debate_game::LegalPixels;
/// use pixel_debate_judge::Provenance;
///
/// // A file need not say anything.
/// let silent = Provenance::default();
/// assert_eq!((silent.pixels(), silent.classes(), silent.data()), (None, None, None));
/// assert_eq!(silent.legal(), LegalPixels::Nonzero);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance(pub HashMap<String, String>);

impl Provenance {
    /// The number of revealed pixels that the judge was trained for.
    ///
    /// ```
    /// use pixel_debate_judge::Provenance;
    ///
    /// let provenance = Provenance([("pixels".to_owned(), "4".to_owned())].into());
    /// assert_eq!(provenance.pixels(), Some(4));
    /// ```
    pub fn pixels(&self) -> Option<usize> {
        self.0.get(PIXELS_KEY)?.parse().ok()
    }

    /// What the labels mean, by label, as far as that is known: the file says it, or that the judge
    /// was trained on MNIST.
    ///
    /// ```
    /// use pixel_debate_judge::{CLASSES_KEY, MNIST_TRAIN, Provenance};
    ///
    /// let mnist = Provenance([("data".to_owned(), MNIST_TRAIN.to_owned())].into());
    /// assert_eq!(mnist.classes().expect("ten digits")[7], "7");
    ///
    /// let said = Provenance::of_classes(&["cat".into(), "dog".into()]);
    /// let provenance = Provenance([(CLASSES_KEY.to_owned(), said)].into());
    /// assert_eq!(provenance.classes(), Some(vec!["cat".into(), "dog".into()]));
    /// ```
    pub fn classes(&self) -> Option<Vec<String>> {
        if let Some(classes) = self.0.get(CLASSES_KEY) {
            return Some(classes.lines().map(str::to_owned).collect());
        }
        let mnist = self.data() == Some(MNIST_TRAIN);
        mnist.then(|| (0..DIGITS).map(|digit| digit.to_string()).collect())
    }

    /// What the judge was trained on: the SHA-256 of all pixels followed by all labels, in hexadecimal.
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, MNIST_TRAIN};
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// assert_eq!(judge.provenance().data(), Some(MNIST_TRAIN));
    /// ```
    pub fn data(&self) -> Option<&str> {
        self.0.get("data").map(String::as_str)
    }

    /// Which pixels were shown in training: those that are not black, unless the file says otherwise.
    ///
    /// ```
    /// use pixel_debate_game::LegalPixels;
    /// use pixel_debate_judge::Provenance;
    ///
    /// let provenance = Provenance([("legal".to_owned(), "any".to_owned())].into());
    /// assert_eq!(provenance.legal(), LegalPixels::Any);
    /// ```
    pub fn legal(&self) -> LegalPixels {
        match self.0.get(LEGAL_KEY).map(String::as_str) {
            Some("any") => LegalPixels::Any,
            _ => LegalPixels::Nonzero,
        }
    }

    /// How often the judge was right when it was measured, in words: `59.9 % (...) on mnist-test`.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// let accuracy = judge.provenance().accuracy().expect("it was measured");
    /// assert!(accuracy.contains(" %") && accuracy.ends_with(" on mnist-test"), "{accuracy}");
    /// ```
    pub fn accuracy(&self) -> Option<&str> {
        self.0.get(ACCURACY_KEY).map(String::as_str)
    }

    /// What is wrong with what a file says, if something is that debates depend on, of a network with so many
    /// labels.
    fn fault(&self, labels: usize) -> Option<String> {
        let must_be = |key: &str, said: &str, allowed: &str| {
            Some(format!("its metadata say `{key}` = {said:?}: it must be {allowed}"))
        };
        let said = |key: &str| self.0.get(key).map(String::as_str);
        let most = usize::from(Rules::MAX_PIXELS);
        if let Some(pixels) = said(PIXELS_KEY)
            && !self.pixels().is_some_and(|pixels| (1..=most).contains(&pixels))
        {
            return must_be(PIXELS_KEY, pixels, &format!("a whole number from 1 to {most}"));
        }
        if let Some(legal) = said(LEGAL_KEY).filter(|legal| !["nonzero", "any"].contains(legal)) {
            return must_be(LEGAL_KEY, legal, "`nonzero` or `any`");
        }
        let classes = said(CLASSES_KEY)?;
        let sound = (1..=labels).contains(&classes.lines().count())
            && classes.lines().all(|name| !name.trim().is_empty() && !name.contains(is_unseen));
        if sound {
            return None;
        }
        let allowed = format!(
            "1 to {labels} names, a line each, of what can be seen: what the labels from 0 mean"
        );
        must_be(CLASSES_KEY, classes, &allowed)
    }

    /// The classes of a dataset as a file's metadata have them, by the key [`CLASSES_KEY`].
    ///
    /// ```
    /// use pixel_debate_judge::Provenance;
    ///
    /// assert_eq!(Provenance::of_classes(&["cat".into(), "dog".into()]), "cat\ndog");
    /// ```
    pub fn of_classes(classes: &[String]) -> String {
        classes.join("\n")
    }
}

/// The metadata's key of the classes.
pub const CLASSES_KEY: &str = "classes";
/// The metadata's key of the input planes.
pub const PLANES_KEY: &str = "planes";
/// The metadata's key of the number of pixels.
const PIXELS_KEY: &str = "pixels";
/// The metadata's key of the pixels that were shown in training.
const LEGAL_KEY: &str = "legal";
/// The metadata's key of what the judge knows.
const ACCURACY_KEY: &str = "accuracy";
/// The planes of all judges in memory, and of files that do not say.
pub const PLANES: &str = "mask value";
/// The planes of a file that are turned when it is read.
const TURNED_PLANES: &str = "value mask";

/// The hash of MNIST's training images and labels: what [`Provenance::data`] is of a judge of MNIST's.
pub const MNIST_TRAIN: &str = "edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b";

/// The greatest number that a layer may have. With none above it no logit can leave the range of
/// `f32`, whatever is revealed: 50, 800, 3136 and 1024 of them at a time make 10³⁵.
const GREATEST: f32 = 1e6;

/// The longest file of a judge, in bytes: all numbers in 64 bits, and a million for the rest.
const MOST_BYTES: u64 = {
    let convolutions = (2 * KERNEL * KERNEL + 1) * CONV1 + (CONV1 * KERNEL * KERNEL + 1) * CONV2;
    let dense = (FLAT + 1) * HIDDEN + (HIDDEN + 1) * MOST_CLASSES;
    8 * (convolutions + dense) as u64 + (1 << 20)
};

/// The format of the numbers in a file.
///
/// ```
/// use pixel_debate_judge::{Judge, Precision};
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let size = |precision| judge.weights().to_bytes(precision).map(|bytes| bytes.len());
/// let (half, single) = (size(Precision::Half)?, size(Precision::Single)?);
/// // Two bytes for each of three million numbers or so.
/// assert_eq!((single - half) / 1_000_000, 2 * 3_275_434 / 1_000_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits.
    Single,
    /// 16 bits, with 11 significant ones.
    Half,
}

/// Why a judge's file cannot be used.
///
/// ```
/// use pixel_debate_judge::{Judge, Weights};
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let mut weights = judge.weights().clone();
/// weights.provenance.0.insert("pixels".into(), "many".into());
/// let bytes = Judge::new("odd", weights).to_bytes();
/// assert_eq!(
///     Weights::from_bytes("odd.safetensors", &bytes).unwrap_err().to_string(),
///     "judge odd.safetensors does not hold the paper's network: its metadata say `pixels` = \
///      \"many\": it must be a whole number from 1 to 128"
/// );
/// ```
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The operating system could not read or write the file.
    #[error("judge {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is no `safetensors` file.
    #[error("judge {file} is not a sound safetensors file: {source}")]
    Format {
        /// The file, or what stands for it.
        file: String,
        /// What is wrong.
        source: SafeTensorError,
    },
    /// The file holds another network.
    #[error("judge {file} does not hold the paper's network: {fault}")]
    Network {
        /// The file, or what stands for it.
        file: String,
        /// What is wrong, and what is allowed.
        fault: String,
    },
}

impl Weights {
    /// Reads a judge's file.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use pixel_debate_judge::{Weights, WeightsError};
    ///
    /// let missing = Weights::read(Path::new("no-such.safetensors")).unwrap_err();
    /// assert!(matches!(missing, WeightsError::Io { .. }));
    /// assert!(missing.to_string().starts_with("judge no-such.safetensors: "));
    /// ```
    ///
    /// # Errors
    ///
    /// [`WeightsError`] if the file cannot be read, or as [`from_bytes`](Self::from_bytes).
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        let io = |source| WeightsError::Io { path: path.to_owned(), source };
        // Asked before it is opened: to open a pipe is to wait for its writer.
        if !path.metadata().map_err(io)?.is_file() {
            return Err(io(io::Error::other("not a file")));
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(io)?;
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
        Self::from_bytes(&path.display().to_string(), &bytes)
    }

    /// Reads the bytes of a judge's file; `file` names it in errors.
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, Weights, WeightsError};
    ///
    /// let mut bytes = Judge::shipped(4).expect("there is a judge for 4 pixels").to_bytes();
    /// bytes.pop();
    /// let short = Weights::from_bytes("short", &bytes).unwrap_err();
    /// assert!(matches!(short, WeightsError::Format { .. }), "{short}");
    /// ```
    ///
    /// # Errors
    ///
    /// [`WeightsError`] if the bytes are no such file: a tensor is missing, unknown, or of another type or shape, a
    /// number is out of range, or a line of the metadata is not as it may be. It is named.
    pub fn from_bytes(file: &str, bytes: &[u8]) -> Result<Self, WeightsError> {
        let format = |source| WeightsError::Format { file: file.to_owned(), source };
        if bytes.len() as u64 > MOST_BYTES {
            return Err(WeightsError::Network {
                file: file.to_owned(),
                fault: format!("it is longer than {MOST_BYTES} bytes"),
            });
        }
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(format)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(format)?;
        let fault = |fault| WeightsError::Network { file: file.to_owned(), fault };
        if let Some(name) = tensors.names().into_iter().find(|name| !is_known(name)) {
            return Err(fault(format!("it has a tensor {name:?} that the network has not")));
        }
        let classes = labels(&tensors).map_err(fault)?;
        let shapes = Network::shapes(classes);
        let layer = |index: usize| -> Result<Layer, String> {
            let (name, shape) = &shapes[index];
            Ok(Layer {
                weight: numbers(&tensors, &format!("{name}.weight"), shape)?,
                bias: numbers(&tensors, &format!("{name}.bias"), &shape[..1])?,
            })
        };
        let network =
            || Ok(Network { conv1: layer(0)?, conv2: layer(1)?, fc1: layer(2)?, fc2: layer(3)? });
        let mut network = network().map_err(fault)?;
        let mut provenance = Provenance(metadata.metadata().clone().unwrap_or_default());
        if let Some(wrong) = provenance.fault(classes) {
            return Err(fault(wrong));
        }
        if let Some(planes) = provenance.0.get_mut(PLANES_KEY) {
            match planes.as_str() {
                PLANES => {}
                TURNED_PLANES => {
                    turn_planes(&mut network.conv1.weight);
                    PLANES.clone_into(planes);
                }
                other => {
                    return Err(fault(format!(
                        "its metadata say `{PLANES_KEY}` = {other:?}: it must be `{PLANES}` or \
                         `{TURNED_PLANES}`"
                    )));
                }
            }
        }
        Ok(Self { network: Arc::new(network), provenance })
    }

    /// The bytes of a judge's file.
    ///
    /// The shipped judges' numbers have 16 bits, so that the smaller file says as much:
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, Precision, Weights};
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// let bytes = judge.weights().to_bytes(Precision::Half)?;
    /// assert_eq!(&Weights::from_bytes("half", &bytes)?, judge.weights());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a layer has not the network's shape.
    pub fn to_bytes(&self, precision: Precision) -> Result<Vec<u8>, SafeTensorError> {
        let dtype = match precision {
            Precision::Single => Dtype::F32,
            Precision::Half => Dtype::F16,
        };
        let encode = |numbers: &[f32]| -> Vec<u8> {
            match precision {
                Precision::Single => numbers.iter().flat_map(|n| n.to_le_bytes()).collect(),
                Precision::Half => {
                    numbers.iter().flat_map(|n| f16::from_f32(*n).to_le_bytes()).collect()
                }
            }
        };
        let mut tensors = Vec::new();
        let shapes = Network::shapes(self.network.classes());
        for ((name, shape), layer) in shapes.into_iter().zip(self.network.layers()) {
            let outputs = vec![shape[0]];
            tensors.push((format!("{name}.weight"), shape, encode(&layer.weight)));
            tensors.push((format!("{name}.bias"), outputs, encode(&layer.bias)));
        }
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| Ok((name, TensorView::new(dtype, shape.clone(), bytes)?)))
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        safetensors::serialize(views, Some(self.provenance.0.clone()))
    }
}

/// Exchanges the two input planes of the first convolution.
fn turn_planes(weight: &mut [f32]) {
    for planes in weight.chunks_exact_mut(2 * KERNEL * KERNEL) {
        planes.rotate_left(KERNEL * KERNEL);
    }
}

/// Whether a character of a name says something to a terminal, or turns the order of what is seen.
fn is_unseen(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_known(tensor: &str) -> bool {
    tensor.split_once('.').is_some_and(|(layer, kind)| {
        ["conv1", "conv2", "fc1", "fc2"].contains(&layer) && ["weight", "bias"].contains(&kind)
    })
}

/// How many labels the last layer has.
fn labels(tensors: &SafeTensors<'_>) -> Result<usize, String> {
    let name = "fc2.weight";
    let tensor = tensors.tensor(name).map_err(|_| format!("it has no tensor {name:?}"))?;
    match tensor.shape() {
        [labels, HIDDEN] if (2..=MOST_CLASSES).contains(labels) => Ok(*labels),
        shape => Err(format!(
            "{name} has the shape {shape:?}, not [labels, {HIDDEN}] with 2 to {MOST_CLASSES} labels"
        )),
    }
}

/// The numbers of a tensor of the given shape, all finite.
fn numbers(tensors: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
    let tensor = tensors.tensor(name).map_err(|_| format!("it has no tensor {name:?}"))?;
    if tensor.shape() != shape {
        return Err(format!("{name} has the shape {:?}, not {shape:?}", tensor.shape()));
    }
    let data = tensor.data();
    let numbers: Vec<f32> = match tensor.dtype() {
        Dtype::F32 => data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        Dtype::F16 => {
            data.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect()
        }
        Dtype::BF16 => {
            data.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect()
        }
        // Rounded to the nearest number of 32 bits.
        Dtype::F64 => {
            data.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect()
        }
        other => {
            return Err(format!("{name} is stored as {other:?}, not as F64, F32, F16 or BF16"));
        }
    };
    let fits = |number: f32| number.is_finite() && number.abs() <= GREATEST;
    match numbers.iter().position(|number| !fits(*number)) {
        Some(at) => {
            let number = numbers[at];
            Err(format!("number {at} of {name} is {number}: it must be within ±{GREATEST}"))
        }
        None => Ok(numbers),
    }
}
