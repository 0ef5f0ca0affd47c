//! What both stores promise.

use std::collections::BTreeSet;

use pixel_debate_store::{
    Finish, Name, NewDebate, Store, StoreError, StoredDebate, StoredEvent, StoredResult,
};

use crate::places::on_both_stores;

fn debate(id: &str) -> NewDebate {
    NewDebate {
        id: id.into(),
        created_ms: 1_700_000_000_123,
        setup: "{\"pixels\":4}".into(),
        secret: vec![0, 255, 39, 0].into(),
        seats: "[]".into(),
    }
}

async fn append(store: &Store, debate: &str, seq: u64) -> Result<(), StoreError> {
    store.append(debate, seq, format!("{debate} {seq}"), None).await
}

fn numbers(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

on_both_stores!(a_debate_is_read_as_it_was_written, |place| {
    let store = place.open().await;
    assert_eq!(store.debate("a").await.unwrap(), None);
    store.create(debate("a")).await.unwrap();
    store.append("a", 1, vec![0, 1, 254, 255], None).await.unwrap();
    store.append("a", 2, "", None).await.unwrap();
    let stored = store.debate("a").await.unwrap().unwrap();
    let known = StoredDebate {
        place: 1,
        debate: debate("a"),
        last_seq: 2,
        ended: false,
        ended_ms: None,
        result: None,
    };
    assert_eq!(stored, known);
    let events = store.events("a", 0).await.unwrap();
    assert_eq!(
        events,
        [
            StoredEvent { seq: 1, event: vec![0, 1, 254, 255].into() },
            StoredEvent { seq: 2, event: "".into() },
        ]
    );
    assert_eq!(store.events("a", 1).await.unwrap(), events[1..]);
    assert_eq!(store.events("a", 2).await.unwrap(), []);
    assert_eq!(store.events("a", u64::MAX).await.unwrap(), []);
    assert_eq!(store.events("b", 0).await.unwrap(), []);
    store.check().await.unwrap();
});

on_both_stores!(a_write_that_is_repeated_succeeds_and_changes_nothing, |place| {
    let store = place.open().await;
    for _ in 0..2 {
        store.create(debate("a")).await.unwrap();
        append(&store, "a", 1).await.unwrap();
        append(&store, "a", 2).await.unwrap();
        store.append("a", 3, "end", Some(Finish::default())).await.unwrap();
    }
    assert_eq!(numbers(&store.events("a", 0).await.unwrap()), [1, 2, 3]);
    assert_eq!(store.recent(None, 10).await.unwrap().items.len(), 1);
});

on_both_stores!(what_contradicts_the_store_is_refused, |place| {
    let store = place.open().await;
    store.create(debate("a")).await.unwrap();
    append(&store, "a", 1).await.unwrap();
    let gap = |seq| StoreError::Gap { of: Name::Debate("a".into()), seq, expected: 2 };
    for seq in [0, 3, u64::MAX] {
        assert_eq!(append(&store, "a", seq).await, Err(gap(seq)));
    }
    let conflict = StoreError::Conflict { of: Name::Debate("a".into()), seq: 1 };
    assert_eq!(store.append("a", 1, "other", None).await, Err(conflict));
    let other = NewDebate { setup: "other".into(), ..debate("a") };
    assert_eq!(store.create(other).await, Err(StoreError::Exists(Name::Debate("a".into()))));
    let unknown = StoreError::Unknown(Name::Debate("b".into()));
    assert_eq!(append(&store, "b", 1).await, Err(unknown));
    store.append("a", 2, "end", Some(Finish::default())).await.unwrap();
    let ended = StoreError::Ended(Name::Debate("a".into()));
    assert!(!ended.is_temporary());
    assert_eq!(append(&store, "a", 3).await, Err(ended));
    assert_eq!(numbers(&store.events("a", 0).await.unwrap()), [1, 2]);
});

on_both_stores!(a_refused_write_leaves_its_group_alone, |place| {
    let store = place.open().await;
    store.create(debate("a")).await.unwrap();
    store.create(debate("b")).await.unwrap();
    // All are waiting before the first is answered.
    let results = tokio::join!(
        append(&store, "a", 1),
        append(&store, "b", 2),
        append(&store, "a", 2),
        store.append("a", 2, "other", None),
        append(&store, "a", 2),
        append(&store, "b", 1),
        append(&store, "c", 1),
        store.create(debate("c")),
        append(&store, "c", 1),
    );
    assert!(results.0.is_ok() && results.2.is_ok() && results.4.is_ok() && results.5.is_ok());
    assert!(matches!(results.1, Err(StoreError::Gap { .. })));
    assert!(matches!(results.3, Err(StoreError::Conflict { .. })));
    assert!(matches!(results.6, Err(StoreError::Unknown(_))));
    assert!(results.7.is_ok() && results.8.is_ok());
    assert_eq!(numbers(&store.events("a", 0).await.unwrap()), [1, 2]);
    assert_eq!(numbers(&store.events("b", 0).await.unwrap()), [1]);
    assert_eq!(numbers(&store.events("c", 0).await.unwrap()), [1]);
});

on_both_stores!(many_debates_at_once_lose_nothing, |place| {
    let store = place.open().await;
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let id = format!("d{number}");
                store.create(debate(&id)).await.unwrap();
                for seq in 1..=10 {
                    store
                        .append(&id, seq, format!("{id} {seq}"), (seq == 10).then(Finish::default))
                        .await
                        .unwrap();
                    // Once acknowledged it is there for every reader.
                    let events = store.events(&id, 0).await.unwrap();
                    assert_eq!(events.len() as u64, seq);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(store.unfinished(0, 1000).await.unwrap().items, []);
    let all = store.recent(None, 1000).await.unwrap().items;
    let places: BTreeSet<_> = all.iter().map(|stored| stored.place).collect();
    assert_eq!((all.len(), places.len()), (200, 200));
    assert!(all.iter().all(|stored| stored.ended && stored.last_seq == 10));
});

on_both_stores!(debates_are_listed_by_pages, |place| {
    let store = place.open().await;
    for number in 1..=7 {
        store.create(debate(&format!("d{number}"))).await.unwrap();
    }
    for ended in ["d2", "d5"] {
        store.append(ended, 1, "end", Some(Finish::default())).await.unwrap();
    }
    let names = |page: &[StoredDebate]| -> Vec<_> {
        page.iter().map(|stored| stored.debate.id.clone()).collect()
    };
    let first = store.unfinished(0, 3).await.unwrap().items;
    assert_eq!(names(&first), ["d1", "d3", "d4"]);
    let second = store.unfinished(first[2].place, 3).await.unwrap().items;
    assert_eq!(names(&second), ["d6", "d7"]);
    let newest = store.recent(None, 3).await.unwrap().items;
    assert_eq!(names(&newest), ["d7", "d6", "d5"]);
    let older = store.recent(Some(newest[2].place), 10).await.unwrap().items;
    assert_eq!(names(&older), ["d4", "d3", "d2", "d1"]);
    assert!(newest[2].ended && !newest[1].ended);
    assert_eq!(store.recent(None, 0).await.unwrap().items, []);
});

on_both_stores!(a_store_that_is_closed_and_opened_again_holds_everything, |place| {
    let store = place.open().await;
    store.create(debate("a")).await.unwrap();
    append(&store, "a", 1).await.unwrap();
    let other = store.clone();
    store.close().await.unwrap();
    assert_eq!(append(&other, "a", 2).await, Err(StoreError::Closed));
    assert_eq!(other.events("a", 0).await, Err(StoreError::Closed));
    other.close().await.unwrap();

    let store = place.open().await;
    append(&store, "a", 1).await.unwrap();
    append(&store, "a", 2).await.unwrap();
    assert!(matches!(append(&store, "a", 4).await, Err(StoreError::Gap { expected: 3, .. })));
    store.create(debate("b")).await.unwrap();
    assert_eq!(numbers(&store.events("a", 0).await.unwrap()), [1, 2]);
    assert_eq!(store.debate("b").await.unwrap().unwrap().place, 2);
});

on_both_stores!(writes_that_wait_are_carried_out_before_the_store_closes, |place| {
    let store = place.open().await;
    store.create(debate("a")).await.unwrap();
    let (one, two, closed) =
        tokio::join!(append(&store, "a", 1), append(&store, "a", 2), store.close());
    assert_eq!((one, two, closed), (Ok(()), Ok(()), Ok(())));
    let store = place.open().await;
    assert_eq!(numbers(&store.events("a", 0).await.unwrap()), [1, 2]);
});

on_both_stores!(a_store_belongs_to_one_process, |place| {
    let store = place.open().await;
    let error = place.try_open().await.unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }) && error.is_temporary(), "{error}");
    let said = error.to_string();
    assert!(said.contains("another server has locked it: "), "{error}");
    assert!(said.contains("process ") && said.contains(", since 20"), "{error}");
    // Who holds it has not noticed.
    store.create(debate("a")).await.unwrap();
    store.close().await.unwrap();
    place.open().await.close().await.unwrap();
});

