//! Random debates: rules, image, claims and moves.

use std::sync::Arc;

use pixel_debate_game::{
    Debate, Debater, ForfeitReason, Image, LegalPixels, Move, Role, Rules, TurnOrder, Verdict,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A debate that has not begun, and the moves that lead to its end.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) debate: Debate,
    pub(crate) moves: Vec<Move>,
}

impl Script {
    /// The debate before the first move, after each, and at the end.
    pub(crate) fn steps(&self) -> Vec<Debate> {
        let mut debate = self.debate.clone();
        let mut steps = vec![debate.clone()];
        for r#move in &self.moves {
            debate.apply(r#move.clone()).expect("a scripted move is legal");
            steps.push(debate.clone());
        }
        steps
    }
}

pub(crate) fn debater() -> impl Strategy<Value = Debater> {
    select(vec![Debater::First, Debater::Second])
}

fn forfeit() -> impl Strategy<Value = ForfeitReason> {
    select(vec![ForfeitReason::Time, ForfeitReason::IllegalMove, ForfeitReason::Absent])
}

/// A grey image of up to 7x7 pixels with at least one above 0.
pub(crate) fn image() -> impl Strategy<Value = Image> {
    (1u8..8, 1u8..8).prop_flat_map(|(width, height)| {
        let size = usize::from(width) * usize::from(height);
        let values = prop::collection::vec(prop_oneof![Just(0u8), any::<u8>()], size);
        (values, any::<Index>(), 1u8..).prop_map(move |(mut values, lit, value)| {
            values[lit.index(size)] = value;
            Image::new(width, height, values).expect("the size is right")
        })
    })
}

/// Rules of up to 9 pixels.
fn rules() -> impl Strategy<Value = Rules> {
    let roles = select(vec![Role::Honest, Role::Liar]);
    let orders = select(vec![TurnOrder::Alternating, TurnOrder::Blocks, TurnOrder::Alone]);
    let legal = select(vec![LegalPixels::Nonzero, LegalPixels::Any]);
    (1u8..10, any::<bool>(), roles, orders, legal).prop_map(
        |(pixels, precommit, first, order, legal)| Rules { pixels, precommit, first, order, legal },
    )
}

/// A debate that has not begun, its rules bent to what its image can bear.
fn debate() -> impl Strategy<Value = Debate> {
    (rules(), image(), 2u8..13, any::<Index>(), any::<Index>()).prop_map(
        |(mut rules, image, classes, label, lie)| {
            let legal = image.iter().filter(|&(_, value)| rules.legal.allows(value)).count();
            rules.pixels = rules.pixels.min(legal as u8);
            let label = label.index(classes.into()) as u8;
            let others: Vec<u8> = (0..classes).filter(|&other| other != label).collect();
            let lie = rules.precommit.then(|| *lie.get(&others));
            Debate::new(rules, Arc::new(image), label, lie, classes).expect("the setup is right")
        },
    )
}

fn verdict(debate: &Debate) -> impl Strategy<Value = Verdict> + use<> {
    let classes = debate.classes();
    let logit = prop::num::f32::NORMAL | prop::num::f32::ZERO | prop::num::f32::SUBNORMAL;
    let logits = prop::collection::vec(logit, usize::from(classes));
    let labels = match debate.claims().liar {
        Some(lie) => vec![debate.claims().honest, lie],
        None => (0..classes).collect(),
    };
    prop_oneof![
        logits.prop_map(|logits| Verdict::Logits { logits }),
        (select(labels), prop::option::of(0.0f32..=1.0), prop::option::of(any::<String>()))
            .prop_map(|(label, probability, explanation)| {
                Verdict::Label { label, probability, explanation }
            }),
    ]
}

/// A debate with moves that lead to a verdict, or now and then to a debater's loss before it.
pub(crate) fn script() -> impl Strategy<Value = Script> {
    debate().prop_flat_map(|debate| {
        let pixels = usize::from(debate.rules().pixels);
        let choices = prop::collection::vec(any::<Index>(), pixels);
        let loss = prop_oneof![
            debater().prop_map(|by| Move::Resign { by }),
            (debater(), forfeit()).prop_map(|(by, reason)| Move::Forfeit { by, reason }),
        ];
        let loss = prop::option::weighted(0.3, (0..=pixels, loss));
        (choices, verdict(&debate), loss).prop_map(move |(choices, verdict, loss)| {
            let mut moves = reveals(&debate, &choices);
            match &loss {
                Some((revealed, loss)) => {
                    moves.truncate(*revealed);
                    moves.push(loss.clone());
                }
                None => moves.push(Move::Verdict(verdict)),
            }
            Script { debate: debate.clone(), moves }
        })
    })
}

/// One legal reveal a choice.
fn reveals(debate: &Debate, choices: &[Index]) -> Vec<Move> {
    let mut debate = debate.clone();
    let reveal = |choice: &Index| {
        let by = debate.to_move().expect("a reveal is left");
        let legal: Vec<_> = debate.legal_reveals().collect();
        let reveal = Move::Reveal { by, pixel: *choice.get(&legal) };
        debate.apply(reveal.clone()).expect("a legal reveal is legal");
        reveal
    };
    choices.iter().map(reveal).collect()
}
