//! A store of an earlier version is brought up to date, and keeps what it holds.

use pixel_debate_server::store::{Finish, StoredResult};
use rusqlite::Connection;

use crate::database::connect;
use crate::places::NewPlace;

/// Two debates that have ended and one that has not, as version 1 had them.
const DEBATES: [(u32, &str, bool); 3] = [(1, "a", true), (2, "b", false), (3, "c", true)];

/// What the store holds once it is of the newest version.
async fn test(place: NewPlace) {
    let store = place.open().await;
    let unfinished = store.unfinished(0, 9).await.unwrap();
    assert_eq!(unfinished.iter().map(|stored| &*stored.debate.id).collect::<Vec<_>>(), ["b"]);
    let known = |results: Vec<StoredResult>| -> Vec<_> {
        results.into_iter().map(|stored| (stored.debate, stored.result.is_some())).collect()
    };
    let before = [("a".to_owned(), false), ("c".to_owned(), false)];
    assert_eq!(known(store.results(0, 9).await.unwrap()), before);
    store.append("b", 1, "end", Some(Finish::default())).await.unwrap();
    let after = store.results(0, 9).await.unwrap();
    assert_eq!(known(after)[2], ("b".to_owned(), true));
    store.close().await.unwrap();
    place.open().await.close().await.unwrap();
}

#[tokio::test]
async fn a_file_of_version_1() {
    let place = NewPlace::file();
    let old = Connection::open(&place.text).unwrap();
    old.execute_batch(include_str!("../../migrations/sqlite/1-debates-and-events.sql")).unwrap();
    old.pragma_update(None, "application_id", 0x7069_7864).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    for debate in DEBATES {
        old.execute("INSERT INTO debates VALUES (?1, ?2, 7, x'', x'', x'', ?3)", debate).unwrap();
    }
    old.close().unwrap();
    test(place).await;
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
