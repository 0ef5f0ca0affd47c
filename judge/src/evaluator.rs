//! The interface between a search and the judge: sets of revealed pixels in, logits out.

use pixel_debate_game::Image;

use crate::{
    decider::{Decider, EachSet, Question},
    network::{CLASSES, SIDE},
    pixel_set::PixelSet,
};

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

    /// Says who wins, for sets that have most in common: by the logits of each set, unless there is a
    /// faster way.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of the image, or a claim is no label of the judge.
    fn decider(&mut self, question: Question) -> Box<dyn Decider + '_> {
        Box::new(EachSet::new(|set| self.evaluate(&[set])[0], question))
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
