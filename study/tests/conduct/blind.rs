//! What a participant is shown says nothing of what they have not been shown.

use pixel_debate_protocol::study::{Answer, Asked, Screen};
use pixel_debate_study::items::{Item, Shown};

use crate::people::Kept;
use crate::studies::{frozen, with_items};

/// The same item with another truth: the lie is right, and whoever argued for it is honest.
fn turned(item: &mut Item) {
    let Some(lie) = item.claims.liar else { return };
    (item.claims.honest, item.claims.liar, item.label) = (lie, Some(item.label), lie);
    item.first = item.first.map(pixel_debate_game::Role::other);
    if let Shown::Recorded { rules, players, outcome, events } = &mut item.shown {
        rules.first = rules.first.other();
        std::mem::swap(&mut players.honest, &mut players.liar);
        // What the judge's verdict leads to is another side's win.
        for event in events {
            if let pixel_debate_game::Event::Verdict { outcome, .. } = event {
                outcome.winner = outcome.winner.other();
            }
        }
        if let Some(outcome) = outcome {
            outcome.winner = outcome.winner.other();
        }
    }
}

/// All that somebody is told who always answers the same way, as bytes, until they are told what was right.
fn told(kept: &mut Kept, answer_first: bool) -> Vec<String> {
    let name = kept.join("ann", "1").unwrap();
    let hash = kept.conduct.frozen().hash().to_owned();
    let mut told = Vec::new();
    loop {
        let sheet = kept.sheet(&name);
        let answer = match &sheet.screen {
            Screen::Feedback(_) | Screen::Stopped(_) => return told,
            Screen::Item(item) => {
                let label = item.answers[usize::from(!answer_first)].0;
                match item.asks {
                    Asked::Belief {} => Answer::Belief { label, probability: 0.9 },
                    Asked::Verdict { .. } => {
                        Answer::Verdict { label, confidence: None, explanation: None }
                    }
                    Asked::Next {} | Asked::Wait {} => Answer::Next {},
                }
            }
            other => crate::people::willing(kept.conduct.frozen(), other),
        };
        // The hash says of all items at once that they are others.
        told.push(serde_json::to_string(&sheet).unwrap().replace(&hash, "HASH"));
        // What is refused is told as well.
        for wrong in
            [Answer::Belief { label: 99, probability: 0.5 }, Answer::Continue {}, Answer::GiveUp {}]
        {
            let mut other = kept.conduct.member(&name).unwrap().session().unwrap().clone();
            let frozen = kept.conduct.frozen();
            let event = other.event(frozen, &wrong);
            let applied = event.and_then(|event| {
                other.apply(
                    frozen,
                    &pixel_debate_study::conduct::Entry { at_ms: kept.now_ms, event },
                )
            });
            if let Err(refusal) = applied {
                told.push(serde_json::to_string(&refusal).unwrap());
            }
        }
        kept.now_ms += 100;
        kept.say(&name, answer).unwrap();
    }
}

#[test]
fn the_truth_changes_no_byte_before_it_is_told() {
    // One tier of four images, and practice, whose truth is told, left out.
    let changes = [
        ("practice = 1\n", ""),
        ("practice = \"First you practise.\"\n", ""),
        ("explanation = \"optional\"", "explanation = \"optional\"\nreason = true"),
        // Places of answers tell nothing where they are balanced, but here they must be the same in both.
        ("idle_minutes = 10", "idle_minutes = 10\nbalance_answers = false\nbalance_sides = false"),
        ("flips = 0.1667\n", ""),
        // Whoever fails is told so in the end.
        ("checks = 1\n", "checks = 1\nchecks_needed = 0\n"),
    ];
    // Where the honest debater began in the one, the liar begins in the other: it is the same debate.
    let begins = |who: &'static str| {
        let first = if who == "honest" {
            "honest = \"greedy\"\nfirst = \"honest\""
        } else {
            "honest = \"greedy\"\nfirst = \"liar\""
        };
        [&changes[..], &[("honest = \"greedy\"", first)]].concat()
    };
    let one = frozen(&begins("honest"));
    let other = with_items(&begins("liar"), |items| {
        *items = one.items().cloned().collect();
        items.iter_mut().for_each(turned);
    });
    let (mut here, mut there) = (Kept::new(&one), Kept::new(&other));
    // The lower answer stands on the left in both, whichever is right.
    let (here, there) = (told(&mut here, true), told(&mut there, true));
    assert_eq!(here.len(), there.len());
    assert!(here.len() > 100);
    for (here, there) in here.iter().zip(&there) {
        assert_eq!(here, there);
    }
}
