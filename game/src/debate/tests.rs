use super::*;
use crate::Debater::{First, Second};
use crate::{LegalPixels, TurnOrder};

/// A 4x1 image with three nonzero pixels.
fn image() -> Arc<Image> {
    Arc::new(Image::new(4, 1, vec![0, 10, 20, 30]).unwrap())
}

/// Two pixels, precommit, the liar first: class 5, passed off as 2.
fn debate() -> Debate {
    Debate::new(Rules::paper(2, true, Role::Liar), image(), 5, Some(2), 10).unwrap()
}

fn reveal(by: Debater, x: u8) -> Move {
    Move::Reveal { by, pixel: Pixel::new(x, 0) }
}

fn label(label: u8) -> Move {
    Move::Verdict(Verdict::label(label))
}

/// Both pixels revealed, the verdict awaited.
fn revealed(mut debate: Debate) -> Debate {
    debate.apply(reveal(First, 1)).unwrap();
    debate.apply(reveal(Second, 2)).unwrap();
    debate
}

/// The refusal of a move that must leave the debate as it is.
fn refusal(debate: &Debate, r#move: Move) -> IllegalMove {
    let mut after = debate.clone();
    let refusal = after.apply(r#move).unwrap_err();
    assert_eq!(after, *debate);
    refusal
}

/// That the debate has ended so.
fn assert_outcome(debate: &Debate, winner: Role, reason: OutcomeReason) {
    assert_eq!(debate.outcome(), Some(Outcome { winner, reason }));
}

#[test]
fn a_debate_goes_from_reveals_to_a_verdict() {
    let mut debate = debate();
    assert_eq!(debate.to_move(), Some(First));
    let event = debate.apply(reveal(First, 3)).unwrap();
    assert_eq!(event, Event::Reveal { by: First, pixel: Pixel::new(3, 0), value: 30 });
    assert_eq!(debate.legal_reveals().collect::<Vec<_>>(), [Pixel::new(1, 0), Pixel::new(2, 0)]);
    debate.apply(reveal(Second, 1)).unwrap();
    assert_eq!((debate.to_move(), debate.outcome()), (None, None));
    assert_eq!(debate.legal_reveals().count(), 0);
    debate.apply(label(2)).unwrap();
    assert_outcome(&debate, Role::Liar, OutcomeReason::Verdict);
    assert_eq!(debate.events().count(), 3);
    assert_eq!(debate.verdict(), Some(&Verdict::label(2)));
}

#[test]
fn illegal_reveals_are_named() {
    let mut debate = debate();
    assert_eq!(refusal(&debate, reveal(Second, 1)), IllegalMove::NotYourTurn { to_move: First });
    let pixel = Pixel::new(0, 0);
    assert_eq!(refusal(&debate, reveal(First, 0)), IllegalMove::ZeroPixel { pixel });
    let outside = refusal(&debate, reveal(First, 4));
    assert_eq!(
        outside.to_string(),
        "pixel (4, 0) is outside the image: a column is 0 to 3, a row 0 to 0"
    );
    debate.apply(reveal(First, 1)).unwrap();
    let pixel = Pixel::new(1, 0);
    assert_eq!(refusal(&debate, reveal(Second, 1)), IllegalMove::AlreadyRevealed { pixel });
    debate.apply(reveal(Second, 2)).unwrap();
    assert_eq!(refusal(&debate, reveal(First, 3)), IllegalMove::RevealsOver { of: 2 });
}

#[test]
fn zero_pixels_are_legal_where_the_rules_say_so() {
    let rules = Rules { legal: LegalPixels::Any, ..Rules::paper(2, true, Role::Liar) };
    let mut debate = Debate::new(rules, image(), 5, Some(2), 10).unwrap();
    assert_eq!(debate.legal_reveals().count(), 4);
    assert!(debate.apply(reveal(First, 0)).is_ok());
}

#[test]
fn blocks_keep_the_turn() {
    let rules = Rules { order: TurnOrder::Blocks, ..Rules::paper(3, true, Role::Honest) };
    let mut debate = Debate::new(rules, image(), 5, Some(2), 10).unwrap();
    debate.apply(reveal(First, 1)).unwrap();
    assert_eq!(refusal(&debate, reveal(Second, 2)), IllegalMove::NotYourTurn { to_move: First });
    debate.apply(reveal(First, 2)).unwrap();
    debate.apply(reveal(Second, 3)).unwrap();
    assert_eq!(debate.to_move(), None);
}

#[test]
fn illegal_verdicts_are_named() {
    let early = IllegalMove::VerdictTooEarly { revealed: 0, of: 2 };
    assert_eq!(refusal(&debate(), label(5)), early);

    let debate = revealed(debate());
    let logits = |logits| Move::Verdict(Verdict::Logits { logits });
    let short = refusal(&debate, logits(vec![0.0; 9]));
    assert_eq!(short, IllegalMove::LogitsCount { have: 9, need: 10 });
    let mut infinite = vec![0.0; 10];
    infinite[7] = f32::INFINITY;
    let infinite = refusal(&debate, logits(infinite));
    assert_eq!(infinite, IllegalMove::NotFinite { label: 7, logit: f32::INFINITY });
    for probability in [-0.1, 1.1, f32::NAN] {
        let probability = Some(probability);
        let verdict = Verdict::Label { label: 5, probability, explanation: None };
        let refusal = refusal(&debate, Move::Verdict(verdict));
        assert!(matches!(refusal, IllegalMove::NotAProbability { .. }), "{refusal}");
    }
}

#[test]
fn an_explanation_is_bounded_by_its_characters() {
    // A letter of two bytes, so that bytes would be too many.
    let verdict = |letters| {
        let explanation = Some("\u{e9}".repeat(letters));
        Move::Verdict(Verdict::Label { label: 5, probability: None, explanation })
    };
    let debate = revealed(debate());
    let refusal = refusal(&debate, verdict(2001));
    assert_eq!(refusal, IllegalMove::ExplanationTooLong { have: 2001 });
    assert_eq!(refusal.to_string(), "the explanation has 2001 characters: it may have up to 2000");
    for letters in [0, 2000] {
        debate.clone().apply(verdict(letters)).unwrap();
    }
}

#[test]
fn the_refusal_of_a_label_does_not_tell_who_claims_what() {
    for (truth, lie) in [(5, 2), (2, 5)] {
        let rules = Rules::paper(2, true, Role::Liar);
        let debate = revealed(Debate::new(rules, image(), truth, Some(lie), 10).unwrap());
        let refusal = refusal(&debate, label(3));
        assert_eq!(refusal.to_string(), "label 3 is nobody's claim: the verdict is 2 or 5");
    }
}

#[test]
fn without_precommit_any_label_may_be_named_and_the_true_one_wins_for_honesty() {
    let rules = Rules::paper(2, false, Role::Liar);
    let debate = revealed(Debate::new(rules, image(), 5, None, 10).unwrap());
    assert_eq!(refusal(&debate, label(10)), IllegalMove::NotALabel { label: 10, classes: 10 });
    for named in 0..10 {
        let mut debate = debate.clone();
        debate.apply(label(named)).unwrap();
        let winner = if named == 5 { Role::Honest } else { Role::Liar };
        assert_outcome(&debate, winner, OutcomeReason::Verdict);
    }
}

#[test]
fn logits_are_read_by_the_papers_rule() {
    let mut debate = revealed(debate());
    let mut logits = vec![9.0; 10];
    (logits[5], logits[2]) = (1.0, 0.5);
    debate.apply(Move::Verdict(Verdict::Logits { logits })).unwrap();
    assert_outcome(&debate, Role::Honest, OutcomeReason::Verdict);
}

#[test]
fn whoever_gives_up_or_forfeits_has_lost() {
    for (loss, winner, reason) in [
        (Move::Resign { by: First }, Role::Honest, OutcomeReason::Resignation),
        (Move::Resign { by: Second }, Role::Liar, OutcomeReason::Resignation),
        (
            Move::Forfeit { by: First, reason: ForfeitReason::Time },
            Role::Honest,
            OutcomeReason::Time,
        ),
        (
            Move::Forfeit { by: Second, reason: ForfeitReason::IllegalMove },
            Role::Liar,
            OutcomeReason::IllegalMove,
        ),
        (
            Move::Forfeit { by: First, reason: ForfeitReason::Absent },
            Role::Honest,
            OutcomeReason::Absent,
        ),
    ] {
        let mut debate = debate();
        let event = debate.apply(loss.clone()).unwrap();
        assert_eq!(Move::from(event), loss);
        assert_outcome(&debate, winner, reason);
        assert_eq!((debate.to_move(), debate.verdict()), (None, None));
        let ended = IllegalMove::Ended { outcome: Outcome { winner, reason } };
        for late in [reveal(First, 1), label(5), loss] {
            assert_eq!(refusal(&debate, late), ended);
        }
    }
}

#[test]
fn wrong_setups_are_named() {
    let precommit = Rules::paper(2, true, Role::Liar);
    let free = Rules::paper(2, false, Role::Liar);
    let setup =
        |rules, label, lie, classes| Debate::new(rules, image(), label, lie, classes).unwrap_err();
    assert_eq!(setup(precommit, 0, Some(1), 1), SetupError::Classes { classes: 1 });
    assert_eq!(setup(precommit, 10, Some(1), 10), SetupError::Label { label: 10, classes: 10 });
    assert_eq!(setup(precommit, 1, Some(10), 10), SetupError::Lie { lie: 10, classes: 10 });
    assert_eq!(setup(precommit, 1, Some(1), 10), SetupError::LieIsTrue { label: 1 });
    assert_eq!(setup(precommit, 1, None, 10), SetupError::LieMissing);
    assert_eq!(setup(free, 1, Some(2), 10), SetupError::LieUnexpected { lie: 2 });
    let too_few = SetupError::TooFewPixels { have: 3, need: 4 };
    assert_eq!(setup(Rules::paper(4, false, Role::Liar), 1, None, 10), too_few);
    let rules = Rules::paper(0, false, Role::Liar);
    assert_eq!(setup(rules, 1, None, 10), SetupError::Rules(RulesError::Pixels { pixels: 0 }));
}
