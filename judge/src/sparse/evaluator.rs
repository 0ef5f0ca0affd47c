//! Sets of pixels to logits by responses.

use std::sync::Arc;

use pixel_debate_game::{Image, Pixel};

use super::{
    SparseWeights,
    estimate::Estimator,
    pairs::PairSums,
    response::{Responses, Revealed},
    stem::Stems,
};
use crate::{
    evaluator::{WrongSize, check_size},
    geometry::{CELL, CELLS},
    kernels::{Hidden, Numbers, last_layer, zeros},
    network::{CONV2, FLAT},
    pixel_set::PixelSet,
};

/// The engine, asked about one image: an [`Evaluator`](crate::Evaluator).
///
/// A set gives the same bits whatever was asked before:
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::{Image, Pixel};
/// use pixel_debate_judge::{Evaluator, Judge, PixelSet};
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let image = Arc::new(Image::new(28, 28, vec![200; 784])?);
/// let near = PixelSet::default().with(Pixel::new(14, 9));
/// let both = near.with(Pixel::new(15, 9));
/// let [mut one, mut other] = [judge.engine(Arc::clone(&image))?, judge.engine(image)?];
/// one.evaluate(&[near]);
/// assert_eq!(one.evaluate(&[both.clone()]), other.evaluate(&[both]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SparseEvaluator {
    pub(super) weights: Arc<SparseWeights>,
    image: Arc<Image>,
    pub(super) responses: Responses,
    /// Kept for its memory between one question and the next.
    pub(super) stems: Stems,
    pub(super) pair_sums: PairSums,
    pub(super) estimator: Estimator,
    field: Numbers,
    hidden: Hidden,
    /// The first dense layer's inputs that are not zero: number, value.
    inputs: Vec<(usize, f32)>,
    /// What was said last.
    logits: Vec<f32>,
}

impl SparseEvaluator {
    /// Judges `image`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixel_debate_game::Image;
    /// use pixel_debate_judge::{Evaluator, Judge, PixelSet, SparseEvaluator, SparseWeights};
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// let image = Arc::new(Image::new(28, 28, vec![200; 784])?);
    /// let weights = Arc::new(SparseWeights::new(judge.network().expect("convolutions")));
    /// let mut engine = SparseEvaluator::new(weights, Arc::clone(&image))?;
    /// let nothing = [PixelSet::default()];
    /// assert_eq!(engine.evaluate(&nothing), judge.engine(image)?.evaluate(&nothing));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WrongSize`] if the network reads images of another size.
    pub fn new(weights: Arc<SparseWeights>, image: Arc<Image>) -> Result<Self, WrongSize> {
        check_size(&image)?;
        Ok(Self {
            weights,
            image,
            responses: Responses::default(),
            stems: Stems::default(),
            pair_sums: PairSums::default(),
            estimator: Estimator::default(),
            field: zeros(CELLS * CELL),
            hidden: Hidden::ZERO,
            inputs: Vec::with_capacity(FLAT),
            logits: Vec::new(),
        })
    }

    /// Pixels with their values.
    pub(super) fn reveal(&self, pixels: &[Pixel]) -> Vec<Revealed> {
        let reveal = |pixel: &Pixel| {
            let value = self.image.value(*pixel).expect("the pixels lie in the image");
            Revealed { pixel: *pixel, value: f32::from(value) / 255.0 }
        };
        pixels.iter().map(reveal).collect()
    }

    /// The memory that it keeps, in bytes.
    pub(super) fn memory(&self) -> usize {
        let Self { responses, stems, pair_sums, estimator, field, inputs, .. } = self;
        let own =
            field.capacity() * size_of::<f32>() + inputs.capacity() * size_of::<(usize, f32)>();
        own + responses.bytes() + stems.bytes() + pair_sums.bytes() + estimator.bytes()
    }

    pub(super) fn logits(&mut self, set: &PixelSet) -> &[f32] {
        let revealed = self.reveal(set.pixels());
        let weights = &*self.weights;
        self.field.copy_from_slice(&weights.constant_field);
        self.responses.add_all(weights, &revealed, &mut self.field);
        pool(&self.field, &mut self.inputs);
        self.hidden.copy_from_slice(&weights.fc1_bias);
        weights.fc1.add(&mut *self.hidden, &self.inputs);
        self.logits.clone_from(&weights.fc2_bias);
        last_layer(&*self.hidden, &weights.fc2, &mut self.logits);
        &self.logits
    }
}

/// ReLU and pool: the results that are not zero, in the order cell, channel.
fn pool(field: &[f32], inputs: &mut Vec<(usize, f32)>) {
    inputs.clear();
    for (cell, positions) in field.chunks_exact(CELL).enumerate() {
        let mut largest = [0.0_f32; CONV2];
        for from in positions.chunks_exact(CONV2) {
            largest.iter_mut().zip(from).for_each(|(largest, from)| *largest = largest.max(*from));
        }
        let numbered = largest.into_iter().enumerate();
        inputs.extend(
            numbered
                .filter(|(_, value)| *value > 0.0)
                .map(|(channel, value)| (cell * CONV2 + channel, value)),
        );
    }
}
