//! Which images a run is about.

use std::collections::HashSet;
use std::ops::Range;

use pixel_debate_datasets::Dataset;
use pixel_debate_play::random_order;

use crate::experiment::Images;

impl Images {
    /// The images' numbers in the order of the run, or what is wrong with the choice and where that
    /// stands; nowhere, if it is the choice as a whole.
    pub(super) fn numbers(&self, dataset: &Dataset) -> Result<Vec<usize>, (Range<usize>, String)> {
        let (len, name) = (dataset.len(), dataset.name());
        match (&self.range, &self.list, &self.random) {
            (Some(range), None, None) => {
                let [start, end] = *range.get_ref();
                if end <= len {
                    return Ok((start..end).collect());
                }
                let reason = format!(
                    "`range` is [{start}, {end}]: {name} has images 0 to {}, so the second number is \
                     {len} at most",
                    len - 1
                );
                Err((range.span(), reason))
            }
            (None, Some(list), None) => {
                let numbers = list.get_ref();
                let mut seen = HashSet::new();
                let twice = numbers.iter().find(|number| !seen.insert(**number));
                let beyond = numbers.iter().find(|number| **number >= len);
                let reason = if numbers.is_empty() {
                    "`list` is an empty list: it must name one image at least".to_owned()
                } else if let Some(number) = twice {
                    format!("`list` names the same image twice: {number}")
                } else if let Some(number) = beyond {
                    format!("`list` names image {number}: {name} has images 0 to {}", len - 1)
                } else {
                    return Ok(numbers.clone());
                };
                Err((list.span(), reason))
            }
            (None, None, Some(random)) => {
                let count = *random.get_ref();
                if !(1..=len).contains(&count) {
                    let reason = format!(
                        "`random` is {count}: it must be a whole number from 1 to {len}, the images of \
                         {name}"
                    );
                    return Err((random.span(), reason));
                }
                let mut order = random_order(len, self.seed);
                order.truncate(count);
                Ok(order)
            }
            _ => {
                let reason = "the images are chosen by exactly one of `range = [A, B]`, \
                              `list = [...]` and `random = N`";
                Err((0..0, reason.to_owned()))
            }
        }
    }

    /// How they are chosen, in words.
    pub(super) fn in_words(&self, count: usize) -> String {
        match (&self.range, &self.random) {
            (Some(range), _) => {
                let [start, _] = range.get_ref();
                format!("{start} to {}", start + count - 1)
            }
            (None, Some(_)) => format!("{count}, the first in a random order, seed {}", self.seed),
            (None, None) => format!("{count} by number"),
        }
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_datasets::mnist;

    use super::*;

    fn random(count: usize, seed: u64) -> Images {
        let dataset = "mnist".to_owned();
        let (range, list, looks) = (None, None, None);
        let random = Some(toml::Spanned::new(0..0, count));
        Images { dataset, range, list, random, seed, looks, skip_unusable: false }
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
