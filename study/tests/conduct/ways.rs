//! Single ways through a study.

use pixel_debate_protocol::RefusalCode;
use pixel_debate_protocol::study::{
    Answer, Asked, Given, ItemScreen, Order, Screen, Sheet, Standing, Status, Stopped,
};
use pixel_debate_study::allocation::Kind;
use pixel_debate_study::conduct::{Entry, Event, JudgedEnd};
use pixel_debate_study::results::{How, State};

use crate::people::{Kept, is_finished, truth, willing};
use crate::studies::frozen;

fn item(screen: &Screen) -> &ItemScreen {
    match screen {
        Screen::Item(item) => item,
        other => panic!("{other:?}"),
    }
}

#[test]
fn somebody_goes_from_consent_to_code_and_all_he_said_is_kept() {
    let frozen = frozen(&[]);
    let mut kept = Kept::new(&frozen);
    let name = kept.join("ann", "1").unwrap();
    assert_eq!(name, "p0001");
    let first = kept.sheet(&name);
    assert_eq!((first.step, first.progress.done, first.progress.of), (0, 0, 10));
    assert!(matches!(&first.screen, Screen::Consent { version, .. } if version == "2"));
    let last = kept.go_on(&name, |_| false);
    let Screen::Stopped(Stopped::Finished { text, code, bonus }) = &last.screen else {
        panic!("{last:?}")
    };
    assert_eq!((text.as_str(), code.as_deref()), ("Thank you.", Some("DONE-4711")));
    // Each item is paid 0 + 200 (1 - 0.2²).
    assert_eq!(
        bonus.as_ref().map(|bonus| (bonus.hundredths, bonus.currency.as_str())),
        Some((192, "GBP"))
    );
    let results = kept.conduct.results();
    let participant = &results.participants[0];
    assert_eq!((participant.state, participant.bonus), (State::Finished, Some(192)));
    assert_eq!(participant.parameters["PID"], "ann");
    let kinds: Vec<Kind> = participant.judgments.iter().map(|judgment| judgment.kind).collect();
    let count = |kind| kinds.iter().filter(|other| **other == kind).count();
    assert_eq!(
        [Kind::Practice, Kind::Main, Kind::Repeat, Kind::Flipped, Kind::Check].map(count),
        [1, 6, 1, 1, 1]
    );
    for judgment in &participant.judgments {
        let truth = frozen.items().nth(judgment.item as usize).unwrap().label;
        let end = judgment.end.as_ref().unwrap();
        assert!(matches!(end.how, How::Verdict { label, .. } if label == truth));
        // An attention check asks as any other item does.
        assert_eq!((judgment.reveals.len(), judgment.beliefs.len()), (4, 4));
        let last = judgment.beliefs.last().unwrap();
        let in_truth = if last.label == truth { last.probability } else { 1.0 - last.probability };
        assert!((in_truth - 0.8).abs() < 1e-6);
        assert!(judgment.started <= judgment.reveals[0] && judgment.reveals.is_sorted());
    }
    assert_eq!(participant.answers.len(), 3);
}

#[test]
fn nobody_comes_twice_but_back() {
    let mut kept = Kept::new(&frozen(&[]));
    let name = kept.join("ann", "1").unwrap();
    let sheet = kept.go_on(&name, |sheet| matches!(sheet.screen, Screen::Item(_)));
    assert_eq!(kept.join("ann", "1").unwrap(), name);
    assert_eq!(kept.sheet(&name), sheet);
    let refusal = kept.join("ann", "2").unwrap_err();
    assert!(refusal.message.contains("has taken part already"), "{refusal}");
    for _ in 1..6 {
        let person = format!("person {}", kept.participants.len());
        kept.join(&person, "1").unwrap();
    }
    assert_eq!(kept.conduct.status(), Status::Full);
    let refusal = kept.join("late", "1").unwrap_err();
    assert_eq!(
        (refusal.code, refusal.message.as_str()),
        (RefusalCode::Busy, "all places are taken")
    );
    assert_eq!(kept.join("ann", "1").unwrap(), name);
}

