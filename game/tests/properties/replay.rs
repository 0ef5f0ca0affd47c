//! A transcript rebuilds its debate, and no text or forgery makes it panic.

use pixel_debate_game::{Debate, Event, ImageSource, Players, Transcript};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::random::script;

fn transcript(debate: &Debate) -> Transcript {
    let source = ImageSource { dataset: "mnist \"test\"\n".into(), index: 17 };
    let players = Players { liar: Some("mcts:10000".into()), ..Players::default() };
    Transcript::of(debate, Some(source), players)
}

proptest! {
    #[test]
    fn every_step_replays_through_json_to_an_equal_state(script in script()) {
        for debate in script.steps() {
            let written = transcript(&debate);
            let line = written.to_string();
            prop_assert!(!line.contains('\n'));
            let read: Transcript = line.parse()?;
            prop_assert_eq!(&read, &written);
            prop_assert_eq!(read.replay()?, debate);
        }
    }

    #[test]
    fn an_event_taken_out_or_doubled_is_noticed(
        script in script(), at in any::<Index>(), double in any::<bool>(),
    ) {
        let end = script.steps().pop().expect("a script has a start");
        let mut forged = transcript(&end);
        let at = at.index(forged.events.len());
        if double {
            let event = forged.events[at].clone();
            forged.events.insert(at, event);
        } else {
            forged.events.remove(at);
        }
        // Only this is no forgery: a debater may give up or forfeit a few reveals earlier.
        let ending = end.events().last();
        let lost = !matches!(ending, Some(Event::Verdict { .. }));
        let reveal = at + 1 < end.events().count();
        if double || !lost || !reveal {
            prop_assert!(forged.replay().is_err());
        }
    }

    #[test]
    fn a_forged_value_is_noticed(script in script(), at in any::<Index>(), by in 1u8..) {
        let end = script.steps().pop().expect("a script has a start");
        let mut forged = transcript(&end);
        let at = at.index(forged.events.len());
        if let Event::Reveal { value, .. } = &mut forged.events[at] {
            *value = value.wrapping_add(by);
            let refusal = forged.replay().expect_err("the value is wrong").to_string();
            let wanted = format!("event {} is recorded as", at + 1);
            prop_assert!(refusal.starts_with(&wanted), "{}", refusal);
        }
    }

    #[test]
    fn damaged_text_is_an_error_or_a_debate_and_never_a_panic(
        script in script(), at in any::<Index>(),
        with in select(vec!["", "0", "9", "-", "1e99", "null", "\"", "[", "}", "255", ","]),
    ) {
        let end = script.steps().pop().expect("a script has a start");
        let mut line = transcript(&end).to_string();
        let at = at.index(line.len());
        if line.is_char_boundary(at) && line.is_char_boundary(at + 1) {
            line.replace_range(at..=at, with);
            // What still reads and replays is a debate that writes itself as it was read.
            if let Ok(read) = line.parse::<Transcript>()
                && let Ok(debate) = read.replay()
            {
                let again = Transcript::of(&debate, read.source.clone(), read.players.clone());
                prop_assert_eq!(again, read);
            }
        }
    }
}
