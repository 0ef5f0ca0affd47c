//! The graph of tried reveals: a node is a set, whatever the order in which it was revealed.
//!
//! After KataGo's notes on Monte Carlo graph search (its `docs/GraphSearch.md`). What several
//! sequences lead to is searched once, which needs care with two things that are one in a tree:
//!
//! - How often a move was made *here* is counted with the move (the edge), and selection and the
//!   final choice go by that: the rollouts that reached the child by another order say nothing of
//!   what was selected here.
//! - How good a move is is asked of the child, whose value is not a sum of rollouts but the mean
//!   of its own children's values, weighted by the visits of its moves. It is computed anew
//!   whenever a rollout passes, so it takes in what other orders have found out since.
//!
//! Unlike KataGo's nodes, none has an estimate of its own, as a rollout goes on to the last pixel:
//! a node's visits are exactly the sum of its moves'. As in the tree, a move that was never tried
//! here has the value 0, even if another order has reached its child.
//!
//! A rollout adds a node for each of its moves at most, and what can be reached no more is dropped
//! before every move of the agent.

use indexmap::IndexMap;
use pixel_debate_game::{Pixel, Role};
use pixel_debate_judge::PixelSet;
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxBuildHasher;

use super::{
    rollout::{Memory, NodeIndex, Rollout, Selected, Step, Tried},
    value_for,
};

/// A set of pixels that a rollout has reached. Who moves there follows from its size.
#[derive(Debug, Default)]
struct Node {
    /// Rollouts that went on from here.
    visits: u32,
    /// For the honest side, from 0 to 1: of a complete set what the judge says, of others the mean
    /// of the children's values by visits.
    value: f32,
    /// The moves that were tried here.
    edges: Vec<Edge>,
}

/// A move that was tried at a node.
#[derive(Debug)]
struct Edge {
    pixel: Pixel,
    /// How often it was selected there.
    visits: u32,
    child: NodeIndex,
}

/// All sets that were tried and can still be reached, with the current one as the root.
#[derive(Debug)]
pub(super) struct Graph {
    nodes: IndexMap<PixelSet, Node, FxBuildHasher>,
    root: NodeIndex,
}

impl Graph {
    /// A graph of one node: nothing revealed, nothing tried.
    pub(super) fn new() -> Self {
        let nodes = [(PixelSet::default(), Node::default())].into_iter().collect();
        Self { nodes, root: 0 }
    }

    /// Adds the move to the node, and the set that it leads to if no other order did.
    fn add(&mut self, node: NodeIndex, pixel: Pixel, set: PixelSet) -> usize {
        let entry = self.nodes.entry(set);
        let child = entry.index();
        entry.or_default();
        let edges = &mut self.nodes[node].edges;
        edges.push(Edge { pixel, visits: 0, child });
        edges.len() - 1
    }
}

impl Memory for Graph {
    fn advance(&mut self, revealed: &[Pixel]) {
        let root: PixelSet = revealed.iter().copied().collect();
        // A set that lacks a revealed pixel is reached no more. One that has them all is kept even
        // if no path from the root leads there yet, for one may.
        let reachable = |set: &PixelSet| revealed.iter().all(|pixel| set.pixels().contains(pixel));
        let mut kept = 0;
        let moved: Vec<NodeIndex> = self
            .nodes
            .keys()
            .map(|set| {
                let index = kept;
                kept += usize::from(reachable(set));
                index
            })
            .collect();
        self.nodes.retain(|set, _| reachable(set));
        // The children of what is kept are kept, as they have its pixels and one more.
        for edge in self.nodes.values_mut().flat_map(|node| &mut node.edges) {
            edge.child = moved[edge.child];
        }
        let entry = self.nodes.entry(root);
        self.root = entry.index();
        entry.or_default();
    }

    fn root(&self) -> NodeIndex {
        self.root
    }

    fn root_visits(&self) -> Vec<(Pixel, u32)> {
        self.nodes[self.root].edges.iter().map(|edge| (edge.pixel, edge.visits)).collect()
    }

