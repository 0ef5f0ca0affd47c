//! Which images of a data set are debated, and in what order.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// An image that no debate can be about.
///
/// ```
/// use pixel_debate_datasets::Dataset;
/// use pixel_debate_judge::Judge;
/// use pixel_debate_play::LeftOut;
/// use pixel_debate_play::tournament::{Pairs, Tournament};
///
/// // A data set of one image, which is black but for a pixel.
/// let mut pixels = vec![0; 784];
/// pixels[300] = 255;
/// let classes = (0..10).map(|digit| digit.to_string()).collect();
/// let dataset = Dataset::new("dot", (28, 28), pixels, vec![1], classes)?;
/// # let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
/// # let tournament = Tournament {
/// #     dataset: &dataset,
/// #     judge: &judge,
/// #     pixels: 4,
/// #     precommit: true,
/// #     agents: vec!["greedy".parse()?, "random".parse()?],
/// #     pairs: Pairs::RoundRobin,
/// #     seed: 1,
/// # };
/// let (images, left_out) = tournament.images(1);
/// let why = "has 1 pixels that may be revealed, and a debate of 4 needs as many".to_owned();
/// assert_eq!((images.len(), left_out), (0, vec![LeftOut { image: 0, why }]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
