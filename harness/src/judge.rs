//! The classifier that judges a series of debates.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use pixel_debate_datasets::Dataset;
use pixel_debate_game::Image;
use pixel_debate_judge::{
    Evaluator, Network, Precision, Provenance, SHIPPED_PIXELS, SparseEvaluator, SparseWeights,
    Weights, WeightsError, WrongSize, shipped,
};
use pixel_debate_validation::{Doubt, UnfitDataset, check_labels, doubt};

/// A trained network with a name. A clone shares the numbers, so that each cell of a grid may have one.
#[derive(Debug, Clone)]
pub struct Judge {
    name: String,
    weights: Arc<Weights>,
    /// The same numbers as the engine wants them.
    sparse: Arc<SparseWeights>,
}

impl Judge {
    /// The judge that comes with the program for debates of so many pixels, if there is one.
    pub fn shipped(pixels: u8) -> Option<Self> {
        static READY: [OnceLock<Judge>; SHIPPED_PIXELS.len()] =
            [const { OnceLock::new() }; SHIPPED_PIXELS.len()];
        let weights = shipped(pixels)?;
        let place = SHIPPED_PIXELS.iter().position(|shipped| *shipped == pixels)?;
        let ready = || Self::new(format!("judge-{pixels}"), weights.clone());
        Some(READY[place].get_or_init(ready).clone())
    }

    /// Reads a judge's file. The judge is called after the file, without folder and ending.
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        let weights = Weights::read(path)?;
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self::new(name, weights))
    }

    /// The judge of that name whose file has these bytes.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, WeightsError> {
        Ok(Self::new(name.to_owned(), Weights::from_bytes(name, bytes)?))
    }

    /// The bytes of a file of this judge, in which no digit is lost.
    ///
    /// # Panics
    ///
    /// If a layer has not the network's shape, which no judge that was read has.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = self.weights.to_bytes(Precision::Single);
        bytes.expect("layers have the network's shapes, and provenance is text")
    }

    fn new(name: String, weights: Weights) -> Self {
        let sparse = Arc::new(SparseWeights::new(&weights.network));
        Self { name, weights: Arc::new(weights), sparse }
    }

    /// What the judge is called, `judge-6` for example.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.weights.network
    }

    /// What the judge's file says of where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.weights.provenance
    }

    /// Says whether the judge can judge the images of a dataset: their size, and their labels.
    pub fn check_dataset(&self, dataset: &Dataset) -> Result<(), UnfitDataset> {
        check_labels(self.provenance(), dataset)
    }

    /// What speaks against the judge's file, if anything does: [`doubt`].
    pub fn doubt(&self, pixels: u8) -> Option<Doubt> {
        doubt(&self.weights, pixels.into())
    }

    /// The judge of debates over `image`: what every debater asks, and what gives the verdict.
    pub fn evaluator(&self, image: Arc<Image>) -> Result<Box<dyn Evaluator>, WrongSize> {
        Ok(Box::new(SparseEvaluator::new(Arc::clone(&self.sparse), image)?))
    }
}