#[test]
fn a_link_is_as_the_plan_says_or_refused() {
    let kept = Kept::new(&frozen(&[]));
    let mut join = crate::people::join("ann", "1");
    for (name, value, wrong) in [
        ("PID", None, "no parameter \"PID\""),
        ("PID", Some(String::new()), "\"PID\" cannot be kept"),
        ("PID", Some("x".repeat(201)), "\"PID\" cannot be kept"),
        ("PID", Some("a\nb".to_owned()), "\"PID\" cannot be kept"),
        ("OTHER", Some("x".to_owned()), "a parameter \"OTHER\""),
    ] {
        let mut join = join.clone();
        join.parameters.remove(name);
        join.parameters.extend(value.map(|value| (name.to_owned(), value)));
        let refusal = kept.conduct.join(&join, None).unwrap_err();
        assert!(refusal.message.contains(wrong), "{refusal}");
    }
    join.language = Some("fr".into());
    let refusal = kept.conduct.join(&join, None).unwrap_err();
    assert!(refusal.message.contains("\"fr\"") && refusal.expected == "en", "{refusal}");
}

#[test]
fn what_is_not_asked_is_refused_and_changes_nothing() {
    let frozen = frozen(&[]);
    let mut kept = Kept::new(&frozen);
    let name = kept.join("ann", "1").unwrap();
    let answers = |sheet: &Screen| {
        let mut all = vec![
            Answer::Agree { version: "1".into() },
            Answer::Questions { answers: [("adult".to_owned(), Given::Text("?".into()))].into() },
            Answer::Belief { label: 200, probability: 0.5 },
            Answer::Belief { label: 200, probability: f32::NAN },
            Answer::Verdict { label: 200, confidence: None, explanation: None },
        ];
        let others = [
            Answer::Agree { version: "2".into() },
            Answer::Decline {},
            Answer::Continue {},
            Answer::Next {},
            Answer::GiveUp {},
        ];
        let wanted = std::mem::discriminant(&willing(&frozen, sheet));
        let in_item = matches!(sheet, Screen::Item(_));
        let in_consent = matches!(sheet, Screen::Consent { .. });
        all.extend(others.into_iter().filter(|answer| {
            std::mem::discriminant(answer) != wanted
                && !(in_item && *answer == Answer::GiveUp {})
                && !(in_consent && *answer == Answer::Decline {})
        }));
        all
    };
    loop {
        let sheet = kept.sheet(&name);
        if matches!(sheet.screen, Screen::Stopped(_)) {
            break;
        }
        for answer in answers(&sheet.screen) {
            let refusal = kept.say(&name, answer.clone()).unwrap_err();
            assert!(!refusal.expected.is_empty(), "{answer:?}");
            assert_eq!(kept.sheet(&name), sheet, "{answer:?}");
        }
        // What is about another step is refused as such.
        let stale =
            pixel_debate_protocol::study::Reply { step: sheet.step + 1, answer: Answer::Leave {} };
        let refusal = kept.conduct.answer(&name, &stale, kept.now_ms).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Stale);
        kept.say(&name, willing(&frozen, &sheet.screen)).unwrap();
    }
    assert!(kept.say(&name, Answer::Leave {}).is_err());
}

#[test]
fn an_answer_screens_out_and_the_place_is_given_again() {
    let mut kept = Kept::new(&frozen(&[]));
    let name = kept.join("ann", "1").unwrap();
    kept.say(&name, Answer::Agree { version: "2".into() }).unwrap();
    let no = [("adult".to_owned(), Given::Text("no".into()))].into();
    let sheet = kept.say(&name, Answer::Questions { answers: no }).unwrap();
    let Screen::Stopped(Stopped::ScreenedOut { text, code }) = &sheet.screen else {
        panic!("{sheet:?}")
    };
    assert_eq!((text.as_deref(), code.as_deref()), (Some("Adults alone."), Some("OUT-0815")));
    assert_eq!(kept.conduct.places().standing().free, 6);
    assert_eq!(kept.conduct.results().participants[0].state, State::ScreenedOut);
    let declines = kept.join("ben", "1").unwrap();
    let sheet = kept.say(&declines, Answer::Decline {}).unwrap();
    assert_eq!(sheet.screen, Screen::Stopped(Stopped::Left {}));
    assert_eq!(kept.conduct.places().standing().free, 6);
}

