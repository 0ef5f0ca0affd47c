//! The engine's decisions against the logits of the sets.

mod images;

use std::{cell::Cell, sync::Arc};

use images::any_image;
use pixel_debate_datasets::mnist;
use pixel_debate_game::{Claims, Image, Pixel, honest_margin, honest_wins};
use pixel_debate_judge::{
    Decider, EachSet, Evaluator, Judge, Network, PixelSet, Question, SparseDecider,
    SparseEvaluator, SparseWeights, network::HIDDEN, sparse::Steps,
};
use proptest::prelude::*;

fn any_claims() -> impl Strategy<Value = Claims> {
    let differ = |claims: &Claims| claims.liar != Some(claims.honest);
    (0..10_u8, prop::option::of(0..10_u8))
        .prop_map(|(honest, liar)| Claims { honest, liar })
        .prop_filter("claims differ", differ)
}

/// The pixels that may be revealed: the lit ones, or all where those are too few to debate about.
fn candidates(image: &Image) -> Vec<Pixel> {
    let lit: Vec<Pixel> = image.nonzero().collect();
    if lit.len() >= 12 { lit } else { image.iter().map(|(pixel, _)| pixel).collect() }
}

#[test]
fn decisions_are_those_of_the_logits() {
    let judges = [4, 6].map(|pixels| Judge::shipped(pixels).unwrap());
    let cases = (
        any_image(),
        any_claims(),
        0..judges.len(),
        // Walks over the candidates; near ones are asked for with every other step.
        prop::collection::vec((any::<prop::sample::Index>(), 0..30_usize, any::<bool>()), 1..40),
        0..4_usize,
    );
    let total = Cell::new(Steps::default());
    let farthest = Cell::new(0.0_f32);
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
    runner
        .run(&cases, |(image, claims, judge, walk, revealed)| {
            let image = Arc::new(image);
            let pixels = candidates(&image);
            let question = Question {
                claims,
                evidence: pixels[..revealed].iter().copied().collect(),
                candidates: pixels[revealed..].to_vec(),
            };
            let fresh = || judges[judge].engine(Arc::clone(&image)).unwrap();
            let (mut fast, mut slow, mut plain) = (fresh(), fresh(), fresh());
            let mut fast = SparseDecider::new(&mut fast, question.clone());
            let mut slow =
                EachSet::new(|set| slow.evaluate(&[set]).into_numbers(), question.clone());
            let mut stem: Vec<usize> = Vec::new();
            let count = question.candidates.len();
            for (place, distance, push) in walk {
                let p = place.index(count);
                let q = (p + 1 + distance) % count;
                if stem.contains(&p) || stem.contains(&q) || p == q {
                    if !stem.is_empty() {
                        stem.pop();
                        fast.pop();
                        slow.pop();
                    }
                    continue;
                }
                // Before anything is known of the candidate.
                let (guess, margin) = (fast.guess_with(p), slow.margin_with(p));
                farthest.set((guess - margin).abs().max(farthest.get()));
                prop_assert_eq!(fast.honest_wins(), slow.honest_wins());
                prop_assert_eq!(fast.honest_wins_with(p), slow.honest_wins_with(p));
                prop_assert_eq!(
                    fast.honest_wins_with_both([p, q]),
                    slow.honest_wins_with_both([p, q])
                );
                let set: PixelSet = question
                    .evidence
                    .pixels()
                    .iter()
                    .copied()
                    .chain(stem.iter().chain([&p]).map(|index| question.candidates[*index]))
                    .collect();
                let logits = plain.evaluate(&[set]).into_numbers();
                prop_assert_eq!(fast.honest_wins_with(p), honest_wins(&logits, &claims));
                let margin = honest_margin(&logits, &claims);
                let rounding = (fast.margin_with(p) - margin).abs();
                prop_assert!(rounding < 5e-5, "{} beside {}", fast.margin_with(p), margin);
                if push && stem.len() < 5 {
                    stem.push(p);
                    fast.push(p);
                    slow.push(p);
                }
            }
            let (sum, steps) = (total.get(), fast.steps());
            total.set(Steps {
                at_once: sum.at_once + steps.at_once,
                bounded: sum.bounded + steps.bounded,
                rows: sum.rows + steps.rows,
                estimated: sum.estimated + steps.estimated,
                logits: sum.logits + steps.logits,
            });
            Ok(())
        })
        .unwrap();
    // 0.04 logits here. Were it as little as rounding errors, nothing would have been guessed.
    assert!((1e-4..0.1).contains(&farthest.get()), "{}", farthest.get());
    // Were a step never the last one, its decisions would not have been tested.
    let Steps { at_once, bounded, rows, .. } = total.get();
    assert!(at_once.min(bounded).min(rows) > 20, "{:?}", total.get());
}

