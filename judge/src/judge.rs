//! A judge: the numbers, where they come from, and how they are asked.

use std::path::Path;
use std::sync::Arc;

use pixel_debate_game::Image;

use crate::{
    dense::DenseEvaluator,
    evaluator::{Evaluator, NoEngine, WrongSize},
    file::{Precision, WeightsError},
    model::{Model, Weights},
    network::Network,
    prepared::{ManyEvaluator, Prepared},
    provenance::Provenance,
    sparse::SparseEvaluator,
};

/// A trained judge with a name. A clone shares the numbers, so that whoever needs one may have one.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::{Image, Pixel};
/// use pixel_debate_judge::{Evaluator, Judge, PixelSet};
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// assert_eq!((judge.name(), judge.provenance().pixels()), ("judge-4", Some(4)));
///
/// let image = Arc::new(Image::new(28, 28, vec![200; 784])?);
/// let set: PixelSet = [Pixel::new(14, 9), Pixel::new(13, 20)].into_iter().collect();
/// let fast = judge.evaluator(Arc::clone(&image))?.evaluate(&[set.clone()]);
/// let plain = judge.reference(image)?.evaluate(&[set]);
/// assert!(fast[0].iter().zip(&plain[0]).all(|(fast, plain)| (fast - plain).abs() < 1e-4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Judge {
    name: String,
    weights: Arc<Weights>,
    /// The same numbers as evaluators want them.
    prepared: Prepared,
}

impl Judge {
    /// The judge of that name with these numbers.
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, Provenance, Weights};
    ///
    /// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
    /// // One that has no bias in the end, and says nothing of where it comes from.
    /// let mut network = judge.network().expect("convolutions").as_ref().clone();
    /// network.fc2.bias.fill(0.0);
    /// let weights = Weights { model: network.into(), provenance: Provenance::default() };
    /// let unbiased = Judge::new("unbiased", weights);
    /// assert_eq!((unbiased.name(), unbiased.provenance().pixels()), ("unbiased", None));
    /// ```
    pub fn new(name: impl Into<String>, weights: Weights) -> Self {
        let prepared = Prepared::new(&weights.model);
        Self { name: name.into(), weights: Arc::new(weights), prepared }
    }

    /// Reads a judge's file. The judge is called after the file, without folder and ending.
    ///
    /// # Errors
    ///
    /// As [`Weights::read`].
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        let weights = Weights::read(path)?;
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy();
        Ok(Self::new(name, weights))
    }

    /// The judge of that name whose file has these bytes.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
    /// let copy = Judge::from_bytes("copy", &judge.to_bytes())?;
    /// assert_eq!(copy.weights(), judge.weights());
    /// assert!(Judge::from_bytes("empty", &[]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Weights::from_bytes`].
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, WeightsError> {
        Ok(Self::new(name, Weights::from_bytes(name, bytes)?))
    }

    /// The bytes of a file of this judge, in which no digit is lost.
    ///
    /// # Panics
    ///
    /// If a layer has not the shape that its kind has, which no judge that was read has.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = self.weights.to_bytes(Precision::Single);
        bytes.expect("layers have their kind's shapes, and provenance is text")
    }

    /// What the judge is called, `judge-6` for example.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The numbers, and what the judge's file says of where they come from.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// What it computes.
    pub fn model(&self) -> &Model {
        &self.weights.model
    }

    /// The network, if it has convolutions: the paper's, or one of other widths.
    pub fn network(&self) -> Option<&Arc<Network>> {
        self.model().network()
    }

    /// How many labels it tells apart, 2 to 255.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// assert_eq!(Judge::shipped(6).expect("there is a judge for 6 pixels").classes(), 10);
    /// ```
    pub fn classes(&self) -> usize {
        self.model().classes()
    }

    /// What tells it apart from every other judge, whatever they are called: [`Model::hash`].
    pub fn hash(&self) -> String {
        self.model().hash()
    }

    /// What the judge's file says of where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.weights.provenance
    }

    /// The judge of debates over `image`: what every debater asks, and what gives the verdict.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixel_debate_game::Image;
    /// use pixel_debate_judge::{Judge, PixelSet};
    ///
    /// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
    /// let image = |value| Image::new(28, 28, vec![value; 784]).map(Arc::new);
    /// // Where nothing is revealed, all images are alike to the judge.
    /// let [mut dark, mut light] = [judge.evaluator(image(1)?)?, judge.evaluator(image(255)?)?];
    /// let nothing = [PixelSet::default()];
    /// assert_eq!(dark.evaluate(&nothing), light.evaluate(&nothing));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the network cannot read an image of that size.
    pub fn evaluator(&self, image: Arc<Image>) -> Result<Box<dyn Evaluator>, WrongSize> {
        self.prepared.evaluator(image)
    }

    /// The same for whoever must know that it is the engine, which takes the paper's network alone.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixel_debate_game::{Image, Pixel};
    /// use pixel_debate_judge::{Evaluator, Judge, PixelSet};
    ///
    /// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
    /// let mut engine = judge.engine(Arc::new(Image::new(28, 28, vec![200; 784])?))?;
    /// let before = engine.bytes();
    /// engine.evaluate(&[PixelSet::default().with(Pixel::new(14, 9))]);
    /// assert!(engine.bytes() > before, "it keeps what the pixel adds");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NoEngine`] if the judge is of another kind, and as [`evaluator`](Self::evaluator).
    pub fn engine(&self, image: Arc<Image>) -> Result<SparseEvaluator, NoEngine> {
        let Prepared::Engine(weights) = &self.prepared else {
            return Err(NoEngine::Kind(self.model().kind()));
        };
        Ok(SparseEvaluator::new(Arc::clone(weights), image)?)
    }

    /// The judge of many images, of each of which one set of pixels is shown.
    pub fn many(&self) -> ManyEvaluator {
        self.prepared.many()
    }

    /// The plain forward pass: slow, and what every other way of asking is held against.
    ///
    /// # Errors
    ///
    /// As [`evaluator`](Self::evaluator).
    pub fn reference(&self, image: Arc<Image>) -> Result<DenseEvaluator, WrongSize> {
        DenseEvaluator::new(self.model().clone(), image)
    }
}
