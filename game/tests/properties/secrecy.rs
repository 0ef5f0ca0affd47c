//! Until the outcome the judge's and the spectators' views do not depend on anything hidden.

use std::sync::Arc;

use pixel_debate_game::{Debate, Debater, Image, Move, Role, Rules, Seat, Sight};
use proptest::prelude::*;

use crate::random::{Script, script};

const DEBATERS: [Seat; 2] = [Seat::Debater(Debater::First), Seat::Debater(Debater::Second)];

fn json(debate: &Debate, seat: Seat) -> String {
    serde_json::to_string(&debate.view(seat)).expect("a view is plain data")
}

/// The same debate at the table over another truth: every pixel that is never revealed is another,
/// the roles have changed places, and with them the true label; without precommit, where no claim
/// is told, the label is another altogether.
fn twin(script: &Script) -> Script {
    let debate = &script.debate;
    let revealed: Vec<_> = script
        .moves
        .iter()
        .filter_map(|r#move| match r#move {
            Move::Reveal { pixel, .. } => Some(*pixel),
            _ => None,
        })
        .collect();
    let image = debate.image();
    // 0 turns into 1 and 255 into 1, so that no pixel stays as it was and none becomes illegal.
    let other = |value: u8| value.wrapping_add(1).max(1);
    let pixels = image
        .iter()
        .map(|(pixel, value)| if revealed.contains(&pixel) { value } else { other(value) })
        .collect();
    let image = Arc::new(Image::new(image.width(), image.height(), pixels).expect("same size"));
    let rules = Rules { first: debate.rules().first.other(), ..*debate.rules() };
    let (label, lie) = match debate.claims().liar {
        Some(lie) => (lie, Some(debate.label())),
        None => ((debate.label() + 1) % debate.classes(), None),
    };
    let debate = Debate::new(rules, image, label, lie, debate.classes()).expect("as legal");
    Script { debate, moves: script.moves.clone() }
}

proptest! {
    #[test]
    fn who_follows_the_events_has_the_view_of_the_moment(script in script()) {
        let steps = script.steps();
        let views = |debate: &Debate| {
            let seats = [DEBATERS[0], DEBATERS[1], Seat::Judge];
            let sights = [Sight::Evidence, Sight::Image].map(|sight| debate.spectator_view(sight));
            seats.map(|seat| debate.view(seat)).into_iter().chain(sights).collect::<Vec<_>>()
        };
        let mut followed = views(&script.debate);
        let end = steps.last().expect("a script has a start");
        prop_assert_eq!(end.event_view(0), None);
        prop_assert_eq!(end.event_view(steps.len()), None);
        for (number, debate) in (1..).zip(&steps[1..]) {
            let event = debate.event_view(number).expect("something has happened");
            prop_assert_eq!(end.event_view(number), Some(event.clone()));
            for view in &mut followed {
                view.follow(&event);
            }
            prop_assert_eq!(&followed, &views(debate));
        }
    }

    #[test]
    fn an_event_tells_nothing_hidden_before_the_last(script in script()) {
        let twin = twin(&script);
        for (number, (one, other)) in script.steps().iter().zip(&twin.steps()).enumerate() {
            if one.outcome().is_none() {
                prop_assert_eq!(one.event_view(number), other.event_view(number));
            } else {
                prop_assert_ne!(one.event_view(number), other.event_view(number));
            }
        }
    }

    #[test]
    fn the_judge_cannot_tell_one_truth_from_another(script in script()) {
        let twin = twin(&script);
        for (one, other) in script.steps().iter().zip(&twin.steps()) {
            for seat in [Seat::Judge, Seat::Spectator] {
                if one.outcome().is_none() {
                    prop_assert_eq!(json(one, seat), json(other, seat));
                } else {
                    prop_assert_ne!(json(one, seat), json(other, seat));
                }
            }
            // The debaters do see the difference: the comparison above is not of nothing.
            for seat in DEBATERS {
                prop_assert_ne!(json(one, seat), json(other, seat));
            }
        }
    }

    #[test]
    fn the_judge_is_told_nothing_that_a_debater_alone_may_know(script in script()) {
        for debate in script.steps().iter().filter(|debate| debate.outcome().is_none()) {
            for seat in [Seat::Judge, Seat::Spectator] {
                let view: serde_json::Value = serde_json::from_str(&json(debate, seat))?;
                for hidden in ["/image", "/role", "/truth", "/verdict", "/rules/first"] {
                    prop_assert_eq!(view.pointer(hidden), Some(&serde_json::Value::Null));
                }
                for role in [Role::Honest, Role::Liar] {
                    prop_assert!(!json(debate, seat).contains(&role.to_string()));
                }
                if !debate.rules().precommit {
                    prop_assert!(view["claims"]["first"].is_null());
                    prop_assert!(view["claims"]["second"].is_null());
                }
            }
        }
    }
}
