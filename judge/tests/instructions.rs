//! The engine with each kind of instructions that the processor has.
//!
//! One test in a program of its own, for the choice of instructions is the whole process's.

mod images;
mod judges;

use std::sync::Arc;

use images::any_image;
use judges::judges;
use pixel_debate_game::{Claims, Pixel, honest_wins};
use pixel_debate_judge::{
    Decider, DenseEvaluator, EachSet, Evaluator, Logits, PixelSet, Question, SparseDecider,
    SparseEvaluator, SparseMany, SparseWeights,
    batches::{BatchWeights, Batches},
    kernels::Instructions,
};
use proptest::prelude::*;

#[test]
fn all_instructions_give_the_same_engine() {
    let judges = judges();
    let cases = (
        any_image(),
        0..judges.len(),
        prop::collection::vec((0..28_u8, 0..28_u8), 0..40),
        // Near each other, so that their effects are not independent.
        prop::collection::btree_set((10..20_u8, 8..18_u8), 4..12),
        (0..10_u8, prop::option::of(1..10_u8)),
    );
    let available: Vec<Instructions> = Instructions::available().collect();
    assert_eq!(available.first(), Some(&Instructions::Portable));
    assert_eq!(available.last(), Some(&Instructions::in_use()), "the widest are the default");
    for instructions in available {
        instructions.limit();
        assert_eq!(Instructions::in_use(), instructions);
        let weights: Vec<_> =
            judges.iter().map(|network| Arc::new(SparseWeights::new(network))).collect();
        let in_batches: Vec<_> =
            judges.iter().map(|network| Arc::new(BatchWeights::new(network))).collect();
        let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(60));
        runner
            .run(&cases, |(image, judge, pixels, near, (honest, apart))| {
                let image = Arc::new(image);
                let mut dense =
                    DenseEvaluator::new(Arc::clone(&judges[judge]), Arc::clone(&image)).unwrap();
                let fresh = || {
                    SparseEvaluator::new(Arc::clone(&weights[judge]), Arc::clone(&image)).unwrap()
                };
                let mut engine = fresh();
                let pixel = |(x, y)| Pixel::new(x, y);
                let candidates: Vec<Pixel> = near.into_iter().map(pixel).collect();
                let sets: Vec<PixelSet> = vec![
                    pixels.into_iter().map(pixel).collect(),
                    candidates.iter().copied().collect(),
                ];
                let mut many = SparseMany::new(Arc::clone(&weights[judge]));
                let shown = |pixel: &Pixel| (*pixel, image.value(*pixel).unwrap());
                let shown: Vec<Vec<(Pixel, u8)>> =
                    sets.iter().map(|set| set.pixels().iter().map(shown).collect()).collect();
                let many = many.logits(shown.iter().map(|set| set.iter().copied()));
                let mut batches = Batches::new(Arc::clone(&in_batches[judge]));
                let [mut together, mut alone] =
                    [(); 2].map(|()| Logits::new(judges[judge].classes()));
                batches.push_logits(&shown, &mut together);
                for set in &shown {
                    batches.push_logits(&[set], &mut alone);
                }
                prop_assert_eq!(&together, &alone);
                let expected = dense.evaluate(&sets);
                for logits in [engine.evaluate(&sets), many, together] {
                    for (dense, engine) in expected.rows().zip(logits.rows()) {
                        for (dense, engine) in dense.iter().zip(engine) {
                            prop_assert!((dense - engine).abs() < 1e-4, "{} and {}", dense, engine);
                        }
                    }
                }

                let labels = judges[judge].classes() as u8;
                let honest = honest % labels;
                let liar = apart.map(|apart| (honest + apart % (labels - 1) + 1) % labels);
                let claims = Claims { honest, liar };
                let evidence: PixelSet = candidates[..1].iter().copied().collect();
                let candidates = candidates[1..].to_vec();
                let question = Question { claims, evidence: evidence.clone(), candidates };
                let (mut fast, mut slow) = (fresh(), fresh());
                let mut fast = SparseDecider::new(&mut fast, question.clone());
                let mut slow =
                    EachSet::new(|set| slow.evaluate(&[set]).into_numbers(), question.clone());
                for push in 0..2 {
                    for p in push..question.candidates.len() {
                        prop_assert_eq!(fast.honest_wins_with(p), slow.honest_wins_with(p));
                        for q in push..p {
                            let pair = [p, q];
                            let decided = fast.honest_wins_with_both(pair);
                            prop_assert_eq!(decided, slow.honest_wins_with_both(pair));
                        }
                    }
                    fast.push(push);
                    slow.push(push);
                }
                let (mut fast_judge, mut slow_judge) = (fresh(), fresh());
                let mut fast_walks = SparseDecider::new(&mut fast_judge, question.clone());
                let mut slow_walks = EachSet::new(
                    |set| slow_judge.evaluate(&[set]).into_numbers(),
                    question.clone(),
                );
                for last in 2..question.candidates.len() {
                    let decided = fast_walks.honest_wins_after(&[last, 0, 1]);
                    prop_assert_eq!(decided, slow_walks.honest_wins_after(&[last, 0, 1]));
                }
                let stem = question.candidates[..2].iter().fold(evidence, |set, p| set.with(*p));
                let logits = engine.evaluate(&[stem]);
                prop_assert_eq!(fast.honest_wins(), honest_wins(&logits[0], &claims));
                Ok(())
            })
            .unwrap();
    }
}
