//! The tree of tried reveals: selection and statistics.

use pixel_debate_game::{Pixel, Role};
use rand::{Rng, seq::IndexedRandom};

use crate::position::Position;

/// The paper's exploration constant.
const EXPLORATION: f32 = 1.0;

/// Where a node is kept.
type NodeIndex = usize;

/// A position that a rollout has reached.
#[derive(Debug, Default)]
struct Node {
    /// Rollouts through this node.
    visits: u32,
    /// The moves that were tried here.
    tried: Vec<Tried>,
}

/// A move that was tried.
#[derive(Debug)]
struct Tried {
    pixel: Pixel,
    visits: u32,
    /// Sum of the rollouts' values for the side that makes the move.
    value: f32,
    child: NodeIndex,
}

/// All that was tried since the debate began, with the current position as the root.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    root: NodeIndex,
    /// The reveals that lead to the root.
    revealed: Vec<Pixel>,
}

/// A rollout: the moves tried from the root to the end of the debate.
pub(super) struct Path {
    /// Node, index of the move in its list, side that makes it.
    steps: Vec<(NodeIndex, usize, Role, Pixel)>,
}

impl Path {
    /// The pixels revealed on the way, in order.
    pub(super) fn pixels(&self) -> impl Iterator<Item = Pixel> {
        self.steps.iter().map(|(.., pixel)| *pixel)
    }
}

impl Tree {
    /// An empty tree for the position after these reveals.
    pub(super) fn new(revealed: Vec<Pixel>) -> Self {
        Self { nodes: vec![Node::default()], root: 0, revealed }
    }

    /// Makes the position after these reveals the root, and keeps what was tried from there on.
    pub(super) fn advance(&mut self, revealed: &[Pixel]) {
        let subtree = revealed.strip_prefix(&self.revealed[..]).and_then(|played| {
            played.iter().try_fold(self.root, |node, pixel| {
                let tried = &self.nodes[node].tried;
                tried.iter().find(|tried| tried.pixel == *pixel).map(|tried| tried.child)
            })
        });
        match subtree {
            Some(root) => {
                self.root = root;
                self.revealed = revealed.to_vec();
            }
            None => *self = Self::new(revealed.to_vec()),
        }
    }

    /// Rollouts through the root.
    pub(super) fn visits(&self) -> u32 {
        self.nodes[self.root].visits
    }

    /// Selects moves from the root to the last pixel, and adds what is new on the way.
    ///
    /// `position` is the root's.
    pub(super) fn descend(&mut self, position: &Position, rng: &mut impl Rng) -> Path {
        let mut path = Path { steps: Vec::new() };
        let mut node = self.root;
        while let Some(role) = position.role_to_move(position.revealed.len() + path.steps.len()) {
            let Some(index) = self.select(node, position, &path, rng) else { break };
            let tried = &self.nodes[node].tried[index];
            path.steps.push((node, index, role, tried.pixel));
            node = tried.child;
        }
        path
    }

    /// The index of the move with the greatest `Q + U`; a move not tried before is added. `None`
    /// where no pixel is left.
    fn select(
        &mut self,
        node: NodeIndex,
        position: &Position,
        path: &Path,
        rng: &mut impl Rng,
    ) -> Option<usize> {
        let Node { visits, tried } = &self.nodes[node];
        let image_pixels = position.candidates.len() + position.revealed.len();
        let exploration = EXPLORATION / image_pixels as f32 * (*visits as f32).sqrt();
        let score = |tried: &Tried| {
            let visits = tried.visits as f32;
            tried.value / visits + exploration / (1.0 + visits)
        };
        // What was not tried has Q = 0 and N = 0.
        let some_untried = tried.len() + path.steps.len() < position.candidates.len();
        let untried_score = if some_untried { exploration } else { f32::NEG_INFINITY };
        let best = tried.iter().map(score).fold(untried_score, f32::max);

        let mut ties: Vec<Option<usize>> =
            (0..tried.len()).filter(|index| score(&tried[*index]) >= best).map(Some).collect();
        let mut untried = Vec::new();
        if some_untried && untried_score >= best {
            let free = |pixel: &Pixel| {
                tried.iter().all(|tried| tried.pixel != *pixel)
                    && path.steps.iter().all(|(.., revealed)| revealed != pixel)
            };
            untried.extend(position.candidates.iter().copied().filter(free));
            ties.extend(untried.iter().map(|_| None));
        }
        match ties.choose(rng)? {
            Some(index) => Some(*index),
            None => Some(self.add(node, *untried.choose(rng)?)),
        }
    }

    fn add(&mut self, node: NodeIndex, pixel: Pixel) -> usize {
        let child = self.nodes.len();
        self.nodes.push(Node::default());
        let tried = &mut self.nodes[node].tried;
        tried.push(Tried { pixel, visits: 0, value: 0.0, child });
        tried.len() - 1
    }

    /// Counts a rollout; `value` is what its end is worth to either side, from 0 to 1.
    pub(super) fn record(&mut self, path: &Path, value: impl Fn(Role) -> f32) {
        for (node, index, role, _) in &path.steps {
            let node = &mut self.nodes[*node];
            node.visits += 1;
            node.tried[*index].visits += 1;
            node.tried[*index].value += value(*role);
        }
    }

    /// The root's move with the most visits.
    pub(super) fn most_visited(&self, rng: &mut impl Rng) -> Option<Pixel> {
        let tried = &self.nodes[self.root].tried;
        let most = tried.iter().map(|tried| tried.visits).max()?;
        let ties: Vec<Pixel> =
            tried.iter().filter(|tried| tried.visits == most).map(|tried| tried.pixel).collect();
        ties.choose(rng).copied()
    }
}
