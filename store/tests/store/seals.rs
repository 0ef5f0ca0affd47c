//! Rows that were altered by others: the debate is damaged, by name, and everything else goes on.

use pixel_debate_store::{
    Finish, JudgmentFinish, Lost, Name, NewDebate, NewJudgment, Store, StoreError,
};

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
                Some(StoreError::Damaged { of, .. }) => of == Name::Debate(debate.into()),
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

/// Three judgments of the debate `a`, of which two have ended.
async fn judge(store: &Store) {
    for id in ["x", "y", "z"] {
        let (judge, secret) = (Some("ann".into()), format!("what {id} may not know").into());
        let new =
            NewJudgment { id: id.into(), debate: "a".into(), judge, secret, ..<_>::default() };
        store.create_judgment(new).await.unwrap();
        store.append_judgment(id, 1, "one", None).await.unwrap();
        let finish = JudgmentFinish { result: id.to_owned().into(), ended_ms: 9 };
        store.append_judgment(id, 2, "two", (id != "z").then_some(finish)).await.unwrap();
    }
}

on_both_stores!(an_altered_judgment_is_not_told_and_all_else_goes_on, |place| {
    for (sql, judgment, listed) in [
        ("UPDATE judgments SET secret = X'00' WHERE id = 'x'", "x", true),
        ("UPDATE judgments SET setup = X'00' WHERE id = 'y'", "y", true),
        ("UPDATE judgments SET created_ms = 5 WHERE id = 'z'", "z", true),
        ("UPDATE judgments SET judge = NULL WHERE id = 'y'", "y", false),
        ("UPDATE judgments SET judge = 'ben' WHERE id = 'y'", "y", false),
        ("UPDATE judgments SET debate = 2 WHERE id = 'x'", "x", true),
        ("UPDATE judgments SET debate = 99 WHERE id = 'x'", "x", true),
        ("UPDATE judgments SET last = 1 WHERE id = 'x'", "x", true),
        ("UPDATE judgments SET result = X'00' WHERE id = 'y'", "y", true),
        ("UPDATE judgments SET ended_ms = 8 WHERE id = 'y'", "y", true),
        ("UPDATE judgments SET result = X'00' WHERE id = 'z'", "z", true),
        ("UPDATE events SET event = X'00' WHERE debate = 4 AND seq = 2", "x", true),
        ("DELETE FROM events WHERE debate = 5 AND seq = 2", "y", true),
    ] {
        let place = place.again().await;
        let store = place.open().await;
        fill(&store).await;
        judge(&store).await;
        // The last events of what goes on come after what is altered.
        store.append("c", 3, "three", None).await.unwrap();
        place.connect().await.run(sql).await.unwrap();
        for id in ["x", "y", "z"] {
            let (read, events) = (store.judgment(id).await, store.judgment_events(id, 0).await);
            if id == judgment {
                let damaged = |error: Option<StoreError>| match error {
                    Some(StoreError::Damaged { of, .. }) => of == Name::Judgment(id.into()),
                    _ => false,
                };
                assert!(damaged(read.err()) || damaged(events.err()), "{sql}");
            } else {
                assert!(read.unwrap().is_some() && events.unwrap().len() == 2, "{sql}: {id}");
            }
        }
        let page = store.judgments(0, 9).await.unwrap();
        assert!(page.items.len() >= 2 && page.items.len() + page.damaged.len() == 3, "{sql}");
        let page = store.judgments_by("ann", None, 9).await.unwrap();
        assert_eq!(page.items.len() + page.damaged.len(), if listed { 3 } else { 2 }, "{sql}");
        // The debates have nothing to do with it, and the other judgments go on.
        for (name, events) in [("a", 2), ("b", 2), ("c", 3)] {
            assert!(store.debate(name).await.unwrap().is_some(), "{sql}");
            assert_eq!(store.events(name, 0).await.unwrap().len(), events, "{sql}");
        }
        store.close().await.unwrap();
        let store = place.open().await;
        let went_on = store.append_judgment("z", 3, "three", None).await;
        assert_eq!(went_on.is_ok(), judgment != "z", "{sql}: {went_on:?}");
        store.append("c", 4, "four", None).await.unwrap();
    }
});

on_both_stores!(of_a_damaged_debate_none_is_made, |place| {
    for (sql, debate) in [
        ("UPDATE debates SET secret = X'00' WHERE id = 'a'", "a"),
        ("UPDATE debates SET setup = X'00' WHERE id = 'c'", "c"),
        ("UPDATE results SET result = X'00' WHERE debate = 2", "b"),
    ] {
        let place = place.again().await;
        let store = place.open().await;
        fill(&store).await;
        store.close().await.unwrap();
        place.connect().await.run(sql).await.unwrap();
        let store = place.open().await;
        for name in ["a", "b", "c"] {
            let new = NewJudgment { id: name.into(), debate: name.into(), ..<_>::default() };
            match store.create_judgment(new).await {
                Err(StoreError::Damaged { of, .. }) => {
                    assert_eq!((of, name), (Name::Debate(name.into()), debate), "{sql}");
                }
                made => assert!(made.is_ok() && name != debate, "{sql}: {name}: {made:?}"),
            }
        }
    }
});

#[tokio::test]
async fn judgments_that_are_gone_are_missed() {
    let place = NewPlace::file();
    let store = place.open().await;
    fill(&store).await;
    judge(&store).await;
    place.connect().await.run("DELETE FROM judgments WHERE id = 'x'").await.unwrap();
    let said = store.faults().await.unwrap();
    assert_eq!(said, ["it has 2 judgments where 3 were written"]);
    assert_eq!(store.lost(), Lost { debates: 0, results: 0, judgments: 1 });
    // From now on that there is none is not said.
    assert!(matches!(store.judgment("x").await, Err(StoreError::Corrupt { .. })));
    assert!(store.judgment("y").await.unwrap().is_some());
    store.close().await.unwrap();
    // One that goes on would be lost in silence.
    place.connect().await.run("DELETE FROM judgments WHERE id = 'z'").await.unwrap();
    let error = place.try_open().await.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("judgments that go on are missing"), "{error}");
}

on_both_stores!(judgments_of_a_debate_that_is_gone_are_said_to_be_damaged, |place| {
    let store = place.open().await;
    fill(&store).await;
    judge(&store).await;
    place.connect().await.run("DELETE FROM debates WHERE id = 'a'").await.unwrap();
    for id in ["x", "y", "z"] {
        let error = store.judgment(id).await.unwrap_err();
        assert!(error.to_string().contains("its debate is missing"), "{error}");
    }
    let page = store.judgments(0, 9).await.unwrap();
    assert_eq!((page.items.len(), page.damaged.len()), (0, 3));
    assert!(!store.faults().await.unwrap().is_empty());
});
