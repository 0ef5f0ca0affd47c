//! Certificates that prove nothing, and what is said of them.

use std::collections::HashMap;
use std::sync::Arc;

use pixel_debate_agents::{
    Clock,
    solver::{
        Answers, Certificate, CertificateError, Flaw, Game, JudgeMark, Move, Plan, Reply, Solution,
        Strategy, Verified, solve, variation,
    },
};
use pixel_debate_game::{
    Claims, Debate, Image, Pixel, Role, Rules, SetupError, TurnOrder, honest_wins,
};
use pixel_debate_judge::{Evaluator, Logits, PixelSet};
use proptest::{prelude::*, strategy::Strategy as Generator};
use serde_json::Value;

/// A judge by rule: the honest side's logit is the margin, and all others are 0.
struct ByRule(fn(&PixelSet) -> f32);

impl Evaluator for ByRule {
    fn classes(&self) -> usize {
        10
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let logits = |set| -> [f32; 10] {
            std::array::from_fn(|label| if label == 0 { self.0(set) } else { 0.0 })
        };
        Logits::of(10, sets.iter().map(logits))
    }
}

fn at(column: u8) -> Pixel {
    Pixel::new(column, 0)
}

fn set(columns: &[u8]) -> PixelSet {
    columns.iter().copied().map(at).collect()
}

fn plan(after: &[u8], reveal: &[u8]) -> Plan {
    Plan { after: set(after), reveal: reveal.iter().copied().map(at).collect() }
}

fn answers(after: &[u8], reveal: &[u8]) -> Answers {
    Answers { after: set(after), reveal: reveal.iter().copied().map(at).collect() }
}

/// A row of six lit pixels and a black one, about which the truth is 0 and the lie 1.
fn certificate(rules: Rules, winner: Role, strategy: Strategy) -> Certificate {
    Certificate {
        version: Certificate::VERSION,
        judge: JudgeMark { name: "test".into(), hash: String::new() },
        source: None,
        rules,
        image: Image::new(7, 1, vec![9, 9, 9, 9, 9, 9, 0]).unwrap(),
        classes: 10,
        claims: Claims { honest: 0, liar: rules.precommit.then_some(1) },
        winner,
        strategy,
    }
}

fn verify(certificate: &Certificate, rule: fn(&PixelSet) -> f32) -> Result<Verified, Flaw> {
    certificate.verify(&mut |sets| ByRule(rule).evaluate(sets), &mut |_| {})
}

/// The honest side wins by column 0.
fn first_column(set: &PixelSet) -> f32 {
    if set.contains(at(0)) { 1.0 } else { -1.0 }
}

fn by_plan() -> Certificate {
    let strategy = Strategy { plans: vec![plan(&[], &[0])], ..Strategy::default() };
    certificate(Rules::paper(4, true, Role::Honest), Role::Honest, strategy)
}

