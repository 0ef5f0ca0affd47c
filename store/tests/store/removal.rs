//! One judgment is removed, and nothing of it is left; all else stays as it was.

use std::fs;

use pixel_debate_store::{
    Finish, JudgmentFinish, Name, NewDebate, NewJudgment, Prune, Store, StoreError,
};

use crate::places::{NewPlace, Other, on_both_stores};

fn judgment(id: &str, created_ms: u64) -> NewJudgment {
    let (id, debate, judge) = (id.into(), "a".into(), Some("ann".into()));
    NewJudgment { id, debate, judge, created_ms, ..NewJudgment::default() }
}

/// Three judgments of one debate, their events among each other and among the debate's: `goes on`, `ended` and
/// `empty`, which has none.
async fn begin(store: &Store) {
    store
        .create(NewDebate { id: "a".into(), created_ms: 1, ..NewDebate::default() })
        .await
        .unwrap();
    for id in ["goes on", "ended", "empty"] {
        store.create_judgment(judgment(id, 5)).await.unwrap();
    }
    for seq in 1..=3 {
        store.append("a", seq, format!("a {seq}"), None).await.unwrap();
        for id in ["goes on", "ended"] {
            let finish = JudgmentFinish { result: "right".into(), ended_ms: 60 };
            let finish = (id == "ended" && seq == 3).then_some(finish);
            store.append_judgment(id, seq, format!("{id} {seq}"), finish).await.unwrap();
        }
    }
}

async fn standing(store: &Store) -> Vec<(String, u64, usize)> {
    let mut all = Vec::new();
    for stored in store.judgments(0, 99).await.unwrap().items {
        let events = store.judgment_events(&stored.judgment.id, 0).await.unwrap().len();
        all.push((stored.judgment.id, stored.last_seq, events));
    }
    all
}

fn named(of: &[(&str, u64)]) -> Vec<(String, u64, usize)> {
    of.iter().map(|(id, events)| ((*id).to_owned(), *events, *events as usize)).collect()
}

on_both_stores!(one_judgment_goes_and_all_else_stays, |place| {
    for gone in ["goes on", "ended", "empty"] {
        let place = place.again().await;
        let mut store = place.open().await;
        begin(&store).await;
        assert!(!store.remove_judgment("nobody's").await.unwrap());
        assert!(!store.remove_judgment("a").await.unwrap(), "that is the debate");
        assert!(store.remove_judgment(gone).await.unwrap());
        let all = [("goes on", 3), ("ended", 3), ("empty", 0)];
        let kept: Vec<_> = all.into_iter().filter(|(id, _)| *id != gone).collect();
        for reopened in [false, true] {
            assert_eq!(standing(&store).await, named(&kept), "{gone}, {reopened}");
            assert_eq!(store.judgment(gone).await.unwrap(), None);
            assert_eq!(store.judgment_events(gone, 0).await.unwrap(), []);
            let unknown = StoreError::Unknown(Name::Judgment(gone.into()));
            let event = store.append_judgment(gone, 4, "later", None).await;
            assert_eq!(event, Err(unknown.clone()));
            assert_eq!(store.append_judgment(gone, 1, "goes on 1", None).await, Err(unknown));
            assert_eq!(store.judgments_of("a", 0, 9).await.unwrap().items.len(), 2);
            assert_eq!(store.judgments_by("ann", None, 9).await.unwrap().items.len(), 2);
            let going = store.unfinished_judgments(0, 9).await.unwrap();
            assert_eq!(going.items.len(), if gone == "ended" { 2 } else { 1 });
            assert!(going.damaged.is_empty());
            assert_eq!(store.events("a", 0).await.unwrap().len(), 3);
            assert_eq!(store.faults().await.unwrap(), [""; 0]);
            assert_eq!(store.lost(), pixel_debate_store::Lost::default());
            assert!(!store.remove_judgment(gone).await.unwrap());
            store.close().await.unwrap();
            store = place.open().await;
        }
        // The others go on, the debate too.
        if gone != "goes on" {
            store.append_judgment("goes on", 4, "goes on 4", None).await.unwrap();
        }
        if gone != "empty" {
            store.append_judgment("empty", 1, "empty 1", None).await.unwrap();
        }
        store.append("a", 4, "end", Some(Finish::default())).await.unwrap();
        // Its name is free, and what has it now is another.
        store.create_judgment(judgment(gone, 70)).await.unwrap();
        store.append_judgment(gone, 1, "anew", None).await.unwrap();
        assert_eq!(store.judgment_events(gone, 0).await.unwrap().len(), 1);
        assert_eq!(store.judgment(gone).await.unwrap().unwrap().place, 5);
        store.close().await.unwrap();
        let store = place.open().await;
        assert_eq!(store.judgments(0, 9).await.unwrap().items.len(), 3);
        assert_eq!(store.faults().await.unwrap(), [""; 0]);
    }
});

