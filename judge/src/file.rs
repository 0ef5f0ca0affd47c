//! A judge as a file: `safetensors` with its layers and, in its metadata, where it comes from.
//!
//! Tensors are named and laid out as PyTorch has them, in f64, f32, f16 or bf16: `fc1.weight` and `fc1.bias` for the
//! layer `fc1`. The last layer has a row a label, 2 to 255 of them.
//!
//! | kind | layers, with the shapes of their weights |
//! |---|---|
//! | `paper` | `conv1` 32 × 2 × 5 × 5, `conv2` 64 × 32 × 5 × 5, `fc1` 1024 × 3136, `fc2` labels × 1024 |
//! | `convolutions` | the same with other [`Widths`](crate::network::Widths): `conv1` a × 2 × 5 × 5, `conv2` b × a × 5 × 5, `fc1` c × 49 b, `fc2` labels × c |
//! | `linear` | `fc` labels × 1568 |
//! | `mlp` | `fc1` units × 1568, `fc2` labels × units |
//! | `ensemble` | those of each member after `members.0.`, `members.1.` and so on, 2 to 16 of them |
//!
//! The metadata's `kind` says which it is. Without it the tensors' names and shapes do.
//!
//! What is read is the mask of revealed pixels, then their values: the second index of `conv1.weight` is the plane,
//! and the second of `fc.weight`, or of an MLP's `fc1.weight`, has the 784 pixels of the mask before those of the
//! values. Where the metadata say `planes` = `value mask`, it is the other way round. What is said of an ensemble's
//! member has the key that it would have alone, after `members.0.`.

mod tensors;

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use half::f16;
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};

use crate::{
    model::{Ensemble, Kind, Model, NamedLayer, Weights, member_prefix},
    provenance::Provenance,
};
pub(crate) use tensors::GREATEST;
use tensors::{KIND_KEY, Tensors};

/// The longest file of a judge, in bytes.
const MOST_BYTES: u64 = 1 << 30;
/// The longest header of a file, in bytes: names, shapes and what is said of a judge, and of the members of an
/// ensemble.
const MOST_HEADER: u64 = 4 << 20;

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
///     "judge odd.safetensors cannot be used: its metadata say `pixels` = \"many\": it must be a whole \
///      number from 1 to 128"
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
    /// What the file holds is no judge.
    #[error("judge {file} cannot be used: {fault}")]
    Model {
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
        let name = path.display().to_string();
        // Asked before it is opened: to open a pipe is to wait for its writer.
        let about = path.metadata().map_err(io)?;
        if !about.is_file() {
            return Err(io(io::Error::other("not a file")));
        }
        if about.len() > MOST_BYTES {
            return Err(too_long(&name));
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(io)?;
        // It may have grown since.
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
        Self::from_bytes(&name, &bytes)
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
        let fault = |fault| WeightsError::Model { file: file.to_owned(), fault };
        if bytes.len() as u64 > MOST_BYTES {
            return Err(too_long(file));
        }
        if bytes.first_chunk().is_some_and(|length| u64::from_le_bytes(*length) > MOST_HEADER) {
            return Err(format(SafeTensorError::HeaderTooLarge));
        }
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(format)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(format)?;
        let said = metadata.metadata().clone().unwrap_or_default();
        read(&tensors, said).map_err(fault)
    }

    /// The smallest format in which no digit is lost.
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, Precision};
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// assert_eq!(judge.weights().exact_precision(), Precision::Half);
    /// let warmer = judge.weights().with_temperature(1.1)?;
    /// assert_eq!(warmer.exact_precision(), Precision::Single);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn exact_precision(&self) -> Precision {
        let fits = |number: &f32| f16::from_f32(*number).to_f32() == *number;
        let layers = self.model.layers();
        let mut numbers =
            layers.iter().flat_map(|one| one.layer.weight.iter().chain(&one.layer.bias));
        if numbers.all(fits) { Precision::Half } else { Precision::Single }
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
    /// If a layer has not the shape that its kind has.
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
        for NamedLayer { name, shape, layer } in self.model.layers() {
            let outputs = vec![shape[0]];
            tensors.push((format!("{name}.weight"), shape, encode(&layer.weight)));
            tensors.push((format!("{name}.bias"), outputs, encode(&layer.bias)));
        }
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| Ok((name, TensorView::new(dtype, shape.clone(), bytes)?)))
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        safetensors::serialize(views, Some(self.metadata()))
    }

    /// What is said of the judge, of its members, and the kinds of all.
    fn metadata(&self) -> HashMap<String, String> {
        let mut said = self.provenance.0.clone();
        said.remove(KIND_KEY);
        // Files of the paper's network are as they were when there was no other kind.
        if self.model.kind() != Kind::Paper {
            said.insert(KIND_KEY.to_owned(), self.model.kind().to_string());
        }
        if let Model::Ensemble(ensemble) = &self.model {
            for (number, member) in ensemble.members().iter().enumerate() {
                let prefix = member_prefix(number);
                let of_member = member.metadata().into_iter();
                said.extend(of_member.map(|(key, value)| (format!("{prefix}{key}"), value)));
            }
        }
        said
    }
}

fn too_long(file: &str) -> WeightsError {
    let fault = format!("it is longer than {MOST_BYTES} bytes");
    WeightsError::Model { file: file.to_owned(), fault }
}

/// Reads a judge: an ensemble's members, or the one that there is.
fn read(tensors: &SafeTensors<'_>, mut said: HashMap<String, String>) -> Result<Weights, String> {
    let members = tensors::members(tensors, &said)?;
    if members == 0 {
        return Tensors::new(tensors, "").read(said);
    }
    said.remove(KIND_KEY);
    let mut read = Vec::new();
    for number in 0..members {
        let prefix = member_prefix(number);
        let mut of_member = HashMap::new();
        said.retain(|key, value| {
            let Some(key) = key.strip_prefix(&prefix) else { return true };
            of_member.insert(key.to_owned(), std::mem::take(value));
            false
        });
        let member = Tensors::new(tensors, &prefix).read(of_member);
        read.push(member.map_err(|fault| format!("{}: {fault}", prefix.trim_end_matches('.')))?);
    }
    let ensemble = Ensemble::new(read).map_err(|unfit| unfit.to_string())?;
    let provenance = Provenance(said);
    provenance.fault(ensemble.classes()).map_or(Ok(()), Err)?;
    Ok(Weights { model: ensemble.into(), provenance })
}
