//! A file that is locked, damaged, foreign or of a later version, and a full disk.

use std::fs;
use std::io::Read;
use std::process::Command;
use std::time::Duration;

use pixel_debate_store::{NewDebate, Place, Store, StoreError};
use rusqlite::Connection;

use crate::child::{self, Running};
use crate::places::NewPlace;

async fn with_debate(place: &NewPlace) -> Store {
    let store = place.open().await;
    store.create(NewDebate { id: "a".into(), ..NewDebate::default() }).await.unwrap();
    store.append("a", 1, "one", None).await.unwrap();
    store
}

#[tokio::test]
async fn a_file_that_another_process_locks_is_busy_for_a_time() {
    let place = NewPlace::file();
    let store = with_debate(&place).await;
    let mut locker = Running::start("faults::of_a_file::locks_until_it_is_killed", &place.text);
    assert_eq!(locker.line().as_deref(), Some("locked"));

    let error = store.append("a", 2, "two", None).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }) && error.is_temporary(), "{error}");
    assert!(error.to_string().contains("in use by another process"), "{error}");
    assert!(matches!(store.check().await, Err(StoreError::Busy { .. })));
    // Whoever only reads is not held up.
    assert_eq!(store.events("a", 0).await.unwrap().len(), 1);

    locker.kill();
    store.append("a", 2, "two", None).await.unwrap();
    assert_eq!(store.events("a", 0).await.unwrap().len(), 2);
}

#[test]
#[ignore = "another test starts it as a process of its own"]
fn locks_until_it_is_killed() {
    let connection = Connection::open(child::store()).unwrap();
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    println!("store: locked");
    let _ = std::io::stdin().read(&mut [0]);
}

#[tokio::test]
async fn a_lock_that_is_gone_soon_is_waited_for() {
    let place = NewPlace::file();
    let store = with_debate(&place).await;
    let other = Connection::open(&place.text).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (appended, ()) = tokio::join!(store.append("a", 2, "two", None), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.execute_batch("ROLLBACK").unwrap();
    });
    appended.unwrap();
}

#[tokio::test]
async fn what_is_no_store_is_refused() {
    let place = NewPlace::file();
    fs::write(&place.text, "a letter to my aunt, and long enough for a header. ".repeat(99))
        .unwrap();
    let error = place.try_open().await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }) && !error.is_temporary(), "{error}");

    let place = NewPlace::file();
    let foreign = Connection::open(&place.text).unwrap();
    foreign.execute_batch("CREATE TABLE letters (text TEXT)").unwrap();
    let error = place.try_open().await.unwrap_err().to_string();
    assert!(error.contains("of another program"), "{error}");
    // It has been left alone.
    let mode: String = foreign.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "delete");

    let folder = Place::File("/nowhere/at/all.db".into());
    let error = Store::open(&folder).await.unwrap_err();
    assert!(matches!(error, StoreError::Open { .. }) && !error.is_temporary(), "{error}");
    assert!(error.to_string().starts_with("/nowhere/at/all.db cannot be opened"), "{error}");
}

#[tokio::test]
async fn a_later_version_is_refused_by_name() {
    let place = NewPlace::file();
    with_debate(&place).await.close().await.unwrap();
    let later = Connection::open(&place.text).unwrap();
    later.pragma_update(None, "user_version", 99).unwrap();
    let error = place.try_open().await.unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 99, known: 5, .. }), "{error}");
    assert!(error.to_string().contains("is of version 99"), "{error}");
}

#[tokio::test]
async fn damage_is_said_and_nothing_wrong_is_read() {
    let place = NewPlace::file();
    let store = with_debate(&place).await;
    for seq in 2..300 {
        store.append("a", seq, vec![7; 500], None).await.unwrap();
    }
    store.close().await.unwrap();
    let mut bytes = fs::read(&place.text).unwrap();
    // All pages but the first, which says what the file is.
    bytes[4096..].fill(0x5a);
    fs::write(&place.text, bytes).unwrap();

    let error = match place.try_open().await {
        Err(error) => error,
        Ok(store) => {
            let read = store.events("a", 0).await.unwrap_err();
            assert!(matches!(read, StoreError::Corrupt { .. }), "{read}");
            store.append("a", 300, "more", None).await.unwrap_err()
        }
    };
    assert!(matches!(error, StoreError::Corrupt { .. }) && !error.is_temporary(), "{error}");
    assert!(error.to_string().contains("restore a copy"), "{error}");
}

/// On a file system of one megabyte, that only one process sees and that goes with it.
#[tokio::test]
async fn a_full_disk_is_said_and_the_store_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=1m tmpfs \"$FOLDER\" && exec \"$PROGRAM\" \
        --exact faults::of_a_file::fills_its_disk --ignored --nocapture --quiet";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .env("FOLDER", folder.path())
        .env("PROGRAM", std::env::current_exe().unwrap())
        .env("PIXEL_DEBATE_TEST_STORE", folder.path().join("store.db"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("store: went on"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
#[ignore = "another test starts it as a process of its own"]
async fn fills_its_disk() {
    let file = child::store();
    let filler = format!("{file}.filler");
    fs::write(&filler, vec![0; 400_000]).unwrap();
    let place = file.parse().unwrap();
    let store = Store::open(&place).await.unwrap();
    store.create(NewDebate { id: "a".into(), ..NewDebate::default() }).await.unwrap();
    let mut seq = 0;
    let error = loop {
        match store.append("a", seq + 1, vec![7; 3_000], None).await {
            Ok(()) => seq += 1,
            Err(error) => break error,
        }
    };
    assert!(seq > 20 && error.is_temporary(), "{seq} events, and then {error}");
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(error.to_string().contains("there is no room left"), "{error}");
    assert!(store.append("a", seq + 1, vec![7; 3_000], None).await.is_err());
    assert_eq!(store.events("a", 0).await.unwrap().len() as u64, seq);

    fs::remove_file(filler).unwrap();
    store.check().await.unwrap();
    store.append("a", seq + 1, vec![7; 3_000], None).await.unwrap();
    store.close().await.unwrap();
    let store = Store::open(&place).await.unwrap();
    assert_eq!(store.events("a", 0).await.unwrap().len() as u64, seq + 1);
    println!("store: went on after {seq} events");
}
