//! Every way in which a judge is asked, against the textbook.

use std::cell::RefCell;
use std::sync::Arc;

use pixel_debate_game::{Image, Pixel};
use pixel_debate_judge::{Evaluator, Judge, Kind, NoEngine, PixelSet};
use proptest::prelude::*;

use crate::models::{linear, of_each_kind, silent};

/// What is shown of one image: up to 40 pixels anywhere, or crowded in a corner.
fn any_set() -> impl Strategy<Value = PixelSet> {
    let pixel = |side: std::ops::Range<u8>| {
        (side.clone(), side).prop_map(|(x, y)| Pixel::new(x, y)).boxed()
    };
    let pixels = prop_oneof![
        prop::collection::vec(pixel(0..28), 0..=6),
        prop::collection::vec(pixel(0..28), 0..=40),
        prop::collection::vec(pixel(21..28), 0..=40),
    ];
    pixels.prop_map(PixelSet::from_iter)
}

fn close(one: &[f32], other: &[f32]) -> bool {
    let greatest = other.iter().fold(1.0_f32, |most, logit| most.max(logit.abs()));
    one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-4 * greatest)
}

#[test]
fn every_kind_says_what_the_textbook_says() {
    let judges: Vec<Judge> = [2, 10, 47, 255]
        .into_iter()
        .flat_map(of_each_kind)
        .map(|model| Judge::new("random", silent(model)))
        .collect();
    let many: Vec<_> = judges.iter().map(|judge| RefCell::new(judge.many())).collect();
    let image = prop::collection::vec(any::<u8>(), 28 * 28);
    // Now and then more than are asked about together.
    let times = prop_oneof![9 => Just(1_usize), 1 => 64..70_usize];
    let cases = (image, prop::collection::vec(any_set(), 1..4), times, 0..judges.len());
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(150));
    runner
        .run(&cases, |(pixels, sets, times, number)| {
            let judge = &judges[number];
            let image = Arc::new(Image::new(28, 28, pixels).unwrap());
            let textbook = judge.reference(Arc::clone(&image)).unwrap().evaluate(&sets);
            let mut evaluator = judge.evaluator(Arc::clone(&image)).unwrap();
            prop_assert_eq!(evaluator.classes(), judge.classes());
            let said = evaluator.evaluate(&sets);
            for (said, textbook) in said.rows().zip(textbook.rows()) {
                prop_assert!(close(said, textbook), "{:?} and {:?}", said, textbook);
            }
            // The same bits whatever else is asked, and of one image as of many.
            let shown = |set: &PixelSet| -> Vec<(Pixel, u8)> {
                set.pixels().iter().map(|at| (*at, image.value(*at).unwrap())).rev().collect()
            };
            let all = sets.iter().cycle().take(times * sets.len());
            let together = many[number].borrow_mut().logits(all.map(shown));
            for (set, row) in sets.iter().cycle().zip(together.rows()) {
                let alone = many[number].borrow_mut().logits([shown(set)]);
                prop_assert_eq!(&alone[0], row);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_engine_is_for_the_papers_network_alone() {
    let image = Arc::new(Image::new(28, 28, vec![9; 784]).unwrap());
    for model in of_each_kind(10) {
        let kind = model.kind();
        let judge = Judge::new("random", silent(model));
        match judge.engine(Arc::clone(&image)) {
            Ok(_) => assert_eq!(kind, Kind::Paper),
            Err(refused) => assert!(refused == NoEngine::Kind(kind) && kind != Kind::Paper),
        }
    }
}

#[test]
fn images_of_another_size_are_refused_by_every_kind() {
    let small = Arc::new(Image::new(8, 9, vec![200; 72]).unwrap());
    for model in of_each_kind(2) {
        let judge = Judge::new("random", silent(model));
        assert!(judge.evaluator(Arc::clone(&small)).is_err());
    }
}

#[test]
#[should_panic(expected = "pixel (0, 28) is outside of 28×28")]
fn no_kind_has_a_pixel_outside() {
    Judge::new("random", silent(linear(2, 1))).many().logits([[(Pixel::new(0, 28), 1)]]);
}
