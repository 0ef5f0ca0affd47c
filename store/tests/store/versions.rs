//! A store of an earlier version is brought up to date, and keeps what it holds.

mod judgments;

use pixel_debate_store::{Finish, Prune, Store, StoreError, StoredResult};
use rusqlite::Connection;

use crate::database::connect;
use crate::places::NewPlace;

/// Two debates that have ended and one that has not, as version 1 had them.
const DEBATES: [(u32, &str, bool); 3] = [(1, "a", true), (2, "b", false), (3, "c", true)];

/// What the store holds once it is of the newest version.
async fn test(place: NewPlace) {
    let store = place.open().await;
    let unfinished = store.unfinished(0, 9).await.unwrap().items;
    assert_eq!(unfinished.iter().map(|stored| &*stored.debate.id).collect::<Vec<_>>(), ["b"]);
    let known = |results: Vec<StoredResult>| -> Vec<_> {
        results.into_iter().map(|stored| (stored.debate, stored.result.is_some())).collect()
    };
    let before = [("a".to_owned(), false), ("c".to_owned(), false)];
    assert_eq!(known(store.results(0, 9).await.unwrap().items), before);
    store.append("b", 1, "end", Some(Finish::default())).await.unwrap();
    let after = store.results(0, 9).await.unwrap().items;
    assert_eq!(known(after)[2], ("b".to_owned(), true));
    store.close().await.unwrap();
    place.open().await.close().await.unwrap();
}

/// What makes each version of a file before all was sealed.
const STEPS: [&str; 3] = [
    include_str!("../../migrations/sqlite/1-debates-and-events.sql"),
    include_str!("../../migrations/sqlite/2-results.sql"),
    include_str!("../../migrations/sqlite/3-chains-of-events.sql"),
];

fn old_file(place: &NewPlace) -> Connection {
    let old = Connection::open(&place.text).unwrap();
    old.pragma_update(None, "application_id", 0x7069_7864).unwrap();
    bring(&old, 1);
    old
}

/// Brings an old file to that version.
fn bring(old: &Connection, version: i64) {
    let found: i64 = old.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    for (number, step) in (1..=version).zip(STEPS).skip(found as usize) {
        old.execute_batch(step).unwrap();
        old.pragma_update(None, "user_version", number).unwrap();
    }
}

#[tokio::test]
async fn a_file_of_version_1() {
    let place = NewPlace::file();
    let old = old_file(&place);
    for debate in DEBATES {
        old.execute("INSERT INTO debates VALUES (?1, ?2, 7, x'', x'', x'', ?3)", debate).unwrap();
    }
    old.close().unwrap();
    test(place).await;
}

/// Three debates under way at once in a file of version 1: `a` goes on, `b` has ended, `c` has no
/// event.
const EVENTS: &str = "
    INSERT INTO debates VALUES (1, 'a', 5, x'01', x'02', x'03', 0), (2, 'b', 6, x'', x'', x'', 1),
        (3, 'c', 7, x'', x'', x'', 0);
    INSERT INTO events (debate, seq, event) VALUES
        (2, 1, x'21'), (1, 1, x'11'), (2, 2, x'22'), (1, 2, x'12'), (2, 3, x'23');";

#[tokio::test]
async fn the_events_of_a_file_of_every_version() {
    for version in 1..=3 {
        let place = NewPlace::file();
        let old = old_file(&place);
        old.execute_batch(EVENTS).unwrap();
        bring(&old, version);
        old.close().unwrap();
        events_are_kept(place).await;
    }
}

async fn events_are_kept(place: NewPlace) {
    let read = async |store: &Store, debate| -> Vec<_> {
        let events = store.events(debate, 0).await.unwrap();
        events.iter().map(|event| (event.seq, event.event.to_vec())).collect()
    };
    let event = |seq: u64, byte: u8| (seq, vec![byte]);
    let store = place.open().await;
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
    assert_eq!(read(&store, "a").await, [event(1, 0x11), event(2, 0x12)]);
    assert_eq!(read(&store, "b").await, [event(1, 0x21), event(2, 0x22), event(3, 0x23)]);
    assert_eq!(store.events("b", 1).await.unwrap().len(), 2);
    let unfinished = store.unfinished(0, 9).await.unwrap().items;
    let standing: Vec<_> =
        unfinished.iter().map(|stored| (stored.place, stored.last_seq)).collect();
    assert_eq!(standing, [(1, 2), (3, 0)]);
    assert_eq!(unfinished[0].debate.setup, vec![1]);
    let ended = store.debate("b").await.unwrap().unwrap();
    // When it ended is not known: not before it was created.
    assert_eq!((ended.ended, ended.last_seq, ended.ended_ms), (true, 3, Some(6)));

    store.append("a", 3, vec![0x13], Some(Finish::default())).await.unwrap();
    store.append("c", 1, vec![0x31], None).await.unwrap();
    store.close().await.unwrap();
    let store = place.open().await;
    assert_eq!(read(&store, "a").await, [event(1, 0x11), event(2, 0x12), event(3, 0x13)]);
    store.append("c", 2, vec![0x32], None).await.unwrap();
    assert_eq!(read(&store, "c").await, [event(1, 0x31), event(2, 0x32)]);
    // What the old file had is sealed.
    let what = Prune { before_ms: 7, unfinished: false, most: 9 };
    assert_eq!(store.prune(what).await.unwrap().debates, 2);
    assert_eq!(read(&store, "c").await.len(), 2);
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
    store.close().await.unwrap();
    let file = Connection::open(&place.text).unwrap();
    file.execute_batch("UPDATE events SET event = x'00' WHERE debate = 3 AND seq = 1").unwrap();
    let store = place.open().await;
    assert!(matches!(store.events("c", 0).await, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn a_database_of_version_1() {
    let Some(place) = NewPlace::database().await else { return };
    let old = connect(&place.text).await;
    old.batch_execute(include_str!("../../migrations/postgres/1-debates-and-events.sql"))
        .await
        .unwrap();
    old.batch_execute(
        "CREATE TABLE pixel_debate_schema (version BIGINT PRIMARY KEY);
         INSERT INTO pixel_debate_schema VALUES (1)",
    )
    .await
    .unwrap();
    for (number, id, ended) in DEBATES {
        let row = format!("INSERT INTO debates VALUES ({number}, '{id}', 7, '', '', '', {ended})");
        old.batch_execute(&row).await.unwrap();
    }
    test(place).await;
}
