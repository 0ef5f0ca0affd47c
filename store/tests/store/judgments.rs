//! What both stores promise of judgments.

use std::collections::BTreeSet;

use pixel_debate_store::{
    Finish, JudgmentFinish, Name, NewDebate, NewJudgment, Store, StoreError, StoredEvent,
    StoredJudgment,
};

use crate::places::on_both_stores;

fn judgment(id: &str, debate: &str, judge: Option<&str>) -> NewJudgment {
    NewJudgment {
        id: id.into(),
        debate: debate.into(),
        judge: judge.map(Into::into),
        created_ms: 1_700_000_000_123,
        setup: "{\"pace\":\"own\"}".into(),
        secret: vec![0, 255, 39, 0].into(),
    }
}

fn finish(result: &str) -> JudgmentFinish {
    JudgmentFinish { result: result.to_owned().into(), ended_ms: 1_700_000_000_999 }
}

async fn create(store: &Store, debate: &str) {
    store.create(NewDebate { id: debate.into(), ..NewDebate::default() }).await.unwrap();
}

/// A debate that has ended.
async fn ended(store: &Store, debate: &str) {
    create(store, debate).await;
    store.append(debate, 1, "end", Some(Finish::default())).await.unwrap();
}

async fn append(store: &Store, id: &str, seq: u64) -> Result<(), StoreError> {
    store.append_judgment(id, seq, format!("{id} {seq}"), None).await
}

