//! A store that is opened to be read as it is: nothing is written, to it or beside it.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pixel_debate_store::{Finish, NewDebate, Place, Prune, Store, StoreError};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::child::{self, Running};
use crate::database::connect;
use crate::places::{NewPlace, on_both_stores};

/// A store of one debate that has ended, and one that goes on.
async fn with_debates(place: &NewPlace) -> Store {
    let store = place.open().await;
    for id in ["a", "b"] {
        store.create(NewDebate { id: id.into(), ..NewDebate::default() }).await.unwrap();
        store.append(id, 1, "one", None).await.unwrap();
    }
    store.append("a", 2, "two", Some(Finish::default())).await.unwrap();
    store
}

async fn read(text: &str) -> Result<Store, StoreError> {
    Store::open_to_read(&text.parse::<Place>().unwrap()).await
}

/// That all of it can be read, of the store of [`with_debates`].
async fn is_read(store: &Store) {
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
    let recent = store.recent(None, 9).await.unwrap();
    let names: Vec<_> = recent.items.iter().map(|stored| &*stored.debate.id).collect();
    assert_eq!((names, recent.damaged.len()), (vec!["b", "a"], 0));
    assert_eq!(store.events("a", 0).await.unwrap().len(), 2);
    assert_eq!(store.unfinished(0, 9).await.unwrap().items[0].last_seq, 1);
    assert_eq!(store.results(0, 9).await.unwrap().items.len(), 1);
    assert!(store.size().await.unwrap() > 1000);
}

on_both_stores!(what_is_opened_to_be_read_is_not_written, |place| {
    with_debates(&place).await.close().await.unwrap();
    let store = read(&place.text).await.unwrap();
    is_read(&store).await;
    let refused = |error: StoreError| {
        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
        assert!(error.to_string().contains("to be read only"), "{error}");
    };
    refused(store.check().await.unwrap_err());
    refused(store.append("b", 2, "two", None).await.unwrap_err());
    refused(store.create(NewDebate::default()).await.unwrap_err());
    refused(store.compact().await.unwrap_err());
    let all = Prune { before_ms: u64::MAX, unfinished: true, most: 9 };
    refused(store.prune(all).await.unwrap_err());
    // Nobody writes meanwhile; and afterwards somebody can.
    let error = place.try_open().await.unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    store.close().await.unwrap();
    assert_eq!(store.debate("a").await.unwrap_err(), StoreError::Closed);
    let writing = place.open().await;
    let error = read(&place.text).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    writing.append("b", 2, "two", None).await.unwrap();
    writing.close().await.unwrap();
});

/// All that is in a folder, with its bytes and the time at which it was written to last.
fn contents(folder: &Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        (path.display().to_string(), (fs::read(&path).unwrap(), written))
    };
    fs::read_dir(folder).unwrap().map(read).collect()
}

/// A folder with a copy of a store as it is at this moment, of those files of it.
fn copied(place: &NewPlace, endings: &[&str]) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    // What URLs have another meaning for is a part of the name.
    let copy = folder.path().join("a copy?mode=rw#1%41.db").display().to_string();
    for ending in endings {
        let to = format!("{copy}{ending}");
        fs::copy(format!("{}{ending}", place.text), &to).unwrap();
        fs::set_permissions(to, Permissions::from_mode(0o444)).unwrap();
    }
    (folder, copy)
}

#[tokio::test]
async fn a_file_and_its_folder_stay_as_they_are() {
    let place = NewPlace::file();
    with_debates(&place).await.close().await.unwrap();
    let (folder, copy) = copied(&place, &[""]);
    let before = contents(folder.path());
    let store = read(&copy).await.unwrap();
    is_read(&store).await;
    assert_eq!(contents(folder.path()), before);
    store.close().await.unwrap();
    assert_eq!(contents(folder.path()), before);
}

