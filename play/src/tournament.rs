//! Debaters against each other: who is stronger, as the honest side and as the liar.
//!
//! Two agents meet over the same image, lie and order twice, with the sides swapped: an image that
//! is easy for the honest side is then as easy for both. Ratings are Elo points by the Bradley-Terry
//! model, where each agent is two players, its honest self and its lying self; their intervals are by
//! the Bayesian bootstrap over images.

use std::collections::BTreeMap;

use pixel_debate_agents::AgentSpec;
use pixel_debate_datasets::Dataset;
use pixel_debate_game::Role;
use pixel_debate_statistics::{
    Interval, Pairing, Resample, Sprt, Standing, bayesian_bootstrap, bradley_terry, strengths,
};
use rand::{SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use crate::images::{LeftOut, random_order};
use crate::judging::Judging;
use crate::series::{Debaters, PlayError, Series, Setup};

/// Who meets whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// Everyone meets everyone.
    RoundRobin,
    /// The first agent meets each of the others.
    Gauntlet,
}

/// A tournament.
///
/// ```
/// use pixel_debate_datasets::mnist;
/// use pixel_debate_judge::Judge;
/// use pixel_debate_play::tournament::{Pairs, Tournament};
///
/// let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
/// let tournament = Tournament {
///     dataset: mnist::test(),
///     judge: &judge,
///     pixels: 4,
///     precommit: true,
///     agents: vec!["greedy".parse()?, "random".parse()?],
///     pairs: Pairs::RoundRobin,
///     seed: 1,
/// };
/// let (images, left_out) = tournament.images(2);
/// assert_eq!((images.len(), left_out.len()), (2, 0));
/// // Over each image both orders, with the sides either way.
/// let games = tournament.play(&images, |_| false)?;
/// assert_eq!(games.len(), 2 * 2 * 2);
/// let ratings = tournament.ratings(&games);
/// let sum: f64 = ratings.iter().map(|rating| rating.honest + rating.liar).sum();
/// assert!(sum.abs() < 1e-3, "their mean is 0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tournament<'a> {
    /// The images.
    pub dataset: &'a Dataset,
    /// The judge.
    pub judge: &'a dyn Judging,
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
    ///
    /// ```
    /// use pixel_debate_play::tournament::{Pairs, Tournament};
    /// # use pixel_debate_datasets::mnist;
    /// # use pixel_debate_judge::Judge;
    /// # let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
    /// # let agents = ["greedy", "random", "mcts:10"].map(str::parse);
    /// # let tournament = Tournament {
    /// #     dataset: mnist::test(),
    /// #     judge: &judge,
    /// #     pixels: 4,
    /// #     precommit: true,
    /// #     agents: agents.into_iter().collect::<Result<_, _>>()?,
    /// #     pairs: Pairs::RoundRobin,
    /// #     seed: 1,
    /// # };
    ///
    /// // Of three agents.
    /// assert_eq!(tournament.meetings(), [[0, 1], [0, 2], [1, 2]]);
    /// let gauntlet = Tournament { pairs: Pairs::Gauntlet, ..tournament };
    /// assert_eq!(gauntlet.meetings(), [[0, 1], [0, 2]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn meetings(&self) -> Vec<[usize; 2]> {
        let all = 0..self.agents.len();
        let pairs = all.clone().flat_map(|a| all.clone().map(move |b| [a, b]));
        let meets = |[a, b]: &[usize; 2]| a < b && (self.pairs == Pairs::RoundRobin || *a == 0);
        pairs.filter(meets).collect()
    }

    /// So many images, or all where there are fewer: the first in a random order drawn by the seed, less
    /// those that no debate can be about, which are named.
    pub fn images(&self, count: usize) -> (Vec<usize>, Vec<LeftOut>) {
        let mut order = random_order(self.dataset.len(), self.seed);
        order.truncate(count);
        let mut left_out = Vec::new();
        order.retain(|image| {
            let legal = self.dataset.image(*image).iter().filter(|value| **value > 0).count();
            let enough = legal >= usize::from(self.pixels);
            if !enough {
                let pixels = self.pixels;
                let why = format!(
                    "has {legal} pixels that may be revealed, and a debate of {pixels} needs as many"
                );
                left_out.push(LeftOut { image: *image, why });
            }
            enough
        });
        (order, left_out)
    }

    /// All debates over an image: each meeting in both orders, with the sides either way.
    ///
    /// ```
    /// use pixel_debate_play::tournament::{Pairs, Tournament};
    /// # use pixel_debate_datasets::mnist;
    /// # use pixel_debate_judge::Judge;
    /// # let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
    /// # let tournament = Tournament {
    /// #     dataset: mnist::test(),
    /// #     judge: &judge,
    /// #     pixels: 4,
    /// #     precommit: true,
    /// #     agents: vec!["greedy".parse()?, "random".parse()?],
    /// #     pairs: Pairs::RoundRobin,
    /// #     seed: 1,
    /// # };
    ///
    /// let games = tournament.over_image(0)?;
    /// // Each of the two agents is honest in two of the four debates.
    /// assert_eq!(games.iter().filter(|game| game.honest == 0).count(), 2);
    /// assert!(games.iter().all(|game| game.honest != game.liar));
    /// assert!(tournament.over_image(10_000).is_err(), "there is no such image");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PlayError`] if the image cannot be debated.
    pub fn over_image(&self, image: usize) -> Result<Vec<Game>, PlayError> {
        let lie = self.lie(image)?;
        let mut games = Vec::new();
        for [a, b] in self.meetings() {
            for first in [Role::Honest, Role::Liar] {
                for [honest, liar] in [[a, b], [b, a]] {
                    let debaters =
                        Debaters { honest: self.agents[honest], liar: self.agents[liar] };
                    let Self { dataset, judge, pixels, seed, .. } = *self;
                    let series = Series::paper(dataset, judge, pixels, seed);
                    let debate =
                        series.play(&Setup { image, lie, first }, debaters, |_, _, _| {})?;
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
    ///
    /// # Errors
    ///
    /// [`PlayError`] at the first image that cannot be debated.
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

    /// The ratings of all agents by these games, in the agents' order. The mean of those that have met,
    /// honest and liar, is 0: of two agents the one's honest self and the other's lying self, which the
    /// other two never meet.
    pub fn ratings(&self, games: &[Game]) -> Vec<Rating> {
        let players = 2 * self.agents.len();
        let images: Vec<&[Game]> = games.chunk_by(|one, next| one.image == next.image).collect();
        let pairings = |weights: &[f64]| -> Vec<Pairing> {
            let mut pairings: BTreeMap<(usize, usize), [f64; 2]> = BTreeMap::new();
            for (weight, games) in weights.iter().zip(&images) {
                for game in *games {
                    let (a, b) = (2 * game.honest, 2 * game.liar + 1);
                    let score = pairings.entry((a, b)).or_insert([0.0, 0.0]);
                    score[usize::from(game.winner == Role::Liar)] += weight;
                }
            }
            let pairing = |((a, b), [won, lost]): (_, [f64; 2])| Pairing { a, b, won, lost };
            pairings.into_iter().map(pairing).collect()
        };
        let all = bradley_terry(players, &pairings(&vec![1.0; images.len()]));
        let rate = |mut resample: Resample<'_>| {
            let mut pairings = pairings(&resample.weights);
            for Pairing { won, lost, .. } in &mut pairings {
                // What is imagined is half an image, of two debates.
                *won += DEBATES * resample.imagined();
                *lost += DEBATES * resample.imagined();
            }
            strengths(players, &pairings)
        };
        let intervals = bayesian_bootstrap(images.len(), players, RESAMPLES, rate);
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
    ///
    /// ```
    /// use pixel_debate_play::tournament::{Game, Pairs, Tournament};
    /// use pixel_debate_game::Role;
    /// use pixel_debate_statistics::{Decision, Sprt};
    /// # use pixel_debate_datasets::mnist;
    /// # use pixel_debate_judge::Judge;
    /// # let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
    /// # let tournament = Tournament {
    /// #     dataset: mnist::test(),
    /// #     judge: &judge,
    /// #     pixels: 4,
    /// #     precommit: true,
    /// #     agents: vec!["greedy".parse()?, "random".parse()?],
    /// #     pairs: Pairs::RoundRobin,
    /// #     seed: 1,
    /// # };
    ///
    /// // Over forty images the first agent wins as the honest side, and as the liar.
    /// let first = Role::Honest;
    /// let won = |image| {
    ///     [
    ///         Game { image, honest: 0, liar: 1, first, winner: Role::Honest },
    ///         Game { image, honest: 1, liar: 0, first, winner: Role::Liar },
    ///     ]
    /// };
    /// let games: Vec<Game> = (0..40).flat_map(won).collect();
    /// let standing = tournament.standing(&games, &Sprt { elo0: 0.0, elo1: 100.0 });
    /// assert_eq!(standing.decision, Some(Decision::Stronger));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
/// Debates of a pairing over an image: one in each order.
const DEBATES: f64 = 2.0;
/// Resamples of the ratings' intervals.
const RESAMPLES: usize = 1000;

#[cfg(test)]
mod tests {
    use pixel_debate_datasets::mnist;
    use rand::RngExt;

    use pixel_debate_judge::Judge;

    use super::*;
    use pixel_debate_statistics::Decision;

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

    /// Games as two agents play them over images in both orders, where one wins with that probability; how
    /// both orders of an image end is the same in half of the images.
    fn simulated(images: usize, probability: f64, rng: &mut ChaCha8Rng) -> Vec<Game> {
        let mut games = Vec::new();
        for image in 0..images {
            let [one, two, alike]: [f64; 3] = std::array::from_fn(|_| rng.random());
            let luck = if alike < 0.5 { [one, one] } else { [one, two] };
            for (first, luck) in [Role::Honest, Role::Liar].into_iter().zip(luck) {
                let winner = if luck < probability { Role::Honest } else { Role::Liar };
                games.push(Game { image, honest: 0, liar: 1, first, winner });
            }
        }
        games
    }

    #[test]
    fn intervals_cover_the_truth_near_the_edge_too_and_never_shrink_to_a_point() {
        let judge = Judge::shipped(4).unwrap();
        let tournament = tournament(&judge, &["greedy", "random"], Pairs::RoundRobin);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut covered = [0; 3];
        let (times, truths) = (100, [0.5_f64, 0.9, 0.97]);
        for (covered, truth) in covered.iter_mut().zip(truths) {
            // Half of the distance between the two, as their mean is 0.
            let elo = 200.0 * (truth / (1.0 - truth)).log10();
            for _ in 0..times {
                let ratings = tournament.ratings(&simulated(60, truth, &mut rng));
                let Interval { low, high } = ratings[0].honest_interval;
                *covered += usize::from((low..=high).contains(&elo));
            }
        }
        for covered in covered {
            assert!((89..=100).contains(&covered), "{covered} of {times}");
        }
        // Whoever always wins may be as strong as anything, and is not known to be.
        let always = tournament.ratings(&simulated(25, 1.1, &mut rng));
        let Rating { honest, honest_interval: Interval { low, high }, .. } = always[0];
        assert!(low < honest - 50.0 && high > honest + 200.0, "{honest} ({low} to {high})");
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
