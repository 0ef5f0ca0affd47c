//! What is removed in time, what is not, and that numbers are given once.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pixel_debate_store::{
    Finish, JudgmentFinish, Name, NewDebate, NewJudgment, Prune, Pruned, Store, StoreError,
    StoredDebate, retention,
};

use crate::places::on_both_stores;

/// A debate that began at that time, with some events.
async fn begin(store: &Store, id: &str, created_ms: u64, events: u64) {
    store.create(NewDebate { id: id.into(), created_ms, ..NewDebate::default() }).await.unwrap();
    for seq in 1..=events {
        store.append(id, seq, format!("{id} {seq}"), None).await.unwrap();
    }
}

async fn end(store: &Store, id: &str, seq: u64, ended_ms: u64) {
    let finish = Finish { topic: Some("one".into()), result: id.to_owned().into(), ended_ms };
    store.append(id, seq, "end", Some(finish)).await.unwrap();
}

/// A judgment that began at that time with one event, and perhaps ended later.
async fn judge(store: &Store, id: &str, debate: &str, created_ms: u64, ended_ms: Option<u64>) {
    let (id, debate) = (id.to_owned(), debate.into());
    let new = NewJudgment { id: id.clone(), debate, created_ms, ..NewJudgment::default() };
    store.create_judgment(new).await.unwrap();
    store.append_judgment(&id, 1, "one", None).await.unwrap();
    if let Some(ended_ms) = ended_ms {
        let finish = JudgmentFinish { result: id.clone().into(), ended_ms };
        store.append_judgment(&id, 2, "two", Some(finish)).await.unwrap();
    }
}

fn names(debates: &[StoredDebate]) -> Vec<&str> {
    debates.iter().map(|stored| &*stored.debate.id).collect()
}

/// Removes so many at once until nothing is left to be removed.
async fn prune(store: &Store, what: Prune) -> Pruned {
    let mut all = Pruned::default();
    loop {
        let step = store.prune(what).await.unwrap();
        assert!(step.debates <= u64::from(what.most) * 2, "{step:?}");
        if step == Pruned::default() {
            return all;
        }
        all += step;
    }
}

on_both_stores!(what_ended_long_ago_goes_and_all_else_stays_as_it_was, |place| {
    let store = place.open().await;
    // They lie among each other, and end in another order than they began in.
    for number in 0..9 {
        begin(&store, &format!("d{number}"), 100 + number, 2).await;
    }
    for (number, ended_ms) in [(3, 200), (0, 210), (1, 220), (2, 230), (6, 300), (4, 310)] {
        end(&store, &format!("d{number}"), 3, ended_ms).await;
    }
    let what = Prune { before_ms: 300, unfinished: false, most: 2 };
    assert_eq!(prune(&store, what).await.debates, 4);
    let recent = store.recent(None, 99).await.unwrap();
    assert_eq!(names(&recent.items), ["d8", "d7", "d6", "d5", "d4"]);
    assert_eq!((recent.damaged.len(), recent.next), (0, None));
    assert_eq!(store.debate("d0").await.unwrap(), None);
    assert_eq!(store.events("d0", 0).await.unwrap(), []);
    let results = store.results(0, 99).await.unwrap().items;
    let results: Vec<_> = results.iter().map(|result| (&*result.debate, result.number)).collect();
    assert_eq!(results, [("d6", 5), ("d4", 6)]);
    assert_eq!(store.results_on("one", None, 99).await.unwrap().items.len(), 2);
    for (id, events) in [("d4", 3), ("d5", 2), ("d6", 3), ("d8", 2)] {
        assert_eq!(store.events(id, 0).await.unwrap().len(), events, "{id}");
    }
    assert_eq!(store.faults().await.unwrap(), [""; 0]);

    // What goes on goes on, also after the store was closed.
    store.append("d5", 3, "d5 3", None).await.unwrap();
    store.close().await.unwrap();
    let store = place.open().await;
    assert_eq!(store.events("d5", 0).await.unwrap().len(), 3);
    end(&store, "d5", 4, 400).await;
    // A name that was removed may be given again.
    begin(&store, "d0", 500, 1).await;
    assert_eq!(store.debate("d0").await.unwrap().unwrap().place, 10);
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
});