#[tokio::test]
async fn a_copy_where_nothing_may_be_written_is_read_or_it_is_said_why_not() {
    let place = NewPlace::file();
    let store = with_debates(&place).await;
    // As a server leaves it that is killed.
    let (unfinished, its_copy) = copied(&place, &["", "-wal"]);
    store.close().await.unwrap();
    let (finished, copy) = copied(&place, &[""]);
    let other = tempfile::tempdir().unwrap();
    fs::set_permissions(other.path(), Permissions::from_mode(0o755)).unwrap();
    let said = |store: &str| {
        let test = "reading::reads_all_of_it";
        Running::start_as_nobody(test, store, other.path()).line().unwrap()
    };
    for folder in [&unfinished, &finished] {
        fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    }
    assert_eq!(said(&copy), "read");
    let _ = fs::remove_file(other.path().join("program"));
    let answer = said(&its_copy);
    assert!(answer.contains("its last writes are still in ") && answer.contains("copy both"));
    // Where something may be written they are read as well, and stay where they are.
    for folder in [&unfinished, &finished] {
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    }
    let (file, log) = (fs::read(&its_copy).unwrap(), format!("{its_copy}-wal"));
    let logged = fs::read(&log).unwrap();
    assert!(!logged.is_empty());
    let store = read(&its_copy).await.unwrap();
    is_read(&store).await;
    store.close().await.unwrap();
    assert_eq!((fs::read(&its_copy).unwrap(), fs::read(&log).unwrap()), (file, logged));
}

#[tokio::test]
#[ignore = "another test starts it as a process of its own"]
async fn reads_all_of_it() {
    match read(&child::store()).await {
        Ok(store) => {
            is_read(&store).await;
            println!("store: read");
        }
        Err(error) => println!("store: {error}"),
    }
}

#[tokio::test]
async fn where_no_store_is_none_is_made() {
    let place = NewPlace::file();
    let error = read(&place.text).await.unwrap_err();
    assert!(matches!(error, StoreError::Open { .. }), "{error}");
    assert!(!Path::new(&place.text).exists());
    fs::write(&place.text, "").unwrap();
    let error = read(&place.text).await.unwrap_err();
    assert!(matches!(error, StoreError::NoStore { .. }), "{error}");
    assert_eq!(contents(Path::new(&place.text).parent().unwrap()).len(), 1);
    assert!(fs::read(&place.text).unwrap().is_empty());
}

#[tokio::test]
async fn in_a_database_without_a_store_none_is_made() {
    let Some(place) = NewPlace::database().await else { return };
    let error = read(&place.text).await.unwrap_err();
    assert!(matches!(error, StoreError::NoStore { .. }), "{error}");
    let other = connect(&place.text).await;
    let made = "SELECT relname::TEXT FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(other.query(made, &[]).await.unwrap().len(), 0);
}

#[tokio::test]
async fn an_earlier_version_is_left_as_it_is() {
    let place = NewPlace::file();
    let old = Connection::open(&place.text).unwrap();
    old.execute_batch(include_str!("../../migrations/sqlite/1-debates-and-events.sql")).unwrap();
    old.pragma_update(None, "application_id", 0x7069_7864).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.close().unwrap();
    let before = fs::read(&place.text).unwrap();
    let error = read(&place.text).await.unwrap_err();
    assert!(matches!(error, StoreError::TooOld { found: 1, known: 5, .. }), "{error}");
    assert_eq!(fs::read(&place.text).unwrap(), before);

    let Some(place) = NewPlace::database().await else { return };
    place.open().await.close().await.unwrap();
    let other = connect(&place.text).await;
    let back = "DELETE FROM pixel_debate_schema WHERE version >= 3; DROP TABLE judgments;
        ALTER TABLE debates DROP seal, DROP last, DROP closing; ALTER TABLE events DROP seal;
        ALTER TABLE results DROP seal, DROP ended_ms, DROP since_ms";
    other.batch_execute(back).await.unwrap();
    let error = read(&place.text).await.unwrap_err();
    assert!(matches!(error, StoreError::TooOld { found: 2, known: 4, .. }), "{error}");
    place.open().await.close().await.unwrap();
    read(&place.text).await.unwrap();
}
