//! A rollout, the rule by which it selects its moves, and what is remembered of it.

use pixel_debate_game::{Pixel, Role};
use pixel_debate_judge::PixelSet;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use smallvec::{SmallVec, smallvec};

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

    /// Counts a rollout that went to its end.
    fn count(&mut self, rollout: &Rollout<'_>);

    /// Says what the end of a rollout that was counted is worth to the honest side, from 0 to 1.
    fn value(&mut self, rollout: &Rollout<'_>, honest: f32);

    /// Takes back a rollout that was counted and whose end nobody has valued: the last of those that are counted.
    fn take_back(&mut self, rollout: &Rollout<'_>);

    /// The memory that it takes, in bytes.
    fn bytes(&self) -> usize;
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
        let untried = candidates.len() - self.steps.len() - tried.len();
        let untried_score = if untried > 0 { exploration } else { f32::NEG_INFINITY };
        let (mut best, mut ties) = (untried_score, 0);
        for score in tried.clone().map(score) {
            if score > best {
                (best, ties) = (score, 1);
            } else if score == best {
                ties += 1;
            }
        }
        let fresh = if untried_score >= best { untried } else { 0 };
        if ties + fresh == 0 {
            return None;
        }
        let drawn = rng.random_range(0..ties + fresh);
        if drawn >= ties {
            return self.untried(tried.clone(), drawn - ties).map(Selected::New);
        }
        let mut scores = tried.clone().map(score).enumerate();
        let tie = scores.by_ref().filter(|(_, score)| *score == best).nth(drawn);
        tie.map(|(index, _)| Selected::Tried(index))
    }

    /// The candidate of that number, from 0, among those that are neither revealed nor tried.
    fn untried(&self, tried: impl Iterator<Item = Tried>, number: usize) -> Option<Pixel> {
        const WORD: usize = u64::BITS as usize;
        let candidates = &self.position.candidates;
        let mut free: SmallVec<[u64; 16]> = smallvec![u64::MAX; candidates.len().div_ceil(WORD)];
        let steps = self.steps.iter().map(|step| step.pixel);
        for pixel in tried.map(|tried| tried.pixel).chain(steps) {
            if let Some(place) = self.position.place(pixel) {
                free[place / WORD] &= !(1 << (place % WORD));
            }
        }
        let mut left = number;
        for (word, free) in free.into_iter().enumerate() {
            let here = free.count_ones() as usize;
            if left < here {
                let place = (0..left).fold(free, |free, _| free & (free - 1)).trailing_zeros();
                return candidates.get(word * WORD + place as usize).copied();
            }
            left -= here;
        }
        None
    }
}
