//! A training run from its first batch to its last, or on from a checkpoint.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::{
    Kind, Model, Trainable,
    choosers::{Choosers, Rounds, RoundsError, Who},
    network::SIDE,
};

#[cfg(feature = "cuda")]
use crate::burn_step::BurnStep;
use crate::{
    adam::Adam,
    batch::{Batches, Purpose, rng},
    checkpoint::{CheckpointError, Identity, Progress},
    loss_gradient::{LossGradient, draw_dropout},
    parameters::Parameters,
    players::Play,
    rounds::{Round, cut},
    settings::{Processor, Settings},
    step,
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

/// Why a run cannot begin or go on.
///
/// ```
/// use pixel_debate_training::OpenError;
///
/// let other = OpenError::Classes { judge: 10, images: 47 };
/// assert_eq!(
///     other.to_string(),
///     "training cannot begin with a judge that tells 10 labels apart: the images have 47"
/// );
/// ```
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The checkpoint cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The rounds cannot be played.
    #[error(transparent)]
    Rounds(#[from] RoundsError),
    /// The judge to begin with is of another kind.
    #[error(
        "training of a judge of kind {asked} cannot begin with one of kind {judge}, or of other widths: \
         the kinds are {}", Trainable::ALL.map(Trainable::name).join(", ")
    )]
    Kind {
        /// What the judge is.
        judge: Kind,
        /// What is to be trained.
        asked: Trainable,
    },
    /// The judge to begin with has other labels.
    #[error(
        "training cannot begin with a judge that tells {judge} labels apart: the images have {images}"
    )]
    Classes {
        /// How many labels the judge tells apart.
        judge: usize,
        /// How many the images have.
        images: usize,
    },
    /// The GPU's step has convolutions in it.
    #[cfg(feature = "cuda")]
    #[error(
        "a GPU trains judges with convolutions, paper, small and large: {kind} is trained without `--cuda`"
    )]
    NoGpu {
        /// What is to be trained.
        kind: Trainable,
    },
    /// Nobody can play about images of another size than the network reads.
    #[error("images of {width}×{height} pixels: the judge reads {SIDE}×{SIDE}")]
    Size {
        /// Columns of the images.
        width: usize,
        /// Rows of the images.
        height: usize,
    },
}

