//! A training run on disk, to go on with after it was stopped.
//!
//! One `safetensors` file with the parameters, both moments of Adam, and what players revealed in
//! the round under way; its metadata say which run it belongs to and how far that has come. It replaces its predecessor in one step, so that a run
//! killed while it writes still has the older one.

mod identity;
mod stored_round;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use atomic_write_file::AtomicWriteFile;
use pixel_debate_datasets::Dataset;
use pixel_debate_judge::Trainable;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use identity::Difference;
pub(crate) use identity::Identity;
use stored_round::StoredRound;

use crate::{adam::Adam, parameters::Parameters, rounds::Round};

/// Why a checkpoint cannot be used.
///
/// ```
/// use pixel_debate_training::CheckpointError;
///
/// let other = CheckpointError::OtherRun {
///     path: "run.safetensors".into(),
///     key: "seed".into(),
///     theirs: "1".into(),
///     ours: "2".into(),
/// };
/// assert_eq!(
///     other.to_string(),
///     "checkpoint run.safetensors belongs to another run: its seed is \"1\", this run's is \"2\"; \
///      remove it to start again, or name another file"
/// );
/// ```
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The operating system could not read or write the file.
    #[error("checkpoint {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not a checkpoint.
    #[error("checkpoint {path} is damaged or no checkpoint: {fault}; remove it to start again")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: String,
    },
    /// The checkpoint was written by a run with other settings.
    #[error(
        "checkpoint {path} belongs to another run: its {key} is {theirs:?}, this run's is \
         {ours:?}; remove it to start again, or name another file"
    )]
    OtherRun {
        /// The file.
        path: PathBuf,
        /// What differs.
        key: String,
        /// As the checkpoint has it.
        theirs: String,
        /// As asked for.
        ours: String,
    },
}

/// All that a run needs to go on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Progress {
    /// Batches done.
    pub(crate) batches: u64,
    pub(crate) parameters: Parameters,
    pub(crate) adam: Adam,
    /// What players revealed in the round that the last batch belongs to.
    pub(crate) round: Option<Round>,
}

impl Progress {
    /// Writes the state of that run.
    pub(crate) fn save(&self, path: &Path, identity: &Identity) -> Result<(), CheckpointError> {
        let bytes: Vec<(String, Vec<u8>)> = self
            .named()
            .map(|(name, tensor)| {
                (name, tensor.iter().flat_map(|number| number.to_le_bytes()).collect())
            })
            .collect();
        let fault = |error: safetensors::SafeTensorError| CheckpointError::Format {
            path: path.to_owned(),
            fault: error.to_string(),
        };
        let mut views = bytes
            .iter()
            .map(|(name, bytes)| {
                Ok((name.as_str(), TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes)?))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(fault)?;
        let mut metadata = identity.metadata();
        metadata.insert("batches".into(), self.batches.to_string());
        let round = self.round.as_ref().map(|round| (round, StoredRound::of(round)));
        if let Some((round, stored)) = &round {
            metadata.insert("round".into(), round.number.to_string());
            views.extend(stored.views().map_err(fault)?);
        }
        let file = safetensors::serialize(views, Some(metadata)).map_err(fault)?;
        replace(path, &file).map_err(|source| CheckpointError::Io { path: path.to_owned(), source })
    }

    /// Reads the state of that run on these images, of a judge of that kind with so many labels;
    /// `None` if there is no file.
    pub(crate) fn load(
        path: &Path,
        identity: &Identity,
        dataset: &Dataset,
        (kind, classes): (Trainable, usize),
    ) -> Result<Option<Self>, CheckpointError> {
        let file = match std::fs::read(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CheckpointError::Io { path: path.to_owned(), source }),
        };
        let fault = |fault: String| CheckpointError::Format { path: path.to_owned(), fault };
        let (_, metadata) =
            SafeTensors::read_metadata(&file).map_err(|error| fault(error.to_string()))?;
        let metadata = metadata.metadata().clone().unwrap_or_default();
        if let Some(Difference { key, theirs, ours }) = identity.difference(&metadata) {
            return Err(CheckpointError::OtherRun { path: path.to_owned(), key, theirs, ours });
        }
        let batches = metadata
            .get("batches")
            .and_then(|batches| batches.parse().ok())
            .ok_or_else(|| fault("it does not say how many batches were done".into()))?;

        let tensors = SafeTensors::deserialize(&file).map_err(|error| fault(error.to_string()))?;
        let round = match metadata.get("round") {
            None => None,
            Some(number) => Some(stored_round::read(number, &tensors, dataset).map_err(fault)?),
        };
        let (parameters, adam) = (Parameters::zeros(kind, classes), Adam::new(kind, classes));
        let mut state = Self { batches, parameters, adam, round };
        for (name, numbers) in state.named_mut() {
            let tensor = tensors.tensor(&name).map_err(|error| fault(error.to_string()))?;
            if tensor.dtype() != Dtype::F32 || tensor.data().len() != 4 * numbers.len() {
                return Err(fault(format!("{name} is not {} numbers in f32", numbers.len())));
            }
            for (number, bytes) in numbers.iter_mut().zip(tensor.data().as_chunks().0) {
                *number = f32::from_le_bytes(*bytes);
            }
        }
        Ok(Some(state))
    }

    fn named(&self) -> impl Iterator<Item = (String, &Vec<f32>)> {
        let tensors = [&self.parameters, &self.adam.mean, &self.adam.variance];
        names(&self.parameters).into_iter().zip(tensors.into_iter().flat_map(Parameters::tensors))
    }

    fn named_mut(&mut self) -> impl Iterator<Item = (String, &mut Vec<f32>)> {
        let names = names(&self.parameters);
        let tensors = [&mut self.parameters, &mut self.adam.mean, &mut self.adam.variance];
        names.into_iter().zip(tensors.into_iter().flat_map(Parameters::tensors_mut))
    }
}

/// Names for the tensors of parameters, mean and variance, in the order of
/// [`Parameters::tensors`].
fn names(parameters: &Parameters) -> Vec<String> {
    let mut names = Vec::new();
    for group in ["parameters", "mean", "variance"] {
        for layer in parameters.names() {
            names.extend(["weight", "bias"].map(|kind| format!("{group}.{layer}.{kind}")));
        }
    }
    names
}

/// Writes a file such that after any interruption it is whole or what it was before. When this
/// returns, the file and its name are on the disk.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicWriteFile::open(path)?;
    file.write_all(bytes)?;
    file.commit()
}
