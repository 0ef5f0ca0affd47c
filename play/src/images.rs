//! Which images of a data set are debated, and in what order.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// An image that no debate can be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Its number.
    pub image: usize,
    /// Why.
    pub why: String,
}

/// All images of a data set of so many in a random order. It is drawn whole, so that a smaller number of
/// images are the first of a larger.
///
/// ```
/// let order = pixel_debate_play::random_order(5, 1);
/// assert_eq!(order.len(), 5);
/// assert_eq!(order, pixel_debate_play::random_order(5, 1));
/// ```
pub fn random_order(len: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order
}
