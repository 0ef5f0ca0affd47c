//! The solver against brute force, and its certificates against the dense judge.

mod images;

use std::collections::HashMap;
use std::sync::Arc;

use images::cut;
use pixel_debate_agents::{
    Clock,
    solver::{Certificate, Game, JudgeMark, Solution, Solved, solve},
};
use pixel_debate_game::{
    Claims, Debate, Image, Role, Rules, TurnOrder, honest_margin, honest_wins,
};
use pixel_debate_judge::{Evaluator, Judge, Logits, PixelSet};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Who wins by optimal play, by the definition: every sequence of reveals is tried.
struct BruteForce<'a> {
    game: &'a Game,
    wins: &'a dyn Fn(&PixelSet) -> bool,
    known: HashMap<PixelSet, Role>,
}

impl BruteForce<'_> {
    fn winner(game: &Game, wins: &dyn Fn(&PixelSet) -> bool) -> Role {
        let known = HashMap::new();
        BruteForce { game, wins, known }.after(&PixelSet::default())
    }

    fn after(&mut self, revealed: &PixelSet) -> Role {
        if let Some(winner) = self.known.get(revealed) {
            return *winner;
        }
        let winner = match self.game.turns.get(revealed.pixels().len()) {
            None if (self.wins)(revealed) => Role::Honest,
            None => Role::Liar,
            Some(mover) => {
                let mut free = self.game.candidates.iter().filter(|one| !revealed.contains(**one));
                let wins = free.any(|one| self.after(&revealed.with(*one)) == *mover);
                if wins { *mover } else { mover.other() }
            }
        };
        self.known.insert(revealed.clone(), winner);
        winner
    }
}

fn solved(game: &Game, evaluator: &mut dyn Evaluator) -> Solved {
    match solve(game, evaluator, Clock::unlimited()) {
        Solution::Solved(solved) => solved,
        Solution::Open { .. } => unreachable!("the clock is unlimited"),
    }
}

fn certificate(debate: &Debate, solved: &Solved) -> Certificate {
    Certificate {
        version: Certificate::VERSION,
        judge: JudgeMark { name: "test".into(), hash: String::new() },
        source: None,
        rules: *debate.rules(),
        image: Image::clone(debate.image()),
        classes: debate.classes(),
        claims: *debate.claims(),
        winner: solved.winner,
        strategy: solved.strategy.clone(),
    }
}

/// A judge without any structure: its logits are noise, and ties are frequent.
struct Noise(u64);

impl Noise {
    fn logits(&self, set: &PixelSet) -> [f32; 10] {
        let mut seed = self.0;
        for pixel in set.pixels() {
            seed = (seed ^ (u64::from(pixel.y) * 31 + u64::from(pixel.x) + 1))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(23);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        std::array::from_fn(|_| rng.random_range(0..4_u8).into())
    }
}

impl Evaluator for Noise {
    fn classes(&self) -> usize {
        10
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        Logits::of(10, sets.iter().map(|set| self.logits(set)))
    }
}

/// Rules of all kinds, with 1 to `most` reveals.
fn any_rules(rng: &mut ChaCha8Rng, most: u8) -> Rules {
    let first = if rng.random() { Role::Honest } else { Role::Liar };
    let order = if rng.random_ratio(1, 4) { TurnOrder::Blocks } else { TurnOrder::Alternating };
    let rules = Rules::paper(rng.random_range(1..=most), rng.random(), first);
    Rules { order, ..rules }
}

#[test]
fn a_judge_without_structure_is_solved_as_by_brute_force() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..2000 {
        let columns = rng.random_range(6..=9);
        let image = Arc::new(Image::new(columns, 1, vec![9; columns.into()]).unwrap());
        let rules = any_rules(&mut rng, 6);
        let lie = rules.precommit.then_some(1);
        let debate = Debate::new(rules, image, 0, lie, 10).unwrap();
        let game = Game::of(&debate);
        let mut noise = Noise(rng.random());
        let wins = |set: &PixelSet| honest_wins(&noise.logits(set), &game.claims);
        let expected = BruteForce::winner(&game, &wins);
        let solved = solved(&game, &mut noise);
        assert_eq!(solved.winner, expected, "{rules:?} on {columns} pixels");
        let certificate = certificate(&debate, &solved);
        let mut judge = |sets: &[PixelSet]| noise.evaluate(sets);
        let verified = certificate.verify(&mut judge, &mut |_| {});
        assert!(verified.is_ok(), "{rules:?}: {verified:?}");
        let opposite = Certificate { winner: expected.other(), ..certificate };
        // Noise has ties, which the verifier cannot tell from rounding errors; it counts them.
        let verified = opposite.verify(&mut judge, &mut |_| {});
        let refuted = verified.as_ref().map_or(true, |verified| verified.within_rounding > 0);
        assert!(refuted, "{rules:?}: {verified:?}");
    }
}

