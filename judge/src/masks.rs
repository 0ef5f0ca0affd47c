//! Random evidence: what the judge is trained and measured on (paper, section 3.1).

use rand::Rng;

/// Draws `pixels` of the nonzero pixels of `image` uniformly without replacement, or all where
/// there are fewer, as indices into it.
pub fn random_nonzero(image: &[u8], pixels: usize, rng: &mut impl Rng) -> Vec<usize> {
    let nonzero: Vec<usize> = (0..image.len()).filter(|at| image[*at] > 0).collect();
    rand::seq::index::sample(rng, nonzero.len(), pixels.min(nonzero.len()))
        .into_iter()
        .map(|chosen| nonzero[chosen])
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn every_nonzero_pixel_and_no_other_is_drawn() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let image = [0, 3, 0, 255, 1, 0, 9];
        let mut drawn = [0; 7];
        for _ in 0..4000 {
            let mask = random_nonzero(&image, 2, &mut rng);
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
    fn a_dark_image_gives_what_it_has() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(random_nonzero(&[0, 7, 0], 6, &mut rng), [1]);
    }
}
