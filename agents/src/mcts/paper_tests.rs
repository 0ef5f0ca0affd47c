//! The paper's search once more, as plainly as it can be written, against the one that plays.
//!
//! Both must make the same rollouts: the same visits of every move before every reveal, and the same
//! reveals. So the constant of the rule, its square root, its prior, whose value is counted how, what is
//! kept between moves and how ties are drawn are all pinned. What the two share is nothing but the
//! stream of random numbers: of equal moves one is drawn by its number, those that were tried first in
//! the order in which they were, then the others in reading order; of the moves with the most visits
//! likewise.

use std::collections::HashMap;
use std::sync::Arc;

use pixel_debate_datasets::mnist;
use pixel_debate_game::{Debate, Image, Move, Pixel, Role, Rules, Seat, TurnOrder, honest_wins};
use pixel_debate_judge::{Evaluator, Judge, Logits, PixelSet};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{LeafValue, Mcts, SearchShape};
use crate::{Agent, Clock};

/// The search by a table of move sequences: how often each was gone through, and how often its
/// last mover won. Nothing is dropped, for what is not below the moves played is not come to again.
struct Paper {
    rng: ChaCha8Rng,
    /// By sequence: rollouts through it, those of them that its last mover has won.
    table: HashMap<Vec<Pixel>, (u32, u32)>,
    /// By sequence: the moves tried after it, in order.
    tried: HashMap<Vec<Pixel>, Vec<Pixel>>,
    known: HashMap<PixelSet, bool>,
}

impl Paper {
    /// The move of the paper's rule after these reveals: the greatest `Q + U`.
    fn select(&mut self, debate: &Debate, after: &[Pixel]) -> Pixel {
        let legal: Vec<Pixel> = debate.image().nonzero().collect();
        let tried = self.tried.entry(after.to_vec()).or_default();
        let fresh = legal.iter().filter(|pixel| !after.contains(pixel) && !tried.contains(pixel));
        let moves: Vec<Pixel> = tried.iter().chain(fresh).copied().collect();
        let of = |pixel: &Pixel| {
            let sequence = [after, &[*pixel]].concat();
            self.table.get(&sequence).copied().unwrap_or_default()
        };
        let all: u32 = moves.iter().map(|pixel| of(pixel).0).sum();
        let score = |pixel: &Pixel| {
            let (visits, wins) = of(pixel);
            let q = if visits == 0 { 0.0 } else { wins as f32 / visits as f32 };
            let (c, p) = (1.0, 1.0 / legal.len() as f32);
            q + c * p * (all as f32).sqrt() / (1.0 + visits as f32)
        };
        let best = moves.iter().map(score).fold(f32::NEG_INFINITY, f32::max);
        let best: Vec<Pixel> = moves.iter().filter(|pixel| score(pixel) == best).copied().collect();
        let pixel = best[self.rng.random_range(0..best.len())];
        if !tried.contains(&pixel) {
            tried.push(pixel);
        }
        pixel
    }

    /// One rollout from the debate's position to the last pixel.
    fn rollout(&mut self, debate: &Debate, judge: &mut dyn Evaluator) {
        let rules = *debate.rules();
        let played = played(debate);
        let mut sequence = played.clone();
        while rules.debater_to_move(sequence.len()).is_some() {
            let pixel = self.select(debate, &sequence);
            sequence.push(pixel);
        }
        let set: PixelSet = sequence.iter().copied().collect();
        let honest = self.known.entry(set.clone());
        let honest =
            *honest.or_insert_with(|| honest_wins(&judge.evaluate(&[set])[0], debate.claims()));
        for made in played.len()..sequence.len() {
            let mover = rules.debater_to_move(made).map(|debater| rules.role_of(debater));
            let count = self.table.entry(sequence[..=made].to_vec()).or_default();
            count.0 += 1;
            count.1 += u32::from((mover == Some(Role::Honest)) == honest);
        }
    }

    /// The visits of the moves tried at the debate's position, in the order in which they were.
    fn visits(&self, debate: &Debate) -> Vec<(Pixel, u32)> {
        let played = played(debate);
        let visits = |pixel: &Pixel| self.table[&[&*played, &[*pixel]].concat()].0;
        self.tried.get(&played).into_iter().flatten().map(|one| (*one, visits(one))).collect()
    }