/// Claims whose margins over `logits` lie about zero, so that many are close: half of the sets are
/// either side's.
fn close_claims(rng: &mut ChaCha8Rng, logits: &Logits, precommit: bool) -> Claims {
    let labels = 0..10;
    let all = labels.clone().flat_map(|honest| {
        let lies = labels.clone().filter(move |lie| precommit && *lie != honest).map(Some);
        let lies = lies.chain((!precommit).then_some(None));
        lies.map(move |liar| Claims { honest, liar })
    });
    let imbalance = |claims: &Claims| {
        let wins = logits.rows().filter(|logits| honest_wins(logits, claims)).count();
        wins.abs_diff(logits.len() / 2)
    };
    let mut all: Vec<Claims> = all.collect();
    all.sort_by_key(imbalance);
    all[rng.random_range(0..3)]
}

/// For each of precommit and no precommit, and either order, so many games.
const GAMES: usize = 2000;

#[test]
fn precommit_and_honest_first_as_by_brute_force() {
    real_judges_are_solved_as_by_brute_force(true, Role::Honest);
}

#[test]
fn precommit_and_liar_first_as_by_brute_force() {
    real_judges_are_solved_as_by_brute_force(true, Role::Liar);
}

#[test]
fn no_precommit_and_honest_first_as_by_brute_force() {
    real_judges_are_solved_as_by_brute_force(false, Role::Honest);
}

#[test]
fn no_precommit_and_liar_first_as_by_brute_force() {
    real_judges_are_solved_as_by_brute_force(false, Role::Liar);
}

fn real_judges_are_solved_as_by_brute_force(precommit: bool, first: Role) {
    let judges = [4, 6].map(|pixels| Judge::shipped(pixels).unwrap());
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(precommit) * 2 + first as u64);
    let (mut close, mut honest, mut by_search) = (0, 0, 0);
    // An image serves for four games of each number of pixels.
    for number in 0..GAMES / 20 {
        let image = Arc::new(cut(&mut rng));
        let judge = &judges[number % judges.len()];
        let mut engine = judge.engine(Arc::clone(&image)).unwrap();
        for pixels in 2..=6 {
            let rules = Rules::paper(pixels, precommit, first);
            let open = |claims: Claims| {
                let image = Arc::clone(&image);
                Debate::new(rules, image, claims.honest, claims.liar, 10).unwrap()
            };
            let any = Claims { honest: 0, liar: precommit.then_some(1) };
            let sets = complete_sets(&Game::of(&open(any)));
            let logits = engine.evaluate(&sets);
            let of: HashMap<&PixelSet, &[f32]> = sets.iter().zip(logits.rows()).collect();
            for _ in 0..4 {
                let claims = close_claims(&mut rng, &logits, precommit);
                let debate = open(claims);
                let game = Game::of(&debate);
                let wins = |set: &PixelSet| honest_wins(of[set], &claims);
                let expected = BruteForce::winner(&game, &wins);
                let solved = solved(&game, &mut engine);
                assert_eq!(solved.winner, expected, "{rules:?} {claims:?} {image:?}");
                let mut judge = |sets: &[PixelSet]| Logits::of(10, sets.iter().map(|set| of[set]));
                let verified = certificate(&debate, &solved).verify(&mut judge, &mut |_| {});
                assert!(verified.is_ok(), "{rules:?} {claims:?} {image:?}: {verified:?}");

                let margins = logits.rows().map(|logits| honest_margin(logits, &claims).abs());
                close += usize::from(margins.fold(f32::INFINITY, f32::min) < 0.1);
                honest += usize::from(expected == Role::Honest);
                let plan = solved.strategy.plans.first();
                by_search += usize::from(plan.is_none_or(|plan| !plan.after.pixels().is_empty()));
            }
        }
    }
    assert!(close > GAMES / 3, "only {close} of {GAMES} games have close margins");
    assert!(honest > GAMES / 20, "only {honest} of {GAMES} games are the honest side's");
    assert!(honest < GAMES * 19 / 20, "{honest} of {GAMES} games are the honest side's");
    assert!(by_search > GAMES / 20, "only {by_search} of {GAMES} games needed a search");
}

/// All sets that a game can end with.
fn complete_sets(game: &Game) -> Vec<PixelSet> {
    let mut sets = vec![PixelSet::default()];
    for candidate in &game.candidates {
        let larger: Vec<PixelSet> = sets
            .iter()
            .filter(|set| set.pixels().len() < game.turns.len())
            .map(|set| set.with(*candidate))
            .collect();
        sets.extend(larger);
    }
    sets.retain(|set| set.pixels().len() == game.turns.len());
    sets
}
