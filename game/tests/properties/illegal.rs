//! A move is legal exactly where the rules say so, and a refused one changes nothing.

use pixel_debate_game::{Debate, Debater, Move, Pixel, Verdict};
use proptest::prelude::*;

use crate::random::{debater, script};

/// Any move, mostly a senseless one.
fn any_move() -> impl Strategy<Value = Move> {
    let pixel = prop_oneof![(0u8..8, 0u8..8), (any::<u8>(), any::<u8>())];
    let logits = prop::collection::vec(prop_oneof![any::<f32>(), Just(0.0)], 0..14);
    prop_oneof![
        (debater(), pixel).prop_map(|(by, (x, y))| Move::Reveal { by, pixel: Pixel::new(x, y) }),
        logits.prop_map(|logits| Move::Verdict(Verdict::Logits { logits })),
        (0u8..14, prop::option::of(-0.5f32..1.5), prop::option::of(1_999usize..2_003)).prop_map(
            |(label, probability, letters)| {
                let explanation = letters.map(|letters| "\u{e9}".repeat(letters));
                Move::Verdict(Verdict::Label { label, probability, explanation })
            }
        ),
    ]
}

/// Whether the move is legal, said again from the rules and not from the code under test.
fn legal(debate: &Debate, r#move: &Move) -> bool {
    let revealed: Vec<Pixel> = debate.evidence().iter().map(|reveal| reveal.pixel).collect();
    let pixels = usize::from(debate.rules().pixels);
    let open = debate.outcome().is_none();
    match r#move {
        &Move::Reveal { by, pixel } => {
            let value = debate.image().value(pixel);
            let value = value.is_some_and(|value| debate.rules().legal.allows(value));
            let turn = debate.rules().debater_to_move(revealed.len()) == Some(by);
            open && turn && value && !revealed.contains(&pixel)
        }
        Move::Verdict(verdict) => {
            let claims = debate.claims();
            let answer = match verdict {
                Verdict::Logits { logits } => {
                    logits.len() == usize::from(debate.classes())
                        && logits.iter().all(|logit| logit.is_finite())
                }
                Verdict::Label { label, probability, explanation } => {
                    let claimed = *label == claims.honest || Some(*label) == claims.liar;
                    let named =
                        if debate.rules().precommit { claimed } else { *label < debate.classes() };
                    let short = |text: &String| text.chars().count() <= 2_000;
                    named
                        && probability.is_none_or(|p| (0.0..=1.0).contains(&p))
                        && explanation.as_ref().is_none_or(short)
                }
            };
            open && revealed.len() == pixels && answer
        }
        Move::Resign { .. } | Move::Forfeit { .. } => open,
    }
}

proptest! {
    #[test]
    fn illegal_moves_change_nothing_and_legal_ones_do(
        script in script(), tries in prop::collection::vec(any_move(), 1..20),
    ) {
        for before in script.steps() {
            for r#move in &tries {
                let mut after = before.clone();
                let result = after.apply(r#move.clone());
                prop_assert_eq!(result.is_ok(), legal(&before, r#move), "{:?}", r#move);
                if let Ok(event) = result {
                    prop_assert_eq!(after.events().count(), before.events().count() + 1);
                    prop_assert_eq!(after.events().last(), Some(event));
                } else {
                    prop_assert_eq!(&after, &before);
                }
            }
        }
    }

    #[test]
    fn the_legal_reveals_are_those_that_apply_accepts(script in script()) {
        for debate in script.steps() {
            let listed: Vec<Pixel> = debate.legal_reveals().collect();
            let accepted = |pixel: &Pixel| {
                [Debater::First, Debater::Second]
                    .into_iter()
                    .any(|by| debate.clone().apply(Move::Reveal { by, pixel: *pixel }).is_ok())
            };
            let all = debate.image().iter().map(|(pixel, _)| pixel);
            prop_assert_eq!(listed, all.filter(accepted).collect::<Vec<_>>());
        }
    }
}