    /// Searches with so many rollouts in all, those made below the moves played counted.
    fn choose(&mut self, debate: &Debate, judge: &mut dyn Evaluator, rollouts: u32) -> Pixel {
        let made: u32 = self.visits(debate).iter().map(|(_, visits)| visits).sum();
        (0..rollouts.saturating_sub(made).max(1)).for_each(|_| self.rollout(debate, judge));
        let visits = self.visits(debate);
        let most = visits.iter().map(|(_, visits)| *visits).max();
        let best: Vec<_> = visits.iter().filter(|(_, visits)| Some(*visits) == most).collect();
        best[self.rng.random_range(0..best.len())].0
    }
}

fn played(debate: &Debate) -> Vec<Pixel> {
    debate.evidence().iter().map(|one| one.pixel).collect()
}

/// Has both searches play both sides of a debate, and compares all that they count: one asks `judge`,
/// the plain one `plain`.
fn compare(
    mut debate: Debate,
    judge: &mut dyn Evaluator,
    plain: &mut dyn Evaluator,
    (rollouts, seed): (u32, u64),
) {
    let mut agents =
        [(); 2].map(|()| Mcts::new(rollouts, LeafValue::Outcome, SearchShape::Tree, seed));
    let mut plain_agents = [(); 2].map(|()| Paper {
        rng: ChaCha8Rng::seed_from_u64(seed),
        table: HashMap::new(),
        tried: HashMap::new(),
        known: HashMap::new(),
    });
    while let Some(by) = debate.to_move() {
        let side = by as usize;
        let view = debate.view(Seat::Debater(by));
        let pixel = agents[side].choose(&view, judge, Clock::unlimited()).unwrap().pixel;
        let paper = &mut plain_agents[side];
        let chosen = paper.choose(&debate, plain, rollouts);
        let visits = paper.visits(&debate);
        assert_eq!(agents[side].memory.root_visits(), visits, "{:?}", debate.rules());
        assert_eq!(pixel, chosen, "{:?}", debate.rules());
        debate.apply(Move::Reveal { by, pixel }).unwrap();
    }
}

fn all_rules(pixels: u8) -> Vec<Rules> {
    let mut all = Vec::new();
    for first in [Role::Honest, Role::Liar] {
        for precommit in [true, false] {
            for order in [TurnOrder::Alternating, TurnOrder::Blocks] {
                all.push(Rules { order, ..Rules::paper(pixels, precommit, first) });
            }
        }
    }
    all
}

/// A judge that believes something arbitrary, but always the same, of each set of pixels.
#[derive(Clone)]
struct Arbitrary(u64);

impl Evaluator for Arbitrary {
    fn classes(&self) -> usize {
        10
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let logits = |set: &PixelSet| -> [f32; 10] {
            let mix = |state: u64, pixel: &Pixel| {
                (state ^ u64::from(pixel.x)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
            };
            let state = set.pixels().iter().fold(self.0, mix);
            std::array::from_fn(|label| f32::from((state >> (5 * label)) as u8 % 8))
        };
        Logits::of(10, sets.iter().map(logits))
    }
}

#[test]
fn the_search_is_the_papers_with_any_judge() {
    for seed in 0..3 {
        for pixels in [1, 2, 3, 4, 6] {
            for rules in all_rules(pixels) {
                // As many columns as make the tree wide, or leave it narrow.
                let columns = if seed % 2 == 0 { 12 } else { 40 };
                let image = Image::new(columns, 1, vec![9; columns.into()]).unwrap();
                let lie = rules.precommit.then_some(0);
                let debate = Debate::new(rules, Arc::new(image), 1, lie, 10).unwrap();
                let (mut judge, mut plain) = (Arbitrary(seed), Arbitrary(seed));
                compare(debate, &mut judge, &mut plain, (150, seed));
            }
        }
    }
}

#[test]
fn the_search_is_the_papers_with_the_papers_judge() {
    // Images with few pixels, in which the judge is soon asked about most of their sets.
    for (index, pixels, first) in [(2827, 4, Role::Honest), (2827, 6, Role::Liar)] {
        let judge = Judge::shipped(pixels).unwrap();
        let test = mnist::test();
        let image = Arc::new(test.to_image(index));
        let rules = Rules::paper(pixels, true, first);
        let lie = Some((test.label(index) + 6) % 10);
        let debate = Debate::new(rules, Arc::clone(&image), test.label(index), lie, 10).unwrap();
        // The engine, against the dense pass of the plain search.
        let mut engine = judge.engine(Arc::clone(&image)).unwrap();
        let mut dense = judge.reference(image).unwrap();
        compare(debate, &mut engine, &mut dense, (200, u64::from(pixels)));
    }
}