    fn step(&mut self, rollout: &Rollout<'_>, by: Role, rng: &mut ChaCha8Rng) -> Option<Step> {
        let node = rollout.node;
        let Node { visits, edges, .. } = &self.nodes[node];
        let tried = edges.iter().map(|&Edge { pixel, visits, child }| Tried {
            pixel,
            visits,
            mean: value_for(by, self.nodes[child].value),
        });
        let index = match rollout.select(*visits, &tried, rng)? {
            Selected::Tried(index) => index,
            Selected::New(pixel) => self.add(node, pixel, rollout.revealed.with(pixel)),
        };
        let Edge { pixel, child, .. } = self.nodes[node].edges[index];
        Some(Step { node, index, by, pixel, child })
    }

    fn count(&mut self, rollout: &Rollout<'_>) {
        for Step { node, index, .. } in &rollout.steps {
            let Node { visits, edges, .. } = &mut self.nodes[*node];
            *visits += 1;
            edges[*index].visits += 1;
        }
    }

    fn value(&mut self, rollout: &Rollout<'_>, honest: f32) {
        self.nodes[rollout.node].value = honest;
        for Step { node, .. } in rollout.steps.iter().rev() {
            let Node { visits, edges, .. } = &self.nodes[*node];
            let sum: f32 =
                edges.iter().map(|edge| edge.visits as f32 * self.nodes[edge.child].value).sum();
            self.nodes[*node].value = sum / *visits as f32;
        }
    }

    fn take_back(&mut self, rollout: &Rollout<'_>) {
        for Step { node, index, .. } in &rollout.steps {
            let Node { visits, edges, .. } = &mut self.nodes[*node];
            *visits -= 1;
            edges[*index].visits -= 1;
            if edges[*index].visits == 0 {
                // It was this rollout that added the move, the last of them. Where it led is left, as if it had
                // never been reached.
                edges.truncate(*index);
            }
        }
    }

    fn bytes(&self) -> usize {
        // The set and the node, its hash, and its place in the index.
        let node = size_of::<(PixelSet, Node)>() + 2 * size_of::<usize>();
        let edges: usize = self.nodes.values().map(|node| node.edges.capacity()).sum();
        self.nodes.capacity() * node + edges * size_of::<Edge>()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pixel_debate_game::{Debate, Image, Move, Role, Rules, Seat};
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};

    use super::{super::tree::Tree, *};
    use crate::position::Position;

    const PIXELS: u8 = 6;

    fn debate(pixels: u8, first: Role) -> Debate {
        let image = Arc::new(Image::new(PIXELS, 1, vec![1; PIXELS.into()]).unwrap());
        Debate::new(Rules::paper(pixels, true, first), image, 1, Some(0), 10).unwrap()
    }

    fn position(debate: &Debate) -> Position {
        Position::of(&debate.view(Seat::Debater(debate.to_move().unwrap()))).unwrap()
    }

    /// Rollouts whose ends have the values that `honest` gives.
    fn search(
        memory: &mut dyn Memory,
        position: &Position,
        rollouts: u32,
        honest: impl Fn(&PixelSet) -> f32,
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        memory.advance(&position.revealed);
        for _ in 0..rollouts {
            let rollout = Rollout::through(memory, position, &mut rng);
            memory.count(&rollout);
            memory.value(&rollout, honest(&rollout.revealed));
        }
    }

    /// Some value for each set.
    fn arbitrary(seed: u64) -> impl Fn(&PixelSet) -> f32 {
        move |set| {
            let bits = set.pixels().iter().map(|pixel| 1 << pixel.x).sum::<u64>();
            ChaCha8Rng::seed_from_u64(seed ^ bits).random()
        }
    }

    #[test]
    fn all_orders_of_a_set_share_a_node() {
        let position = position(&debate(3, Role::Honest));
        // Where every end is worth the same, every move is tried.
        let (mut graph, mut tree) = (Graph::new(), Tree::new(Vec::new()));
        search(&mut graph, &position, 5000, |_| 0.5);
        search(&mut tree, &position, 5000, |_| 0.5);
        assert_eq!(graph.nodes.len(), 1 + 6 + 15 + 20);
        assert_eq!(tree.nodes.len(), 1 + 6 + 6 * 5 + 6 * 5 * 4);
    }

