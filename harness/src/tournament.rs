//! Debaters against each other: who is stronger, as the honest side and as the liar.
//!
//! Two agents meet over the same image, lie and order twice, with the sides swapped: an image that
//! is easy for the honest side is then as easy for both. Ratings are Elo points by the Bradley-Terry
//! model, where each agent is two players, its honest self and its lying self; their intervals are
//! drawn over images.

use std::collections::BTreeMap;

use pixel_debate_agents::AgentSpec;
use pixel_debate_datasets::Dataset;
use pixel_debate_game::Role;
use rand::{SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use crate::plan::random_order;
use crate::statistics::{Interval, Pairing, Sprt, Standing, bootstrap_each, bradley_terry};
use crate::{Debaters, Judge, PlayError, Series, Setup};

/// Who meets whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// Everyone meets everyone.
    RoundRobin,
    /// The first agent meets each of the others.
    Gauntlet,
}

/// A tournament.
#[derive(Debug, Clone)]
pub struct Tournament<'a> {
    /// The images.
    pub dataset: &'a Dataset,
    /// The judge.
    pub judge: &'a Judge,
    /// How many pixels a debate reveals.
    pub pixels: u8,
    /// Whether the liar commits to a label, which is drawn for each image.
    pub precommit: bool,
    /// Who takes part, two at least.
    pub agents: Vec<AgentSpec>,
    /// Who meets whom.
    pub pairs: Pairs,
    /// What all that is random depends on.
    pub seed: u64,
}

/// A debate of a tournament.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Game {
    /// The image's number.
    pub image: usize,
    /// Who was honest, by place in the list of agents.
    pub honest: usize,
    /// Who lied.
    pub liar: usize,
    /// Who made the first reveal.
    pub first: Role,
    /// Who won.
    pub winner: Role,
}

/// The strength of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rating {
    /// As the honest side, in Elo points.
    pub honest: f64,
    /// Its 95 % interval.
    pub honest_interval: Interval,
    /// As the liar.
    pub liar: f64,
    /// Its 95 % interval.
    pub liar_interval: Interval,
}

impl Tournament<'_> {
    /// Everyone who meets, by place in the list of agents.
    pub fn meetings(&self) -> Vec<[usize; 2]> {
        let all = 0..self.agents.len();
        let pairs = all.clone().flat_map(|a| all.clone().map(move |b| [a, b]));
        let meets = |[a, b]: &[usize; 2]| a < b && (self.pairs == Pairs::RoundRobin || *a == 0);
        pairs.filter(meets).collect()
    }

    /// So many images, or all where there are fewer: the first in a random order drawn by the seed.
    pub fn images(&self, count: usize) -> Vec<usize> {
        let mut order = random_order(self.dataset.len(), self.seed);
        order.truncate(count);
        order
    }

    /// All debates over an image: each meeting in both orders, with the sides either way.
    pub fn over_image(&self, image: usize) -> Result<Vec<Game>, PlayError> {
        let lie = self.lie(image)?;
        let mut games = Vec::new();
        for [a, b] in self.meetings() {
            for first in [Role::Honest, Role::Liar] {
                for [honest, liar] in [[a, b], [b, a]] {
                    let debaters =
                        Debaters { honest: self.agents[honest], liar: self.agents[liar] };
                    let Self { dataset, judge, pixels, seed, .. } = *self;
                    let series = Series::paper(dataset, judge, pixels, debaters, seed);
                    let debate = series.play(&Setup { image, lie, first }, |_, _, _| {})?;
                    let winner = debate.outcome().map_or(Role::Liar, |outcome| outcome.winner);
                    games.push(Game { image, honest, liar, first, winner });
                }
            }
        }
        Ok(games)
    }

    fn lie(&self, image: usize) -> Result<Option<u8>, PlayError> {
        if image >= self.dataset.len() {
            let (dataset, len) = (self.dataset.name().to_owned(), self.dataset.len());
            return Err(PlayError::NoSuchImage { image, dataset, len });
        }
        if !self.precommit {
            return Ok(None);
        }
        let label = self.dataset.label(image);
        let wrong = (0..self.dataset.classes().len() as u8).filter(|lie| *lie != label);
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(image as u64);
        Ok(wrong.collect::<Vec<_>>().choose(&mut rng).copied())
    }

    /// Plays over these images on the threads of rayon's pool. `enough` is told all games so far
    /// after each batch of images and says whether to stop.
    pub fn play(
        &self,
        images: &[usize],
        mut enough: impl FnMut(&[Game]) -> bool,
    ) -> Result<Vec<Game>, PlayError> {
        let mut games = Vec::new();
        for batch in images.chunks(BATCH) {
            let played: Vec<Vec<Game>> =
                batch.par_iter().map(|image| self.over_image(*image)).collect::<Result<_, _>>()?;
            games.extend(played.concat());
            if enough(&games) {
                break;
            }
        }
        Ok(games)
    }

    /// The ratings of all agents by these games, in the agents' order. The mean of all ratings,
    /// honest and liar, is 0.
    pub fn ratings(&self, games: &[Game]) -> Vec<Rating> {
        let players = 2 * self.agents.len();
        let images: Vec<&[Game]> = games.chunk_by(|one, next| one.image == next.image).collect();
        let rate = |times: &[u32]| {
            let mut pairings: BTreeMap<(usize, usize), [f64; 2]> = BTreeMap::new();
            for (times, games) in times.iter().zip(&images).filter(|(times, _)| **times > 0) {
                for game in *games {
                    let (a, b) = (2 * game.honest, 2 * game.liar + 1);
                    let score = pairings.entry((a, b)).or_insert([0.0, 0.0]);
                    score[usize::from(game.winner == Role::Liar)] += f64::from(*times);
                }
            }
            let pairing = |((a, b), [won, lost]): (_, [f64; 2])| Pairing { a, b, won, lost };
            bradley_terry(players, &pairings.into_iter().map(pairing).collect::<Vec<_>>())
        };
        let all = rate(&vec![1; images.len()]);
        let intervals = bootstrap_each(images.len(), players, RESAMPLES, rate);
        all.as_chunks::<2>()
            .0
            .iter()
            .zip(intervals.as_chunks::<2>().0)
            .map(|([honest, liar], [honest_interval, liar_interval])| Rating {
                honest: *honest,
                honest_interval: *honest_interval,
                liar: *liar,
                liar_interval: *liar_interval,
            })
            .collect()
    }

    /// What the games say of the first two agents: a pair is the two debates over an image in one
    /// order, in which they have the sides either way.
    pub fn standing(&self, games: &[Game], test: &Sprt) -> Standing {
        let pairs: Vec<f64> = games
            .chunk_by(|one, next| (one.image, one.first) == (next.image, next.first))
            .map(|pair| {
                let won = pair.iter().filter(|game| match game.winner {
                    Role::Honest => game.honest == 0,
                    Role::Liar => game.liar == 0,
                });
                won.count() as f64 / pair.len() as f64
            })
            .collect();
        test.standing(&pairs)
    }
}

