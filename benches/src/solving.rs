//! The debates of the fixed pairs, solved.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use pixel_debate_agents::{
    Clock,
    solver::{Game, Solution, solve},
};
use pixel_debate_game::Role;
use pixel_debate_judge::Judge;

use crate::draws::{Pair, pairs};

/// The debates with precommit of the hundred [`pairs`], with one number of pixels.
///
/// The liar begins in those of even number, the honest debater in the others.
#[derive(Debug)]
pub struct Games {
    pixels: u8,
    judge: Judge,
    pairs: Vec<Pair>,
}

/// A solved debate, and what that took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SolvedGame {
    /// What it is about.
    pub pair: Pair,
    /// Who makes the first reveal.
    pub first: Role,
    /// Who wins if both play as well as can be.
    pub winner: Role,
    /// How many complete sets were decided.
    pub evaluations: u64,
    /// From the image to the proof, the making of the evaluator included.
    pub time: Duration,
}

impl Games {
    /// Debates of `pixels` pixels, both debaters' together; `None` if no judge for so many comes with
    /// the program.
    pub fn new(pixels: u8) -> Option<Self> {
        let judge = Judge::shipped(pixels)?;
        Some(Self { pixels, judge, pairs: pairs() })
    }

    /// Solves one debate.
    ///
    /// # Panics
    ///
    /// If `number` is above 99.
    pub fn solve(&self, number: usize) -> SolvedGame {
        let pair = self.pairs[number];
        let first = if number.is_multiple_of(2) { Role::Liar } else { Role::Honest };
        let debate = pair.debate(self.pixels, first);
        let start = Instant::now();
        let mut evaluator = self
            .judge
            .engine(Arc::clone(debate.image()))
            .expect("MNIST's images have the size that the network reads");
        match solve(&Game::of(&debate), &mut evaluator, Clock::unlimited()) {
            Solution::Solved(solved) => SolvedGame {
                pair,
                first,
                winner: solved.winner,
                evaluations: solved.evaluations,
                time: start.elapsed(),
            },
            Solution::Open { .. } => unreachable!("the clock never stops the search"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_debaters_begin_in_turn() {
        let games = Games::new(4).unwrap();
        let [even, odd] = [0, 1].map(|number| games.solve(number));
        assert_eq!((even.first, odd.first), (Role::Liar, Role::Honest));
        assert_eq!([even.pair, odd.pair], pairs()[..2]);
        assert!(even.evaluations > 0 && odd.evaluations > 0);
    }
}
