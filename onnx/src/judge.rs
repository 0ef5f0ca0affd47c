//! An ONNX file as a judge.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::Image;
use pixel_debate_judge::network::SIDE;
use pixel_debate_judge::{
    Decider, Evaluator, Gathering, Logits, PixelSet, Provenance, Question, WrongSize, failing,
};
use pixel_debate_play::Judging;
use pixel_debate_validation::{UnfitDataset, check_classes_of};
use sha2::{Digest, Sha256};

use crate::error::OnnxError;
use crate::model::Model;

/// The greatest logit, either way: twice as much is a number still, the margin of two.
const MOST: f32 = 1e38;
/// The least probability that is told from 0.
const LEAST: f32 = 1e-30;
/// The metadata's key of the value of hidden pixels.
const HIDDEN_KEY: &str = "hidden";
/// The metadata's key of what the answers are.
const ANSWERS_KEY: &str = "answers";

/// A judge whose network is an ONNX file.
#[derive(Debug, Clone)]
pub struct OnnxJudge {
    name: String,
    hash: String,
    provenance: Provenance,
    model: Arc<Model>,
    /// Whether its answers are probabilities, whose logarithms stand for logits.
    probabilities: bool,
}

/// What a judge has answered that is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the judge {judge}: {fault}")]
pub struct OnnxFailure {
    /// Its name.
    pub judge: String,
    /// What it has done.
    pub fault: String,
}

impl OnnxJudge {
    /// The most bytes of a file.
    pub const MOST_BYTES: u64 = 1 << 26;

    /// Reads a file. Its name without ending is what the judge is called.
    ///
    /// # Errors
    ///
    /// [`OnnxError`] if it cannot be read, or is no judge.
    pub fn read(path: &Path) -> Result<Self, OnnxError> {
        let mut bytes = Vec::new();
        File::open(path)?.take(Self::MOST_BYTES + 1).read_to_end(&mut bytes)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self::from_bytes(&name, &bytes)
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    ///
    /// [`OnnxError`] if they are no judge.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, OnnxError> {
        if bytes.len() as u64 > Self::MOST_BYTES {
            return Err(OnnxError::TooLarge { most: Self::MOST_BYTES });
        }
        let (mut model, metadata) = Model::of(bytes)?;
        let provenance = Provenance(metadata.into_iter().collect());
        let said = |key: &str| provenance.0.get(key).map(String::as_str);
        let wrong = |key: &'static str, value: &str, allowed: &'static str| OnnxError::Metadata {
            key,
            value: value.chars().take(60).collect(),
            allowed,
        };
        if let Some(text) = said(HIDDEN_KEY) {
            let hidden = text.trim().parse().ok().filter(|hidden: &f32| hidden.is_finite());
            let allowed = "a number, the value of hidden pixels";
            let hidden = hidden.ok_or_else(|| wrong(HIDDEN_KEY, text, allowed))?;
            if model.layout.has_mask && hidden != 0.0 {
                return Err(wrong(HIDDEN_KEY, text, "0 where the input has a mask"));
            }
            model.layout.hidden = hidden;
        }
        let probabilities = match said(ANSWERS_KEY) {
            None | Some("logits") => false,
            Some("probabilities") => true,
            Some(other) => {
                return Err(wrong(ANSWERS_KEY, other, "\"logits\" or \"probabilities\""));
            }
        };
        let mut hash = String::new();
        for byte in Sha256::digest(bytes) {
            // Memory takes all that is written.
            let _ = write!(hash, "{byte:02x}");
        }
        let judge =
            Self { name: name.to_owned(), hash, provenance, model: Arc::new(model), probabilities };
        // Nothing revealed is a question, too.
        let Ok(nothing) = Image::new(SIDE as u8, SIDE as u8, vec![0; SIDE * SIDE]) else {
            unreachable!("an image may be black")
        };
        judge
            .scores(&nothing, &[PixelSet::default()])
            .map_err(|failure| OnnxError::Uncomputable(failure.fault))?;
        Ok(judge)
    }

    /// SHA-256 of the file, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What the file says of itself.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// How many labels it tells apart.
    pub fn labels(&self) -> usize {
        self.model.labels
    }

    /// What its input is like, in words.
    pub fn input(&self) -> String {
        self.model.layout.to_string()
    }

    /// The logits of sets of an image's pixels, one row after the other.
    fn scores(&self, image: &Image, sets: &[PixelSet]) -> Result<Vec<f32>, OnnxFailure> {
        let failure = |fault| OnnxFailure { judge: self.name.clone(), fault };
        let each = self.model.layout.numbers();
        let mut scores = Vec::with_capacity(sets.len() * self.labels());
        for sets in sets.chunks(self.model.batch) {
            let mut numbers = vec![0.0; sets.len() * each];
            for (set, numbers) in sets.iter().zip(numbers.chunks_exact_mut(each)) {
                self.model.layout.write(image, set, numbers);
            }
            scores.extend(self.model.run(numbers, sets.len()).map_err(failure)?);
        }
        let allowed = if self.probabilities { 0.0..=1.0 } else { -MOST..=MOST };
        if let Some(at) = scores.iter().position(|score| !allowed.contains(score)) {
            let (label, score) = (at % self.labels(), scores[at]);
            let must = if self.probabilities {
                "its metadata say that it answers probabilities, which are from 0 to 1".to_owned()
            } else {
                format!("it must be a number from -{MOST:e} to {MOST:e}")
            };
            return Err(failure(format!("its answer for label {label} is {score}: {must}")));
        }
        if self.probabilities {
            for score in &mut scores {
                *score = score.max(LEAST).ln();
            }
        }
        Ok(scores)
    }
}

impl Judging for OnnxJudge {
    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self, dataset: &Dataset) -> Result<(), UnfitDataset> {
        check_classes_of(self.labels(), &self.provenance, dataset)
    }

    fn classes(&self, _: &Dataset) -> u8 {
        self.model.labels as u8
    }

    fn asked_about(&self, image: &Arc<Image>, _: u8) -> Result<Box<dyn Evaluator>, WrongSize> {
        WrongSize::check(image)?;
        Ok(Box::new(OnnxEvaluator { judge: self.clone(), image: Arc::clone(image) }))
    }

    fn repeats(&self) -> bool {
        // The last digits may depend on how many are computed at once.
        false
    }
}

/// The judge, asked about one image.
struct OnnxEvaluator {
    judge: OnnxJudge,
    image: Arc<Image>,
}

impl Evaluator for OnnxEvaluator {
    fn classes(&self) -> usize {
        self.judge.labels()
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let labels = self.classes();
        // After a failure nobody needs more, and whoever asked is about to end.
        let scores = if failing::has_failed() {
            None
        } else {
            self.judge.scores(&self.image, sets).map_err(failing::fail).ok()
        };
        scores.map_or_else(
            || Logits::zeros(labels, sets.len()),
            |scores| Logits::of(labels, scores.chunks_exact(labels)),
        )
    }

    fn batch(&self) -> usize {
        self.judge.model.batch
    }

    fn decider(&mut self, question: Question) -> Box<dyn Decider + '_> {
        Box::new(Gathering::new(self, question))
    }
}
