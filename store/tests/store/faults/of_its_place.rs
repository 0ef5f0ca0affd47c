//! A file that is reached by other paths, or is removed or replaced under the server.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use pixel_debate_store::{NewDebate, Store, StoreError};

use crate::child::{self, Running};
use crate::places::NewPlace;

async fn with_debate(place: &NewPlace) -> Store {
    let store = place.open().await;
    store.create(NewDebate { id: "a".into(), ..NewDebate::default() }).await.unwrap();
    store.append("a", 1, "one", None).await.unwrap();
    store
}

/// Links to the file, in another folder and beside it.
fn links(file: &str, folder: &Path) -> [String; 3] {
    let beside = format!("{file}.link");
    let (hard, soft) = (folder.join("hard.db"), folder.join("soft.db"));
    fs::hard_link(file, &hard).unwrap();
    symlink(file, &soft).unwrap();
    symlink(file, &beside).unwrap();
    [hard.to_str().unwrap().into(), soft.to_str().unwrap().into(), beside]
}

#[tokio::test]
async fn a_link_to_the_file_is_the_same_store() {
    let place = NewPlace::file();
    let store = with_debate(&place).await;
    let folder = tempfile::tempdir().unwrap();
    let links = links(&place.text, folder.path());
    let holder = format!("another server has locked it: process {}, since 20", std::process::id());
    for link in &links {
        // By this process, and by another one.
        let error = Store::open(&link.parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, StoreError::Busy { .. }), "{link}: {error}");
        let mut other = Running::start("faults::of_its_place::opens_and_goes_on", link);
        let said = other.line().unwrap();
        // On a hard link the log, and with it who holds the file, may be out of reach.
        assert!(said.contains("another server has locked it"), "{link}: {said}");
        assert!(said.contains(&holder) || link.contains("hard"), "{link}: {said}");
    }
    // Who holds it has not noticed, and nothing is lost.
    store.append("a", 2, "two", None).await.unwrap();
    store.close().await.unwrap();
    let store = Store::open(&links[1].parse().unwrap()).await.unwrap();
    assert_eq!(store.events("a", 0).await.unwrap().len(), 2);
    // The path that is no link is taken as well now.
    assert!(matches!(place.try_open().await, Err(StoreError::Busy { .. })));
}

#[tokio::test]
async fn another_process_is_refused_until_the_file_is_given_back() {
    let place = NewPlace::file();
    let mut other = Running::start("faults::of_its_place::opens_and_goes_on", &place.text);
    assert_eq!(other.line().as_deref(), Some("opened"));
    let error = place.try_open().await.unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    other.kill();
    place.open().await;
}

#[tokio::test]
#[ignore = "another test starts it as a process of its own"]
async fn opens_and_goes_on() {
    let opened = Store::open(&child::store().parse().unwrap()).await;
    match &opened {
        Ok(_) => println!("store: opened"),
        Err(error) => println!("store: {error}"),
    }
    let _ = std::io::Read::read(&mut std::io::stdin(), &mut [0]);
}

/// The store says that its file is gone, and what is gone is not what was acknowledged.
async fn is_gone(store: &Store, seq: u64) {
    let error = store.append("a", seq, "more", None).await.unwrap_err();
    assert!(matches!(error, StoreError::Gone { .. }) && error.is_temporary(), "{error}");
    assert!(error.to_string().contains("removed or replaced under the server"), "{error}");
    assert!(matches!(store.check().await, Err(StoreError::Gone { .. })));
}

#[tokio::test]
async fn a_file_that_is_moved_away_is_missed_and_goes_on_when_it_is_back() {
    let place = NewPlace::file();
    let store = with_debate(&place).await;
    let away = format!("{}.away", place.text);
    fs::rename(&place.text, &away).unwrap();
    is_gone(&store, 2).await;

    // Another file in its place is not the store.
    fs::copy(&away, &place.text).unwrap();
    is_gone(&store, 2).await;

    fs::rename(&away, &place.text).unwrap();
    store.check().await.unwrap();
    store.append("a", 2, "more", None).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(place.open().await.events("a", 0).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_that_is_removed_is_missed() {
    let place = NewPlace::file();
    let store = with_debate(&place).await;
    fs::remove_file(&place.text).unwrap();
    is_gone(&store, 2).await;
}

#[tokio::test]
async fn the_log_of_the_last_writes_is_missed_as_well() {
    let place = NewPlace::file();
    let store = with_debate(&place).await;
    fs::remove_file(format!("{}-wal", place.text)).unwrap();
    is_gone(&store, 2).await;
}
