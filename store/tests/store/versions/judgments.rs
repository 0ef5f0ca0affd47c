//! A store of the version before judgments were kept.

use pixel_debate_store::{
    Finish, JudgmentFinish, NewDebate, NewJudgment, Prune, Store, StoreError,
};

use crate::places::NewPlace;

/// What brings a store that this program has made back to that version: the seals of its rows are the same.
const WITHOUT_JUDGMENTS: [&str; 2] = [
    "DROP TABLE judgments; DROP INDEX results_by_age; ALTER TABLE results DROP COLUMN since_ms;
     ALTER TABLE totals DROP COLUMN judgments; ALTER TABLE totals DROP COLUMN ended_judgments;
     PRAGMA user_version = 4",
    "DROP TABLE judgments; ALTER TABLE results DROP since_ms;
     DELETE FROM pixel_debate_schema WHERE version = 4",
];

/// The seal of the totals of that store, which are 3, 2, 3, 2, 1 and 5.
const TOTALS: i64 = 1_245_569_893;

/// Three debates, of which two have ended, in a store that is then brought back.
async fn before_judgments(place: &NewPlace, back: &str) {
    let store = place.open().await;
    for (id, created_ms) in [("a", 5), ("b", 6), ("c", 7)] {
        store.create(NewDebate { id: id.into(), created_ms, ..<_>::default() }).await.unwrap();
        store.append(id, 1, "one", None).await.unwrap();
        let finish =
            Finish { topic: None, result: id.to_owned().into(), ended_ms: 10 * created_ms };
        if id != "c" {
            store.append(id, 2, "two", Some(finish)).await.unwrap();
        }
    }
    store.close().await.unwrap();
    place.connect().await.run(back).await.unwrap();
}

/// What a store of that version holds is kept, and can be judged.
async fn is_judged(place: NewPlace) {
    let error = Store::open_to_read(&place.text.parse().unwrap()).await.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::TooOld { .. }), "{error}");
    let store = place.open().await;
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
    for (id, events) in [("a", 2), ("b", 2), ("c", 1)] {
        assert_eq!(store.events(id, 0).await.unwrap().len(), events);
        let (judgment, debate) = (format!("of {id}"), id.to_owned());
        let new = NewJudgment { id: judgment.clone(), debate, created_ms: 55, ..<_>::default() };
        store.create_judgment(new).await.unwrap();
        store.append_judgment(&judgment, 1, "one", None).await.unwrap();
    }
    store.close().await.unwrap();
    let store = place.open().await;
    assert_eq!(store.unfinished_judgments(0, 9).await.unwrap().items.len(), 3);
    assert_eq!(store.judgment("of a").await.unwrap().unwrap().place, 4);
    for id in ["of a", "of b"] {
        let finish = JudgmentFinish { result: id.to_owned().into(), ended_ms: 55 };
        store.append_judgment(id, 2, "two", Some(finish)).await.unwrap();
    }
    // When they ended is known as it was: `a` at 50, but it was judged at 55, and `b` at 60.
    for (before_ms, debates) in [(55, 0), (56, 1), (60, 0), (61, 1)] {
        let what = Prune { before_ms, unfinished: false, most: 9 };
        assert_eq!(store.prune(what).await.unwrap().debates, debates, "{before_ms}");
    }
    assert_eq!(store.judgments(0, 9).await.unwrap().items.len(), 1);
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_file_of_the_version_before_judgments_were_kept() {
    let place = NewPlace::file();
    let back = format!("{}; UPDATE totals SET seal = {TOTALS}", WITHOUT_JUDGMENTS[0]);
    before_judgments(&place, &back).await;
    is_judged(place).await;
    // Totals that were altered are not taken for right.
    let place = NewPlace::file();
    before_judgments(&place, &format!("{back}; UPDATE totals SET debates = 2")).await;
    let error = place.try_open().await.map(drop).unwrap_err();
    assert!(error.to_string().contains("the totals have been altered"), "{error}");
}

#[tokio::test]
async fn a_database_of_the_version_before_judgments_were_kept() {
    let Some(place) = NewPlace::database().await else { return };
    before_judgments(&place, WITHOUT_JUDGMENTS[1]).await;
    is_judged(place).await;
}
