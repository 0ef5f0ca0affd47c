//! Monte Carlo tree search, as the paper's debaters use it (section 3.1).
//!
//! - A node is a sequence of reveals; a rollout starts at the root and goes on by the selection
//!   rule to the last pixel, where the judge is asked. What the judge says of a set of pixels is
//!   remembered, whatever the order in which they were revealed.
//! - Selection maximises `Q + U` with `U = P · √ΣN / (1 + N)` (PUCT as in AlphaGo Zero, `c = 1`):
//!   `Q` is the mean value of the move for the side to move, 0 where it was never tried; `ΣN`
//!   counts the rollouts through the node, `N` those through the move; `P` is one over the number of
//!   pixels that the rules allow in the image. Ties are broken at random.
//! - The move played is the one with the most visits.
//! - The subtree below the moves played is kept, and its rollouts count towards the next move's.

mod tree;

use pixel_debate_game::{Role, View};
use pixel_debate_judge::{Evaluator, PixelSet};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use crate::{Agent, AgentError, Choice, Clock, position::Position};
use tree::Tree;

/// What the end of a rollout counts for the side that the judge favours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeafValue {
    /// 1 for the winner and 0 for the loser.
    Outcome,
    /// The judge's probability of the own claim, if only this and the rival claim were possible:
    /// the logistic function of the margin between the two logits.
    Margin,
}

/// The paper's debater: tree search with a fixed number of rollouts a move.
pub struct Mcts {
    evaluator: Box<dyn Evaluator>,
    rollouts: u32,
    value: LeafValue,
    rng: ChaCha8Rng,
    /// The honest side's value of every complete set of pixels that the judge was asked about.
    judged: FxHashMap<PixelSet, f32>,
    tree: Tree,
}

impl Mcts {
    /// A search of `rollouts` rollouts a move (at least one is made) on what `evaluator` says; all
    /// that is random is drawn from `seed`.
    pub fn new(evaluator: Box<dyn Evaluator>, rollouts: u32, value: LeafValue, seed: u64) -> Self {
        Self {
            evaluator,
            rollouts: rollouts.max(1),
            value,
            rng: ChaCha8Rng::seed_from_u64(seed),
            judged: FxHashMap::default(),
            tree: Tree::new(Vec::new()),
        }
    }

    /// The honest side's value, from 0 to 1, of a complete set of pixels.
    fn honest_value(&mut self, position: &Position, set: PixelSet) -> f32 {
        if let Some(value) = self.judged.get(&set) {
            return *value;
        }
        let [logits] = self.evaluator.evaluate(std::slice::from_ref(&set))[..] else {
            unreachable!("an evaluator answers each set once");
        };
        let margin = position.honest_margin(&logits);
        let value = match self.value {
            LeafValue::Outcome => f32::from(margin > 0.0),
            LeafValue::Margin => 1.0 / (1.0 + (-margin).exp()),
        };
        self.judged.insert(set, value);
        value
    }
}

/// A value for the honest side as `role` sees it.
fn value_for(role: Role, honest: f32) -> f32 {
    match role {
        Role::Honest => honest,
        Role::Liar => 1.0 - honest,
    }
}

impl Agent for Mcts {
    fn choose(&mut self, view: &View, clock: Clock) -> Result<Choice, AgentError> {
        let position = Position::of(view)?;
        self.tree.advance(&position.revealed);
        let evidence = position.evidence();
        loop {
            let path = self.tree.descend(&position, &mut self.rng);
            let set = path.pixels().fold(evidence.clone(), |set, pixel| set.with(pixel));
            let honest = self.honest_value(&position, set);
            self.tree.record(&path, |role| value_for(role, honest));
            if self.tree.visits() >= self.rollouts || clock.is_over() {
                break;
            }
        }
        let pixel = self.tree.most_visited(&mut self.rng);
        pixel.map(Choice::unproven).ok_or(AgentError::NothingToReveal)
    }
}
