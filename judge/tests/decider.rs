//! The engine's decisions against the logits of the sets.

use std::sync::Arc;

use pixel_debate_datasets::mnist;
use pixel_debate_game::{Claims, Image, Pixel, honest_margin, honest_wins};
use pixel_debate_judge::{
    Decider, EachSet, Evaluator, PixelSet, Question, SparseDecider, SparseEvaluator, SparseWeights,
    shipped,
};
use proptest::prelude::*;

/// MNIST's images, and one where every pixel counts.
fn any_image() -> impl Strategy<Value = Image> {
    let mnist = (0..mnist::test().len()).prop_map(|index| mnist::test().image(index).to_vec());
    let noise = prop::collection::vec(1..=255_u8, 28 * 28);
    let pixels = prop_oneof![4 => mnist, 1 => noise, 1 => Just(vec![255; 28 * 28])];
    pixels.prop_map(|pixels| Image::new(28, 28, pixels).unwrap())
}

fn any_claims() -> impl Strategy<Value = Claims> {
    let differ = |claims: &Claims| claims.liar != Some(claims.honest);
    (0..10_u8, prop::option::of(0..10_u8))
        .prop_map(|(honest, liar)| Claims { honest, liar })
        .prop_filter("claims differ", differ)
}

#[test]
fn decisions_are_those_of_the_logits() {
    let weights: Vec<_> = [4, 6]
        .map(|pixels| Arc::new(SparseWeights::new(&shipped(pixels).unwrap().network)))
        .to_vec();
    let cases = (
        any_image(),
        any_claims(),
        0..weights.len(),
        // Walks over the candidates; near ones are asked for with every other step.
        prop::collection::vec((any::<prop::sample::Index>(), 0..30_usize, any::<bool>()), 1..40),
        0..4_usize,
    );
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
    runner
        .run(&cases, |(image, claims, judge, walk, revealed)| {
            let image = Arc::new(image);
            let pixels: Vec<Pixel> = image.nonzero().collect();
            let question = Question {
                claims,
                evidence: pixels[..revealed].iter().copied().collect(),
                candidates: pixels[revealed..].to_vec(),
            };
            let fresh =
                || SparseEvaluator::new(Arc::clone(&weights[judge]), Arc::clone(&image)).unwrap();
            let (mut fast, mut slow, mut plain) = (fresh(), fresh(), fresh());
            let mut fast = SparseDecider::new(&mut fast, question.clone());
            let mut slow = EachSet::new(&mut slow, question.clone());
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
                let logits = plain.evaluate(&[set])[0];
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
            Ok(())
        })
        .unwrap();
}
