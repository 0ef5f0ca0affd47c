use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Debate, LegalPixels, Move, Pixel, TurnOrder};

const FIRST: Seat = Seat::Debater(Debater::First);

/// A debate of three pixels, of which so many are revealed, and that has ended if more are asked for.
fn view(seat: Seat, revealed: usize) -> View {
    let image = Arc::new(Image::new(3, 2, vec![0, 200, 90, 4, 5, 0]).unwrap());
    let rules = Rules::paper(3, true, Role::Liar);
    let mut debate = Debate::new(rules, image, 1, Some(4), 10).unwrap();
    for _ in 0..revealed.min(3) {
        let by = debate.to_move().unwrap();
        let pixel = debate.legal_reveals().next().unwrap();
        debate.apply(Move::Reveal { by, pixel }).unwrap();
    }
    if revealed > 3 {
        debate.apply(Move::Verdict(Verdict::label(4))).unwrap();
    }
    debate.view(seat)
}

/// What is said to a view with another value at a place.
fn refusal(view: &View, place: &str, value: Value) -> String {
    let mut json = serde_json::to_value(view).unwrap();
    *json.pointer_mut(place).unwrap() = value;
    serde_json::from_value::<View>(json).unwrap_err().to_string()
}

/// Says of each case what is refused: how many pixels are revealed, which field says what instead, and how the
/// refusal begins, an arrow for what a field must be.
fn are_refused<const N: usize>(cases: [(usize, &str, Value, &str); N]) {
    for (revealed, place, value, said) in cases {
        let refusal = refusal(&view(FIRST, revealed), place, value);
        let said = said.replace(" -> ", ": by the rest of the view it must be ");
        assert!(refusal.starts_with(&said), "{place}: {refusal}");
    }
}

#[test]
fn what_is_played_fits_together() {
    are_refused([
        (
            0,
            "/claims/second",
            json!(12),
            "the second debater claims 12, which is not one of the 10",
        ),
        (0, "/claims/first", json!(1), "both debaters claim 1"),
        (0, "/classes", json!(1), "1 classes: a debate has 2 to 255"),
        (0, "/classes", json!(4), "the first debater claims 4, which is not one of the 4"),
        (0, "/rules/pixels", json!(0), "a debate of 0 pixels: the number must be 1 to 128"),
        (0, "/rules/pixels", json!(129), "a debate of 129 pixels"),
        (0, "/rules/pixels", json!(5), "the image has 4 pixels that may be revealed"),
        (0, "/rules/precommit", json!(false), "both debaters claim a label, and the rules say no"),
        (0, "/rules/first", json!("honest"), "role is liar -> honest"),
        (0, "/rules/first", json!(null), "rules.first is null -> honest or liar"),
        (0, "/role", json!(null), "role is null -> liar"),
        (0, "/seat", json!("judge"), "role is liar -> null"),
        (0, "/seat", json!("second"), "role is liar -> honest"),
        (0, "/width", json!(2), "image is of 3×2 pixels -> of 2×2 pixels"),
    ]);
    let watched = view(Seat::Judge, 0);
    assert!(refusal(&watched, "/height", json!(0)).starts_with("height is 0"));
}

#[test]
fn the_evidence_is_legal_and_of_the_image() {
    let reveal = |x: u8, y: u8, value: u8| {
        let by = if (x + y) % 2 == 1 { "first" } else { "second" };
        json!({"by": by, "pixel": [x, y], "value": value})
    };
    let four = json!([reveal(1, 0, 200), reveal(2, 0, 90), reveal(0, 1, 4), reveal(1, 1, 5)]);
    are_refused([
        (
            1,
            "/evidence/0/by",
            json!("second"),
            "reveal 1 of the evidence: the first debater is to move",
        ),
        (
            1,
            "/evidence/0/pixel",
            json!([3, 0]),
            "reveal 1 of the evidence: pixel (3, 0) is outside",
        ),
        (1, "/evidence/0/value", json!(0), "reveal 1 of the evidence: pixel (1, 0) is zero"),
        (1, "/evidence/0/value", json!(9), "a value of the evidence is 9 -> 200"),
        (
            2,
            "/evidence/1/pixel",
            json!([1, 0]),
            "reveal 2 of the evidence: pixel (1, 0) was revealed",
        ),
        (0, "/evidence", four, "reveal 4 of the evidence: all 3 pixels are revealed"),
        (0, "/to_move", json!("second"), "to_move is second -> first"),
        (3, "/to_move", json!("second"), "to_move is second -> null"),
    ]);
}

#[test]
fn the_end_is_told_as_a_whole() {
    are_refused([
        (0, "/outcome", json!({"winner": "liar", "reason": "time"}), "truth is not told -> told"),
        (4, "/outcome", json!(null), "truth is told -> not told"),
        (4, "/verdict", json!(null), "verdict is missing"),
        (4, "/verdict/label", json!(2), "the verdict: label 2 is nobody's claim"),
        (4, "/outcome/reason", json!("time"), "verdict is told"),
        (4, "/truth/label", json!(4), "truth.label is 4 -> 1"),
        (4, "/truth/label", json!(40), "truth.label is 40 -> 0 to 9"),
        (4, "/truth/first", json!("honest"), "truth.first is honest -> liar"),
        (4, "/to_move", json!("first"), "to_move is first -> null"),
        (4, "/truth/image/pixels", json!("AMhaBAUB"), "truth.image is another"),
    ]);
}

#[test]
fn a_view_may_say_less_than_the_seat_may_know() {
    let mut view = view(FIRST, 2);
    (view.image, view.to_move) = (None, None);
    view.claims = SeatClaims { first: None, second: None };
    assert_eq!(view.check(), Ok(()));
}

fn any_debate() -> impl Strategy<Value = Debate> {
    let orders = [TurnOrder::Alternating, TurnOrder::Blocks, TurnOrder::Alone];
    let legal = [LegalPixels::Nonzero, LegalPixels::Any];
    let options = (any::<[bool; 2]>(), prop::sample::select(orders.to_vec()));
    (options, prop::sample::select(legal.to_vec()), 1..=4_u8, prop::array::uniform8(1..=9_u8))
        .prop_map(|(([precommit, liar], order), legal, pixels, image)| {
            let first = if liar { Role::Liar } else { Role::Honest };
            let rules = Rules { pixels, precommit, first, order, legal };
            let image = Arc::new(Image::new(8, 1, image.to_vec()).unwrap());
            Debate::new(rules, image, 2, precommit.then_some(0), 3).unwrap()
        })
}

proptest! {
    #[test]
    fn every_view_of_a_debate_is_read(
        debate in any_debate(), at in 0..=5_usize, by_logits: bool, resigns: bool,
    ) {
        let mut debate = debate;
        for column in 0..at as u8 {
            if let Some(by) = debate.to_move() {
                debate.apply(Move::Reveal { by, pixel: Pixel::new(7 - column, 0) }).unwrap();
            }
        }
        if debate.to_move().is_none() && at > 4 {
            let logits = Verdict::Logits { logits: vec![0.0, 1.0, 2.0] };
            let verdict = if by_logits { logits } else { Verdict::label(2) };
            debate.apply(Move::Verdict(verdict)).unwrap();
        } else if resigns {
            debate.apply(Move::Resign { by: Debater::Second }).unwrap();
        }
        for seat in [FIRST, Seat::Debater(Debater::Second), Seat::Judge, Seat::Spectator] {
            let view = debate.view(seat);
            let json = serde_json::to_string(&view).unwrap();
            prop_assert_eq!(serde_json::from_str::<View>(&json).unwrap(), view);
        }
    }
}
