//! A rollout, the rule by which it selects its moves, and what is remembered of it.

use pixel_debate_game::{Pixel, Role};
use pixel_debate_judge::PixelSet;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use crate::position::Position;

/// The paper's exploration constant.
const EXPLORATION: f32 = 1.0;

/// Where a node is kept.
pub(super) type NodeIndex = usize;

/// A move of a rollout.
pub(super) struct Step {
    /// Where it was made.
    pub(super) node: NodeIndex,
    /// Which of the node's moves it is.
    pub(super) index: usize,
    /// Who made it.
    pub(super) by: Role,
    /// What was revealed.
    pub(super) pixel: Pixel,
    /// Where it led.
    pub(super) child: NodeIndex,
}

/// The moves from the root to the last pixel.
pub(super) struct Rollout<'a> {
    /// The root.
    pub(super) position: &'a Position,
    /// The node reached.
    pub(super) node: NodeIndex,
    pub(super) steps: Vec<Step>,
    /// What is revealed after them, with what is revealed at the root.
    pub(super) revealed: PixelSet,
}

/// What is known of a move that was tried.
pub(super) struct Tried {
    pub(super) pixel: Pixel,
    /// Never 0.
    pub(super) visits: u32,
    /// The mean value for the side that makes the move: its `Q`.
    pub(super) mean: f32,
}

/// A move selected.
pub(super) enum Selected {
    /// One that was tried, by its place among those.
    Tried(usize),
    /// One that was not.
    New(Pixel),
}

/// The statistics of all rollouts so far, with the position that the agent is asked about as the
/// root.
pub(super) trait Memory: Send {
    /// Makes the position after these reveals the root, and keeps what was tried from there on.
    fn advance(&mut self, revealed: &[Pixel]);

    /// Where the root is kept.
    fn root(&self) -> NodeIndex;

    /// The moves tried at the root, each with its visits.
    fn root_visits(&self) -> Vec<(Pixel, u32)>;

    /// The move that a rollout selects for `by`, to be made next; a move not tried before is added.
    /// `None` where no pixel is left.
    fn step(&mut self, rollout: &Rollout<'_>, by: Role, rng: &mut ChaCha8Rng) -> Option<Step>;

    /// Counts a rollout that went to its end, which is worth `honest` to the honest side, from 0
    /// to 1.
    fn record(&mut self, rollout: &Rollout<'_>, honest: f32);
}

impl<'a> Rollout<'a> {
    /// Goes from `position`, the root, to the last pixel. What is new on the way is added to
    /// `memory`; the rollout is not counted there yet.
    pub(super) fn through(
        memory: &mut dyn Memory,
        position: &'a Position,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let (node, revealed) = (memory.root(), position.evidence());
        let mut rollout = Self { position, node, steps: Vec::new(), revealed };
        while let Some(by) = position.role_to_move(rollout.revealed.pixels().len()) {
            let Some(step) = memory.step(&rollout, by, rng) else { break };
            rollout.node = step.child;
            rollout.revealed.insert(step.pixel);
            rollout.steps.push(step);
        }
        rollout
    }

    /// The move with the greatest `Q + U` at the node reached, given the rollouts through it and
    /// the moves `tried` there. `None` where no pixel is left.
    pub(super) fn select(
        &self,
        visits: u32,
        tried: &(impl ExactSizeIterator<Item = Tried> + Clone),
        rng: &mut ChaCha8Rng,
    ) -> Option<Selected> {
        let candidates = &self.position.candidates;
        let image_pixels = candidates.len() + self.position.revealed.len();
        let exploration = EXPLORATION / image_pixels as f32 * (visits as f32).sqrt();
        let score = |tried: Tried| tried.mean + exploration / (1.0 + tried.visits as f32);
        // What was not tried has Q = 0 and N = 0.
        let some_untried = tried.len() + self.steps.len() < candidates.len();
        let untried_score = if some_untried { exploration } else { f32::NEG_INFINITY };
        let best = tried.clone().map(score).fold(untried_score, f32::max);

        let scores = tried.clone().map(score).enumerate();
        let mut ties: Vec<Option<usize>> =
            scores.filter(|(_, score)| *score >= best).map(|(index, _)| Some(index)).collect();
        let mut untried = Vec::new();
        if some_untried && untried_score >= best {
            let free = |pixel: &Pixel| {
                tried.clone().all(|tried| tried.pixel != *pixel)
                    && !self.revealed.pixels().contains(pixel)
            };
            untried.extend(candidates.iter().copied().filter(free));
            ties.extend(untried.iter().map(|_| None));
        }
        match ties.choose(rng)? {
            Some(index) => Some(Selected::Tried(*index)),
            None => untried.choose(rng).copied().map(Selected::New),
        }
    }
}
