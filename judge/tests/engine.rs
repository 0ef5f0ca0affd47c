//! The engine against the dense forward pass.

mod images;
mod judges;

use std::cell::RefCell;
use std::sync::Arc;

use images::any_image;
use judges::judges;
use pixel_debate_game::Pixel;
use pixel_debate_judge::{
    DenseEvaluator, Evaluator, Judge, Network, PixelSet, SparseEvaluator, SparseMany,
    SparseWeights, dense::planes,
};
use proptest::prelude::*;

/// Up to 40 pixels, anywhere, in a corner where they all meet, or on the edges.
fn any_pixels() -> impl Strategy<Value = Vec<Pixel>> {
    let pixel = |side: std::ops::Range<u8>| {
        (side.clone(), side).prop_map(|(x, y)| Pixel::new(x, y)).boxed()
    };
    let edge = (0..28_u8, 0..4).prop_map(|(along, edge)| match edge {
        0 => Pixel::new(along, 0),
        1 => Pixel::new(along, 27),
        2 => Pixel::new(0, along),
        _ => Pixel::new(27, along),
    });
    prop_oneof![
        prop::collection::vec(pixel(0..28), 0..=40),
        prop::collection::vec(pixel(0..8), 0..=40),
        prop::collection::vec(pixel(20..28), 0..=40),
        prop::collection::vec(edge, 0..=40),
    ]
}

#[test]
fn the_engine_is_the_dense_network() {
    let judges = judges();
    let weights: Vec<_> =
        judges.iter().map(|network| Arc::new(SparseWeights::new(network))).collect();
    let cases = (any_image(), prop::collection::vec(any_pixels(), 1..4), 0..judges.len());
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
    runner
        .run(&cases, |(image, sets, judge)| {
            let image = Arc::new(image);
            let sets: Vec<PixelSet> = sets.into_iter().map(PixelSet::from_iter).collect();
            let mut dense =
                DenseEvaluator::new(Arc::clone(&judges[judge]), Arc::clone(&image)).unwrap();
            let mut engine = SparseEvaluator::new(Arc::clone(&weights[judge]), image).unwrap();
            for (dense, engine) in dense.evaluate(&sets).rows().zip(engine.evaluate(&sets).rows()) {
                for (dense, engine) in dense.iter().zip(engine) {
                    prop_assert!((dense - engine).abs() < 1e-4, "{} and {}", dense, engine);
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn many_images_at_once_are_judged_as_each_alone() {
    let judges = judges();
    let engine = |network: &Arc<Network>| {
        RefCell::new(SparseMany::new(Arc::new(SparseWeights::new(network))))
    };
    let [engines, others] = [(); 2].map(|()| judges.iter().map(engine).collect::<Vec<_>>());
    let shown = prop::collection::vec((any_pixels(), any::<u8>()), 0..4);
    // Now and then more than are multiplied together.
    let shown = (shown, prop_oneof![9 => Just(1_usize), 1 => 100..110_usize]);
    let cases = (shown, 0..judges.len());
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(100));
    runner
        .run(&cases, |((shown, times), judge)| {
            let shown: Vec<Vec<(Pixel, u8)>> = shown
                .into_iter()
                .map(|(pixels, value)| {
                    let set: PixelSet = pixels.into_iter().collect();
                    let value = |pixel: Pixel| value.wrapping_mul(pixel.x ^ pixel.y);
                    set.pixels().iter().map(|pixel| (*pixel, value(*pixel))).collect()
                })
                .collect();
            let inputs: Vec<_> = shown
                .iter()
                .map(|shown| planes(shown.iter().map(|(pixel, value)| (pixel.x, pixel.y, *value))))
                .collect();
            let many = || shown.iter().cycle().take(times * shown.len());
            let mut engine = engines[judge].borrow_mut();
            let logits = engine.logits(many().map(|shown| shown.iter().copied()));
            prop_assert_eq!(logits.len(), times * shown.len());
            for (dense, each) in judges[judge].logits(&inputs).rows().zip(logits.rows()) {
                for (dense, each) in dense.iter().zip(each) {
                    prop_assert!((dense - each).abs() < 1e-4, "{} and {}", dense, each);
                }
            }
            let alone: Vec<_> =
                shown.iter().map(|shown| engine.logits([shown.iter().copied()])).collect();
            prop_assert!(
                alone.iter().cycle().zip(logits.rows()).all(|(alone, each)| alone[0] == *each)
            );
            // Nor does it matter what was asked before.
            let mut other = others[judge].borrow_mut();
            for (shown, alone) in shown.iter().zip(alone).rev() {
                prop_assert_eq!(other.logits([shown.iter().copied()]), alone);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
#[should_panic(expected = "pixel (28, 0) is outside of 28×28")]
fn many_images_have_no_pixel_outside() {
    Judge::shipped(4).unwrap().many().logits([[(Pixel::new(28, 0), 1)]]);
}

#[test]
fn a_set_gives_the_same_bits_whatever_was_asked_before() {
    let judge = Judge::shipped(6).unwrap();
    let cases = (any_image(), prop::collection::vec(any_pixels(), 2..6));
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(50));
    runner
        .run(&cases, |(image, lists)| {
            let image = Arc::new(image);
            let fresh = || judge.engine(Arc::clone(&image)).unwrap();
            let mut used = fresh();
            for mut pixels in lists {
                let set: PixelSet = pixels.iter().copied().collect();
                pixels.reverse();
                // What a search would ask on the way, in another order.
                let mut way = PixelSet::default();
                for pixel in pixels {
                    way.insert(pixel);
                    used.evaluate(std::slice::from_ref(&way));
                }
                prop_assert_eq!(used.evaluate(&[way]), fresh().evaluate(&[set]));
            }
            Ok(())
        })
        .unwrap();
}