/// The honest side wins if the sum of all columns is even.
fn even(set: &PixelSet) -> f32 {
    let sum: u8 = set.pixels().iter().map(|pixel| pixel.x).sum();
    if sum.is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// Honest, liar, honest: column 0 first, and last an even column after an even one, or an odd one.
fn by_answers() -> Certificate {
    let strategy = Strategy {
        moves: vec![Move { after: set(&[]), reveal: at(0) }],
        answers: vec![answers(&[0], &[2, 4, 1, 3])],
        ..Strategy::default()
    };
    certificate(Rules::paper(3, true, Role::Honest), Role::Honest, strategy)
}

/// The same, each last move by itself.
fn by_moves() -> Certificate {
    let replies = [(1, 3), (2, 4), (3, 1), (4, 2), (5, 1)];
    let replies = replies.map(|(liar, reply)| Move { after: set(&[0, liar]), reveal: at(reply) });
    let mut moves = vec![Move { after: set(&[]), reveal: at(0) }];
    moves.extend(replies);
    let strategy = Strategy { moves, ..Strategy::default() };
    certificate(Rules::paper(3, true, Role::Honest), Role::Honest, strategy)
}

fn of_sets(sets: u64) -> Verified {
    Verified { sets, within_rounding: 0 }
}

fn silent(after: &[u8]) -> Result<Verified, Flaw> {
    Err(Flaw::Silent { winner: Role::Honest, after: set(after) })
}

fn impossible(after: &[u8]) -> Result<Verified, Flaw> {
    Err(Flaw::Impossible { winner: Role::Honest, after: set(after) })
}

fn lost(columns: &[u8]) -> Result<Verified, Flaw> {
    Err(Flaw::Lost { winner: Role::Honest, set: set(columns), margin: -1.0 })
}

#[test]
fn sound_ones_are_accepted() {
    // Three of the five other columns.
    assert_eq!(verify(&by_plan(), first_column), Ok(of_sets(10)));
    assert_eq!(verify(&by_moves(), even), Ok(of_sets(3)));
    // Column 2 answers 4, and 4 answers 2; then 1 answers 3 and 5, and 3 answers 1.
    assert_eq!(verify(&by_answers(), even), Ok(of_sets(4 + 4 + 2 + 1)));
}

#[test]
fn the_other_winner_is_refuted() {
    let liar = |certificate: Certificate| Certificate { winner: Role::Liar, ..certificate };
    let flaw = verify(&liar(by_plan()), first_column).unwrap_err();
    assert!(matches!(flaw, Flaw::Lost { winner: Role::Liar, margin: -1.0, .. }), "{flaw}");
    let flaw = verify(&liar(by_answers()), even).unwrap_err();
    assert!(matches!(flaw, Flaw::Silent { winner: Role::Liar, .. }), "{flaw}");
}

#[test]
fn plans_that_do_not_win_are_refuted() {
    let with = |plan| {
        let mut certificate = by_plan();
        certificate.strategy.plans = vec![plan];
        verify(&certificate, first_column)
    };
    assert_eq!(with(plan(&[], &[1])), lost(&[1, 2, 3, 4]));
    assert_eq!(with(plan(&[], &[])), lost(&[1, 2, 3, 4]));
    // The honest side has two turns.
    assert_eq!(with(plan(&[], &[0, 1])), Ok(of_sets(6)));
    assert_eq!(with(plan(&[], &[0, 1, 2])), impossible(&[]));
    // A plan of another position says nothing of this one.
    assert_eq!(with(plan(&[1], &[0])), silent(&[]));
    // A pixel that is named twice is one pixel.
    assert_eq!(with(plan(&[], &[0, 0, 0])), Ok(of_sets(10)));
}

#[test]
fn a_plan_may_name_what_is_revealed_already() {
    let mut certificate = by_plan();
    certificate.strategy.moves = vec![Move { after: set(&[]), reveal: at(0) }];
    let all = |reveal: &[u8]| (1..=5).map(|liar| plan(&[0, liar], reveal)).collect::<Vec<_>>();
    certificate.strategy.plans = all(&[0]);
    // The sets of two more columns, once for each column of the liar's.
    assert_eq!(verify(&certificate, first_column), Ok(of_sets(5 * 6)));
    certificate.strategy.plans = all(&[0, 1, 2]);
    // After the liar's column 1 only 2 is missing, after 2 only 1, and after 3 one too many.
    assert_eq!(verify(&certificate, first_column), impossible(&[0, 3]));
}

#[test]
fn moves_that_are_missing_or_illegal_are_found() {
    let with = |change: fn(&mut Vec<Move>)| {
        let mut certificate = by_moves();
        change(&mut certificate.strategy.moves);
        verify(&certificate, even)
    };
    assert_eq!(with(|moves| drop(moves.remove(0))), silent(&[]));
    assert_eq!(with(|moves| drop(moves.remove(3))), silent(&[0, 3]));
    assert_eq!(with(|moves| moves[3].reveal = at(0)), impossible(&[0, 3]));
    assert_eq!(with(|moves| moves[3].reveal = at(3)), impossible(&[0, 3]));
    assert_eq!(with(|moves| moves[3].reveal = at(2)), lost(&[0, 2, 3]));
    assert_eq!(with(|moves| moves.reverse()), Ok(of_sets(3)));
}

#[test]
fn entries_for_positions_that_do_not_come_about_stand_for_nothing() {
    let mut certificate = by_moves();
    let strategy = &mut certificate.strategy;
    // The liar's turn; a position with the winner's turn off the way; one that cannot be.
    strategy.moves.push(Move { after: set(&[0]), reveal: at(5) });
    strategy.moves.push(Move { after: set(&[1, 2]), reveal: at(5) });
    strategy.plans.push(plan(&[6, 9], &[1]));
    strategy.answers.push(answers(&[3], &[1]));
    assert_eq!(verify(&certificate, even), verify(&by_moves(), even));
    for seed in 0..20 {
        assert_eq!(play(&certificate, seed), play(&by_moves(), seed));
    }
    // The first position is one like any other: it is the winner's, who has nothing else to go by.
    let mut certificate = by_answers();
    certificate.strategy.moves.clear();
    certificate.strategy.answers.push(answers(&[], &[0]));
    assert_eq!(verify(&certificate, even), silent(&[]));
    // Where the liar begins, a move after nothing is one at the liar's turn.
    let mut certificate = by_plan();
    certificate.rules.first = Role::Liar;
    certificate.strategy.plans.clear();
    certificate.strategy.moves = vec![Move { after: set(&[]), reveal: at(0) }];
    assert_eq!(verify(&certificate, first_column), silent(&[0]));
}

#[test]
fn two_entries_for_one_position_are_refused_when_read_and_when_checked() {
    let good = Move { after: set(&[0, 3]), reveal: at(1) };
    let bad = Move { reveal: at(2), ..good.clone() };
    let with = |change: &dyn Fn(&mut Strategy)| {
        let mut certificate = by_moves();
        change(&mut certificate.strategy);
        certificate
    };
    for (certificate, after) in [
        (with(&|strategy| strategy.moves.push(strategy.moves[0].clone())), "nothing"),
        (with(&|strategy| strategy.moves.push(bad.clone())), "(0, 0) (3, 0)"),
        (with(&|strategy| strategy.moves.insert(0, good.clone())), "(0, 0) (3, 0)"),
        (with(&|strategy| strategy.plans.push(plan(&[3, 0], &[1]))), "(0, 0) (3, 0)"),
        (with(&|strategy| strategy.plans = vec![plan(&[4], &[]), plan(&[4], &[])]), "(4, 0)"),
        (with(&|strategy| strategy.answers.push(answers(&[], &[1]))), "nothing"),
    ] {
        let wanted = format!("the strategy has two entries for the position after {after}");
        assert_eq!(verify(&certificate, even).unwrap_err().to_string(), wanted);
        let json = serde_json::to_string(&certificate).unwrap();
        let error = serde_json::from_str::<Certificate>(&json).unwrap_err().to_string();
        assert!(error.starts_with(&wanted), "{error}");
    }
}

#[test]
fn a_pixel_that_is_named_twice_and_answers_of_none_are_refused_when_read() {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut certificate = serde_json::to_value(by_answers()).unwrap();
        certificate["strategy"]["plans"] = serde_json::json!([]);
        change(&mut certificate["strategy"]);
        serde_json::from_value::<Certificate>(certificate).map_err(|error| error.to_string())
    };
    let entry = |after: &[[u8; 2]], reveal: &[[u8; 2]]| serde_json::json!([{ "after": after, "reveal": reveal }]);
    // Nothing is revealed at the first position: an empty `after` is that.
    with(&|_| {}).unwrap();
    with(&|strategy| strategy["plans"] = entry(&[[1, 0], [4, 0]], &[])).unwrap();
    for (list, after, reveal, wanted) in [
        (
            "plans",
            &[[4, 0]][..],
            &[[1, 0], [1, 0]][..],
            "`reveal` of entry 0 of `plans` names (1, 0)",
        ),
        ("plans", &[[4, 0], [4, 0]], &[[1, 0]], "`after` of entry 0 of `plans` names (4, 0) twice"),
        ("answers", &[[0, 0]], &[[2, 0], [2, 0]], "`reveal` of entry 0 of `answers` names (2, 0)"),
        ("answers", &[[0, 0], [0, 0]], &[[2, 0]], "`after` of entry 0 of `answers` names (0, 0)"),
        ("answers", &[[0, 0]], &[], "`reveal` of entry 0 of `answers` is empty: it must name one"),
    ] {
        let refused = with(&|strategy| strategy[list] = entry(after, reveal)).unwrap_err();
        assert!(refused.starts_with(wanted), "{refused}");
    }
    let twice = serde_json::json!([{ "after": [[3, 0], [3, 0]], "reveal": [0, 0] }]);
    let refused = with(&|strategy| strategy["moves"] = twice.clone()).unwrap_err();
    assert!(refused.starts_with("`after` of entry 0 of `moves` names (3, 0) twice"), "{refused}");
}

