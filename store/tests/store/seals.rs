//! Rows that were altered by others: the debate is damaged, by name, and everything else goes on.

use pixel_debate_store::{Finish, NewDebate, Store, StoreError};

use crate::places::{NewPlace, on_both_stores};

async fn fill(store: &Store) {
    for id in ["a", "b", "c"] {
        let secret = format!("the image of {id}").into();
        store.create(NewDebate { id: id.into(), secret, ..NewDebate::default() }).await.unwrap();
        store.append(id, 1, "one", None).await.unwrap();
        let result = format!("what came of {id}").into();
        let finish = Finish { topic: Some("t".into()), result, ended_ms: 9 };
        store.append(id, 2, "two", (id != "c").then_some(finish)).await.unwrap();
    }
}

on_both_stores!(whatever_is_altered_is_not_told, |place| {
    for (sql, debate, results) in [
        ("UPDATE debates SET secret = X'00' WHERE id = 'a'", "a", true),
        ("UPDATE debates SET setup = X'00' WHERE id = 'b'", "b", true),
        ("UPDATE debates SET created_ms = 5 WHERE id = 'a'", "a", true),
        ("UPDATE debates SET last = 1 WHERE id = 'a'", "a", true),
        ("UPDATE events SET event = X'00' WHERE debate = 2 AND seq = 2", "b", true),
        ("UPDATE events SET event = X'00' WHERE debate = 2 AND seq = 1", "b", true),
        ("DELETE FROM events WHERE debate = 1 AND seq = 1", "a", true),
        ("DELETE FROM events WHERE debate = 1 AND seq = 2", "a", true),
        ("UPDATE results SET result = X'00' WHERE debate = 2", "b", false),
        ("UPDATE results SET topic = 'u' WHERE debate = 2", "b", false),
        ("UPDATE results SET ended_ms = 1 WHERE debate = 1", "a", false),
    ] {
        let place = place.again().await;
        let store = place.open().await;
        fill(&store).await;
        place.connect().await.run(sql).await.unwrap();
        for name in ["a", "b", "c"] {
            let (read, events) = (store.debate(name).await, store.events(name, 0).await);
            let damaged = |error: Option<StoreError>| match error {
                Some(StoreError::Damaged { debate: said, .. }) => said == debate,
                _ => false,
            };
            if name == debate {
                assert!(damaged(read.err()) || damaged(events.err()), "{sql}");
            } else {
                assert!(read.unwrap().is_some() && events.unwrap().len() == 2, "{sql}: {name}");
            }
        }
        let page = store.results(0, 9).await.unwrap();
        let known = if results { 2 } else { 1 };
        assert_eq!((page.items.len(), page.damaged.len()), (known, 2 - known), "{sql}");
        // Others go on.
        store.append("c", 3, "three", None).await.unwrap();
        store.close().await.unwrap();
        let store = place.open().await;
        assert_eq!(store.events("c", 0).await.unwrap().len(), 3, "{sql}");
    }
});

#[tokio::test]
async fn a_debate_that_goes_on_is_damaged_when_its_last_event_is_missing() {
    for (sql, lost) in [
        ("DELETE FROM events WHERE row = (SELECT max(row) FROM events)", "c"),
        ("UPDATE events SET event = X'00' WHERE row = (SELECT max(row) FROM events)", "c"),
        ("UPDATE events SET event = X'00' WHERE debate = 4", "d"),
    ] {
        let place = NewPlace::file();
        let store = place.open().await;
        fill(&store).await;
        store.create(NewDebate { id: "d".into(), ..NewDebate::default() }).await.unwrap();
        store.append("d", 1, "one", None).await.unwrap();
        store.append("c", 3, "three", None).await.unwrap();
        store.close().await.unwrap();
        place.connect().await.run(sql).await.unwrap();
        let store = place.open().await;
        let page = store.unfinished(0, 9).await.unwrap();
        let lost_place = if lost == "c" { 3 } else { 4 };
        assert!(page.damaged.iter().any(|damaged| damaged.number == lost_place), "{sql}: {page:?}");
        // Rather than to go on without what was acknowledged, it is refused.
        let error = store.append(lost, 9, "more", None).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{sql}: {error}");
        assert_eq!(store.name_of(lost_place).await.unwrap().as_deref(), Some(lost));
        store.create(NewDebate { id: "e".into(), ..NewDebate::default() }).await.unwrap();
        store.append("e", 1, "one", None).await.unwrap();
    }
}
