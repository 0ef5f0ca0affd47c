//! What comes from outside of what participants say: who may come, a server that was away, orders that are sent again, and
//! time that is over.

use std::collections::BTreeMap;
use std::sync::Arc;

use pixel_debate_protocol::study::{Asked, Order, Screen, Sheet, Stopped, StudyJoin};
use pixel_debate_study::Draft;
use pixel_debate_study::conduct::log::{Entry, Event, Known};
use pixel_debate_study::conduct::{Coming, Conduct, JudgedEnd};
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::{Part, Unobserved};

use crate::people::{Kept, join};
use crate::studies::{STUDY, TEXTS, frozen};

/// The item that is shown, after so many pixels.
fn after(pixels: usize) -> impl Fn(&Sheet) -> bool {
    move |sheet| matches!(&sheet.screen, Screen::Item(item) if item.shown.len() == pixels)
}

fn left_ms(sheet: &Sheet) -> Option<u32> {
    match &sheet.screen {
        Screen::Item(item) => item.left_ms,
        _ => None,
    }
}

/// An attention check looks like another item of its condition until its last pixel, with which the answer is plain.
#[test]
fn a_check_is_told_by_nothing_before_its_last_pixel() {
    let frozen = frozen(&[]);
    let check = frozen.items().find(|item| item.part == Part::Check).unwrap();
    assert_eq!((check.reveals(), check.rest.len()), (4, 96));
    assert!(frozen.items().all(|item| item.part == Part::Check || item.rest.is_empty()));
    let mut kept = Kept::new(&frozen);
    let name = kept.join("ann", "1").unwrap();
    let mut looks: BTreeMap<bool, Vec<Vec<String>>> = BTreeMap::new();
    let mut at = 0;
    kept.now_ms += 1;
    kept.go_on(&name, |sheet| {
        if let Screen::Item(item) = &sheet.screen {
            let planned = frozen.sequences().slot(0).unwrap()[item.number as usize - 1];
            let of = frozen.items().nth(planned.item).unwrap();
            let is_check = of.part == Part::Check;
            assert_eq!(item.more.len(), if is_check && item.shown.len() == 4 { 96 } else { 0 });
            assert!(item.more.iter().all(|glance| glance.by.is_none()));
            // All that differs from item to item is taken out: where pixels are, and what the answers are.
            let asks = format!("{:?} {} {}", item.asks, item.pixels, item.shown.len());
            let by = item.shown.iter().map(|glance| glance.by.is_some()).collect::<Vec<_>>();
            let is_like = of.condition == check.condition && !item.practice;
            if is_like && item.shown.len() < 4 {
                let look = looks.entry(is_check).or_default();
                if at != item.number {
                    look.push(Vec::new());
                    at = item.number;
                }
                look.last_mut().unwrap().push(format!("{asks} {by:?} {:?}", item.text));
            }
        }
        false
    });
    assert_eq!(looks[&true].len(), 1);
    assert!(looks[&false].iter().all(|look| *look == looks[&true][0]), "{looks:#?}");
}

#[test]
fn a_check_by_words_says_what_to_answer_in_words_alone() {
    let changes = [
        ("checks = 1\n", "checks = 2\ncheck_by = \"words\"\n"),
        ("thanks = \"Thank you.\"", "thanks = \"Thank you.\"\ncheck = \"Take {answer} here.\""),
    ];
    let frozen = frozen(&changes);
    assert!(frozen.items().all(|item| item.rest.is_empty()));
    let mut kept = Kept::new(&frozen);
    let name = kept.join("ann", "1").unwrap();
    let mut said = Vec::new();
    kept.go_on(&name, |sheet| {
        if let Screen::Item(item) = &sheet.screen {
            said.push((item.number, item.text.clone()));
        }
        false
    });
    let sequence = frozen.sequences().slot(0).unwrap();
    let mut checks = 0;
    for (number, text) in said {
        let item = frozen.items().nth(sequence[number as usize - 1].item).unwrap();
        let told = text.contains(&format!("Take {} here.", item.label));
        assert_eq!(told, item.part == Part::Check, "{text}");
        checks += u32::from(told);
    }
    assert!(checks > 0);
    assert_eq!(kept.conduct.member(&name).unwrap().session().unwrap().checks(&frozen), (2, 2));
}