/// A run under way.
///
/// A run that is stopped and goes on from its checkpoint trains the same judge:
///
/// ```
/// use pixel_debate_datasets::Dataset;
/// use pixel_debate_judge::{Trainable, choosers::Choosers, masks::Masks};
/// use pixel_debate_training::{Processor, Run, Settings};
///
/// // One image, which is grey all over.
/// let classes = (0..10).map(|digit| digit.to_string()).collect();
/// let dataset = Dataset::new("grey", (28, 28), vec![99; 784], vec![3], classes)?;
/// let processor = Processor::Cpu { threads: 1 };
/// let choosers = Choosers::Chance;
/// let settings =
///     Settings { masks: Masks::nonzero(4), choosers, kind: Trainable::Paper, seed: 1, processor };
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
/// assert_eq!(again.model(), run.model());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Run<'a> {
    settings: Settings,
    identity: Identity,
    checkpoint: PathBuf,
    dataset: &'a Dataset,
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
    /// [`OpenError`] if the checkpoint cannot be read, or is of other settings or images, or if rounds or images
    /// are none that can be played.
    pub fn open(
        settings: Settings,
        dataset: &'a Dataset,
        checkpoint: &Path,
    ) -> Result<Self, OpenError> {
        Self::open_from(settings, dataset, checkpoint, None)
    }

    /// The same for a run that begins with a trained network instead of a random one.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use pixel_debate_datasets::mnist;
    /// use pixel_debate_judge::{Judge, Trainable, choosers::{Choosers, Rounds, Who}, masks::Masks};
    /// use pixel_debate_training::{Processor, Run, Settings};
    ///
    /// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
    /// let rounds = Rounds { images: 40, tries: 2, ..Rounds::default() };
    /// let choosers = Choosers::Players(Who::Provers, rounds);
    /// let processor = Processor::Cpu { threads: 1 };
    /// let kind = Trainable::Paper;
    /// let settings = Settings { masks: Masks::nonzero(4), choosers, kind, seed: 1, processor };
    /// let nowhere = Path::new("no-such.safetensors");
    /// let mut run = Run::open_from(settings, mnist::test(), nowhere, Some(judge.model()))?;
    /// assert_eq!(run.model(), *judge.model());
    /// // Half of the masks were chosen so as to be hard, and the other half are as it knows them.
    /// assert!(run.train_batch() > 1.0);
    /// # Ok::<(), pixel_debate_training::OpenError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and if the network tells other than the images' classes apart.
    pub fn open_from(
        settings: Settings,
        dataset: &'a Dataset,
        checkpoint: &Path,
        start: Option<&Model>,
    ) -> Result<Self, OpenError> {
        // There is nothing to tell apart with fewer.
        let classes = dataset.classes().len().max(2);
        let kind = settings.kind;
        #[cfg(feature = "cuda")]
        if matches!(settings.processor, Processor::Cuda)
            && matches!(kind, Trainable::Linear | Trainable::Mlp)
        {
            return Err(OpenError::NoGpu { kind });
        }
        if let Some(model) = start {
            if Trainable::of(model) != Some(kind) {
                return Err(OpenError::Kind { judge: model.kind(), asked: kind });
            }
            if model.classes() != classes {
                return Err(OpenError::Classes { judge: model.classes(), images: classes });
            }
        }
        let players = match settings.choosers {
            Choosers::Chance => None,
            Choosers::Players(who, rounds) => Some((who, rounds)),
        };
        if let Some((_, rounds)) = players {
            rounds.check()?;
            if (dataset.width(), dataset.height()) != (SIDE, SIDE) {
                let (width, height) = (dataset.width(), dataset.height());
                return Err(OpenError::Size { width, height });
            }
        }
        let identity = Identity::new(&settings, dataset, start);
        let state = Progress::load(checkpoint, &identity, dataset, (kind, classes))?;
        let state = state.unwrap_or_else(|| {
            let parameters = start.and_then(Parameters::of_model).unwrap_or_else(|| {
                Parameters::glorot(kind, classes, &mut rng(settings.seed, Purpose::Initialisation))
            });
            Progress { batches: 0, parameters, adam: Adam::new(kind, classes), round: None }
        });
        let chosen = players.map_or(0, |(_, rounds)| rounds.chosen_of(BATCH_SIZE));
        Ok(Self {
            settings,
            identity,
            checkpoint: checkpoint.to_owned(),
            dataset,
            batches: Batches::new(dataset, settings.seed, settings.masks, BATCH_SIZE - chosen),
            state,
            gradient: Parameters::zeros(kind, classes),
            step: match settings.processor {
                Processor::Cpu { threads } => step::of_kind(kind, threads),
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
    /// # let (choosers, kind) = Default::default();
    /// # let settings = Settings { masks: Masks::nonzero(4), choosers, kind, seed: 1, processor };
    ///
    /// // Where there is no checkpoint, the run begins.
    /// let run = Run::open(settings, &dataset, Path::new("no-such.safetensors"))?;
    /// assert_eq!((run.batches(), run.data()), (0, &*dataset.hash()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn data(&self) -> &str {
        self.identity.data()
    }

    /// What a judge's file is to say of the run, by key: masks, seed, data and whatever else it was told. A run that
    /// begins with another judge's network names its hash.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use pixel_debate_datasets::mnist;
    /// # use pixel_debate_judge::masks::Masks;
    /// # use pixel_debate_training::{Processor, Run, Settings};
    /// # let processor = Processor::Cpu { threads: 1 };
    /// # let (choosers, kind) = Default::default();
    /// # let settings = Settings { masks: Masks::nonzero(4), choosers, kind, seed: 1, processor };
    ///
    /// let run = Run::open(settings, mnist::test(), Path::new("no-such.safetensors"))?;
    /// let said = run.provenance();
    /// assert_eq!((&*said["pixels"], &*said["legal"], &*said["seed"]), ("4", "nonzero", "1"));
    /// # Ok::<(), pixel_debate_training::OpenError>(())
    /// ```
    pub fn provenance(&self) -> BTreeMap<String, String> {
        self.identity.provenance()
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
        let mut examples = self.batches.get(number, &mut rng);
        if let Choosers::Players(who, rounds) = self.settings.choosers {
            let chosen = BATCH_SIZE - examples.len();
            let dataset = self.dataset;
            let round = self.round(who, rounds);
            examples.extend(round.examples(dataset, &rounds, number, chosen));
            cut(&mut examples, rounds.lengths, &mut rng);
        }
        let keep = draw_dropout(examples.len(), self.state.parameters.units(), &mut rng);
        let loss = self.step.run(&self.state.parameters, &examples, &keep, &mut self.gradient);
        self.state.adam.update(&mut self.state.parameters, &self.gradient, number);
        self.state.batches += 1;
        loss
    }

    /// The round that the next batch belongs to: played now, if it begins.
    fn round(&mut self, who: Who, rounds: Rounds) -> &Round {
        let number = self.state.batches / u64::from(rounds.batches);
        let round = self.state.round.take().filter(|round| round.number == number);
        let round = round.unwrap_or_else(|| {
            let Settings { masks, seed, .. } = self.settings;
            let play = Play { dataset: self.dataset, masks, who, rounds, seed };
            Round::play(&play, self.model(), number)
        });
        self.state.round.insert(round)
    }

    /// Writes the checkpoint.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if it cannot be written; the one before is still there.
    pub fn save(&self) -> Result<(), CheckpointError> {
        self.state.save(&self.checkpoint, &self.identity)
    }

    /// The judge's numbers as trained so far.
    pub fn model(&self) -> Model {
        self.state.parameters.to_model()
    }
}