on_both_stores!(a_number_is_given_once_also_when_all_are_removed, |place| {
    let store = place.open().await;
    begin(&store, "a", 1, 0).await;
    begin(&store, "b", 2, 0).await;
    end(&store, "b", 1, 3).await;
    end(&store, "a", 1, 4).await;
    let what = Prune { before_ms: 1_000, unfinished: true, most: 64 };
    prune(&store, what).await;
    assert_eq!(store.debate("a").await.unwrap(), None);
    store.close().await.unwrap();
    let store = place.open().await;
    begin(&store, "c", 2_000, 1).await;
    assert_eq!(store.debate("c").await.unwrap().unwrap().place, 3);
    end(&store, "c", 2, 2_001).await;
    assert_eq!(store.results(2, 9).await.unwrap().items[0].number, 3);
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
});

on_both_stores!(what_never_ended_goes_only_where_it_is_asked_for, |place| {
    let store = place.open().await;
    begin(&store, "old", 1, 3).await;
    begin(&store, "new", 900, 3).await;
    let what = Prune { before_ms: 500, unfinished: false, most: 64 };
    assert_eq!(prune(&store, what).await, Pruned::default());
    let what = Prune { unfinished: true, ..what };
    assert_eq!(prune(&store, what).await, Pruned { debates: 1, judgments: 0, events: 3 });
    let unfinished = store.unfinished(0, 9).await.unwrap();
    assert_eq!(names(&unfinished.items), ["new"]);
    store.append("new", 4, "more", None).await.unwrap();
    assert!(store.append("old", 4, "more", None).await.is_err());
});

#[tokio::test]
async fn what_is_damaged_goes_in_its_time_and_keeps_nothing_else() {
    // One row of each kind is gone: of a debate that has ended, of its result, of an event in the middle of
    // one that has ended, and of one that goes on.
    for (gone, refused) in [
        ("DELETE FROM debates WHERE place = 2", false),
        ("DELETE FROM results WHERE debate = 2", false),
        ("DELETE FROM events WHERE debate = 2 AND seq = 1", false),
        ("DELETE FROM events WHERE debate = 3 AND seq = 1", true),
    ] {
        let place = crate::places::NewPlace::file();
        let store = place.open().await;
        for number in 1..=6 {
            begin(&store, &format!("d{number}"), number, 2).await;
        }
        for number in [1, 2, 4, 5, 6] {
            let ended_ms = if number == 6 { 900 } else { 100 + number };
            end(&store, &format!("d{number}"), 3, ended_ms).await;
        }
        store.close().await.unwrap();
        rusqlite::Connection::open(&place.text).unwrap().execute_batch(gone).unwrap();

        let store = place.open().await;
        let what = Prune { before_ms: 500, unfinished: false, most: 2 };
        prune(&store, what).await;
        store.close().await.unwrap();
        // All that was to go is gone, what goes on goes on, and the store opens.
        let store = place.open().await;
        let kept = store.recent(None, 99).await.unwrap();
        let going: &[&str] = if refused { &["d6"] } else { &["d6", "d3"] };
        assert_eq!((names(&kept.items), kept.damaged.len()), (going.to_vec(), 0), "{gone}");
        assert_eq!(store.append("d3", 3, "d3 3", None).await.is_ok(), !refused, "{gone}");
        assert_eq!(store.events("d6", 0).await.unwrap().len(), 3);
        // The events before the oldest debate that is kept are gone.
        let rows = rusqlite::Connection::open(&place.text).unwrap();
        let first: i64 =
            rows.query_row("SELECT min(row) FROM events", [], |row| row.get(0)).unwrap();
        assert!(first > if refused { 10 } else { 4 }, "{gone}: {first}");
        drop(rows);
        store.close().await.unwrap();
    }
}

on_both_stores!(what_has_ended_without_a_result_is_not_kept_for_good, |place| {
    let store = place.open().await;
    for id in ["a", "b", "c"] {
        begin(&store, id, 1, 1).await;
        end(&store, id, 2, 10).await;
    }
    store.close().await.unwrap();
    place.connect().await.run("DELETE FROM results WHERE debate = 1").await.unwrap();
    let store = place.open().await;
    prune(&store, Prune { before_ms: 11, unfinished: false, most: 2 }).await;
    assert_eq!(store.debate("a").await.unwrap(), None);
});