/// The time in which there was no server is added to that of whoever was at an item, and idles nobody.
#[test]
fn a_server_that_was_away_takes_no_time_from_an_item_and_makes_nobody_idle() {
    let mut kept = Kept::new(&frozen(&[]));
    assert_eq!(kept.conduct.restarted(kept.now_ms), None, "nobody was there");
    let name = kept.join("ann", "1").unwrap();
    let before = kept.go_on(&name, after(2));
    let left = left_ms(&before).unwrap();
    // While time runs and nothing else is kept, it is kept that the server is there.
    assert_eq!(kept.conduct.sign(kept.now_ms + 29_999), None);
    kept.now_ms += 30_000;
    let sign = kept.conduct.sign(kept.now_ms).unwrap();
    assert_eq!(sign, Event::Alive {});
    kept.note(sign);
    assert_eq!(kept.conduct.sign(kept.now_ms), None);
    // It is away for longer than the item takes, and than somebody may be idle.
    let last = kept.now_ms;
    kept.now_ms += 3_600_000;
    kept.conduct = kept.restored();
    assert!(kept.conduct.idle(kept.now_ms).len() == 1, "nothing is known of it yet");
    let event = kept.conduct.restarted(kept.now_ms).unwrap();
    assert_eq!(event, Event::Restarted { since_ms: last });
    kept.note(event);
    kept.idle();
    let back = kept.sheet(&name);
    assert_eq!(left_ms(&back), Some(left - 30_000));
    assert_eq!(kept.restored().sheet(&name, kept.now_ms), Some(back));
    // It is no deviation, and time goes on.
    assert!(kept.conduct.results().deviations.is_empty());
    kept.now_ms += 32_000;
    kept.sheet(&name);
    let judged = kept.conduct.member(&name).unwrap().session().unwrap().judged();
    assert_eq!(judged.last().unwrap().end, JudgedEnd::TimedOut);
    // Where no time runs, nothing is kept of it.
    kept.now_ms += 3_600_000;
    kept.idle();
    assert_eq!(kept.conduct.sign(kept.now_ms), None);
}

#[test]
fn a_time_away_is_none_before_the_last_pause_nor_in_the_future() {
    let mut kept = Kept::new(&frozen(&[]));
    let name = kept.join("ann", "1").unwrap();
    let before = kept.go_on(&name, after(2));
    kept.order(&Order::Pause {}).unwrap();
    let since_ms = kept.now_ms;
    assert_eq!(kept.conduct.restarted(kept.now_ms), None, "it is interrupted all the same");
    let away = |at_ms, since_ms| Entry { at_ms, event: Event::Restarted { since_ms }, order: None };
    assert!(kept.conduct.clone().apply(&away(kept.now_ms + 1, since_ms)).is_err());
    kept.now_ms += 50_000;
    kept.order(&Order::Resume {}).unwrap();
    assert!(kept.conduct.clone().apply(&away(kept.now_ms, kept.now_ms + 1)).is_err());
    kept.now_ms += 10_000;
    // What was a pause is not counted twice.
    kept.note(Event::Restarted { since_ms });
    assert_eq!(left_ms(&kept.sheet(&name)), left_ms(&before));
}

#[test]
fn an_order_that_is_sent_again_is_carried_out_once() {
    let mut kept = Kept::new(&frozen(&[]));
    kept.join("ann", "1").unwrap();
    let orders = [
        Order::Pause {},
        Order::Resume {},
        Order::Peek {},
        Order::Withdraw { item: 2, reason: "a smudge".into() },
        Order::Exclude { participant: "p0001".into(), reason: "a bot".into() },
        Order::Erase { participant: "p0001".into(), reason: "asked".into() },
        Order::Close { reason: Some("enough".into()) },
    ];
    for (at, order) in orders.iter().enumerate() {
        let id = format!("order-{at}");
        assert_eq!(kept.conduct.carried_out(&id, order), Ok(false));
        let event = kept.conduct.order(order).unwrap();
        let entry = Entry { at_ms: kept.now_ms, event, order: Some(id) };
        kept.log.push(entry.clone());
        kept.conduct.apply(&entry).unwrap();
        if matches!(order, Order::Erase { .. }) {
            kept.participants.clear();
        }
    }
    for conduct in [&kept.conduct, &kept.restored()] {
        for (at, order) in orders.iter().enumerate() {
            assert_eq!(conduct.carried_out(&format!("order-{at}"), order), Ok(true));
            let other = &orders[(at + 1) % orders.len()];
            let refusal = conduct.carried_out(&format!("order-{at}"), other).unwrap_err();
            assert!(refusal.message.contains(&format!("another order has the id \"order-{at}\"")));
        }
        let other = Order::Withdraw { item: 3, reason: "a smudge".into() };
        assert!(conduct.carried_out("order-3", &other).is_err());
    }
}

#[test]
fn what_is_kept_no_longer_is_left_out() {
    let mut kept = Kept::new(&frozen(&[("[languages]", "[privacy]\nkeep_days = 1\n[languages]")]));
    let (ann, _) = (kept.join("ann", "1").unwrap(), kept.join("ben", "1").unwrap());
    kept.go_on(&ann, |_| false);
    let late = kept.now_ms + 100 * 86_400_000;
    assert_eq!(kept.conduct.leave_out(late), 0, "it has not ended");
    kept.order(&Order::Close { reason: Some("enough".into()) }).unwrap();
    assert_eq!(kept.conduct.leave_out(kept.now_ms + 86_400_000), 0);
    assert_eq!(kept.conduct.leave_out(kept.now_ms + 86_400_001), 2);
    assert_eq!((kept.conduct.leave_out(late), kept.conduct.left_out()), (0, 2));
    let results = kept.conduct.results();
    assert!(results.participants.iter().all(|one| one.erased && one.judgments.is_empty()));
    let text = serde_json::to_string(&results).unwrap();
    assert!(!text.contains("ann"), "{text}");
}