#[test]
fn progress_goes_up_to_what_was_counted_before() {
    for (certificate, rule, of) in [
        (by_plan(), first_column as fn(&PixelSet) -> f32, 10),
        // Each of five reveals may need each of four answers.
        (by_answers(), even, 5 * 4),
        // The set of columns 0, 1 and 3 comes about twice, and so does that of 0, 2 and 4.
        (by_moves(), even, 3),
    ] {
        let mut told = Vec::new();
        let mut judge = |sets: &[PixelSet]| ByRule(rule).evaluate(sets);
        certificate.verify(&mut judge, &mut |progress| told.push(progress)).unwrap();
        assert!(told.is_sorted_by_key(|progress| progress.done) && !told.is_empty(), "{told:?}");
        assert!(told.iter().all(|progress| progress.of == of && progress.done <= of), "{told:?}");
    }
}

#[test]
fn what_has_no_end_is_refused_before_the_judge_is_asked() {
    let mut endless = by_plan();
    endless.image = Image::new(200, 1, vec![9; 200]).unwrap();
    for order in [TurnOrder::Alternating, TurnOrder::Blocks] {
        endless.rules = Rules { order, ..Rules::paper(100, true, Role::Honest) };
        let mut judge = |_: &[PixelSet]| unreachable!("nothing is judged");
        let flaw = endless.verify(&mut judge, &mut |_| {}).unwrap_err();
        assert!(matches!(flaw, Flaw::TooMany { .. }), "{flaw}");
    }
    // By moves alone, and then the liar's fifty.
    let all: Vec<u8> = (0..50).collect();
    let moves = (0..50).map(|made| Move { after: set(&all[..made]), reveal: at(made as u8) });
    endless.strategy = Strategy { moves: moves.collect(), ..Strategy::default() };
    let flaw = verify(&endless, first_column).unwrap_err();
    assert!(matches!(flaw, Flaw::TooMany { .. }), "{flaw}");
}