/// A judge for which labels 3 and 5 are the same, but for their biases, which differ by
/// `difference`.
fn twins(difference: f32) -> Network {
    let mut network = Network::clone(Judge::shipped(6).unwrap().network().unwrap());
    let (three, five) = (3 * HIDDEN..4 * HIDDEN, 5 * HIDDEN);
    if difference == 0.0 {
        network.fc2.weight.copy_within(three, five);
    } else {
        // Where the logits are the biases alone, no difference is too small to be seen.
        network.fc2.weight[three].fill(0.0);
        network.fc2.weight[five..five + HIDDEN].fill(0.0);
    }
    (network.fc2.bias[3], network.fc2.bias[5]) = (difference, 0.0);
    network
}

#[test]
fn margins_within_rounding_of_zero_are_decided_by_the_logits() {
    let image = Arc::new(mnist::test().to_image(17));
    let question = |liar| Question {
        claims: Claims { honest: 3, liar },
        evidence: PixelSet::default(),
        candidates: image.nonzero().collect(),
    };
    // A tie is the liar's.
    for (difference, honest) in [(1e-7, true), (0.0, false), (-1e-7, false)] {
        let weights = Arc::new(SparseWeights::new(&twins(difference)));
        let evaluator = || SparseEvaluator::new(Arc::clone(&weights), Arc::clone(&image)).unwrap();
        let mut precommit = evaluator();
        let mut precommit = SparseDecider::new(&mut precommit, question(Some(5)));
        let (mut free, mut each) = (evaluator(), evaluator());
        let mut free = SparseDecider::new(&mut free, question(None));
        let mut each = EachSet::new(|set| each.evaluate(&[set]).into_numbers(), question(None));
        for (number, [p, q]) in
            [[0, 1], [40, 7], [12, 90], [0, 1], [30, 31]].into_iter().enumerate()
        {
            let decisions = [
                precommit.honest_wins(),
                precommit.honest_wins_with(p),
                precommit.honest_wins_with_both([p, q]),
            ];
            assert_eq!(decisions, [honest; 3], "{difference} with {p} and {q}");
            let asked = 3 * (number as u64 + 1);
            assert_eq!(precommit.steps(), Steps { logits: asked, ..Steps::default() });
            assert_eq!(precommit.decisions(), asked);

            // Without precommit the twin is one of nine rivals.
            let free_decisions =
                [free.honest_wins(), free.honest_wins_with(p), free.honest_wins_with_both([p, q])];
            let expected =
                [each.honest_wins(), each.honest_wins_with(p), each.honest_wins_with_both([p, q])];
            assert_eq!(free_decisions, expected, "{difference} with {p} and {q}");
            assert!(honest || expected == [false; 3], "{difference} with {p} and {q}");
            precommit.push(q);
            precommit.pop();
        }
    }
}