#[test]
fn who_does_not_attend_is_excluded_by_the_rule() {
    let frozen = frozen(&[]);
    let mut kept = Kept::new(&frozen);
    let name = kept.join("ann", "1").unwrap();
    let is_check = |sheet: &Sheet| matches!(&sheet.screen, Screen::Item(item) if !item.more.is_empty() && item.asks == Asked::Belief {});
    loop {
        let sheet = kept.go_on(&name, is_check);
        if !is_check(&sheet) {
            assert_eq!(
                sheet.screen,
                Screen::Stopped(Stopped::Excluded { code: Some("NOT-ATTENDED".into()) })
            );
            break;
        }
        let item = item(&sheet.screen);
        let label = truth(&frozen, item);
        kept.say(&name, Answer::Belief { label, probability: 0.1 }).unwrap();
        let sheet = kept.sheet(&name);
        if let Screen::Item(item) = &sheet.screen
            && matches!(item.asks, Asked::Verdict { .. })
        {
            let other =
                item.answers.iter().map(|(other, _)| *other).find(|other| *other != label).unwrap();
            kept.say(&name, Answer::Verdict { label: other, confidence: None, explanation: None })
                .unwrap();
        }
    }
    let results = kept.conduct.results();
    assert_eq!(results.participants[0].state, State::Excluded);
    assert_eq!(
        results.participants[0].reason.as_deref(),
        Some("too few attention checks were right")
    );
    assert_eq!(kept.conduct.places().standing().free, 6);
}

#[test]
fn an_item_whose_time_is_over_is_unanswered_and_the_next_begins() {
    let mut kept = Kept::new(&frozen(&[]));
    let name = kept.join("ann", "1").unwrap();
    let shown = |sheet: &Sheet| matches!(&sheet.screen, Screen::Item(item) if !item.practice && item.shown.len() == 2);
    // Before the first pixel no time runs.
    let sheet = kept.go_on(&name, |sheet| matches!(sheet.screen, Screen::Item(_)));
    assert_eq!(item(&sheet.screen).left_ms, None);
    kept.now_ms += 300_000;
    let sheet = kept.go_on(&name, shown);
    assert!(item(&sheet.screen).left_ms.is_some_and(|left| left < 60_000 && left > 59_000));
    assert_eq!(item(&sheet.screen).warning_ms, Some(10_000));
    kept.now_ms += 60_500;
    // What was on its way is still taken.
    assert_eq!(item(&kept.sheet(&name).screen).left_ms, Some(0));
    kept.now_ms += 1_000;
    let stale = pixel_debate_protocol::study::Reply { step: sheet.step, answer: Answer::Next {} };
    let late = kept.conduct.answer(&name, &stale, kept.now_ms).unwrap_err();
    assert!(late.message.contains("not asked now") || late.message.contains("is over"), "{late}");
    let next = kept.sheet(&name);
    assert_eq!(next.progress.done, sheet.progress.done + 1);
    let judged = kept.conduct.member(&name).unwrap().session().unwrap().judged();
    assert_eq!(judged.last().unwrap().end, JudgedEnd::TimedOut);
    assert_eq!(judged.last().unwrap().shown.len(), 2);
    assert!(is_finished(&kept.go_on(&name, |_| false)));
}

#[test]
fn a_verdict_against_the_belief_needs_a_reason_or_is_refused() {
    let against = |changes: &[(&str, &str)], explanation: Option<&str>| {
        let frozen = frozen(changes);
        let mut kept = Kept::new(&frozen);
        let name = kept.join("ann", "1").unwrap();
        let asks = |sheet: &Sheet| matches!(&sheet.screen, Screen::Item(item) if matches!(item.asks, Asked::Verdict { .. }));
        let sheet = kept.go_on(&name, asks);
        let item = item(&sheet.screen);
        let truth = truth(&frozen, item);
        let label =
            item.answers.iter().map(|(label, _)| *label).find(|label| *label != truth).unwrap();
        let explanation = explanation.map(str::to_owned);
        kept.say(&name, Answer::Verdict { label, confidence: None, explanation }).map(drop)
    };
    assert_eq!(against(&[], Some("a hunch")), Ok(()));
    for (changes, explanation) in [
        (&[][..], None),
        (&[], Some("  ")),
        (&[("feedback = \"end\"", "feedback = \"end\"\nreason = false")], None),
        (&[("feedback = \"end\"", "feedback = \"end\"\nreason = false")], Some("a hunch")),
    ] {
        assert_eq!(against(changes, explanation).unwrap_err().code, RefusalCode::AgainstBelief);
    }
    // A reason may be given where explanations are not asked otherwise.
    assert_eq!(
        against(&[("explanation = \"optional\"", "explanation = \"never\"")], Some("a hunch")),
        Ok(())
    );
}