fn numbers(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

fn names(judgments: &[StoredJudgment]) -> Vec<&str> {
    judgments.iter().map(|stored| &*stored.judgment.id).collect()
}

on_both_stores!(a_judgment_is_read_as_it_was_written, |place| {
    let store = place.open().await;
    assert_eq!(store.judgment("j").await.unwrap(), None);
    create(&store, "a").await;
    for (id, judge) in [("j", Some("ann")), ("k", None)] {
        store.create_judgment(judgment(id, "a", judge)).await.unwrap();
    }
    store.append_judgment("j", 1, vec![0, 1, 254, 255], None).await.unwrap();
    store.append("a", 1, "end", Some(Finish::default())).await.unwrap();
    // The debate has ended, and the judgments of it go on.
    store.append_judgment("j", 2, "", Some(finish("won"))).await.unwrap();
    append(&store, "k", 1).await.unwrap();
    let known = |place, id, judge, last_seq, finish| StoredJudgment {
        place,
        judgment: judgment(id, "a", judge),
        last_seq,
        finish,
    };
    let (j, k) = (known(2, "j", Some("ann"), 2, Some(finish("won"))), known(3, "k", None, 1, None));
    assert_eq!(store.judgment("j").await.unwrap(), Some(j.clone()));
    assert_eq!(store.judgment("k").await.unwrap(), Some(k.clone()));
    assert_eq!(store.judgments_of("a", 0, 9).await.unwrap().items, [j.clone(), k]);
    assert_eq!(store.judgments_by("ann", None, 9).await.unwrap().items, [j]);
    let events = store.judgment_events("j", 0).await.unwrap();
    let event = |seq, event: Vec<u8>| StoredEvent { seq, event: event.into() };
    assert_eq!(events, [event(1, vec![0, 1, 254, 255]), event(2, vec![])]);
    assert_eq!(store.judgment_events("j", 1).await.unwrap(), events[1..]);
    assert_eq!(store.judgment_events("j", u64::MAX).await.unwrap(), []);
    // The debate's own are apart.
    assert_eq!(numbers(&store.events("a", 0).await.unwrap()), [1]);
    assert_eq!(store.judgment_events("a", 0).await.unwrap(), []);
    assert_eq!(store.events("j", 0).await.unwrap(), []);
    assert_eq!(store.debate("j").await.unwrap(), None);
    assert_eq!(store.name_of(3).await.unwrap().as_deref(), Some("k"));
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
});

on_both_stores!(a_write_that_is_repeated_succeeds_and_changes_nothing, |place| {
    let store = place.open().await;
    for reopened in [false, true] {
        for _ in 0..2 {
            store.create_judgment(judgment("j", "a", Some("ann"))).await.unwrap_or_else(|error| {
                // Only before the debate is there.
                assert_eq!(error, StoreError::Unknown(Name::Debate("a".into())));
            });
            create(&store, "a").await;
            store.create_judgment(judgment("j", "a", Some("ann"))).await.unwrap();
            append(&store, "j", 1).await.unwrap();
            store.append_judgment("j", 2, "end", Some(finish("won"))).await.unwrap();
        }
        assert_eq!(numbers(&store.judgment_events("j", 0).await.unwrap()), [1, 2], "{reopened}");
        assert_eq!(names(&store.judgments(0, 9).await.unwrap().items), ["j"]);
        // What is remembered is forgotten with a failure or a restart: it is learned again.
        store
            .prune(pixel_debate_store::Prune { before_ms: 0, unfinished: true, most: 1 })
            .await
            .unwrap();
    }
});

on_both_stores!(what_contradicts_the_store_is_refused, |place| {
    let store = place.open().await;
    ended(&store, "a").await;
    ended(&store, "b").await;
    store.create_judgment(judgment("j", "a", Some("ann"))).await.unwrap();
    append(&store, "j", 1).await.unwrap();
    let of = || Name::Judgment("j".into());
    let exists = StoreError::Exists(of());
    for other in [
        judgment("j", "b", Some("ann")),
        judgment("j", "nobody's", Some("ann")),
        judgment("j", "a", Some("ben")),
        judgment("j", "a", None),
        NewJudgment { setup: "other".into(), ..judgment("j", "a", Some("ann")) },
        NewJudgment { secret: "other".into(), ..judgment("j", "a", Some("ann")) },
        NewJudgment { created_ms: 5, ..judgment("j", "a", Some("ann")) },
    ] {
        assert_eq!(store.create_judgment(other.clone()).await, Err(exists.clone()), "{other:?}");
    }
    let unknown = StoreError::Unknown(Name::Debate("c".into()));
    assert_eq!(store.create_judgment(judgment("k", "c", None)).await, Err(unknown));
    // A judgment is no debate.
    let unknown = StoreError::Unknown(Name::Debate("j".into()));
    assert_eq!(store.create_judgment(judgment("k", "j", None)).await, Err(unknown));
    let unknown = StoreError::Unknown(Name::Judgment("k".into()));
    assert_eq!(append(&store, "k", 1).await, Err(unknown.clone()));
    assert_eq!(unknown.to_string(), "the store has no judgment \"k\"");
    for seq in [0, 3, u64::MAX] {
        let gap = StoreError::Gap { of: of(), seq, expected: 2 };
        assert_eq!(append(&store, "j", seq).await, Err(gap));
    }
    let conflict = StoreError::Conflict { of: of(), seq: 1 };
    assert_eq!(store.append_judgment("j", 1, "other", None).await, Err(conflict));
    store.append_judgment("j", 2, "end", Some(finish("won"))).await.unwrap();
    assert_eq!(append(&store, "j", 3).await, Err(StoreError::Ended(of())));
    assert_eq!(numbers(&store.judgment_events("j", 0).await.unwrap()), [1, 2]);
    // A name is free for a judgment though a debate has it.
    store.create_judgment(judgment("a", "a", None)).await.unwrap();
    append(&store, "a", 1).await.unwrap();
    assert_eq!(&*store.events("a", 0).await.unwrap()[0].event, b"end");
    assert_eq!(&*store.judgment_events("a", 0).await.unwrap()[0].event, b"a 1");
});

on_both_stores!(a_debate_and_its_judgments_may_come_in_one_group, |place| {
    let store = place.open().await;
    // All are waiting before the first is answered.
    let results = tokio::join!(
        store.create_judgment(judgment("early", "a", None)),
        store.create(NewDebate { id: "a".into(), ..NewDebate::default() }),
        store.create_judgment(judgment("j", "a", None)),
        append(&store, "j", 1),
        append(&store, "j", 3),
        store.append("a", 1, "end", Some(Finish::default())),
        store.append_judgment("j", 2, "end", Some(finish("won"))),
        store.create_judgment(judgment("k", "a", None)),
    );
    assert_eq!(results.0, Err(StoreError::Unknown(Name::Debate("a".into()))));
    assert!(matches!(results.4, Err(StoreError::Gap { .. })));
    let rest = [results.1, results.2, results.3, results.5, results.6, results.7];
    assert!(rest.iter().all(Result::is_ok), "{rest:?}");
    let of_a = store.judgments_of("a", 0, 9).await.unwrap().items;
    assert_eq!(names(&of_a), ["j", "k"]);
    assert_eq!((of_a[0].last_seq, of_a[0].finish.clone()), (2, Some(finish("won"))));
});

on_both_stores!(many_judgments_of_one_debate_at_once_lose_nothing, |place| {
    const JUDGES: u64 = 300;
    const EVENTS: u64 = 6;
    let store = place.open().await;
    create(&store, "a").await;
    let tasks: Vec<_> = (0..JUDGES)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let (id, judge) = (format!("j{number}"), format!("judge {}", number % 10));
                store.create_judgment(judgment(&id, "a", Some(&judge))).await.unwrap();
                for seq in 1..=EVENTS {
                    let finish = (seq == EVENTS).then(|| finish(&id));
                    let event = format!("{id} {seq}");
                    store.append_judgment(&id, seq, event, finish).await.unwrap();
                    // Once acknowledged it is there for every reader.
                    let events = store.judgment_events(&id, 0).await.unwrap();
                    assert_eq!(events.len() as u64, seq);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    store.append("a", 1, "end", Some(Finish::default())).await.unwrap();
    let all = store.judgments_of("a", 0, 1_000).await.unwrap().items;
    let places: BTreeSet<_> = all.iter().map(|stored| stored.place).collect();
    assert_eq!((all.len() as u64, places.len() as u64), (JUDGES, JUDGES));
    for stored in &all {
        assert_eq!((stored.last_seq, &stored.finish), (EVENTS, &Some(finish(&stored.judgment.id))));
    }
    assert_eq!(store.judgments_by("judge 3", None, 99).await.unwrap().items.len(), 30);
    assert_eq!(store.unfinished_judgments(0, 9).await.unwrap().items, []);
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
});

on_both_stores!(judgments_are_listed_by_pages, |place| {
    let store = place.open().await;
    ended(&store, "a").await;
    ended(&store, "b").await;
    for number in 1..=7 {
        let (debate, judge) = if number % 2 == 1 { ("a", "ann") } else { ("b", "ben") };
        let new = judgment(&format!("j{number}"), debate, Some(judge));
        store.create_judgment(new).await.unwrap();
    }
    store.create_judgment(judgment("of nobody", "a", None)).await.unwrap();
    for id in ["j3", "j4"] {
        store.append_judgment(id, 1, "end", Some(finish(id))).await.unwrap();
    }
    let first = store.judgments_of("a", 0, 3).await.unwrap();
    assert_eq!(names(&first.items), ["j1", "j3", "j5"]);
    let second = store.judgments_of("a", first.next.unwrap(), 3).await.unwrap();
    assert_eq!((names(&second.items), second.next), (vec!["j7", "of nobody"], None));
    let newest = store.judgments_by("ben", None, 2).await.unwrap();
    assert_eq!(names(&newest.items), ["j6", "j4"]);
    let older = store.judgments_by("ben", newest.next, 2).await.unwrap();
    assert_eq!((names(&older.items), older.next), (vec!["j2"], None));
    let going = store.unfinished_judgments(0, 3).await.unwrap();
    assert_eq!(names(&going.items), ["j1", "j2", "j5"]);
    let rest = store.unfinished_judgments(going.next.unwrap(), 9).await.unwrap();
    assert_eq!(names(&rest.items), ["j6", "j7", "of nobody"]);
    let all = store.judgments(0, 6).await.unwrap();
    assert_eq!(names(&all.items), ["j1", "j2", "j3", "j4", "j5", "j6"]);
    assert_eq!(store.judgments(all.next.unwrap(), 6).await.unwrap().items.len(), 2);
    for none in [
        store.judgments_of("c", 0, 9).await.unwrap(),
        store.judgments_of("a", u64::MAX, 9).await.unwrap(),
        store.judgments_by("carl", None, 9).await.unwrap(),
        store.judgments_by("ann", Some(0), 9).await.unwrap(),
    ] {
        assert_eq!((none.items, none.damaged, none.next), (vec![], vec![], None));
    }
    // Debates are listed without them.
    assert_eq!(store.recent(None, 9).await.unwrap().items.len(), 2);
    assert_eq!(store.unfinished(0, 9).await.unwrap().items, []);
});

on_both_stores!(a_store_that_is_closed_and_opened_again_holds_everything, |place| {
    let store = place.open().await;
    create(&store, "a").await;
    for id in ["j", "k"] {
        store.create_judgment(judgment(id, "a", Some("ann"))).await.unwrap();
        append(&store, id, 1).await.unwrap();
    }
    store.append_judgment("k", 2, "end", Some(finish("won"))).await.unwrap();
    let other = store.clone();
    store.close().await.unwrap();
    assert_eq!(append(&other, "j", 2).await, Err(StoreError::Closed));
    assert_eq!(other.judgment("j").await, Err(StoreError::Closed));

    let store = place.open().await;
    assert_eq!(names(&store.unfinished_judgments(0, 9).await.unwrap().items), ["j"]);
    append(&store, "j", 1).await.unwrap();
    assert!(matches!(append(&store, "j", 3).await, Err(StoreError::Gap { expected: 2, .. })));
    append(&store, "j", 2).await.unwrap();
    store.append("a", 1, "one", None).await.unwrap();
    store.create_judgment(judgment("l", "a", None)).await.unwrap();
    assert_eq!(store.judgment("l").await.unwrap().unwrap().place, 4);
    create(&store, "b").await;
    assert_eq!(store.debate("b").await.unwrap().unwrap().place, 5);
    assert_eq!(numbers(&store.judgment_events("j", 0).await.unwrap()), [1, 2]);
    assert_eq!(numbers(&store.judgment_events("k", 1).await.unwrap()), [2]);
    store.close().await.unwrap();
    // So it is for who only reads.
    let store = Store::open_to_read(&place.text.parse().unwrap()).await.unwrap();
    assert_eq!(store.judgments_of("a", 0, 9).await.unwrap().items.len(), 3);
    let refused = store.create_judgment(judgment("m", "a", None)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Refused { .. }), "{refused}");
});
