//! The agent `exact` in whole debates, against what the solver says of them.

mod images;

use std::sync::Arc;
use std::time::Instant;

use images::cut;
use pixel_debate_agents::{
    AgentSpec, Clock, Proof,
    solver::{Game, Solution, solve},
};
use pixel_debate_datasets::mnist;
use pixel_debate_game::{
    Debate, Debater, Image, LegalPixels, Move, Pixel, Role, Rules, Seat, TurnOrder,
};
use pixel_debate_judge::{Evaluator, Judge, PixelSet, SparseEvaluator};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

/// One image's judge.
struct ImageJudge {
    judge: Judge,
    image: Arc<Image>,
}

impl ImageJudge {
    fn evaluator(&self) -> SparseEvaluator {
        self.judge.engine(Arc::clone(&self.image)).unwrap()
    }

    fn winner_by_optimal_play(&self, debate: &Debate) -> Role {
        match solve(&Game::of(debate), &mut self.evaluator(), Clock::unlimited()) {
            Solution::Solved(solved) => solved.winner,
            Solution::Open { .. } => unreachable!("the clock is unlimited"),
        }
    }

    /// Who has won a debate that is over.
    fn winner(&self, debate: &Debate) -> Role {
        let set: PixelSet = debate.evidence().iter().map(|reveal| reveal.pixel).collect();
        let logits = self.evaluator().evaluate(&[set]).into_numbers();
        let honest = pixel_debate_game::honest_wins(&logits, debate.claims());
        if honest { Role::Honest } else { Role::Liar }
    }

    /// Plays to the end, and returns the proofs with who made them, in order.
    fn play(&self, debate: &mut Debate, honest: &str, liar: &str, seed: u64) -> Vec<(Role, Proof)> {
        let mut agents = [honest, liar].map(|name| name.parse::<AgentSpec>().unwrap().build(seed));
        let mut judge = self.evaluator();
        let mut proofs = Vec::new();
        while let Some(by) = debate.to_move() {
            let role = debate.rules().role_of(by);
            let agent = &mut agents[usize::from(role == Role::Liar)];
            let view = debate.view(Seat::Debater(by));
            let choice = agent.choose(&view, &mut judge, Clock::unlimited()).unwrap();
            debate.apply(Move::Reveal { by, pixel: choice.pixel }).unwrap();
            proofs.push((role, choice.proof));
        }
        proofs
    }
}

fn reveal(debate: &mut Debate, pixel: Pixel) {
    let by = debate.to_move().unwrap();
    debate.apply(Move::Reveal { by, pixel }).unwrap();
}

fn reveal_any(debate: &mut Debate, rng: &mut ChaCha8Rng) {
    let legal: Vec<Pixel> = debate.legal_reveals().collect();
    reveal(debate, *legal.choose(rng).unwrap());
}

/// A debate by the judge for 4 pixels, about labels that it may well take the image for.
fn any_debate(judge: &ImageJudge, rng: &mut ChaCha8Rng) -> Debate {
    let all: PixelSet = judge.image.nonzero().collect();
    let logits = judge.evaluator().evaluate(&[all]).into_numbers();
    let mut labels: Vec<u8> = (0..10).collect();
    labels.sort_by(|a, b| logits[usize::from(*b)].total_cmp(&logits[usize::from(*a)]));
    let honest = rng.random_range(0..3);
    let lie = (honest + rng.random_range(1..3)) % 3;
    let first = if rng.random() { Role::Honest } else { Role::Liar };
    let rules = Rules::paper(rng.random_range(1..=6), rng.random(), first);
    let order = if rng.random_ratio(1, 4) { TurnOrder::Blocks } else { rules.order };
    let rules = Rules { order, ..rules };
    let lie = rules.precommit.then_some(labels[lie]);
    Debate::new(rules, Arc::clone(&judge.image), labels[honest], lie, 10).unwrap()
}

fn cut_images(seed: u64) -> impl Iterator<Item = (ImageJudge, ChaCha8Rng)> {
    let judge = Judge::shipped(4).unwrap();
    (0..).map(move |number| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed * 1_000_000 + number);
        let image = Arc::new(cut(&mut rng));
        (ImageJudge { judge: judge.clone(), image }, rng)
    })
}

/// Checks a debate of `exact`, in that role, from where it is: a game that is won is won, the
/// proofs never go back on that, and the last one is what happens.
fn check_against(
    judge: &ImageJudge,
    mut debate: Debate,
    exact: Role,
    opponent: &str,
    seed: u64,
) -> bool {
    let expected = judge.winner_by_optimal_play(&debate);
    let (honest, liar) =
        if exact == Role::Honest { ("exact", opponent) } else { (opponent, "exact") };
    let proofs = judge.play(&mut debate, honest, liar, seed);
    let winner = judge.winner(&debate);
    let name = format!("{exact} against {opponent}: {:?} {proofs:?}", debate.rules());
    if expected == exact {
        assert_eq!(winner, exact, "{name}");
    }
    let own = proofs.iter().filter(|(role, _)| *role == exact).map(|(_, proof)| *proof);
    let own: Vec<Proof> = own.collect();
    let won = own.iter().position(|proof| *proof == Proof::Proven(exact)).unwrap_or(own.len());
    assert!(own[..won].iter().all(|proof| *proof == Proof::Proven(exact.other())), "{name}");
    assert!(own[won..].iter().all(|proof| *proof == Proof::Proven(exact)), "{name}");
    if won < own.len() {
        assert_eq!(winner, exact, "{name}");
    }
    if let Some((role, proof)) = proofs.last().filter(|(role, _)| *role == exact) {
        assert_eq!((*role, *proof), (exact, Proof::Proven(winner)), "{name}");
    }
    expected != winner
}