#[test]
fn pixels_keep_their_distance_and_beliefs_come_when_they_are_asked() {
    let frozen = frozen(&[
        ("warning = 10", "warning = 10\nreveal_ms = 2000"),
        ("feedback = \"end\"", "belief = \"end\""),
    ]);
    let mut kept = Kept::new(&frozen);
    let name = kept.join("ann", "1").unwrap();
    kept.go_on(
        &name,
        |sheet| matches!(&sheet.screen, Screen::Item(item) if item.asks == Asked::Next {}),
    );
    let sheet = kept.say(&name, Answer::Next {}).unwrap();
    assert_eq!(item(&sheet.screen).asks, Asked::Next {});
    assert_eq!(item(&sheet.screen).next_ms, 2000);
    let refusal = kept.say(&name, Answer::Next {}).unwrap_err();
    assert!(refusal.message.contains("1950 ms"), "{refusal}");
    kept.now_ms += 1950;
    kept.say(&name, Answer::Next {}).unwrap();
    for _ in 0..2 {
        kept.now_ms += 2000;
        kept.say(&name, Answer::Next {}).unwrap();
    }
    assert_eq!(item(&kept.sheet(&name).screen).asks, Asked::Belief {});
}

#[test]
fn without_precommit_all_classes_are_answers_and_nothing_is_believed() {
    let changes = [
        ("pixels = 4\n", "pixels = 4\nprecommit = false\n"),
        ("[bonus]\nmost = 200\ncurrency = \"GBP\"\n", ""),
    ];
    let mut kept = Kept::new(&frozen(&changes));
    let name = kept.join("ann", "1").unwrap();
    let sheet = kept
        .go_on(&name, |sheet| matches!(&sheet.screen, Screen::Item(item) if item.shown.len() == 4));
    let item = item(&sheet.screen);
    assert_eq!(item.answers.len(), 10);
    assert!(item.answers.iter().map(|(label, _)| *label).eq(0..10));
    assert!(item.shown.iter().all(|glance| glance.by.is_none()));
    assert!(matches!(item.asks, Asked::Verdict { .. }));
    kept.say(&name, Answer::Verdict { label: 9, confidence: None, explanation: None }).unwrap();
}

#[test]
fn a_live_debater_moves_while_the_participant_waits_or_the_item_is_over() {
    let live = [("liar = \"random\"", "liar = \"random\"\nlive = true\nseconds = 5")];
    let frozen = frozen(&live);
    let judge = pixel_debate_judge::Judge::shipped(4).unwrap();
    let mut kept = Kept::new(&frozen);
    let name = kept.join("ann", "1").unwrap();
    let mut stalled = 0;
    loop {
        let waits = |sheet: &Sheet| matches!(&sheet.screen, Screen::Item(item) if item.asks == Asked::Wait {});
        let sheet = kept.go_on(&name, waits);
        if is_finished(&sheet) {
            break;
        }
        assert!(kept.say(&name, Answer::Next {}).is_err());
        let thought = kept.conduct.thought(&name).unwrap();
        assert_eq!(thought.seconds, Some(5));
        let pixel = thought.think(&judge, pixel_debate_agents::Clock::unlimited()).unwrap();
        // Again it is the same.
        let again = kept.conduct.thought(&name).unwrap();
        assert_eq!(again.think(&judge, pixel_debate_agents::Clock::unlimited()).unwrap(), pixel);
        let event = if stalled == 0 && !item(&sheet.screen).practice {
            stalled += 1;
            Event::Stalled { reason: "a test".into() }
        } else {
            Event::Moved { pixel }
        };
        let entry = Entry { at_ms: kept.now_ms, event };
        kept.keep(&name, &entry);
        assert!(kept.conduct.thought(&name).is_none());
    }
    let results = kept.conduct.results();
    let unanswered = results.participants[0].judgments.iter();
    let unanswered =
        unanswered.filter(|judgment| judgment.end.as_ref().unwrap().how == How::Unanswered);
    assert_eq!((stalled, unanswered.count()), (1, 1));
}