/// Frozen with a list of who may take part.
fn with_list(list: &str) -> Result<Arc<Frozen>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let study = STUDY.replace("[languages]", "only = \"asked.txt\"\n[languages]");
    std::fs::write(path("study.toml"), study).unwrap();
    std::fs::write(path("english.toml"), TEXTS).unwrap();
    std::fs::write(path("asked.txt"), list).unwrap();
    let draft = Draft::open(&path("study.toml")).map_err(|error| error.to_string())?;
    let items = draft.items(None, 1, &Unobserved).unwrap();
    let frozen = Frozen::new(&draft, items, "0.1.0", &mut rand::rng()).unwrap();
    frozen.write(&path("frozen")).unwrap();
    // No file of the folder says who was asked.
    for file in std::fs::read_dir(path("frozen")).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(!text.contains("ann-of-the-list"), "{}", path.display());
    }
    let read = Frozen::read(&path("frozen")).unwrap();
    assert_eq!(read.hash(), frozen.hash());
    // Another list than that of the plan is refused.
    let secret = std::fs::read_to_string(path("frozen/secret.json")).unwrap();
    let hash = &read.secret().asked.as_ref().unwrap().hashes[0];
    let other = format!("{}{}", if hash.starts_with('0') { "1" } else { "0" }, &hash[1..]);
    std::fs::write(path("frozen/secret.json"), secret.replace(hash, &other)).unwrap();
    let refused = Frozen::read(&path("frozen")).unwrap_err().to_string();
    assert!(refused.contains("`asked` is not the list that plan.json commits to"), "{refused}");
    Ok(Arc::new(read))
}

#[test]
fn who_is_not_on_the_list_takes_no_place() {
    let frozen = with_list("# asked\nann-of-the-list\nben\n").unwrap();
    let mut kept = Kept::new(&frozen);
    assert_eq!(kept.join("ann-of-the-list", "1").unwrap(), "p0001");
    for invented in ["eve", "ann", "# asked", ""] {
        let refusal = kept.join(invented, "1").unwrap_err();
        let is_so = refusal.message.contains("not among those who were asked")
            || refusal.message.contains("cannot be kept");
        assert!(is_so, "{refusal}");
    }
    assert_eq!(kept.conduct.members().len(), 1);
    // Whoever rehearses is on no list.
    let rehearsal = Conduct::new(Arc::clone(&frozen)).as_rehearsal();
    assert!(matches!(rehearsal.join(&join("eve", "1"), None), Ok(Coming::New(..))));
    let refused = with_list("ann-of-the-list\nben\nben\n").unwrap_err();
    assert!(
        refused.contains("line 70: ") && refused.contains("line 3: \"ben\" is there twice"),
        "{refused}"
    );
}

#[test]
fn whoever_joins_again_by_a_key_is_the_same_and_a_key_is_no_word() {
    let frozen = frozen(&[("parameters = [\"PID\", \"SESSION\"]\n", "")]);
    let conduct = Conduct::new(frozen);
    let join =
        |key: Option<&str>| StudyJoin { key: key.map(str::to_owned), ..StudyJoin::default() };
    let known = Known { person: "hash of a key".into(), visit: "hash of a key".into() };
    let key = "0123456789abcdef0123456789abcdef";
    let Ok(Coming::New(event, name, _)) = conduct.join(&join(Some(key)), Some(known.clone()))
    else {
        panic!("nobody is there")
    };
    let mut joined = conduct.clone();
    joined.apply(&Entry { at_ms: 1, event, order: None }).unwrap();
    assert_eq!(joined.join(&join(Some(key)), Some(known)), Ok(Coming::Again(name)));
    for wrong in ["", "short", &"x".repeat(65), "0123456789 abcdef", "0123456789äbcdef"] {
        let refusal = conduct.join(&join(Some(wrong)), None).unwrap_err();
        assert!(refusal.expected.contains("16 to 64 letters"), "{refusal}");
    }
}

#[test]
fn everybody_who_ends_is_told_the_code_of_that_end() {
    let mut kept = Kept::new(&frozen(&[]));
    let ann = kept.join("ann", "1").unwrap();
    kept.go_on(
        &ann,
        |sheet| matches!(&sheet.screen, Screen::Item(item) if item.asks == Asked::Next {}),
    );
    let ben = kept.join("ben", "1").unwrap();
    let (participant, reason) = (ben.clone(), "asked to".into());
    kept.order(&Order::Exclude { participant, reason }).unwrap();
    kept.order(&Order::Close { reason: Some("enough".into()) }).unwrap();
    let code = Some("NO-PLACE".to_owned());
    assert_eq!(kept.sheet(&ann).screen, Screen::Stopped(Stopped::Closed { code: code.clone() }));
    let excluded = Some("NOT-ATTENDED".to_owned());
    let screen = Screen::Stopped(Stopped::Excluded { code: excluded.clone() });
    assert_eq!(kept.sheet(&ben).screen, screen);
    // And that is what the researcher finds beside their names.
    let results = kept.conduct.results();
    let codes: Vec<_> = results.participants.iter().map(|one| one.code.clone()).collect();
    assert_eq!(codes, [code, excluded]);
}
