//! The agents in whole debates over small images, with judges whose answers are made up.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use pixel_debate_agents::{AgentError, AgentSpec, Choice, Clock, Proof};
use pixel_debate_game::{
    Claims, Debate, Debater, Image, Move, Pixel, Role, Rules, Seat, honest_wins,
};
use pixel_debate_judge::{Evaluator, Logits, PixelSet};
use proptest::prelude::*;

/// A judge that believes something arbitrary, but always the same, of each set of pixels.
#[derive(Clone)]
struct Arbitrary {
    seed: u64,
    asked: Arc<AtomicUsize>,
}

impl Arbitrary {
    fn new(seed: u64) -> Self {
        Self { seed, asked: Arc::default() }
    }

    fn logits(&self, set: &PixelSet) -> [f32; 10] {
        let mut state = self.seed;
        for pixel in set.pixels() {
            state = (state ^ u64::from(pixel.x) ^ u64::from(pixel.y) << 8)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29);
        }
        // Few different logits, so that ties are common.
        std::array::from_fn(|label| f32::from((state >> (5 * label)) as u8 % 8))
    }
}

impl Evaluator for Arbitrary {
    fn classes(&self) -> usize {
        10
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        self.asked.fetch_add(sets.len(), Ordering::Relaxed);
        Logits::of(10, sets.iter().map(|set| self.logits(set)))
    }
}

const PIXELS: u8 = 6;

fn debate(rules: Rules) -> Debate {
    let image = Arc::new(Image::new(PIXELS, 1, vec![200; PIXELS.into()]).unwrap());
    Debate::new(rules, image, 1, rules.precommit.then_some(0), 10).unwrap()
}

/// Whether the honest side wins with best play of both, by trying everything.
fn honest_wins_with_best_play(
    judge: &Arbitrary,
    rules: Rules,
    claims: Claims,
    set: &PixelSet,
) -> bool {
    let Some(debater) = rules.debater_to_move(set.pixels().len()) else {
        return honest_wins(&judge.logits(set), &claims);
    };
    let mut replies = (0..PIXELS)
        .map(|x| Pixel::new(x, 0))
        .filter(|pixel| !set.pixels().contains(pixel))
        .map(|pixel| honest_wins_with_best_play(judge, rules, claims, &set.with(pixel)));
    match rules.role_of(debater) {
        Role::Honest => replies.any(|wins| wins),
        Role::Liar => replies.all(|wins| wins),
    }
}

/// Plays to the last pixel and returns the pixels in order.
fn play(debate: &mut Debate, judge: &Arbitrary, agents: [AgentSpec; 2], seed: u64) -> Vec<Pixel> {
    let mut agents = agents.map(|spec| spec.build(seed));
    let mut judge = judge.clone();
    while let Some(debater) = debate.to_move() {
        let view = debate.view(Seat::Debater(debater));
        let agent = &mut agents[usize::from(debater == Debater::Second)];
        let choice = agent.choose(&view, &mut judge, Clock::unlimited()).unwrap();
        let Choice { pixel, proof, cut_short } = choice;
        assert_eq!((proof, cut_short), (Proof::NotSought, false));
        debate.apply(Move::Reveal { by: debater, pixel }).unwrap();
    }
    debate.evidence().iter().map(|reveal| reveal.pixel).collect()
}

fn any_rules() -> impl Strategy<Value = Rules> {
    (1..=5_u8, any::<bool>(), any::<bool>()).prop_map(|(pixels, precommit, honest_first)| {
        let first = if honest_first { Role::Honest } else { Role::Liar };
        Rules::paper(pixels, precommit, first)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// On games this small the search sees everything, so a won game is won by the winner.
    #[test]
    fn a_deep_search_plays_as_well_as_brute_force(rules in any_rules(), seed: u64) {
        let judge = Arbitrary::new(seed);
        let claims = *debate(rules).claims();
        let expected =
            honest_wins_with_best_play(&judge, rules, claims, &PixelSet::default());
        for name in ["mcts:20000", "mcts:20000:graph"] {
            let search = name.parse().unwrap();
            let played = play(&mut debate(rules), &judge, [search, search], seed);
            let set: PixelSet = played.into_iter().collect();
            prop_assert_eq!(honest_wins(&judge.logits(&set), &claims), expected, "{}", name);
        }
    }

    #[test]
    fn the_same_seed_plays_the_same_debate(rules in any_rules(), seed: u64) {
        let judge = Arbitrary::new(seed);
        for name in
            ["random", "greedy", "mcts:50", "mcts:50:margin", "mcts:50:graph", "mcts:50:margin:graph"]
        {
            let agent = name.parse().unwrap();
            let once = play(&mut debate(rules), &judge, [agent, agent], seed);
            let again = play(&mut debate(rules), &judge, [agent, agent], seed);
            prop_assert_eq!(once, again);
        }
    }

    #[test]
    fn a_set_of_pixels_is_judged_once(rules in any_rules(), seed: u64) {
        for name in ["mcts:5000", "mcts:5000:graph"] {
            let mut judge = Arbitrary::new(seed);
            let mut agent = name.parse::<AgentSpec>().unwrap().build(1);
            let view = debate(rules).view(Seat::Debater(Debater::First));
            agent.choose(&view, &mut judge, Clock::unlimited()).unwrap();
            // The complete sets of a debate: PIXELS choose K.
            let k = usize::from(rules.pixels);
            let sets = (0..k).fold(1, |sets, i| sets * (usize::from(PIXELS) - i) / (i + 1));
            prop_assert!(judge.asked.load(Ordering::Relaxed) <= sets);
        }
    }
}

#[test]
fn ties_are_broken_by_the_seed() {
    let rules = Rules::paper(1, true, Role::Honest);
    let first_moves = |name: &str| {
        let mut moves: Vec<Pixel> = (0..40)
            .map(|seed| {
                let judge = Arbitrary::new(0);
                play(&mut debate(rules), &judge, [name.parse().unwrap(); 2], seed)[0]
            })
            .collect();
        moves.sort_unstable();
        moves.dedup();
        moves.len()
    };
    assert_eq!(first_moves("random"), usize::from(PIXELS));
    assert!(first_moves("mcts:1") > 1);
    assert!(first_moves("mcts:1:graph") > 1);
}

#[test]
fn a_clock_that_ran_out_still_brings_a_move() {
    // With one pixel to reveal the search would ask about all candidates first.
    for (name, pixels) in [("mcts:1000000", 4), ("mcts:1000000", 1), ("mcts:1000000:graph", 4)] {
        let mut judge = Arbitrary::new(3);
        let mut agent = name.parse::<AgentSpec>().unwrap().build(1);
        let rules = Rules::paper(pixels, true, Role::Honest);
        let view = debate(rules).view(Seat::Debater(Debater::First));
        let choice = agent.choose(&view, &mut judge, Clock::until(Instant::now())).unwrap();
        assert!(choice.cut_short);
        assert_eq!(judge.asked.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn agents_refuse_what_is_not_their_turn() {
    let debate = debate(Rules::paper(4, true, Role::Honest));
    for name in ["random", "greedy", "mcts:10", "mcts:10:graph"] {
        let mut agent = name.parse::<AgentSpec>().unwrap().build(1);
        let mut judge = Arbitrary::new(1);
        let mut refusal =
            |seat| agent.choose(&debate.view(seat), &mut judge, Clock::unlimited()).unwrap_err();
        assert_eq!(refusal(Seat::Judge), AgentError::NotADebater { seat: Seat::Judge });
        assert_eq!(refusal(Seat::Debater(Debater::Second)), AgentError::NotToMove);
    }
}