#[test]
fn a_variation_must_be_one_of_the_strategys() {
    let check = |certificate: &Certificate, columns: &[u8], rule: fn(&PixelSet) -> f32| {
        let pixels: Vec<Pixel> = columns.iter().copied().map(at).collect();
        let checked = certificate.check_variation(&pixels, &mut |sets| ByRule(rule).evaluate(sets));
        checked.map_err(|error| error.to_string())
    };
    for columns in [[0, 5, 1, 2], [0, 5, 4, 3], [3, 1, 0, 2]] {
        let by_strategy = columns[0] == 0;
        assert_eq!(check(&by_plan(), &columns, first_column).is_ok(), by_strategy, "{columns:?}");
    }
    let not_said = "the honest side reveals (4, 0), which its strategy does not say there";
    for (columns, wanted) in [
        (&[0, 1][..], "2 pixels, where 3 are revealed"),
        (&[0, 1, 3, 2], "4 pixels, where 3 are revealed"),
        (
            &[0, 1, 1],
            "(1, 0) may not be revealed there: it is no legal pixel, or is revealed already",
        ),
        (
            &[0, 6, 1],
            "(6, 0) may not be revealed there: it is no legal pixel, or is revealed already",
        ),
        (&[4, 1, 3], not_said),
        (&[0, 1, 4], not_said),
    ] {
        assert_eq!(check(&by_moves(), columns, even).unwrap_err(), wanted, "{columns:?}");
    }
    for certificate in [by_moves(), by_answers()] {
        assert_eq!(check(&certificate, &[0, 1, 3], even), Ok(()));
    }
    let lost = "the honest side does not win by them";
    assert_eq!(check(&by_answers(), &[0, 1, 2], even).unwrap_err(), lost);
    assert_eq!(check(&by_answers(), &[0, 1, 3], |_| f32::NAN).unwrap_err(), lost);
}

#[test]
fn answers_must_answer_every_reveal() {
    let with = |reveal: &[u8]| {
        let mut certificate = by_answers();
        certificate.strategy.answers = vec![answers(&[0], reveal)];
        verify(&certificate, even)
    };
    assert_eq!(with(&[]), silent(&[0, 1]));
    assert_eq!(with(&[2, 4]), lost(&[0, 1, 2]));
    assert_eq!(with(&[2]), lost(&[0, 1, 2]));
    // To column 1 there is no answer but itself.
    assert_eq!(with(&[1]), silent(&[0, 1]));
    assert_eq!(with(&[1, 1]), silent(&[0, 1]));
    // Named twice: no further answer, but no harm.
    assert_eq!(with(&[2, 2, 4, 1, 3]), Ok(of_sets(4 + 3 + 4 + 2 + 1)));
}

