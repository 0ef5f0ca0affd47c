//! Debates solved: who wins if both sides play as well as can be, and how.
//!
//! [`solve`] finds the winner of a [`Game`] and a [`Strategy`] by which it wins against every
//! reveal of the other side. A [`Certificate`] holds that strategy with all that it is about, and
//! [`verify`](Certificate::verify) checks it with nothing but a judge: the search is not trusted.
//! `docs/solver.md` explains both.

mod book;
mod certificate;
mod check;
mod game;
mod plan;
mod planning;
mod search;
mod several;
mod strategy;
mod variation;

use pixel_debate_game::{Claims, Pixel, Role};
use pixel_debate_judge::{Evaluator, PixelSet};

pub use book::{Book, Reply, Step, TwoEntries};
pub use certificate::{Certificate, CertificateError, Flaw, JudgeMark};
pub use check::{Progress, Verified};
pub use game::Game;
pub(crate) use game::turns;
pub use several::{Proven, Several, Unsolved};
pub use strategy::{Answers, Move, Plan, Strategy};
pub use variation::{Deviation, variation};

use crate::Clock;
use plan::Found;
use search::{Means, Search};

/// How often a plan against every lie is mended: without one, each lie may have its own.
const MENDS_FOR_EVERY_LIE: usize = 3;

/// The time was over before the search was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stop;

/// What a search has found.
///
/// ```
/// use std::time::Instant;
///
/// use pixel_debate_agents::Clock;
/// use pixel_debate_agents::solver::{Game, Solution, solve};
/// use pixel_debate_judge::Indifferent;
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(9, 9, vec![200; 81])?);
/// # let debate = Debate::new(Rules::paper(4, true, Role::Honest), image, 7, Some(1), 10)?;
///
/// // The time is over before anything is known.
/// let game = Game::of(&debate);
/// let solution = solve(&game, &mut Indifferent, Clock::until(Instant::now()));
/// let Solution::Open { best: Some(best), .. } = solution else { panic!("{solution:?}") };
/// assert!(game.candidates.contains(&best));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Solution {
    /// Who wins, and how.
    Solved(Solved),
    /// The time was over; this reveal looked best for the side to move, or none if nobody is.
    Open {
        /// The best reveal known.
        best: Option<Pixel>,
        /// Complete sets that the judge decided.
        evaluations: u64,
    },
}

/// A solved game.
#[derive(Debug, Clone, PartialEq)]
pub struct Solved {
    /// Who wins if both play as well as can be.
    pub winner: Role,
    /// How it wins, whatever the other side reveals.
    pub strategy: Strategy,
    /// What both sides may reveal: the winner by its strategy, the loser what makes the judge
    /// favour it most at once.
    pub variation: Vec<Pixel>,
    /// Complete sets that the judge decided.
    pub evaluations: u64,
}

/// Solves a game by what `evaluator` says of its image.
///
/// The result does not depend on the clock, unless that stops the search.
///
/// ```
/// use pixel_debate_agents::Clock;
/// use pixel_debate_agents::solver::{Game, Solution, solve};
/// use pixel_debate_game::{Pixel, Role};
/// use pixel_debate_judge::{Evaluator, Logits, PixelSet};
/// # use pixel_debate_game::{Debate, Image, Rules};
/// # let image = std::sync::Arc::new(Image::new(8, 1, vec![9; 8])?);
/// # let debate = Debate::new(Rules::paper(4, true, Role::Liar), image, 1, Some(0), 10)?;
///
/// /// Believes in label 1 once it sees the leftmost pixel.
/// struct Left;
///
/// impl Evaluator for Left {
///     fn classes(&self) -> usize {
///         10
///     }
///
///     fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
///         let left = |set: &PixelSet| set.contains(Pixel::new(0, 0));
///         let logits = |left| -> [f32; 10] { std::array::from_fn(|label| f32::from(left && label == 1)) };
///         Logits::of(10, sets.iter().map(|set| logits(left(set))))
///     }
/// }
///
/// // The honest side, which claims label 1, wins a debate of four pixels that the liar begins.
/// let solution = solve(&Game::of(&debate), &mut Left, Clock::unlimited());
/// let Solution::Solved(solved) = solution else { panic!("there is time") };
/// assert_eq!(solved.winner, Role::Honest);
/// assert_eq!(solved.variation.len(), 4);
/// assert!(solved.variation.contains(&Pixel::new(0, 0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
///
/// If there are fewer candidates than turns, or a pixel lies outside of the evaluator's image.
pub fn solve(game: &Game, evaluator: &mut dyn Evaluator, clock: Clock) -> Solution {
    assert!(game.candidates.len() >= game.turns.len(), "enough candidates for all turns");
    let mut search = Search::new(game, evaluator.decider(game.question()), clock);
    if let Ok(value) = search.solve() {
        let strategy = search.strategy(value.winner);
        let evaluations = search.decider.decisions();
        let variation = search.variation(value.winner);
        return Solution::Solved(Solved { winner: value.winner, strategy, variation, evaluations });
    }
    search.rewind();
    let evaluations = search.decider.decisions();
    Solution::Open { best: search.best_known(), evaluations }
}

