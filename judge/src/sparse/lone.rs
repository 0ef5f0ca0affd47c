//! What a pixel does that shares no cell of the first pool with another revealed pixel.
//!
//! That depends on its value, and on its place no more than by where in its cell it lies: of four kinds of
//! places with 256 values each, a thousand cases, whatever the images are.

use std::array;
use std::sync::OnceLock;

use pixel_debate_game::Pixel;

use super::{
    SparseWeights,
    response::{Cells, REACHED, Revealed, changed_cells, compute},
};
use crate::{geometry::HALF, kernels::Response};

/// Places in a cell of the first pool.
const PLACES: usize = 4;
const VALUES: usize = 256;

/// What a pixel does alone.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Lone {
    /// What it adds to the second convolution's output: row × column × channel.
    pub(super) response: Response,
    /// What it changes of the cells of the first pool that it reaches.
    pub(super) changes: Cells,
}

/// What each pixel does alone that reaches no cell outside of the field, computed when first asked for:
/// 14 megabytes when all have been.
#[derive(Debug, Clone)]
pub(super) struct LonePixels(Vec<OnceLock<Box<Lone>>>);

impl LonePixels {
    pub(super) fn new() -> Self {
        Self(vec![OnceLock::new(); PLACES * VALUES])
    }

    /// What a pixel of that value does, by these weights.
    ///
    /// # Panics
    ///
    /// If one of its cells is outside.
    pub(super) fn get(&self, weights: &SparseWeights, pixel: Pixel, value: u8) -> &Lone {
        let place = usize::from(pixel.y % 2 * 2 + pixel.x % 2);
        self.0[place * VALUES + usize::from(value)].get_or_init(|| {
            assert!(has_all_cells(pixel), "all cells lie in the field");
            Box::new(Lone::new(weights, pixel, value))
        })
    }
}

/// Whether all cells that a pixel reaches lie in the field.
pub(super) fn has_all_cells(pixel: Pixel) -> bool {
    let inside = |along: u8| (REACHED / 2..HALF - REACHED / 2).contains(&usize::from(along / 2));
    inside(pixel.x) && inside(pixel.y)
}

impl Lone {
    fn new(weights: &SparseWeights, pixel: Pixel, value: u8) -> Self {
        let revealed = Revealed { pixel, value: f32::from(value) / 255.0 };
        let mut response = array::from_fn(|_| 0.0);
        compute(weights, &[], revealed, &mut response);
        Self { response, changes: changed_cells(weights, &[], revealed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Judge;

    #[test]
    fn a_pixel_does_the_same_wherever_it_is() {
        let weights = SparseWeights::new(Judge::shipped(4).unwrap().network().unwrap());
        let kept = LonePixels::new();
        for pixel in (0..28 * 28).map(|at| Pixel::new((at % 28) as u8, (at / 28) as u8)) {
            let is_inner = (2..26).contains(&pixel.x) && (2..26).contains(&pixel.y);
            assert_eq!(has_all_cells(pixel), is_inner, "{pixel:?}");
            if is_inner {
                let like = Pixel::new(14 + pixel.x % 2, 14 + pixel.y % 2);
                let there = kept.get(&weights, like, 77);
                let here = Lone::new(&weights, pixel, 77);
                assert_eq!((here.response, here.changes), (there.response, there.changes));
            }
        }
    }
}
