//! Random evidence: what the judge is trained and measured on (paper, section 3.1).

use pixel_debate_game::LegalPixels;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What is shown of an image at random.
///
/// ```
/// use pixel_debate_game::LegalPixels;
/// use pixel_debate_judge::masks::{Masks, measuring_rng};
///
/// // Of an image with one pixel that is not black.
/// let image = [0, 0, 9, 0];
/// let (rng, any) = (&mut measuring_rng(1, 0), Masks { pixels: 3, legal: LegalPixels::Any });
/// assert_eq!(any.draw(&image, rng).len(), 3);
/// assert_eq!(Masks::nonzero(3).draw(&image, rng), [2], "there are no more");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Masks {
    /// How many pixels (the paper's K).
    pub pixels: usize,
    /// Of which: the nonzero ones in the paper.
    pub legal: LegalPixels,
}

impl Masks {
    /// The paper's: so many nonzero pixels.
    pub const fn nonzero(pixels: usize) -> Self {
        Self { pixels, legal: LegalPixels::Nonzero }
    }

    /// Draws pixels of `image` uniformly without replacement, or all that are legal where there are
    /// fewer, as indices into it.
    ///
    /// ```
    /// use pixel_debate_judge::masks::{Masks, measuring_rng};
    ///
    /// let image = [0, 7, 0, 9, 255, 0];
    /// let mut drawn = Masks::nonzero(2).draw(&image, &mut measuring_rng(1, 0));
    /// drawn.sort_unstable();
    /// drawn.dedup();
    /// assert_eq!(drawn.len(), 2, "no pixel is drawn twice");
    /// assert!(drawn.iter().all(|at| image[*at] > 0));
    /// ```
    pub fn draw(self, image: &[u8], rng: &mut impl Rng) -> Vec<usize> {
        let Self { pixels, legal } = self;
        let allowed: Vec<usize> = (0..image.len()).filter(|at| legal.allows(image[*at])).collect();
        rand::seq::index::sample(rng, allowed.len(), pixels.min(allowed.len()))
            .into_iter()
            .map(|chosen| allowed[chosen])
            .collect()
    }
}

/// The random numbers that the mask of image `index` is drawn with where a judge is measured: they
/// depend on the seed and the image's number alone.
///
/// ```
/// use pixel_debate_judge::masks::{Masks, measuring_rng};
///
/// let image = [200; 784];
/// let draw = |index| Masks::nonzero(6).draw(&image, &mut measuring_rng(1, index));
/// assert_eq!(draw(17), draw(17));
/// assert_ne!(draw(17), draw(18));
/// ```
pub fn measuring_rng(seed: u64, index: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index as u64);
    rng
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nonzero_pixel_and_no_other_is_drawn() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let image = [0, 3, 0, 255, 1, 0, 9];
        let mut drawn = [0; 7];
        for _ in 0..4000 {
            let mask = Masks::nonzero(2).draw(&image, &mut rng);
            assert_eq!(mask.len(), 2);
            assert_ne!(mask[0], mask[1]);
            for at in mask {
                drawn[at] += 1;
            }
        }
        for (at, count) in drawn.into_iter().enumerate() {
            assert!(if image[at] == 0 { count == 0 } else { (1900..2100).contains(&count) });
        }
    }

    #[test]
    fn zero_pixels_are_drawn_where_they_are_legal() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let masks = Masks { pixels: 3, legal: LegalPixels::Any };
        let mut mask = masks.draw(&[0, 7, 0], &mut rng);
        mask.sort_unstable();
        assert_eq!(mask, [0, 1, 2]);
    }

    #[test]
    fn a_dark_image_gives_what_it_has() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(Masks::nonzero(6).draw(&[0, 7, 0], &mut rng), [1]);
    }
}
