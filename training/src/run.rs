//! A training run from its first batch to its last, or on from a checkpoint.

use std::path::{Path, PathBuf};

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::network::Network;

#[cfg(feature = "cuda")]
use crate::burn_step::BurnStep;
use crate::{
    adam::Adam,
    batch::{Batches, Purpose, rng},
    checkpoint::{CheckpointError, Progress},
    parameters::Parameters,
    settings::{Processor, Settings},
    step::{LossGradient, Step, draw_dropout},
};

/// Images in a batch (paper: 128).
pub const BATCH_SIZE: usize = 128;

/// The paper's number of batches for a judge of so many pixels: 50,000 for 4, 30,000 for 6, and
/// 30,000 for any other.
///
/// ```
/// use pixel_debate_training::paper_batches;
///
/// assert_eq!([4, 6, 8].map(paper_batches), [50_000, 30_000, 30_000]);
/// ```
pub fn paper_batches(pixels: usize) -> u64 {
    if pixels == 4 { 50_000 } else { 30_000 }
}

/// A run under way.
///
/// A run that is stopped and goes on from its checkpoint trains the same judge:
///
/// ```
/// use pixel_debate_datasets::Dataset;
/// use pixel_debate_judge::masks::Masks;
/// use pixel_debate_training::{Processor, Run, Settings};
///
/// // One image, which is grey all over.
/// let classes = (0..10).map(|digit| digit.to_string()).collect();
/// let dataset = Dataset::new("grey", (28, 28), vec![99; 784], vec![3], classes)?;
/// let processor = Processor::Cpu { threads: 1 };
/// let settings = Settings { masks: Masks::nonzero(4), seed: 1, processor };
/// let file = std::env::temp_dir().join(format!("grey-{}.safetensors", std::process::id()));
/// let mut run = Run::open(settings, &dataset, &file)?;
/// let first = run.train_batch();
/// run.save()?;
/// let mut again = Run::open(settings, &dataset, &file)?;
/// # std::fs::remove_file(&file)?;
/// assert_eq!(again.batches(), 1);
/// let second = run.train_batch();
/// assert_eq!(again.train_batch(), second);
/// assert!(second < first, "it learns that everything is a three");
/// assert_eq!(again.network(), run.network());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Run<'a> {
    settings: Settings,
    data: String,
    checkpoint: PathBuf,
    batches: Batches<'a>,
    state: Progress,
    gradient: Parameters,
    step: Box<dyn LossGradient + Send + Sync>,
}

impl<'a> Run<'a> {
    /// Goes on from the file `checkpoint`, or starts if there is none. The network tells as many labels apart as the
    /// dataset has classes.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if the file cannot be read, or is of other settings or images.
    pub fn open(
        settings: Settings,
        dataset: &'a Dataset,
        checkpoint: &Path,
    ) -> Result<Self, CheckpointError> {
        let data = dataset.hash();
        // There is nothing to tell apart with fewer.
        let classes = dataset.classes().len().max(2);
        let state = Progress::load(checkpoint, &settings, &data, classes)?;
        let state = state.unwrap_or_else(|| {
            let mut rng = rng(settings.seed, Purpose::Initialisation);
            let parameters = Parameters::glorot(classes, &mut rng);
            Progress { batches: 0, parameters, adam: Adam::new(classes) }
        });
        Ok(Self {
            settings,
            data,
            checkpoint: checkpoint.to_owned(),
            batches: Batches::new(dataset, settings.seed, settings.masks, BATCH_SIZE),
            state,
            gradient: Parameters::zeros(classes),
            step: match settings.processor {
                Processor::Cpu { threads } => Box::new(Step::new(threads)),
                #[cfg(feature = "cuda")]
                Processor::Cuda => Box::new(BurnStep::new(burn::tensor::Device::cuda(0_usize))),
            },
        })
    }

    /// Batches done so far, by earlier runs too.
    pub fn batches(&self) -> u64 {
        self.state.batches
    }

    /// The hash of the training data.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use pixel_debate_datasets::Dataset;
    /// # use pixel_debate_judge::masks::Masks;
    /// # use pixel_debate_training::{Processor, Run, Settings};
    /// # let classes = (0..10).map(|digit| digit.to_string()).collect();
    /// # let dataset = Dataset::new("grey", (28, 28), vec![99; 784], vec![3], classes)?;
    /// # let processor = Processor::Cpu { threads: 1 };
    /// # let settings = Settings { masks: Masks::nonzero(4), seed: 1, processor };
    ///
    /// // Where there is no checkpoint, the run begins.
    /// let run = Run::open(settings, &dataset, Path::new("no-such.safetensors"))?;
    /// assert_eq!((run.batches(), run.data()), (0, &*dataset.hash()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn data(&self) -> &str {
        &self.data
    }

    /// Trains on one batch, of [`BATCH_SIZE`] images, and returns its mean cross-entropy in nats: ln 10,
    /// or 2.3, of a network that knows nothing of ten labels.
    ///
    /// # Panics
    ///
    /// If the dataset has no images.
    pub fn train_batch(&mut self) -> f32 {
        let number = self.state.batches;
        let mut rng = rng(self.settings.seed, Purpose::Batch(number));
        let examples = self.batches.get(number, &mut rng);
        let keep = draw_dropout(examples.len(), &mut rng);
        let loss = self.step.run(&self.state.parameters, &examples, &keep, &mut self.gradient);
        self.state.adam.update(&mut self.state.parameters, &self.gradient, number);
        self.state.batches += 1;
        loss
    }

    /// Writes the checkpoint.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if it cannot be written; the one before is still there.
    pub fn save(&self) -> Result<(), CheckpointError> {
        self.state.save(&self.checkpoint, &self.settings, &self.data)
    }

    /// The network as trained so far.
    pub fn network(&self) -> Network {
        self.state.parameters.to_network()
    }
}
