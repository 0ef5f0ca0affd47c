//! A judge as a file: `safetensors` with the four layers and, in its metadata, where it comes from.
//!
//! The tensors are named `conv1.weight` to `fc2.bias` and laid out as PyTorch has them (see
//! [`Network::SHAPES`]), in f32, f16 or bf16.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};

use crate::network::{Layer, Network};

/// A network and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// The four layers, shared by all that ask them.
    pub network: Arc<Network>,
    /// What its file says of it.
    pub provenance: Provenance,
}

/// Where a judge comes from, as far as its file says so: free text by key.
///
/// Judges trained by `pixel-debate judge train` have `pixels` (K), `seed`, `batches`, `data`
/// (SHA-256 of the training data), `accuracy` (on the test set, with its interval) and `program`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance(pub HashMap<String, String>);

impl Provenance {
    /// The number of revealed pixels that the judge was trained for.
    pub fn pixels(&self) -> Option<usize> {
        self.0.get("pixels")?.parse().ok()
    }
}

/// The format of the numbers in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits.
    Single,
    /// 16 bits, with 11 significant ones.
    Half,
}

/// Why a judge's file cannot be used.
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
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        let bytes = std::fs::read(path)
            .map_err(|source| WeightsError::Io { path: path.to_owned(), source })?;
        Self::from_bytes(&path.display().to_string(), &bytes)
    }

    /// Reads the bytes of a judge's file; `file` names it in errors.
    pub fn from_bytes(file: &str, bytes: &[u8]) -> Result<Self, WeightsError> {
        let format = |source| WeightsError::Format { file: file.to_owned(), source };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(format)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(format)?;
        let fault = |fault| WeightsError::Network { file: file.to_owned(), fault };
        if let Some(name) = tensors.names().into_iter().find(|name| !is_known(name)) {
            return Err(fault(format!("it has a tensor {name:?} that the network has not")));
        }
        let layer = |index: usize| -> Result<Layer, String> {
            let (name, shape) = Network::SHAPES[index];
            Ok(Layer {
                weight: numbers(&tensors, &format!("{name}.weight"), shape)?,
                bias: numbers(&tensors, &format!("{name}.bias"), &shape[..1])?,
            })
        };
        let network =
            || Ok(Network { conv1: layer(0)?, conv2: layer(1)?, fc1: layer(2)?, fc2: layer(3)? });
        Ok(Self {
            network: Arc::new(network().map_err(fault)?),
            provenance: Provenance(metadata.metadata().clone().unwrap_or_default()),
        })
    }

    /// The bytes of a judge's file.
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
        for ((name, shape), layer) in Network::SHAPES.into_iter().zip(self.network.layers()) {
            tensors.push((format!("{name}.weight"), shape, encode(&layer.weight)));
            tensors.push((format!("{name}.bias"), &shape[..1], encode(&layer.bias)));
        }
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| Ok((name, TensorView::new(dtype, shape.to_vec(), bytes)?)))
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        safetensors::serialize(views, Some(self.provenance.0.clone()))
    }
}

fn is_known(tensor: &str) -> bool {
    tensor.split_once('.').is_some_and(|(layer, kind)| {
        Network::SHAPES.iter().any(|(name, _)| *name == layer) && ["weight", "bias"].contains(&kind)
    })
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
        other => return Err(format!("{name} is stored as {other:?}, not as F32, F16 or BF16")),
    };
    match numbers.iter().position(|number| !number.is_finite()) {
        Some(at) => Err(format!("number {at} of {name} is {}", numbers[at])),
        None => Ok(numbers),
    }
}