#[tokio::test]
async fn the_room_of_what_was_removed_is_given_back() {
    let place = crate::places::NewPlace::file();
    let store = place.open().await;
    for number in 0..40 {
        let id = format!("d{number}");
        let secret = vec![7; 4_000].into();
        store.create(NewDebate { id: id.clone(), secret, ..NewDebate::default() }).await.unwrap();
        end(&store, &id, 1, 10).await;
    }
    let full = store.size().await.unwrap();
    prune(&store, Prune { before_ms: 11, unfinished: false, most: 16 }).await;
    store.compact().await.unwrap();
    let size = store.size().await.unwrap();
    assert!(size < full / 3, "{full} bytes before, {size} after");
    store.close().await.unwrap();
    assert_eq!(std::fs::metadata(&place.text).unwrap().len(), size);
}

on_both_stores!(judgments_go_with_their_debate_and_with_no_other, |place| {
    let store = place.open().await;
    for (id, ended_ms) in [("a", 10), ("b", 20), ("c", 900)] {
        begin(&store, id, 1, 1).await;
        judge(&store, &format!("{id} live"), id, 5, Some(8)).await;
        judge(&store, &format!("{id} given up"), id, 6, (id != "c").then_some(9)).await;
        end(&store, id, 2, ended_ms).await;
    }
    let what = Prune { before_ms: 500, unfinished: false, most: 1 };
    let pruned = prune(&store, what).await;
    assert_eq!((pruned.debates, pruned.judgments), (2, 4));
    for id in ["a live", "a given up", "b live", "b given up"] {
        assert_eq!(store.judgment(id).await.unwrap(), None);
        assert_eq!(store.judgment_events(id, 0).await.unwrap(), []);
        let gone = store.append_judgment(id, 2, "two", None).await;
        assert_eq!(gone, Err(StoreError::Unknown(Name::Judgment(id.into()))));
    }
    let kept = store.judgments(0, 9).await.unwrap();
    assert_eq!((kept.items.len(), kept.damaged.len()), (2, 0));
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
    store.append_judgment("c given up", 2, "two", None).await.unwrap();
    store.close().await.unwrap();
    let store = place.open().await;
    assert_eq!(store.judgment_events("c live", 0).await.unwrap().len(), 2);
    assert_eq!(store.judgment_events("c given up", 0).await.unwrap().len(), 2);
    // Numbers are given once, though what had the last ones may be gone.
    begin(&store, "a", 1_000, 1).await;
    assert_eq!(store.debate("a").await.unwrap().unwrap().place, 10);
    judge(&store, "a live", "a", 1_000, None).await;
    assert_eq!(store.judgment("a live").await.unwrap().unwrap().place, 11);
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
});

on_both_stores!(a_number_of_a_judgment_is_given_once_too, |place| {
    let store = place.open().await;
    begin(&store, "a", 1, 0).await;
    begin(&store, "b", 2, 0).await;
    judge(&store, "j", "a", 3, Some(4)).await;
    end(&store, "a", 1, 5).await;
    end(&store, "b", 1, 6).await;
    prune(&store, Prune { before_ms: 1_000, unfinished: true, most: 64 }).await;
    assert_eq!(store.debate("b").await.unwrap(), None);
    store.close().await.unwrap();
    let store = place.open().await;
    begin(&store, "c", 2_000, 1).await;
    assert_eq!(store.debate("c").await.unwrap().unwrap().place, 4);
});