#[test]
fn an_answer_that_is_revealed_already_is_none() {
    // Were it one, only two of three pixels would be judged.
    let incomplete = |set: &PixelSet| if set.pixels().len() < 3 { 1.0 } else { -1.0 };
    let mut certificate = by_answers();
    certificate.strategy.answers = vec![answers(&[0], &[0])];
    assert_eq!(verify(&certificate, incomplete), impossible(&[0]));
}

#[test]
fn what_is_no_debate_is_refused() {
    let with = |change: fn(&mut Certificate)| {
        let mut certificate = by_plan();
        change(&mut certificate);
        match verify(&certificate, first_column) {
            Err(Flaw::Certificate(error)) => error,
            other => unreachable!("{other:?}"),
        }
    };
    let version = with(|certificate| certificate.version = 2);
    assert_eq!(version, CertificateError::Version { version: 2 });
    assert_eq!(version.to_string(), "certificate of version 2: this program reads version 1");
    for (column, row) in [(6, 0), (7, 0), (0, 1), (255, 255)] {
        let pixel = Pixel::new(column, row);
        let refused = Err(Flaw::Certificate(CertificateError::Pixel { pixel }));
        let mut certificate = by_plan();
        certificate.strategy.plans[0].reveal.push(pixel);
        assert_eq!(verify(&certificate, first_column), refused);
        let mut certificate = by_moves();
        certificate.strategy.moves[2].reveal = pixel;
        assert_eq!(verify(&certificate, even), refused);
        let mut certificate = by_answers();
        certificate.strategy.answers[0].reveal.push(pixel);
        assert_eq!(verify(&certificate, even), refused);
    }
    let setup = |change| match with(change) {
        CertificateError::Setup(error) => error,
        other => unreachable!("{other:?}"),
    };
    let is_true = setup(|certificate| certificate.claims.liar = Some(0));
    assert_eq!(is_true, SetupError::LieIsTrue { label: 0 });
    assert_eq!(setup(|certificate| certificate.claims.liar = None), SetupError::LieMissing);
    let unexpected = setup(|certificate| certificate.rules.precommit = false);
    assert_eq!(unexpected, SetupError::LieUnexpected { lie: 1 });
    assert!(matches!(setup(|it| it.claims.honest = 10), SetupError::Label { label: 10, .. }));
    assert!(matches!(setup(|it| it.claims.liar = Some(10)), SetupError::Lie { lie: 10, .. }));
    for pixels in [0, 7, 129, 255] {
        let mut certificate = by_plan();
        certificate.rules.pixels = pixels;
        let refused = verify(&certificate, first_column);
        let setup = matches!(refused, Err(Flaw::Certificate(CertificateError::Setup(_))));
        assert!(setup, "{pixels} pixels: {refused:?}");
    }
}

#[test]
fn sets_within_rounding_of_a_tie_are_counted_but_a_tie_is_the_liars() {
    let near = |set: &PixelSet| if set.contains(at(1)) { -0.9e-4 } else { 1.0 };
    // Column 1 is in 6 of the 10 sets.
    let counted = Ok(Verified { sets: 10, within_rounding: 6 });
    assert_eq!(verify(&by_plan(), near), counted);
    assert_eq!(verify(&by_plan(), |set| if set.contains(at(1)) { 0.0 } else { 1.0 }), counted);
    let over = |set: &PixelSet| if set.contains(at(1)) { -1.1e-4 } else { 1.0 };
    assert!(matches!(verify(&by_plan(), over), Err(Flaw::Lost { .. })));
    for certificate in [by_plan(), by_answers()] {
        assert!(matches!(verify(&certificate, |_| f32::NAN), Err(Flaw::Lost { .. })));
    }
    let liar = Certificate { winner: Role::Liar, ..by_plan() };
    assert_eq!(verify(&liar, |_| 0.0), Ok(of_sets(10)));
}

