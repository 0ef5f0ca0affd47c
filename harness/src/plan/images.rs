//! Which images a run is about.

use std::collections::HashSet;

use pixel_debate_datasets::Dataset;
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::experiment::Images;

impl Images {
    /// The images' numbers in the order of the run, or what is wrong with the choice.
    pub(super) fn numbers(&self, dataset: &Dataset) -> Result<Vec<usize>, String> {
        let len = dataset.len();
        let numbers = match (self.range, &self.list, self.random) {
            (Some([start, end]), None, None) => {
                if start >= end {
                    return Err("a range is two numbers, the first below the second".to_owned());
                }
                if end > len {
                    return Err(no_image(dataset, end - 1));
                }
                (start..end).collect()
            }
            (None, Some(list), None) => {
                if list.iter().collect::<HashSet<_>>().len() < list.len() {
                    return Err("the same image twice in the list".to_owned());
                }
                list.clone()
            }
            (None, None, Some(count)) => {
                if count > len {
                    return Err(format!("{count} images: {} has {len}", dataset.name()));
                }
                let mut order = random_order(len, self.seed);
                order.truncate(count);
                order
            }
            _ => {
                return Err("the images are chosen by exactly one of `range = [A, B]`, \
                            `list = [...]` and `random = N`"
                    .to_owned());
            }
        };
        if numbers.is_empty() {
            return Err("no images".to_owned());
        }
        match numbers.iter().find(|number| **number >= len) {
            None => Ok(numbers),
            Some(number) => Err(no_image(dataset, *number)),
        }
    }

    /// How they are chosen, in words.
    pub(super) fn in_words(&self, count: usize) -> String {
        match (self.range, self.random) {
            (Some([start, _]), _) => format!("{start} to {}", start + count - 1),
            (None, Some(_)) => format!("{count}, the first in a random order, seed {}", self.seed),
            (None, None) => format!("{count} by number"),
        }
    }
}

/// All images in a random order. It is drawn whole, so that a smaller number of images are the first
/// of a larger.
pub(crate) fn random_order(len: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order
}

fn no_image(dataset: &Dataset, number: usize) -> String {
    let last = dataset.len().saturating_sub(1);
    format!("there is no image {number}: {} has images 0 to {last}", dataset.name())
}

#[cfg(test)]
mod tests {
    use pixel_debate_datasets::mnist;

    use super::*;

    fn random(count: usize, seed: u64) -> Images {
        let dataset = "mnist".to_owned();
        let (range, list, looks) = (None, None, None);
        Images { dataset, range, list, random: Some(count), seed, looks, skip_unusable: false }
    }

    #[test]
    fn fewer_images_are_the_first_of_more() {
        let numbers = |count, seed| random(count, seed).numbers(mnist::test()).unwrap();
        let all = numbers(10_000, 3);
        assert_eq!(numbers(150, 3), all[..150]);
        assert_ne!(numbers(150, 4), all[..150]);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 10_000);
    }
}