#[test]
fn orders_change_how_the_study_goes_on() {
    let frozen = frozen(&[]);
    let mut kept = Kept::new(&frozen);
    let (ann, ben) = (kept.join("ann", "1").unwrap(), kept.join("ben", "1").unwrap());
    kept.go_on(&ann, |_| false);
    let sheet =
        kept.go_on(&ben, |sheet| matches!(&sheet.screen, Screen::Item(item) if !item.practice));
    let next = kept.conduct.member(&ben).unwrap().session().unwrap().sequence()[1].item as u32;

    kept.order(&Order::Pause {}).unwrap();
    assert!(kept.order(&Order::Pause {}).is_err());
    assert_eq!(kept.sheet(&ben).screen, Screen::Paused {});
    assert!(kept.say(&ben, Answer::Next {}).is_err() && kept.join("eve", "1").is_err());
    // Who has finished keeps the code.
    assert!(is_finished(&kept.sheet(&ann)));
    kept.now_ms += 3_600_000;
    kept.idle();
    kept.order(&Order::Resume {}).unwrap();
    kept.idle();
    assert_eq!(kept.sheet(&ben), sheet, "a pause is nobody's fault");

    let withdraw = |item, reason: &str| Order::Withdraw { item, reason: reason.into() };
    assert!(kept.order(&withdraw(next, " ")).is_err());
    assert!(kept.order(&withdraw(1000, "a smudge")).is_err());
    kept.order(&withdraw(next, "a smudge")).unwrap();
    assert!(kept.order(&withdraw(next, "a smudge")).is_err());
    // Ben had seen nothing of it.
    assert_eq!(kept.sheet(&ben).progress.done, sheet.progress.done + 1);
    let judged = kept.conduct.member(&ben).unwrap().session().unwrap().judged();
    assert_eq!(judged[1].end, JudgedEnd::Skipped);

    assert!(
        kept.order(&Order::Exclude { participant: "p0009".into(), reason: "?".into() }).is_err()
    );
    assert_eq!(kept.conduct.places().standing().finished, 1);
    // All items are listed, and how often those who count have judged each.
    let judged = |kept: &Kept| -> u32 {
        let Standing { items, withdrawn, .. } = kept.conduct.standing(false);
        assert_eq!(items.len(), kept.conduct.frozen().items().len());
        let numbers = items.iter().filter(|item| item.withdrawn).map(|item| item.item);
        assert!(numbers.eq(withdrawn.iter().map(|(item, _)| *item)));
        items.iter().map(|item| item.judged).sum()
    };
    let all = kept.conduct.standing(false).members;
    let done = all.iter().find(|member| member.participant == ann).unwrap().done;
    assert_eq!(judged(&kept), done);
    kept.order(&Order::Exclude { participant: ann.clone(), reason: "told others".into() }).unwrap();
    assert_eq!(kept.conduct.places().standing().finished, 0);
    assert_eq!(judged(&kept), 0);
    assert!(
        is_finished(&kept.sheet(&ann))
            || kept.sheet(&ann).screen
                == Screen::Stopped(Stopped::Excluded { code: Some("NOT-ATTENDED".into()) })
    );

    kept.order(&Order::Peek {}).unwrap();
    assert_eq!(kept.conduct.standing(false).peeks.len(), 1);
    assert_eq!(kept.conduct.standing(false).peeked, None);
    assert!(kept.conduct.standing(true).peeked.is_some());

    kept.order(&Order::Erase { participant: ben.clone(), reason: "they asked".into() }).unwrap();
    assert!(kept.conduct.member(&ben).unwrap().session().is_none());
    assert_eq!(kept.sheet(&ben).screen, Screen::Stopped(Stopped::Left {}));
    let refusal = kept.join("ben", "1").unwrap_err();
    assert!(refusal.message.contains("has taken part already"));
    let results = kept.conduct.results();
    assert!(results.participants[1].erased && results.participants[1].judgments.is_empty());
    assert!(
        results.participants[1].parameters.is_empty() && results.participants[1].answers.is_empty()
    );

    assert!(kept.order(&Order::Close { reason: None }).is_err(), "places are left");
    kept.order(&Order::Close { reason: Some("no money".into()) }).unwrap();
    assert!(kept.order(&Order::Resume {}).is_err());
    assert_eq!(kept.conduct.status(), Status::Closed);
    assert!(kept.join("eve", "1").is_err());
    assert_eq!(kept.conduct.results().deviations.len(), 6);
}