#[test]
fn as_text_the_order_of_lists_does_not_matter() {
    let certificate = by_moves();
    let mut json = serde_json::to_value(&certificate).unwrap();
    assert_eq!(serde_json::from_value::<Certificate>(json.clone()).unwrap(), certificate);
    let moves = json["strategy"]["moves"].as_array_mut().unwrap();
    moves.reverse();
    for found in moves {
        found["after"].as_array_mut().unwrap().reverse();
    }
    let read: Certificate = serde_json::from_value(json.clone()).unwrap();
    assert_ne!(read, certificate);
    assert_eq!(verify(&read, even), Ok(of_sets(3)));
    json["strategy"]["more"] = Value::Null;
    let error = serde_json::from_value::<Certificate>(json).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `more`"), "{error}");
}

/// Noise without ties.
fn noise(set: &PixelSet) -> f32 {
    let mix = |state: u64, pixel: &Pixel| {
        (state ^ u64::from(pixel.x) ^ u64::from(pixel.y) << 8)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29)
    };
    if set.pixels().iter().fold(1, mix).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// Who wins by optimal play, by the definition.
fn winner(game: &Game, revealed: &PixelSet, known: &mut HashMap<PixelSet, Role>) -> Role {
    if let Some(winner) = known.get(revealed) {
        return *winner;
    }
    let logits = |set| ByRule(noise).evaluate(&[set]).into_numbers();
    let found = match game.turns.get(revealed.pixels().len()) {
        None if honest_wins(&logits(revealed.clone()), &game.claims) => Role::Honest,
        None => Role::Liar,
        Some(mover) => {
            let mut free = game.candidates.iter().filter(|one| !revealed.contains(**one));
            let wins = free.any(|one| winner(game, &revealed.with(*one), known) == *mover);
            if wins { *mover } else { mover.other() }
        }
    };
    known.insert(revealed.clone(), found);
    found
}

/// A certificate of the solver's.
fn any_certificate() -> impl Generator<Value = Certificate> {
    (1..=5_u8, any::<bool>(), any::<bool>()).prop_map(|(pixels, precommit, honest_first)| {
        let first = if honest_first { Role::Honest } else { Role::Liar };
        let rules = Rules::paper(pixels, precommit, first);
        let open = certificate(rules, Role::Honest, Strategy::default());
        let game = Game::of(&debate(&open).unwrap());
        match solve(&game, &mut ByRule(noise), Clock::unlimited()) {
            Solution::Solved(solved) => {
                Certificate { winner: solved.winner, strategy: solved.strategy, ..open }
            }
            Solution::Open { .. } => unreachable!("the clock is unlimited"),
        }
    })
}

/// Plays the certificate's strategy, as a player looks it up, against reveals drawn by `seed`, and
/// returns the set that the debate ends with.
fn play(certificate: &Certificate, mut seed: u64) -> Result<PixelSet, String> {
    let game = Game::of(&debate(certificate).unwrap());
    let book = certificate.strategy.book().unwrap();
    let honest = certificate.winner == Role::Honest;
    let mut path: Vec<Pixel> = Vec::new();
    for mover in &game.turns {
        let free = game.candidates.iter().copied().filter(|pixel| !path.contains(pixel));
        let free: Vec<Pixel> = free.collect();
        let wins = |answer: &Pixel| {
            let set = path.iter().chain([answer]).copied().collect();
            let logits = ByRule(noise).evaluate(&[set]).into_numbers();
            free.contains(answer) && honest_wins(&logits, &certificate.claims) == honest
        };
        let reveal = if *mover == certificate.winner {
            let silent = || format!("the strategy says nothing after {path:?}");
            match book.reply(&path, &game.turns, certificate.winner).ok_or_else(silent)? {
                Reply::Reveal(pixel) => pixel,
                Reply::Missing(pixels) => *pixels.first().unwrap_or(&free[0]),
                Reply::FirstThatWins(answers) => {
                    let first = answers.iter().copied().find(wins);
                    first.ok_or_else(|| format!("no answer wins after {path:?}"))?
                }
            }
        } else {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            free[(seed >> 33) as usize % free.len()]
        };
        if !free.contains(&reveal) {
            return Err(format!("{reveal} cannot be revealed after {path:?}"));
        }
        path.push(reveal);
    }
    Ok(path.into_iter().collect())
}

fn debate(certificate: &Certificate) -> Result<Debate, SetupError> {
    let Claims { honest, liar } = certificate.claims;
    let image = Arc::new(certificate.image.clone());
    Debate::new(certificate.rules, image, honest, liar, 10)
}

