//! Several debates over one image, where a proof for one may serve for others.

use std::slice::Iter;

use pixel_debate_game::{Claims, Debate, Pixel};
use pixel_debate_judge::Evaluator;

use super::{Game, Solution, Solved, solve, solve_for_every_lie, variation};
use crate::Clock;

/// From how many debates on a proof for all of them at once is looked for first.
const MANY: usize = 3;

/// Solves debates over one image in turn. What one proof says of several is not proven again: pixels by
/// which the honest side wins whatever else is revealed settle every lie and both orders, those of either
/// side for one lie settle both orders.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_agents::{Clock, solver::Several};
/// use pixel_debate_game::{Debate, Image, Role, Rules};
/// use pixel_debate_judge::{Evaluator, Logits, PixelSet};
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
///         let left = |set: &PixelSet| set.pixels().iter().any(|pixel| pixel.x == 0);
///         let logits = |left| -> [f32; 10] { std::array::from_fn(|label| f32::from(left && label == 1)) };
///         Logits::of(10, sets.iter().map(|set| logits(left(set))))
///     }
/// }
///
/// let image = Arc::new(Image::new(8, 1, vec![9; 8])?);
/// let rules = |first| Rules::paper(4, true, first);
/// let debates = [Role::Honest, Role::Liar]
///     .map(|first| Debate::new(rules(first), Arc::clone(&image), 1, Some(0), 10).unwrap());
/// let mut judge = Left;
/// let mut several = Several::new(&debates, &mut judge, Clock::unlimited);
/// let first = several.next_solved().unwrap().expect("there is time");
/// assert_eq!(first.solved.winner, Role::Honest);
/// // The pixel on the left wins in the other order too.
/// assert!(several.next_solved().unwrap().expect("there is time").reused);
/// # Ok::<(), pixel_debate_game::ImageError>(())
/// ```
pub struct Several<'a> {
    debates: Iter<'a, Debate>,
    evaluator: &'a mut dyn Evaluator,
    clock: Box<dyn Fn() -> Clock + 'a>,
    /// A proof for all of them; looked for before the first, if there are many.
    for_all: Option<Solved>,
    is_looked_for: bool,
    /// Claims with a proof that holds in either order.
    settled: Vec<(Claims, Solved)>,
}

/// One of several debates.
#[derive(Debug, Clone)]
pub struct Proven<'a> {
    /// The debate.
    pub debate: &'a Debate,
    /// Who wins, and how. Where the proof is [reused](Self::reused), the variation is another debate's:
    /// [`Several::variation`] has this one's.
    pub solved: Solved,
    /// Whether the proof was found for another debate.
    pub reused: bool,
}

/// The time for a debate was over before it was solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time was over before it was known who wins")]
pub struct Unsolved;

impl<'a> Several<'a> {
    /// For debates over the image that `evaluator` judges, each with the time that `clock` gives then.
    pub fn new(
        debates: &'a [Debate],
        evaluator: &'a mut dyn Evaluator,
        clock: impl Fn() -> Clock + 'a,
    ) -> Self {
        Self {
            debates: debates.iter(),
            evaluator,
            clock: Box::new(clock),
            for_all: None,
            is_looked_for: debates.len() < MANY,
            settled: Vec::new(),
        }
    }

    /// Solves the next debate; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`Unsolved`] if the time for it was over. The next call goes on with the one after it.
    pub fn next_solved(&mut self) -> Option<Result<Proven<'a>, Unsolved>> {
        let debate = self.debates.next()?;
        if !self.is_looked_for {
            self.is_looked_for = true;
            self.for_all = solve_for_every_lie(&Game::of(debate), self.evaluator, (self.clock)());
        }
        let known = self.settled.iter().find(|(claims, _)| claims == debate.claims());
        if let Some(solved) = self.for_all.as_ref().or(known.map(|(_, solved)| solved)) {
            return Some(Ok(Proven { debate, solved: solved.clone(), reused: true }));
        }
        let Solution::Solved(solved) = solve(&Game::of(debate), self.evaluator, (self.clock)())
        else {
            return Some(Err(Unsolved));
        };
        if solved.strategy.plans.first().is_some_and(|plan| plan.after.pixels().is_empty()) {
            self.settled.push((*debate.claims(), solved.clone()));
        }
        Some(Ok(Proven { debate, solved, reused: false }))
    }

    /// What both sides may reveal in that debate.
    ///
    /// ```
    /// use pixel_debate_agents::{Clock, solver::Several};
    /// use pixel_debate_judge::Indifferent;
    /// # use std::sync::Arc;
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = Arc::new(Image::new(8, 1, vec![9; 8])?);
    /// # let debates = [Role::Honest, Role::Liar].map(|first| {
    /// #     Debate::new(Rules::paper(4, true, first), Arc::clone(&image), 1, Some(0), 10).unwrap()
    /// # });
    ///
    /// let mut judge = Indifferent;
    /// let mut several = Several::new(&debates, &mut judge, Clock::unlimited);
    /// while let Some(proven) = several.next_solved() {
    ///     let variation = several.variation(&proven?);
    ///     assert_eq!(variation.len(), 4, "both sides reveal two");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn variation(&mut self, proven: &Proven<'_>) -> Vec<Pixel> {
        let Proven { debate, solved: Solved { winner, strategy, variation: known, .. }, reused } =
            proven;
        let other = || variation(&Game::of(debate), *winner, strategy, self.evaluator);
        reused.then(other).flatten().unwrap_or_else(|| known.clone())
    }

    /// What the judge is asked with.
    pub fn evaluator(&mut self) -> &mut dyn Evaluator {
        self.evaluator
    }
}