    /// Records a rollout that reveals the pixels of these columns and ends in `honest`.
    fn record(graph: &mut Graph, position: &Position, columns: [u8; 3], honest: f32) {
        let mut rollout = Rollout {
            position,
            node: graph.root,
            steps: Vec::new(),
            revealed: PixelSet::default(),
        };
        for pixel in columns.map(|x| Pixel::new(x, 0)) {
            let node = rollout.node;
            rollout.revealed.insert(pixel);
            let index = graph.add(node, pixel, rollout.revealed.clone());
            let child = graph.nodes[node].edges[index].child;
            rollout.steps.push(Step { node, index, by: Role::Honest, pixel, child });
            rollout.node = child;
        }
        graph.count(&rollout);
        graph.value(&rollout, honest);
    }

    fn set<const N: usize>(columns: [u8; N]) -> PixelSet {
        columns.map(|x| Pixel::new(x, 0)).into_iter().collect()
    }

    #[test]
    fn a_set_counts_for_every_order_what_any_has_found_out() {
        let position = position(&debate(3, Role::Honest));
        let mut graph = Graph::new();
        record(&mut graph, &position, [0, 1, 2], 0.0);
        record(&mut graph, &position, [1, 0, 3], 1.0);
        let known = |set: PixelSet| (graph.nodes[&set].visits, graph.nodes[&set].value);
        assert_eq!(known(set([0, 1])), (2, 0.5));
        // The only rollout through this one was worth 1.
        assert_eq!(known(set([1])), (1, 0.5));
        // No rollout has passed here since.
        assert_eq!(known(set([0])), (1, 0.0));
        assert_eq!(known(set([])), (2, 0.25));
    }

    #[test]
    fn what_can_still_be_reached_is_kept() {
        let position = position(&debate(3, Role::Honest));
        let mut graph = Graph::new();
        record(&mut graph, &position, [0, 1, 2], 0.0);
        record(&mut graph, &position, [3, 1, 4], 1.0);
        graph.advance(&[Pixel::new(1, 0)]);
        // The new root was not tried, yet sets below it were, by other orders.
        let mut kept: Vec<&PixelSet> = graph.nodes.keys().collect();
        kept.sort_unstable();
        assert_eq!(kept, [&set([0, 1]), &set([0, 1, 2]), &set([1]), &set([1, 3]), &set([1, 3, 4])]);
        assert_eq!(graph.nodes.get_index_of(&set([1])), Some(graph.root));
        graph.advance(&[1, 3].map(|x| Pixel::new(x, 0)));
        assert_eq!(graph.nodes.len(), 2);
        assert_eq!(graph.root_visits(), [(Pixel::new(4, 0), 1)]);
        assert_eq!(graph.nodes[graph.root].value, 1.0);
    }

    proptest! {
        #[test]
        fn visits_and_values_are_sums_over_moves(
            pixels in 1..=5_u8, liar_first: bool, rollouts in 1..400_u32, seed: u64,
        ) {
            let first = if liar_first { Role::Liar } else { Role::Honest };
            let mut debate = debate(pixels, first);
            let mut graph = Graph::new();
            while let Some(by) = debate.to_move() {
                let position = position(&debate);
                graph.advance(&position.revealed);
                let kept: u32 = graph.root_visits().iter().map(|(_, visits)| visits).sum();
                search(&mut graph, &position, rollouts, arbitrary(seed));

                for (index, (set, node)) in graph.nodes.iter().enumerate() {
                    let edges = &node.edges;
                    prop_assert_eq!(node.visits, edges.iter().map(|edge| edge.visits).sum::<u32>());
                    for edge in edges {
                        let (child, _) = graph.nodes.get_index(edge.child).unwrap();
                        prop_assert!(edge.visits > 0 && !set.pixels().contains(&edge.pixel));
                        prop_assert_eq!(child, &set.with(edge.pixel));
                    }
                    if set.pixels().len() == usize::from(pixels) {
                        prop_assert_eq!(node.value, arbitrary(seed)(set));
                    } else if index == graph.root {
                        // The last rollout passed here, so nothing is out of date.
                        let value = |edge: &Edge| graph.nodes[edge.child].value;
                        let sum: f32 =
                            edges.iter().map(|edge| edge.visits as f32 * value(edge)).sum();
                        prop_assert!((node.value - sum / node.visits as f32).abs() < 1e-5);
                        prop_assert_eq!(node.visits, kept + rollouts);
                    }
                }
                let pixel = graph.root_visits()[0].0;
                debate.apply(Move::Reveal { by, pixel }).unwrap();
            }
        }
    }
}
