//! What is counted by name, of so many names at most.
//!
//! Names are free: whoever sets up debates can make up as many as it likes. With too many of them the
//! one with the fewest debates makes way for a new one, of several the one that was seen last the
//! longest ago. So a new name always comes in, and stays when it goes on to play.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How many debates somebody had, and the number of the last of them.
type Rank = (u32, u64);

/// Counts by name.
#[derive(Debug)]
pub(in crate::lobby) struct Names<T> {
    most: usize,
    by_name: HashMap<Arc<str>, (Rank, T)>,
    ranks: BTreeSet<(Rank, Arc<str>)>,
}

impl<T: Default> Names<T> {
    /// Room for so many names.
    pub(in crate::lobby) fn new(most: usize) -> Self {
        Self { most, by_name: HashMap::new(), ranks: BTreeSet::new() }
    }

    /// What is counted under a name, which has one more debate, the one with that number.
    pub(in crate::lobby) fn count(&mut self, name: &str, number: u64) -> &mut T {
        let known = self.by_name.get_key_value(name).map(|(name, (rank, _))| (name.clone(), *rank));
        let (name, debates) = if let Some((name, rank)) = known {
            self.ranks.remove(&(rank, name.clone()));
            (name, rank.0)
        } else {
            if self.by_name.len() >= self.most
                && let Some((_, least)) = self.ranks.pop_first()
            {
                self.by_name.remove(&least);
            }
            (Arc::from(name), 0)
        };
        let rank = (debates + 1, number);
        self.ranks.insert((rank, name.clone()));
        let (known, counted) = self.by_name.entry(name).or_default();
        *known = rank;
        counted
    }

    /// The names with the most debates, so many of them, and of equal ones the first in the alphabet.
    pub(in crate::lobby) fn top(&self, number: usize) -> Vec<(&str, &T)> {
        let mut all: Vec<_> = self.by_name.iter().collect();
        all.sort_unstable_by(|(one, ((debates, _), _)), (other, ((more, _), _))| {
            more.cmp(debates).then_with(|| one.cmp(other))
        });
        all.into_iter().take(number).map(|(name, (_, counted))| (&**name, counted)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junk_makes_way_for_names_that_go_on_to_play() {
        let mut names = Names::<u32>::new(100);
        let mut number = 0;
        let mut play = |names: &mut Names<u32>, name: &str| {
            number += 1;
            *names.count(name, number) += 1;
        };
        for junk in 0..5000 {
            play(&mut names, &format!("junk {junk}"));
        }
        for round in 0..3 {
            play(&mut names, "Ada");
            for junk in 0..50 {
                play(&mut names, &format!("more junk {round} {junk}"));
            }
        }
        for junk in 0..5000 {
            play(&mut names, &format!("late junk {junk}"));
        }
        assert_eq!(names.top(1), [("Ada", &3)]);
        assert_eq!((names.by_name.len(), names.ranks.len()), (100, 100));
    }

    #[test]
    fn the_top_is_in_order() {
        let mut names = Names::<u32>::new(10);
        for (number, name) in (1..).zip(["b", "c", "a", "c", "d"]) {
            *names.count(name, number) += 1;
        }
        assert_eq!(names.top(3), [("c", &2), ("a", &1), ("b", &1)]);
        assert_eq!(names.top(9).len(), 4);
    }
}