#[test]
fn a_game_that_is_won_is_won_against_every_agent() {
    let (mut won, mut turned) = ([0; 2], 0);
    for (number, (judge, mut rng)) in cut_images(1).take(12).enumerate() {
        let opponent = ["random", "greedy", "mcts:50"][number % 3];
        for _ in 0..4 {
            let debate = any_debate(&judge, &mut rng);
            won[judge.winner_by_optimal_play(&debate) as usize] += 1;
            for exact in [Role::Honest, Role::Liar] {
                turned +=
                    u32::from(check_against(&judge, debate.clone(), exact, opponent, rng.random()));
            }
        }
    }
    assert!(won[0].min(won[1]) > 5, "{won:?}");
    // A lost game that the opponent gives away is one that `exact` wins.
    assert!(turned > 2, "{turned}");
}

#[test]
fn real_images_of_4_pixels() {
    let judge = Judge::shipped(4).unwrap();
    let (test, mut won) = (mnist::test(), [0; 2]);
    for (number, index) in [17, 247].into_iter().enumerate() {
        let image = Arc::new(test.to_image(index));
        let judge = ImageJudge { judge: judge.clone(), image };
        let honest = test.label(index);
        for (precommit, first) in
            [(true, Role::Honest), (true, Role::Liar), (false, Role::Honest), (false, Role::Liar)]
        {
            let lie = precommit.then_some((honest + 1 + number as u8) % 10);
            let rules = Rules::paper(4, precommit, first);
            let image = Arc::clone(&judge.image);
            let debate = Debate::new(rules, image, honest, lie, 10).unwrap();
            let winner = judge.winner_by_optimal_play(&debate);
            won[winner as usize] += 1;
            let opponent = if precommit { "mcts:50" } else { "greedy" };
            check_against(&judge, debate, winner, opponent, 1);
        }
    }
    assert!(won[0] > 0 && won[1] > 0, "{won:?}");
}

#[test]
fn both_exact_end_as_solved_and_say_so_from_the_first_move() {
    for (judge, mut rng) in cut_images(2).take(20) {
        let mut debate = any_debate(&judge, &mut rng);
        let expected = judge.winner_by_optimal_play(&debate);
        let proofs = judge.play(&mut debate, "exact", "exact", 1);
        assert_eq!(judge.winner(&debate), expected, "{:?}", debate.rules());
        assert!(proofs.iter().all(|(_, proof)| *proof == Proof::Proven(expected)), "{proofs:?}");
    }
}

#[test]
fn debates_under_way_are_won_from_there() {
    for (number, (judge, mut rng)) in cut_images(3).take(20).enumerate() {
        let mut debate = any_debate(&judge, &mut rng);
        for _ in 0..rng.random_range(0..debate.rules().pixels) {
            reveal_any(&mut debate, &mut rng);
        }
        let exact = if rng.random() { Role::Honest } else { Role::Liar };
        check_against(&judge, debate, exact, ["random", "greedy"][number % 2], rng.random());
    }
}

/// The same agent is asked again after it, or somebody for it, has revealed another pixel than it
/// chose, as a person at a board may.
#[test]
fn moves_that_are_not_its_own_do_not_confuse_it() {
    for (judge, mut rng) in cut_images(4).take(10) {
        let mut debate = any_debate(&judge, &mut rng);
        let mut agents = [Role::Honest, Role::Liar].map(|_| AgentSpec::Exact.build(1));
        let mut evaluator = judge.evaluator();
        while let Some(by) = debate.to_move() {
            let expected = judge.winner_by_optimal_play(&debate);
            let role = debate.rules().role_of(by);
            let view = debate.view(Seat::Debater(by));
            let agent = &mut agents[usize::from(role == Role::Liar)];
            let choice = agent.choose(&view, &mut evaluator, Clock::unlimited()).unwrap();
            assert_eq!(choice.proof, Proof::Proven(expected), "{:?}", debate.rules());
            let mut after = debate.clone();
            reveal(&mut after, choice.pixel);
            if after.to_move().is_some() {
                assert_eq!(judge.winner_by_optimal_play(&after), expected, "{:?}", debate.rules());
            } else {
                assert_eq!(judge.winner(&after), expected, "{:?}", debate.rules());
            }
            reveal_any(&mut debate, &mut rng);
        }
    }
}