/// Looks for pixels with which the honest side wins whatever the liar claims and whoever begins:
/// one proof for all the games of an image. `None` if there are none, or the time was over; the
/// games may be won still, each by other means.
///
/// `game`'s own claim of the liar is left aside.
///
/// ```
/// use pixel_debate_agents::Clock;
/// use pixel_debate_agents::solver::{Game, solve_for_every_lie};
/// use pixel_debate_game::{Pixel, Role};
/// use pixel_debate_judge::{Evaluator, Indifferent, Logits, PixelSet};
/// # use pixel_debate_game::{Debate, Image, Rules};
/// # let image = std::sync::Arc::new(Image::new(8, 1, vec![9; 8])?);
/// # let debate = Debate::new(Rules::paper(4, true, Role::Liar), image, 1, Some(0), 10)?;
/// # struct Left;
/// # impl Evaluator for Left {
/// #     fn classes(&self) -> usize {
/// #         10
/// #     }
/// #
/// #     fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
/// #         let left = |set: &PixelSet| set.contains(Pixel::new(0, 0));
/// #         let logits = |left| -> [f32; 10] { std::array::from_fn(|label| f32::from(left && label == 1)) };
/// #         Logits::of(10, sets.iter().map(|set| logits(left(set))))
/// #     }
/// # }
///
/// // Once it sees the leftmost pixel, the judge believes in label 1, whatever the lie is.
/// let game = Game::of(&debate);
/// let solved = solve_for_every_lie(&game, &mut Left, Clock::unlimited());
/// let solved = solved.expect("there is a plan");
/// assert_eq!(solved.winner, Role::Honest);
/// assert!(solved.strategy.plans[0].reveal.contains(&Pixel::new(0, 0)));
/// // Where all is a tie, the honest side never wins.
/// assert_eq!(solve_for_every_lie(&game, &mut Indifferent, Clock::unlimited()), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
///
/// As [`solve`].
pub fn solve_for_every_lie(
    game: &Game,
    evaluator: &mut dyn Evaluator,
    clock: Clock,
) -> Option<Solved> {
    let game = game.with_claims(Claims { liar: None, ..game.claims });
    assert!(game.candidates.len() >= game.turns.len(), "enough candidates for all turns");
    let mut search = Search::new(&game, evaluator.decider(game.question()), clock);
    let Found::Proven(plan) = search.find_plan(Role::Honest, MENDS_FOR_EVERY_LIE).ok()? else {
        return None;
    };
    let Means::Plan(pixels) = search.first_value(plan).means else { return None };
    let reveal = pixels.iter().map(|candidate| game.candidates[*candidate]).collect();
    let plan = Plan { after: PixelSet::default(), reveal };
    let strategy = Strategy { plans: vec![plan], ..Strategy::default() };
    let evaluations = search.decider.decisions();
    let variation = search.variation(Role::Honest);
    Some(Solved { winner: Role::Honest, strategy, variation, evaluations })
}