on_both_stores!(results_are_read_in_the_order_in_which_debates_ended, |place| {
    let store = place.open().await;
    for id in ["a", "b", "c", "d"] {
        store.create(debate(id)).await.unwrap();
    }
    let finish = |topic: Option<&str>, result: &str| {
        Some(Finish { topic: topic.map(Into::into), result: result.to_owned().into(), ended_ms: 7 })
    };
    for (id, topic) in [("c", Some("one")), ("a", None), ("d", Some("two")), ("b", Some("one"))] {
        store.append(id, 1, "end", finish(topic, id)).await.unwrap();
    }
    // Said again it is not there twice.
    store.append("b", 1, "end", finish(Some("one"), "b")).await.unwrap();
    let names = |results: &[StoredResult]| -> Vec<_> {
        results
            .iter()
            .map(|stored| {
                assert_eq!(stored.result.as_deref(), Some(stored.debate.as_bytes()));
                stored.debate.clone()
            })
            .collect()
    };
    let first = store.results(0, 3).await.unwrap().items;
    assert_eq!(names(&first), ["c", "a", "d"]);
    assert_eq!(names(&store.results(first[2].number, 3).await.unwrap().items), ["b"]);
    assert_eq!(names(&store.results_on("one", None, 9).await.unwrap().items), ["b", "c"]);
    let latest = store.results_on("one", None, 1).await.unwrap();
    assert_eq!(names(&latest.items), ["b"]);
    let earlier = store.results_on("one", latest.next, 1).await.unwrap();
    assert_eq!(names(&earlier.items), ["c"]);
    let none = store.results_on("one", earlier.next, 1).await.unwrap();
    assert_eq!((none.items.len(), none.next), (0, None));
    assert_eq!(store.results_on("three", None, 9).await.unwrap().items, []);
    let ended = store.recent(None, 1).await.unwrap().items.remove(0);
    assert_eq!(ended.result.as_deref(), Some("d".as_bytes()));
});
