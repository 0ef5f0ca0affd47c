//! What pairs of candidates change together over one stem, kept for the stems that extend it.

use super::response::NO_GAIN;
use crate::{
    geometry::BLOCK,
    kernels::{Numbers, zeros},
    network::HIDDEN,
};

/// The pairs kept at the most: half a gigabyte where all are near each other.
const KEPT: usize = 60_000;
/// Those of them that are near each other.
const KEPT_NEAR: usize = 16_000;

/// The sums for pairs of candidates over one stem, the owner.
///
/// A sum costs as much as several decisions, so it is worth its price once it is used twice: a pair
/// is computed when it is asked for the second time.
#[derive(Debug)]
pub(super) struct PairSums {
    owner: u64,
    candidates: usize,
    places: Vec<Seen>,
    kept: usize,
    hidden: Numbers,
    kept_near: usize,
    gains: Numbers,
}

/// What is known of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Never,
    Once,
    Kept(PairSum),
}

/// A pair's sum: its place in [`PairSums`] until the owner changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PairSum {
    hidden: u32,
    gain: Option<u16>,
}

impl Default for PairSums {
    fn default() -> Self {
        Self {
            owner: 0,
            candidates: 0,
            places: Vec::new(),
            kept: 0,
            hidden: zeros(0),
            kept_near: 0,
            gains: zeros(0),
        }
    }
}

impl PairSums {
    /// The memory that they take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let numbers = self.hidden.capacity() + self.gains.capacity();
        numbers * size_of::<f32>() + self.places.capacity() * size_of::<Seen>()
    }

    /// The pair's sum over the stem `owner`, or `None` where it was never asked for before, or
    /// there is no room.
    ///
    /// `compute` is to fill the hidden units' sums, which are all zeros, and the gain, which is
    /// there for pairs that are near each other.
    pub(super) fn get(
        &mut self,
        owner: u64,
        candidates: usize,
        [p, q]: [usize; 2],
        near: bool,
        compute: impl FnOnce(&mut [f32; HIDDEN], &mut [f32]),
    ) -> Option<PairSum> {
        if self.owner != owner || self.candidates != candidates {
            (self.owner, self.candidates) = (owner, candidates);
            (self.kept, self.kept_near) = (0, 0);
            self.places.clear();
            self.places.resize(candidates * candidates, Seen::Never);
        }
        let place = &mut self.places[p * candidates + q];
        match *place {
            Seen::Never => {
                *place = Seen::Once;
                None
            }
            Seen::Once => {
                if self.kept == KEPT || near && self.kept_near == KEPT_NEAR {
                    return None;
                }
                let gain = near.then_some(self.kept_near as u16);
                let sum = PairSum { hidden: self.kept as u32, gain };
                *place = Seen::Kept(sum);
                let hidden = extend(&mut self.hidden, &mut self.kept, HIDDEN);
                let hidden: &mut [f32; HIDDEN] = hidden.try_into().expect("one number a unit");
                hidden.fill(0.0);
                let gain = if near {
                    extend(&mut self.gains, &mut self.kept_near, BLOCK)
                } else {
                    &mut []
                };
                compute(hidden, gain);
                Some(sum)
            }
            Seen::Kept(sum) => Some(sum),
        }
    }

    /// The sum of the first dense layer's rows times the pair's second differences over the owner.
    pub(super) fn hidden(&self, sum: PairSum) -> &[f32; HIDDEN] {
        &self.hidden.as_chunks().0[sum.hidden as usize]
    }

    /// What the second one's response gains by the first one: cell × position × channel.
    pub(super) fn gain(&self, sum: PairSum) -> &[f32] {
        sum.gain.map_or(&NO_GAIN.0, |gain| &self.gains[usize::from(gain) * BLOCK..][..BLOCK])
    }
}

/// Room for one more piece of `size` numbers after the `count` that are kept.
fn extend<'a>(numbers: &'a mut Numbers, count: &mut usize, size: usize) -> &'a mut [f32] {
    let start = *count * size;
    *count += 1;
    if numbers.len() < start + size {
        numbers.resize(start + size, 0.0);
    }
    &mut numbers[start..start + size]
}
