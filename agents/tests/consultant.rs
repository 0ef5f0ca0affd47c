//! The optimal consultant against brute force.

mod images;

use std::sync::Arc;

use images::cut;
use pixel_debate_agents::{
    Clock,
    consultant::{Advice, Aim, Consultation, Limits, Wanted, consult, sets},
};
use pixel_debate_game::{Claims, Pixel, Role, honest_margin};
use pixel_debate_judge::{Evaluator, Judge, Logits, PixelSet};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

/// Ten logits that are noise, or sums of the pixels' own noise; few values, so that ties are frequent.
struct Noise {
    seed: u64,
    linear: bool,
}

impl Noise {
    fn of(&self, salt: u64) -> [f32; 10] {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ salt);
        std::array::from_fn(|_| rng.random_range(0..4_u8).into())
    }

    fn logits(&self, set: &PixelSet) -> [f32; 10] {
        let place = |pixel: &Pixel| u64::from(pixel.y) * 31 + u64::from(pixel.x) + 1;
        if self.linear {
            let each = set.pixels().iter().map(|pixel| self.of(place(pixel) << 20));
            return each
                .fold([0.0; 10], |sum, own| std::array::from_fn(|label| sum[label] + own[label]));
        }
        let mix = |seed: u64, pixel| {
            (seed ^ place(pixel)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
        };
        self.of(set.pixels().iter().fold(1, mix))
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

fn limits(wanted: Wanted, sets: u64) -> Limits {
    Limits { wanted, beam: 1, sets, clock: Clock::unlimited() }
}

fn choose(candidates: &[Pixel], pixels: usize) -> Vec<PixelSet> {
    if pixels == 0 {
        return vec![PixelSet::default()];
    }
    let later = |(index, pixel): (usize, &Pixel)| {
        let (rest, pixel) = (&candidates[index + 1..], *pixel);
        choose(rest, pixels - 1).into_iter().map(move |set| set.with(pixel))
    };
    candidates.iter().enumerate().flat_map(later).collect()
}

fn any_aim(rng: &mut ChaCha8Rng) -> Aim {
    let lies: Vec<u8> = (1..10).collect();
    match rng.random_range(0..4_u8) {
        0 => Aim::Truth { against: None },
        1 => Aim::Truth { against: Some(rng.random_range(1..10)) },
        2 => Aim::AnyLie,
        _ => {
            let count = rng.random_range(1..=9);
            Aim::Lies(lies.sample(rng, count).copied().collect())
        }
    }
}

/// The greatest margin of each goal, by the definition.
fn by_brute_force(consultation: &Consultation, judge: &mut dyn Evaluator) -> Vec<f32> {
    let Consultation { evidence, candidates, pixels, aim, .. } = consultation;
    let complete =
        |set: PixelSet| evidence.pixels().iter().fold(set, |set, pixel| set.with(*pixel));
    let sets: Vec<PixelSet> = choose(candidates, *pixels).into_iter().map(complete).collect();
    assert_eq!(sets.len() as u64, super_sets(candidates.len(), *pixels));
    let logits = judge.evaluate(&sets);
    let greatest = |sign: f32, liar| {
        let claims = Claims { honest: 0, liar };
        let margins = logits.rows().map(|logits| sign * honest_margin(logits, &claims));
        margins.fold(f32::NEG_INFINITY, f32::max)
    };
    match aim {
        Aim::Truth { against } => vec![greatest(1.0, *against)],
        Aim::AnyLie => vec![greatest(-1.0, None)],
        Aim::Lies(lies) => lies.iter().map(|lie| greatest(-1.0, Some(*lie))).collect(),
    }
}

fn super_sets(candidates: usize, pixels: usize) -> u64 {
    sets(candidates, pixels).expect("a small number")
}

/// Holds both kinds of advice against brute force, and gives the winners.
fn check(consultation: &Consultation, judge: &mut dyn Evaluator) -> Vec<Role> {
    let expected = by_brute_force(consultation, judge);
    let Consultation { aim, pixels, candidates, evidence, .. } = consultation;
    let won = |margin: &f32| if aim.wins(*margin) { aim.side() } else { aim.side().other() };
    let winners: Vec<Role> = expected.iter().map(won).collect();
    let all = super_sets(candidates.len(), *pixels);
    for wanted in [Wanted::Win, Wanted::Greatest] {
        let Advice { cases, cut_short, evaluations } =
            consult(consultation, judge, limits(wanted, all));
        assert!(!cut_short && evaluations > 0);
        assert_eq!(cases.len(), expected.len());
        for (goal, (case, greatest)) in cases.iter().zip(&expected).enumerate() {
            let what =
                format!("{wanted:?}, goal {goal} of {consultation:?}: {case:?} beside {greatest}");
            assert_eq!(case.winner, Some(winners[goal]), "{what}");
            // The set has the margin that it is said to have.
            assert_eq!(case.set.pixels().len(), *pixels, "{what}");
            assert!(case.set.pixels().iter().all(|pixel| candidates.contains(pixel)), "{what}");
            let set =
                evidence.pixels().iter().fold(case.set.clone(), |set, pixel| set.with(*pixel));
            let logits = judge.evaluate(&[set]);
            let margin = match aim {
                Aim::Truth { against } => {
                    honest_margin(&logits[0], &Claims { honest: 0, liar: *against })
                }
                Aim::AnyLie => -honest_margin(&logits[0], &Claims { honest: 0, liar: None }),
                Aim::Lies(lies) => {
                    -honest_margin(&logits[0], &Claims { honest: 0, liar: Some(lies[goal]) })
                }
            };
            assert_eq!(case.margin, margin, "{what}");
            if wanted == Wanted::Greatest {
                assert!(case.is_greatest, "{what}");
                assert_eq!(case.margin, *greatest, "{what}");
            }
        }
        // Without leave to enumerate nothing is proven but what a set shows by itself.
        let open = consult(consultation, judge, limits(wanted, all - 1));
        for case in open.cases {
            assert!(!case.is_greatest);
            assert_eq!(case.winner, aim.wins(case.margin).then(|| aim.side()));
        }
    }
    winners
}

fn consultation(rng: &mut ChaCha8Rng, lit: &[Pixel], most: usize) -> Consultation {
    let revealed = rng.random_range(0..=1);
    let evidence = lit[..revealed].iter().copied().collect();
    let candidates = lit[revealed..].to_vec();
    Consultation {
        label: 0,
        aim: any_aim(rng),
        evidence,
        candidates,
        pixels: rng.random_range(1..=most),
    }
}

#[test]
fn judges_without_structure_are_argued_with_as_by_brute_force() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut winners = Vec::new();
    for round in 0..300 {
        let columns = rng.random_range(6..=9);
        let lit: Vec<Pixel> = (0..columns).map(|x| Pixel::new(x, 0)).collect();
        let consultation = consultation(&mut rng, &lit, 5);
        let mut judge = Noise { seed: rng.random(), linear: round % 2 == 0 };
        winners.extend(check(&consultation, &mut judge));
    }
    let honest = winners.iter().filter(|winner| **winner == Role::Honest).count();
    assert!(honest.min(winners.len() - honest) > 30, "{honest} of {}", winners.len());
}

/// Small parts of digits, by the engine; the label 0 is wrong for most, so either side may win.
#[test]
fn shipped_judges_are_argued_with_as_by_brute_force() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let judges = [4, 6].map(|pixels| Judge::shipped(pixels).unwrap());
    let mut winners = Vec::new();
    for round in 0..60 {
        let image = Arc::new(cut(&mut rng));
        let lit: Vec<Pixel> = image.nonzero().collect();
        let consultation = consultation(&mut rng, &lit, 4);
        let mut judge = judges[round % 2].engine(image).unwrap();
        winners.extend(check(&consultation, &mut judge));
    }
    let honest = winners.iter().filter(|winner| **winner == Role::Honest).count();
    assert!(honest.min(winners.len() - honest) > 20, "{honest} of {}", winners.len());
}

#[test]
fn without_time_there_is_a_set_all_the_same() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let image = Arc::new(cut(&mut rng));
    let candidates: Vec<Pixel> = image.nonzero().collect();
    let mut judge = Judge::shipped(4).unwrap().engine(image).unwrap();
    let aim = Aim::Lies(vec![3, 5]);
    let evidence = PixelSet::default();
    let consultation = Consultation { label: 0, aim, evidence, candidates, pixels: 4 };
    let clock = Clock::until(std::time::Instant::now());
    let advice =
        consult(&consultation, &mut judge, Limits { clock, ..limits(Wanted::Greatest, u64::MAX) });
    assert!(advice.cut_short);
    assert!(advice.cases.iter().all(|case| case.set.pixels().len() == 4 && !case.is_greatest));
}