/// Images between one look at the results and the next: a number of its own, so that where a test
/// stops does not depend on the number of threads.
const BATCH: usize = 8;
/// Resamples of the ratings' intervals.
const RESAMPLES: usize = 500;

#[cfg(test)]
mod tests {
    use pixel_debate_datasets::mnist;

    use super::*;
    use crate::statistics::Decision;

    fn tournament<'a>(judge: &'a Judge, agents: &[&str], pairs: Pairs) -> Tournament<'a> {
        let agents = agents.iter().map(|agent| agent.parse().unwrap()).collect();
        let (dataset, pixels) = (mnist::test(), 4);
        Tournament { dataset, judge, pixels, precommit: true, agents, pairs, seed: 1 }
    }

    #[test]
    fn the_greedy_are_stronger_than_the_random_on_either_side() {
        let judge = Judge::shipped(4).unwrap();
        let tournament = tournament(&judge, &["greedy", "random"], Pairs::RoundRobin);
        let images: Vec<usize> = (0..24).collect();
        let games = tournament.play(&images, |_| false).unwrap();
        assert_eq!(games.len(), 24 * 4);
        let ratings = tournament.ratings(&games);
        assert!(ratings[0].honest > ratings[1].honest && ratings[0].liar > ratings[1].liar);
        for Rating { honest, honest_interval, liar, liar_interval } in ratings {
            assert!((honest_interval.low..=honest_interval.high).contains(&honest));
            assert!((liar_interval.low..=liar_interval.high).contains(&liar));
        }
        // Whether it is by that much is known long before all images are played.
        let test = Sprt { elo0: 0.0, elo1: 100.0 };
        let stronger = |games: &[Game]| tournament.standing(games, &test).decision.is_some();
        let games = tournament.play(&images, stronger).unwrap();
        assert_eq!(tournament.standing(&games, &test).decision, Some(Decision::Stronger));
        assert!(games.len() < 24 * 4, "{} games", games.len());
    }

    #[test]
    fn sides_are_swapped_over_the_same_image_lie_and_order() {
        let judge = Judge::shipped(4).unwrap();
        let agents = ["random", "greedy", "mcts:2"];
        let all = tournament(&judge, &agents, Pairs::RoundRobin);
        assert_eq!(all.meetings(), [[0, 1], [0, 2], [1, 2]]);
        let gauntlet = tournament(&judge, &agents, Pairs::Gauntlet);
        assert_eq!(gauntlet.meetings(), [[0, 1], [0, 2]]);
        let games = gauntlet.over_image(17).unwrap();
        assert_eq!(games.len(), 8);
        for pair in games.chunks(2) {
            assert_eq!((pair[0].honest, pair[0].liar), (pair[1].liar, pair[1].honest));
            assert_eq!(pair[0].first, pair[1].first);
        }
        assert!(gauntlet.over_image(10_000).is_err());
    }
}