on_both_stores!(places_of_what_was_removed_are_given_to_no_other, |place| {
    let mut store = place.open().await;
    begin(&store).await;
    // The newest, and then the newest that is left.
    for (id, next) in [("empty", 5), ("later", 6), ("ended", 7)] {
        assert!(store.remove_judgment(id).await.unwrap(), "{id}");
        store.close().await.unwrap();
        store = place.open().await;
        let id = if id == "empty" { "later".to_owned() } else { format!("after {id}") };
        store.create_judgment(judgment(&id, 9)).await.unwrap();
        assert_eq!(store.judgment(&id).await.unwrap().unwrap().place, next);
    }
    store.create(NewDebate { id: "b".into(), ..NewDebate::default() }).await.unwrap();
    assert_eq!(store.debate("b").await.unwrap().unwrap().place, 8);
});

on_both_stores!(what_is_asked_at_once_is_done_in_order, |place| {
    let store = place.open().await;
    begin(&store).await;
    let (before, removed, after, again, first) = tokio::join!(
        store.append_judgment("goes on", 4, "goes on 4", None),
        store.remove_judgment("goes on"),
        store.append_judgment("goes on", 5, "goes on 5", None),
        store.create_judgment(judgment("goes on", 80)),
        store.append_judgment("goes on", 1, "anew", None),
    );
    assert_eq!((before, removed), (Ok(()), Ok(true)));
    assert_eq!(after, Err(StoreError::Unknown(Name::Judgment("goes on".into()))));
    assert_eq!((again, first), (Ok(()), Ok(())));
    assert_eq!(&*store.judgment_events("goes on", 0).await.unwrap()[0].event, b"anew");
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
});

on_both_stores!(a_debate_ages_as_if_what_was_removed_had_never_been, |place| {
    let store = place.open().await;
    begin(&store).await;
    let finish = Finish { ended_ms: 50, ..Finish::default() };
    store.append("a", 4, "end", Some(finish)).await.unwrap();
    store.create_judgment(judgment("late", 500)).await.unwrap();
    // So that it is not the newest, which a database keeps.
    store.create(NewDebate { id: "b".into(), created_ms: 900, ..<_>::default() }).await.unwrap();
    let prune = async |before_ms| {
        let what = Prune { before_ms, unfinished: true, most: 9 };
        store.prune(what).await.unwrap().debates
    };
    assert_eq!(prune(500).await, 0);
    store.remove_judgment("late").await.unwrap();
    assert_eq!(prune(60).await, 0);
    store.remove_judgment("ended").await.unwrap();
    assert_eq!(prune(50).await, 0);
    assert_eq!(prune(51).await, 1);
    assert_eq!(store.judgments(0, 9).await.unwrap().items, []);
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
    // The events that were overwritten are gone as well.
    store.close().await.unwrap();
    let sql = "SELECT count(*) FROM events WHERE debate > 0";
    let left: i64 = match place.connect().await {
        Other::File(file) => file.query_row(sql, [], |row| row.get(0)).unwrap(),
        Other::Database(client) => client.query_one(sql, &[]).await.unwrap().get(0),
    };
    assert_eq!(left, 0);
});

on_both_stores!(what_is_damaged_is_not_removed_and_said_so, |place| {
    let store = place.open().await;
    begin(&store).await;
    store.close().await.unwrap();
    // What was asked for in one, and what came of another.
    let other = place.connect().await;
    other.run("UPDATE judgments SET setup = X'00' WHERE id = 'goes on'").await.unwrap();
    other.run("UPDATE judgments SET result = X'00' WHERE id = 'ended'").await.unwrap();
    drop(other);
    let store = place.open().await;
    for id in ["goes on", "ended"] {
        let refused = store.remove_judgment(id).await.unwrap_err();
        assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
        let words = format!("what the store has of judgment {id:?} is damaged: ");
        assert!(refused.to_string().starts_with(&words), "{refused}");
    }
    store.append("a", 4, "end", Some(Finish::default())).await.unwrap();
    assert_eq!(store.events("a", 0).await.unwrap().len(), 4);
    store.close().await.unwrap();
    let store = Store::open_to_read(&place.text.parse().unwrap()).await.unwrap();
    let refused = store.remove_judgment("empty").await.unwrap_err();
    assert!(matches!(refused, StoreError::Refused { .. }), "{refused}");
});

/// All bytes of a file and of its log.
fn bytes(place: &NewPlace) -> Vec<u8> {
    let log = fs::read(format!("{}-wal", place.text)).unwrap_or_default();
    [fs::read(&place.text).unwrap(), log].concat()
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_file_has_nothing_left_of_what_was_said() {
    let place = NewPlace::file();
    let store = place.open().await;
    begin(&store).await;
    // As long as takes a page of its own, and short.
    let long = "my whole explanation ".repeat(1000);
    store.append_judgment("goes on", 4, long, None).await.unwrap();
    store.append_judgment("goes on", 5, "I am left-handed", None).await.unwrap();
    store.append_judgment("empty", 1, "I am right-handed", None).await.unwrap();
    let said = ["my whole explanation", "I am left-handed", "goes on 2"];
    assert!(said.iter().all(|said| has(&bytes(&place), said)));
    store.remove_judgment("goes on").await.unwrap();
    let left = bytes(&place);
    assert!(said.iter().all(|said| !has(&left, said)));
    assert!(has(&left, "I am right-handed") && has(&left, "ended 2"));
    store.close().await.unwrap();
}
