//! Random histories: whatever people and the researcher do, in whatever order.

use pixel_debate_protocol::study::{Answer, Order, Screen};
use pixel_debate_study::results::State;
use proptest::prelude::*;

use crate::people::{Kept, is_finished, truth, willing};
use crate::studies::frozen;

#[derive(Debug, Clone)]
enum Step {
    /// A person comes, of so many, in one of two visits.
    Join(u8, bool),
    /// A participant does what is asked, so many times.
    Willing(u8, u8),
    /// A participant says something else.
    Otherwise(u8, Answer),
    /// A participant answers a check or anything else wrongly.
    Wrong(u8),
    Wait(u32),
    Idle,
    Order(Order),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let reason = || "a reason".to_owned();
    let participant = |number: u8| format!("p{number:04}");
    let answer = prop_oneof![
        Just(Answer::Leave {}),
        Just(Answer::GiveUp {}),
        Just(Answer::Next {}),
        Just(Answer::Continue {}),
        Just(Answer::Decline {}),
        (0..10_u8, 0.0..=1.0_f32)
            .prop_map(|(label, probability)| Answer::Belief { label, probability }),
        (0..10_u8).prop_map(|label| Answer::Verdict {
            label,
            confidence: None,
            explanation: Some("so".into())
        }),
    ];
    let order = prop_oneof![
        3 => Just(Order::Pause {}),
        4 => Just(Order::Resume {}),
        2 => Just(Order::Peek {}),
        1 => (0..40_u32).prop_map(move |item| Order::Withdraw { item, reason: reason() }),
        2 => (1..12_u8).prop_map(move |number| Order::Exclude { participant: participant(number), reason: reason() }),
        2 => (1..12_u8).prop_map(move |number| Order::Erase { participant: participant(number), reason: reason() }),
    ];
    let step = prop_oneof![
        4 => (0..14_u8, any::<bool>()).prop_map(|(person, visit)| Step::Join(person, visit)),
        12 => (1..14_u8, 1..60_u8).prop_map(|(member, times)| Step::Willing(member, times)),
        3 => (1..14_u8, answer).prop_map(|(member, answer)| Step::Otherwise(member, answer)),
        2 => (1..14_u8).prop_map(Step::Wrong),
        2 => prop_oneof![0..3000_u32, 0..100_000_u32, 0..700_000_u32].prop_map(Step::Wait),
        2 => Just(Step::Idle),
        1 => order.prop_map(Step::Order),
    ];
    proptest::collection::vec(step, 1..80)
}

fn carry_out(kept: &mut Kept, step: Step) {
    let named = |kept: &Kept, number: u8| {
        let name = format!("p{number:04}");
        kept.conduct.member(&name).map(|member| member.name().to_owned())
    };
    match step {
        Step::Join(person, visit) => {
            drop(kept.join(&person.to_string(), if visit { "1" } else { "2" }));
        }
        Step::Willing(member, times) => {
            let Some(name) = named(kept, member) else { return };
            for _ in 0..times {
                let screen = kept.sheet(&name).screen;
                let answer = willing(kept.conduct.frozen(), &screen);
                kept.now_ms += 50;
                if kept.say(&name, answer).is_err() {
                    return;
                }
            }
        }
        Step::Otherwise(member, answer) => {
            let Some(name) = named(kept, member) else { return };
            let before = kept.sheet(&name);
            if kept.say(&name, answer).is_err() {
                assert_eq!(kept.sheet(&name), before);
            }
        }
        Step::Wrong(member) => {
            let Some(name) = named(kept, member) else { return };
            let Screen::Item(item) = kept.sheet(&name).screen else { return };
            let truth = truth(kept.conduct.frozen(), &item);
            let label =
                item.answers.iter().map(|(label, _)| *label).find(|label| *label != truth).unwrap();
            drop(kept.say(&name, Answer::Belief { label, probability: 0.9 }));
            drop(kept.say(
                &name,
                Answer::Verdict { label, confidence: None, explanation: Some("so".into()) },
            ));
        }
        Step::Wait(ms) => kept.now_ms += u64::from(ms),
        Step::Idle => kept.idle(),
        Step::Order(order) => drop(kept.order(&order)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_was_kept_makes_the_study_again_and_the_allocation_stays_balanced(steps in steps()) {
        static FROZEN: std::sync::LazyLock<std::sync::Arc<pixel_debate_study::frozen::Frozen>> =
            std::sync::LazyLock::new(|| frozen(&[]));
        let mut kept = Kept::new(&FROZEN);
        for step in steps {
            carry_out(&mut kept, step);
        }
        // Whatever was kept makes the same study.
        let restored = kept.restored();
        prop_assert_eq!(restored.results(), kept.conduct.results());
        prop_assert_eq!(restored.standing(true), kept.conduct.standing(true));
        prop_assert_eq!(restored.places(), kept.conduct.places());
        for (name, ..) in &kept.participants {
            prop_assert_eq!(restored.sheet(name, kept.now_ms), kept.conduct.sheet(name, kept.now_ms));
        }
        // Nobody has a place that somebody else has, and nobody sees an image in two main items.
        let mut held = std::collections::BTreeSet::new();
        for participant in kept.conduct.results().participants {
            if matches!(participant.state, State::Active | State::Finished) {
                prop_assert!(held.insert(participant.slot));
            }
        }
        // Then people come until all places are filled, and each cell is as full as planned.
        drop(kept.order(&Order::Resume {}));
        let withdrawn = !kept.conduct.withdrawn().is_empty();
        kept.now_ms += 700_000;
        kept.idle();
        for number in 0..40 {
            if kept.conduct.places().is_complete() {
                break;
            }
            let Ok(name) = kept.join(&format!("late {number}"), "1") else { break };
            let sheet = kept.go_on(&name, |_| false);
            prop_assert!(is_finished(&sheet));
        }
        prop_assert!(kept.conduct.places().is_complete());
        for cell in kept.conduct.standing(false).cells {
            prop_assert!(withdrawn || cell.judged == cell.planned, "{:?}", cell);
            prop_assert!(withdrawn || (cell.least == cell.most), "{:?}", cell);
        }
        prop_assert_eq!(kept.restored().results(), kept.conduct.results());
    }
}
