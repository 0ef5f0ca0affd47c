//! The tree of tried reveals: a node is a sequence.

use pixel_debate_game::{Pixel, Role};
use rand_chacha::ChaCha8Rng;
use smallvec::SmallVec;

use super::{
    rollout::{Memory, NodeIndex, Rollout, Selected, Step, Tried},
    value_for,
};

/// A position that a rollout has reached.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Rollouts through this node.
    visits: u32,
    /// The moves that were tried here: near the ends of rollouts most often one.
    edges: SmallVec<[Edge; 1]>,
}

/// A move that was tried.
#[derive(Debug)]
struct Edge {
    pixel: Pixel,
    visits: u32,
    /// Sum of the rollouts' values for the side that makes the move.
    value: f32,
    /// The value by visits.
    mean: f32,
    child: NodeIndex,
}

/// All that was tried since the debate began, with the current position as the root.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    root: NodeIndex,
    /// The reveals that lead to the root.
    revealed: Vec<Pixel>,
}

impl Tree {
    /// An empty tree for the position after these reveals.
    pub(super) fn new(revealed: Vec<Pixel>) -> Self {
        Self { nodes: vec![Node::default()], root: 0, revealed }
    }

    fn add(&mut self, node: NodeIndex, pixel: Pixel) -> usize {
        let child = self.nodes.len();
        self.nodes.push(Node::default());
        let edges = &mut self.nodes[node].edges;
        edges.push(Edge { pixel, visits: 0, value: 0.0, mean: 0.0, child });
        edges.len() - 1
    }
}

impl Memory for Tree {
    fn advance(&mut self, revealed: &[Pixel]) {
        let subtree = revealed.strip_prefix(&self.revealed[..]).and_then(|played| {
            played.iter().try_fold(self.root, |node, pixel| {
                let edges = &self.nodes[node].edges;
                edges.iter().find(|edge| edge.pixel == *pixel).map(|edge| edge.child)
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

    fn root(&self) -> NodeIndex {
        self.root
    }

    fn root_visits(&self) -> Vec<(Pixel, u32)> {
        self.nodes[self.root].edges.iter().map(|edge| (edge.pixel, edge.visits)).collect()
    }

    fn step(&mut self, rollout: &Rollout<'_>, by: Role, rng: &mut ChaCha8Rng) -> Option<Step> {
        let node = rollout.node;
        let Node { visits, edges } = &self.nodes[node];
        let tried =
            edges.iter().map(|&Edge { pixel, visits, mean, .. }| Tried { pixel, visits, mean });
        let index = match rollout.select(*visits, &tried, rng)? {
            Selected::Tried(index) => index,
            Selected::New(pixel) => self.add(node, pixel),
        };
        let Edge { pixel, child, .. } = self.nodes[node].edges[index];
        Some(Step { node, index, by, pixel, child })
    }

    fn count(&mut self, rollout: &Rollout<'_>) {
        for Step { node, index, .. } in &rollout.steps {
            let node = &mut self.nodes[*node];
            node.visits += 1;
            let edge = &mut node.edges[*index];
            edge.visits += 1;
            // Until its value is known it counts as lost, to whoever made the move.
            edge.mean = edge.value / edge.visits as f32;
        }
    }

    fn value(&mut self, rollout: &Rollout<'_>, honest: f32) {
        for Step { node, index, by, .. } in &rollout.steps {
            let edge = &mut self.nodes[*node].edges[*index];
            edge.value += value_for(*by, honest);
            edge.mean = edge.value / edge.visits as f32;
        }
    }

    fn take_back(&mut self, rollout: &Rollout<'_>) {
        for Step { node, index, .. } in rollout.steps.iter().rev() {
            let Node { visits, edges } = &mut self.nodes[*node];
            *visits -= 1;
            let edge = &mut edges[*index];
            edge.visits -= 1;
            if edge.visits == 0 {
                // It was this rollout that added the move, and since then none has been added that is left.
                edges.truncate(*index);
                self.nodes.pop();
            } else {
                edge.mean = edge.value / edge.visits as f32;
            }
        }
    }

    fn bytes(&self) -> usize {
        // A node of one move has it inside.
        let outside = self.nodes.iter().filter(|node| node.edges.spilled());
        let edges: usize = outside.map(|node| node.edges.capacity()).sum();
        self.nodes.capacity() * size_of::<Node>() + edges * size_of::<Edge>()
    }
}