#[test]
fn black_pixels_may_be_all_there_is() {
    let judge = Judge::shipped(4).unwrap();
    let mut values = vec![0; 28 * 28];
    values[300] = 255;
    let image = Arc::new(Image::new(28, 28, values).unwrap());
    let judge = ImageJudge { judge, image };
    let rules = Rules { legal: LegalPixels::Any, ..Rules::paper(2, true, Role::Liar) };
    let image = Arc::clone(&judge.image);
    let debate = Debate::new(rules, image, 1, Some(7), 10).unwrap();
    let winner = judge.winner_by_optimal_play(&debate);
    check_against(&judge, debate, winner, "greedy", 1);
}

#[test]
fn without_time_it_reveals_something_and_proves_nothing() {
    for (judge, mut rng) in cut_images(5).take(10) {
        let mut debate = any_debate(&judge, &mut rng);
        let mut agent = AgentSpec::Exact.build(1);
        let mut evaluator = judge.evaluator();
        while let Some(by) = debate.to_move() {
            let view = debate.view(Seat::Debater(by));
            let clock = Clock::until(Instant::now());
            let choice = agent.choose(&view, &mut evaluator, clock).unwrap();
            assert_eq!((choice.proof, choice.cut_short), (Proof::Open, true));
            reveal(&mut debate, choice.pixel);
        }
        assert_eq!(debate.evidence().len(), usize::from(debate.rules().pixels));
    }
}

#[test]
fn what_is_proven_needs_no_more_time() {
    let mut in_hand = 0;
    for (judge, mut rng) in cut_images(6).take(20) {
        let mut debate = any_debate(&judge, &mut rng);
        let winner = judge.winner_by_optimal_play(&debate);
        let mut agent = AgentSpec::Exact.build(1);
        let mut evaluator = judge.evaluator();
        let mut clock = Clock::unlimited();
        while let Some(by) = debate.to_move() {
            if debate.rules().role_of(by) != winner {
                reveal_any(&mut debate, &mut rng);
                continue;
            }
            let view = debate.view(Seat::Debater(by));
            let choice = agent.choose(&view, &mut evaluator, clock).unwrap();
            assert_eq!((choice.proof, choice.cut_short), (Proof::Proven(winner), false));
            reveal(&mut debate, choice.pixel);
            in_hand += u32::from(clock.is_over());
            clock = Clock::until(Instant::now());
        }
        if debate.evidence().iter().any(|reveal| debate.rules().role_of(reveal.by) == winner) {
            assert_eq!(judge.winner(&debate), winner, "{:?}", debate.rules());
        }
    }
    assert!(in_hand > 10, "{in_hand}");
}

#[test]
fn it_refuses_what_is_not_its_turn() {
    let (judge, _) = cut_images(7).next().unwrap();
    let rules = Rules::paper(4, true, Role::Honest);
    let image = Arc::clone(&judge.image);
    let debate = Debate::new(rules, image, 1, Some(7), 10).unwrap();
    let mut agent = AgentSpec::Exact.build(1);
    let mut evaluator = judge.evaluator();
    for seat in [Seat::Judge, Seat::Debater(Debater::Second)] {
        let refused = agent.choose(&debate.view(seat), &mut evaluator, Clock::unlimited());
        assert!(refused.is_err(), "{seat}");
    }
}

/// A consultant alone, of either role, with and without precommit: whoever can win does, and says so.
#[test]
fn a_consultant_reveals_a_set_that_wins_if_there_is_one() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut winners = Vec::new();
    for round in 0..60 {
        let image = Arc::new(cut(&mut rng));
        let judge = ImageJudge { judge: Judge::shipped(4).unwrap(), image: Arc::clone(&image) };
        let first = if round % 2 == 0 { Role::Honest } else { Role::Liar };
        let precommit = rng.random();
        let rules = Rules { order: TurnOrder::Alone, ..Rules::paper(4, precommit, first) };
        let lie = precommit.then_some(1);
        let mut debate = Debate::new(rules, image, 0, lie, 10).unwrap();
        let expected = judge.winner_by_optimal_play(&debate);
        let proofs = judge.play(&mut debate, "exact", "exact", round);
        assert_eq!(judge.winner(&debate), expected, "round {round}");
        assert_eq!(proofs, vec![(first, Proof::Proven(expected)); 4], "round {round}");
        winners.push(expected);
    }
    let honest = winners.iter().filter(|winner| **winner == Role::Honest).count();
    assert!((10..=50).contains(&honest), "{honest} of 60");
}

/// Whoever has begun for it need not have begun as it would have.
#[test]
fn a_consultant_goes_on_from_any_position() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    for round in 0..10 {
        let image = Arc::new(cut(&mut rng));
        let judge = ImageJudge { judge: Judge::shipped(6).unwrap(), image: Arc::clone(&image) };
        let rules = Rules { order: TurnOrder::Alone, ..Rules::paper(4, true, Role::Liar) };
        let mut debate = Debate::new(rules, image, 0, Some(3), 10).unwrap();
        reveal_any(&mut debate, &mut rng);
        let expected = judge.winner_by_optimal_play(&debate);
        let proofs = judge.play(&mut debate, "exact", "exact", round);
        assert_eq!(proofs, vec![(Role::Liar, Proof::Proven(expected)); 3], "round {round}");
        assert_eq!(judge.winner(&debate), expected, "round {round}");
    }
}