on_both_stores!(what_is_judged_afterwards_is_not_taken_from_its_judge, |place| {
    let store = place.open().await;
    let what = Prune { before_ms: 500, unfinished: false, most: 2 };
    // As many debates as a step removes are held before those that are not.
    for id in
        ["held by one that ended", "held by one that goes on", "held by the later", "old", "older"]
    {
        begin(&store, id, 1, 1).await;
        end(&store, id, 2, 10).await;
    }
    begin(&store, "ends late", 1, 1).await;
    judge(&store, "live", "ends late", 2, Some(3)).await;
    end(&store, "ends late", 2, 600).await;
    judge(&store, "ended", "held by one that ended", 40, Some(500)).await;
    judge(&store, "goes on", "held by one that goes on", 500, None).await;
    for (id, created_ms) in [("first", 20), ("later", 700), ("last", 30)] {
        judge(&store, id, "held by the later", created_ms, Some(created_ms + 1)).await;
    }
    judge(&store, "long ago", "old", 20, Some(499)).await;
    judge(&store, "given up", "older", 498, Some(499)).await;
    begin(&store, "new", 900, 0).await;
    let pruned = prune(&store, what).await;
    assert_eq!((pruned.debates, pruned.judgments), (2, 2));
    let kept = store.recent(None, 9).await.unwrap().items;
    let held = ["held by one that ended", "held by one that goes on", "held by the later"];
    assert_eq!(names(&kept), ["new", "ends late", held[2], held[1], held[0]]);
    for id in held {
        assert_eq!(store.events(id, 0).await.unwrap().len(), 2);
    }
    store.append_judgment("goes on", 2, "two", None).await.unwrap();

    // They go when the judgments are as old.
    let what = Prune { before_ms: 601, ..what };
    let pruned = prune(&store, what).await;
    assert_eq!((pruned.debates, pruned.judgments), (2, 2));
    // One that goes on stays, unless nobody may go on with it.
    store.append_judgment("goes on", 3, "three", None).await.unwrap();
    let pruned = prune(&store, Prune { unfinished: true, ..what }).await;
    assert_eq!((pruned.debates, pruned.judgments), (1, 1));
    let gone = store.append_judgment("goes on", 4, "four", None).await;
    assert_eq!(gone, Err(StoreError::Unknown(Name::Judgment("goes on".into()))));
    let what = Prune { before_ms: 702, ..what };
    let pruned = prune(&store, what).await;
    assert_eq!((pruned.debates, pruned.judgments), (1, 3));
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
});

on_both_stores!(an_unfinished_debate_is_held_by_a_judgment_as_well, |place| {
    let store = place.open().await;
    begin(&store, "held", 1, 3).await;
    begin(&store, "old", 1, 3).await;
    judge(&store, "young", "held", 500, None).await;
    judge(&store, "old", "old", 499, None).await;
    begin(&store, "new", 900, 1).await;
    let what = Prune { before_ms: 500, unfinished: false, most: 64 };
    assert_eq!(prune(&store, what).await, Pruned::default());
    let pruned = prune(&store, Prune { unfinished: true, ..what }).await;
    assert_eq!((pruned.debates, pruned.judgments), (1, 1));
    assert_eq!(names(&store.unfinished(0, 9).await.unwrap().items), ["held", "new"]);
    store.append_judgment("young", 2, "two", None).await.unwrap();
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
});

on_both_stores!(no_further_debate_goes_once_many_judgments_have, |place| {
    let store = place.open().await;
    for id in ["a", "b", "c"] {
        begin(&store, id, 1, 0).await;
        for number in 0..if id == "a" { 90 } else { 1 } {
            judge(&store, &format!("{id} {number}"), id, 1, Some(2)).await;
        }
        end(&store, id, 1, 10).await;
    }
    begin(&store, "new", 900, 1).await;
    let what = Prune { before_ms: 500, unfinished: false, most: 2 };
    // The judgments of one debate go together, however many they are.
    let step = store.prune(what).await.unwrap();
    assert_eq!((step.debates, step.judgments), (1, 90));
    let pruned = prune(&store, what).await;
    assert_eq!((pruned.debates, pruned.judgments), (2, 2));
    assert_eq!(store.unfinished_judgments(0, 9).await.unwrap().items, []);
});

on_both_stores!(what_would_be_removed_is_what_is, |place| {
    let store = place.open().await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let day = 24 * 60 * 60 * 1000;
    for (id, ended, judged) in
        [("a", 9, None), ("b", 9, Some(2)), ("c", 2, None), ("d", 8, Some(7))]
    {
        begin(&store, id, now - 10 * day, 1).await;
        end(&store, id, 2, now - ended * day).await;
        if let Some(judged) = judged {
            judge(&store, id, id, now - judged * day, None).await;
        }
    }
    begin(&store, "unfinished", now - 10 * day, 1).await;
    begin(&store, "held", now - 10 * day, 1).await;
    judge(&store, "held", "held", now - day, None).await;
    begin(&store, "new", now, 1).await;
    let keep = Duration::from_hours(5 * 24);
    assert_eq!(retention::removable(&store, keep).await.unwrap(), 3);
    let removed = retention::remove(&store, keep).await.unwrap();
    assert_eq!((removed.debates, removed.judgments), (3, 1));
    assert_eq!(names(&store.recent(None, 9).await.unwrap().items), ["new", "held", "c", "b"]);
    assert_eq!(retention::removable(&store, keep).await.unwrap(), 0);
});