/// Changes one place of a value: its `place`-th of all, counted from the outside in.
fn mutate(value: &mut Value, place: &mut usize, kind: u8, number: u8) {
    if *place == 0 {
        *place = usize::MAX;
        match (kind, value) {
            (0, Value::Array(list)) => drop(list.pop()),
            (1, Value::Array(list)) => list.extend(list.first().cloned()),
            (2, Value::Array(list)) => list.reverse(),
            (3, Value::Array(list)) => list.clear(),
            (0..=3, Value::Object(map)) => {
                let key = map.keys().nth(usize::from(number) % map.len().max(1)).cloned();
                drop(key.map(|key| map.remove(&key)));
            }
            (4, value) => *value = Value::Null,
            (5, value) => *value = Value::from(vec![number; 2]),
            (_, value @ Value::String(_)) => {
                let words = ["honest", "liar", "alternating", "blocks", "any", "nonzero", ""];
                *value = words[usize::from(number) % words.len()].into();
            }
            (_, value @ Value::Bool(_)) => *value = number.is_multiple_of(2).into(),
            (6, value) => *value = number.into(),
            (_, value) => *value = (number % 8).into(),
        }
        return;
    }
    *place -= 1;
    let children: Vec<&mut Value> = match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(map) => map.values_mut().collect(),
        _ => return,
    };
    for child in children {
        mutate(child, place, kind, number);
    }
}

fn places(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(places).sum(),
        Value::Object(map) => map.values().map(places).sum(),
        _ => 0,
    }
}

proptest! {
    // Five in six are no certificates any more.
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Whatever is changed, nothing panics, and what is accepted is true.
    #[test]
    fn tampered_ones_are_refused_or_true(
        certificate in any_certificate(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..9_u8, any::<u8>()), 0..5),
        seed: u64,
    ) {
        let mut json = serde_json::to_value(&certificate).unwrap();
        for (place, kind, number) in changes {
            let mut place = place.index(places(&json));
            mutate(&mut json, &mut place, kind, number);
        }
        let Ok(read) = serde_json::from_value::<Certificate>(json) else { return Ok(()) };
        match verify(&read, noise) {
            // Of other labels than 0 all sets are ties, which go as rounding errors.
            Ok(Verified { within_rounding: 1.., .. }) => {}
            Ok(_) => {
                let game = Game::of(&debate(&read).unwrap());
                let expected = winner(&game, &PixelSet::default(), &mut HashMap::new());
                prop_assert_eq!(read.winner, expected);
                // What was verified is what is played.
                let end = play(&read, seed).map_err(TestCaseError::fail)?;
                let logits = ByRule(noise).evaluate(&[end]).into_numbers();
                let honest = honest_wins(&logits, &read.claims);
                prop_assert_eq!(honest, read.winner == Role::Honest);
            }
            Err(flaw) => prop_assert!(!flaw.to_string().is_empty()),
        }
    }

    /// A proof that is used for the same claims in the other order has a variation of its own there.
    #[test]
    fn the_solvers_variations_follow_its_strategies(certificate in any_certificate()) {
        let mut judge = |sets: &[PixelSet]| ByRule(noise).evaluate(sets);
        let game = Game::of(&debate(&certificate).unwrap());
        let Solution::Solved(solved) = solve(&game, &mut ByRule(noise), Clock::unlimited()) else {
            unreachable!("the clock is unlimited")
        };
        prop_assert_eq!(certificate.check_variation(&solved.variation, &mut judge), Ok(()));
        let own = variation(&game, certificate.winner, &certificate.strategy, &mut ByRule(noise));
        prop_assert_eq!(certificate.check_variation(&own.unwrap(), &mut judge), Ok(()));
        let plans = &certificate.strategy.plans;
        if plans.first().is_some_and(|plan| plan.after.pixels().is_empty())
            && certificate.rules.pixels.is_multiple_of(2)
        {
            let first = certificate.rules.first.other();
            let other = Certificate { rules: Rules { first, ..certificate.rules }, ..certificate };
            let game = Game::of(&debate(&other).unwrap());
            let own = variation(&game, other.winner, &other.strategy, &mut ByRule(noise));
            prop_assert_eq!(other.check_variation(&own.unwrap(), &mut judge), Ok(()));
        }
    }
}
