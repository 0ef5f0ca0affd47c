//! The interface between a search and the judge: sets of revealed pixels in, logits out.

use std::sync::Arc;

use pixel_debate_game::{Image, Pixel};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    dense::{Planes, planes},
    network::{CLASSES, Network, SIDE},
    sparse::SparseEvaluator,
};

/// Revealed pixels of one image, whatever the order in which they were revealed.
///
/// Equal sets compare and hash alike, so that a set can be the key of what is known of it.
///
/// Serialises as the list of its pixels; read, a list may be in any order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Pixel>", into = "Vec<Pixel>")]
pub struct PixelSet(SmallVec<[Pixel; 8]>);

impl PixelSet {
    /// Adds a pixel, or does nothing if it is there.
    pub fn insert(&mut self, pixel: Pixel) {
        if let Err(place) = self.0.binary_search(&pixel) {
            self.0.insert(place, pixel);
        }
    }

    /// The set with one pixel more.
    #[must_use]
    pub fn with(&self, pixel: Pixel) -> Self {
        let mut larger = self.clone();
        larger.insert(pixel);
        larger
    }

    /// Whether the pixel is there.
    pub fn contains(&self, pixel: Pixel) -> bool {
        self.0.binary_search(&pixel).is_ok()
    }

    /// The pixels in ascending order.
    pub fn pixels(&self) -> &[Pixel] {
        &self.0
    }
}

impl From<Vec<Pixel>> for PixelSet {
    fn from(pixels: Vec<Pixel>) -> Self {
        pixels.into_iter().collect()
    }
}

impl From<PixelSet> for Vec<Pixel> {
    fn from(set: PixelSet) -> Self {
        set.0.to_vec()
    }
}

impl FromIterator<Pixel> for PixelSet {
    fn from_iter<I: IntoIterator<Item = Pixel>>(pixels: I) -> Self {
        let mut set = Self::default();
        for pixel in pixels {
            set.insert(pixel);
        }
        set
    }
}

/// Judges sets of revealed pixels of one image.
pub trait Evaluator: Send {
    /// The ten logits for each of `sets`, in their order.
    ///
    /// Up to rounding, a set's logits do not depend on what else is in the batch.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of the image.
    fn evaluate(&mut self, sets: &[PixelSet]) -> Vec<[f32; CLASSES]>;

    /// The memory that it has for what it may be asked next, in bytes.
    fn bytes(&self) -> usize {
        0
    }

    /// The engine, if that is what this evaluator is: it [decides](crate::Decider) sets faster than
    /// it gives their logits.
    fn as_sparse(&mut self) -> Option<&mut SparseEvaluator> {
        None
    }
}

/// Finds all sets alike: to be lent to agents that ask no judge.
#[derive(Debug, Clone, Copy, Default)]
pub struct Indifferent;

impl Evaluator for Indifferent {
    fn evaluate(&mut self, sets: &[PixelSet]) -> Vec<[f32; CLASSES]> {
        vec![[0.0; CLASSES]; sets.len()]
    }
}

/// An image that the network cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the judge reads images of {SIDE}×{SIDE} pixels, not of {width}×{height}")]
pub struct WrongSize {
    width: u8,
    height: u8,
}

/// Says whether the network can read an image.
pub(crate) fn check_size(image: &Image) -> Result<(), WrongSize> {
    let (width, height) = (image.width(), image.height());
    if usize::from(width) == SIDE && usize::from(height) == SIDE {
        Ok(())
    } else {
        Err(WrongSize { width, height })
    }
}

/// The dense forward pass as an [`Evaluator`].
#[derive(Debug, Clone)]
pub struct DenseEvaluator {
    network: Arc<Network>,
    image: Arc<Image>,
}

impl DenseEvaluator {
    /// Judges `image` by `network`.
    pub fn new(network: Arc<Network>, image: Arc<Image>) -> Result<Self, WrongSize> {
        check_size(&image)?;
        Ok(Self { network, image })
    }
}

impl Evaluator for DenseEvaluator {
    fn evaluate(&mut self, sets: &[PixelSet]) -> Vec<[f32; CLASSES]> {
        let inputs: Vec<Planes> = sets
            .iter()
            .map(|set| {
                planes(set.pixels().iter().map(|pixel| {
                    let value = self.image.value(*pixel).expect("the pixels lie in the image");
                    (pixel.x, pixel.y, value)
                }))
            })
            .collect();
        self.network.logits(&inputs)
    }
}