#[test]
fn who_was_given_up_comes_back_as_long_as_nobody_has_the_place() {
    let mut kept = Kept::new(&frozen(&[]));
    let names: Vec<String> =
        (0..6).map(|number| kept.join(&number.to_string(), "1").unwrap()).collect();
    let sheet = kept.go_on(&names[0], |sheet| matches!(sheet.screen, Screen::Item(_)));
    kept.now_ms += 600_001;
    for name in &names[2..] {
        kept.say(name, Answer::Agree { version: "2".into() }).unwrap();
    }
    kept.idle();
    assert_eq!(kept.conduct.places().standing().free, 2);
    assert_eq!(kept.sheet(&names[0]), sheet);
    assert_eq!(kept.conduct.places().standing().free, 1);
    let new = kept.join("new", "1").unwrap();
    assert_eq!(
        kept.sheet(&names[1]).screen,
        Screen::Stopped(Stopped::TooLate { code: Some("NO-PLACE".into()) })
    );
    assert!(is_finished(&kept.go_on(&new, |_| false)));
}

#[test]
fn a_pause_takes_no_time_from_an_item() {
    let mut kept = Kept::new(&frozen(&[]));
    let name = kept.join("ann", "1").unwrap();
    let shown =
        |sheet: &Sheet| matches!(&sheet.screen, Screen::Item(item) if item.shown.len() == 2);
    let before = kept.go_on(&name, shown);
    let left = item(&before.screen).left_ms.unwrap();
    kept.order(&Order::Pause {}).unwrap();
    kept.now_ms += 100_000;
    kept.order(&Order::Resume {}).unwrap();
    let after = kept.sheet(&name);
    assert_eq!(item(&after.screen).left_ms, Some(left));
    assert_eq!(item(&after.screen).shown, item(&before.screen).shown);
    kept.now_ms += 62_000;
    assert_eq!(kept.sheet(&name).progress.done, before.progress.done + 1);
}

#[test]
fn who_has_done_all_has_finished_before_he_is_told_what_was_right() {
    let mut kept = Kept::new(&frozen(&[]));
    let name = kept.join("ann", "1").unwrap();
    let told =
        |sheet: &Sheet| matches!(&sheet.screen, Screen::Feedback(told) if told.items.len() > 1);
    let sheet = kept.go_on(&name, told);
    assert!(told(&sheet));
    assert_eq!(kept.conduct.places().standing().finished, 1);
    kept.now_ms += 3_600_000;
    kept.idle();
    kept.order(&Order::Close { reason: Some("enough".into()) }).unwrap();
    assert!(is_finished(&kept.say(&name, Answer::Leave {}).unwrap()));
}

#[test]
fn who_was_erased_or_excluded_does_not_come_back() {
    let mut kept = Kept::new(&frozen(&[]));
    let (ann, ben) = (kept.join("ann", "1").unwrap(), kept.join("ben", "1").unwrap());
    kept.now_ms += 600_001;
    kept.idle();
    assert_eq!(kept.conduct.places().standing().free, 6);
    kept.order(&Order::Erase { participant: ann.clone(), reason: "asked".into() }).unwrap();
    kept.order(&Order::Exclude { participant: ben.clone(), reason: "a bot".into() }).unwrap();
    assert_eq!(kept.sheet(&ann).screen, Screen::Stopped(Stopped::Left {}));
    assert_eq!(
        kept.sheet(&ben).screen,
        Screen::Stopped(Stopped::Excluded { code: Some("NOT-ATTENDED".into()) })
    );
    assert_eq!(kept.conduct.places().standing().free, 6);
    assert_eq!(kept.restored().places(), kept.conduct.places());
}

#[test]
fn whoever_returns_has_time_again() {
    let mut kept = Kept::new(&frozen(&[]));
    let name = kept.join("ann", "1").unwrap();
    kept.now_ms += 600_001;
    kept.idle();
    kept.sheet(&name);
    kept.now_ms += 500_000;
    assert_eq!(kept.conduct.idle(kept.now_ms), []);
    kept.now_ms += 200_000;
    assert_eq!(kept.conduct.idle(kept.now_ms).len(), 1);
}

#[test]
fn where_places_of_answers_are_not_balanced_they_are_in_the_order_of_labels() {
    let mut kept =
        Kept::new(&frozen(&[("idle_minutes = 10", "idle_minutes = 10\nbalance_answers = false")]));
    let name = kept.join("ann", "1").unwrap();
    let mut orders = 0;
    kept.go_on(&name, |sheet| {
        if let Screen::Item(item) = &sheet.screen {
            assert!(item.answers.is_sorted());
            orders += 1;
        }
        false
    });
    assert!(orders > 10);
}