/// Head starts from around the margins, so that either side is ahead in many sets, and some without end.
#[test]
fn head_starts_shift_the_margins_that_are_decided() {
    let judge = Judge::shipped(4).unwrap();
    let head_start = prop_oneof![4 => -4.0..4.0_f32, 1 => Just(f32::INFINITY)];
    let cases = (
        any_image(),
        any_claims(),
        prop::collection::vec(head_start, 10),
        prop::collection::vec(any::<[prop::sample::Index; 3]>(), 40),
    );
    let ahead = Cell::new([0_u32; 2]);
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(60));
    runner
        .run(&cases, |(image, claims, mut head_starts, sets)| {
            // Some rival counts.
            head_starts[usize::from(claims.liar.unwrap_or(u8::from(claims.honest == 0)))] = 0.5;
            let image = Arc::new(image);
            let candidates = candidates(&image);
            let fresh = || judge.engine(Arc::clone(&image)).unwrap();
            let (mut engine, mut plain) = (fresh(), fresh());
            let (evidence, count) = (PixelSet::default(), candidates.len());
            let question = Question { claims, evidence, candidates: candidates.clone() };
            let mut decider = engine.decider_with_head_starts(question, head_starts.clone());
            for set in sets {
                let [a, p, q] = set.map(|place| place.index(count));
                if a == p || a == q || p == q {
                    continue;
                }
                let set: PixelSet = [a, p, q].map(|place| candidates[place]).into_iter().collect();
                let logits = plain.evaluate(&[set]).into_numbers();
                let honest = usize::from(claims.honest);
                let rivals = (0..10).filter(|label| {
                    *label != honest && claims.liar.is_none_or(|lie| usize::from(lie) == *label)
                });
                let margin = rivals
                    .map(|label| logits[honest] - logits[label] + head_starts[label])
                    .fold(f32::INFINITY, f32::min);
                decider.push(a);
                let both = decider.honest_wins_with_both([p, q]);
                decider.push(p);
                let one = decider.honest_wins_with(q);
                decider.reset();
                if margin.abs() > 1e-4 {
                    prop_assert_eq!([both, one], [margin > 0.0; 2], "{}", margin);
                    let [mut no, mut yes] = ahead.get();
                    if both {
                        yes += 1;
                    } else {
                        no += 1;
                    }
                    ahead.set([no, yes]);
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(ahead.get().into_iter().all(|count| count > 200), "{:?}", ahead.get());
}

/// Walks as a tree search makes them: most begin as one before did.
#[test]
fn walks_are_decided_as_by_the_logits() {
    let judge = Judge::shipped(6).unwrap();
    let walk = (1..=6_usize, prop::collection::vec(0..3_usize, 4), [any::<u16>(), any::<u16>()]);
    let cases = (any_image(), any_claims(), prop::collection::vec(walk, 60..120));
    let total = Cell::new(Steps::default());
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(40));
    runner
        .run(&cases, |(image, claims, walks)| {
            let image = Arc::new(image);
            let candidates = candidates(&image);
            let count = candidates.len();
            let question = Question { claims, evidence: PixelSet::default(), candidates };
            let fresh = || judge.engine(Arc::clone(&image)).unwrap();
            let (mut fast, mut slow) = (fresh(), fresh());
            let mut fast = SparseDecider::new(&mut fast, question.clone());
            let mut slow = EachSet::new(|set| slow.evaluate(&[set]).into_numbers(), question);
            for (length, beginning, end) in walks {
                let mut walk: Vec<usize> = Vec::new();
                let all = beginning.into_iter().chain(end.map(|one| usize::from(one) % count));
                for candidate in all.take(length.max(3)) {
                    if !walk.contains(&candidate) {
                        walk.push(candidate);
                    }
                }
                let expected = slow.honest_wins_after(&walk);
                prop_assert_eq!(fast.honest_wins_after(&walk), expected);
            }
            // Whatever the walks were, the stem can be the evidence again.
            fast.reset();
            slow.reset();
            prop_assert_eq!(fast.honest_wins_with(0), slow.honest_wins_with(0));
            let (sum, steps) = (total.get(), fast.steps());
            total.set(Steps {
                at_once: sum.at_once + steps.at_once,
                bounded: sum.bounded + steps.bounded,
                rows: sum.rows + steps.rows,
                estimated: sum.estimated + steps.estimated,
                logits: sum.logits + steps.logits,
            });
            Ok(())
        })
        .unwrap();
    let Steps { estimated, logits, .. } = total.get();
    assert!(estimated > 1000 && logits > 10, "{:?}", total.get());
}
