//! A database that cuts the connection, is stopped and started again, is of a later version, or is
//! not there.

use std::sync::Arc;
use std::time::Duration;

use pixel_debate_store::{Finish, NewDebate, Place, Store, StoreError};
use tokio::time::{sleep, timeout};

use crate::database::{Database, Postgres, connect};

async fn open(url: &str) -> Result<Store, StoreError> {
    Store::open(&url.parse::<Place>().unwrap()).await
}

async fn with_debates(url: &str, number: u32) -> Store {
    let store = open(url).await.unwrap();
    for number in 0..number {
        let id = format!("d{number}");
        store.create(NewDebate { id, ..NewDebate::default() }).await.unwrap();
    }
    store
}

/// Cuts every connection to the database but this one.
async fn cut_off(url: &str) {
    let client = connect(url).await;
    client
        .batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn a_lost_connection_loses_no_event_and_tells_none_twice() {
    let Some(server) = Postgres::shared() else { return };
    let Database { url, server: _server } = server.new_database().await;
    let store = with_debates(&url, 20).await;
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let id = format!("d{number}");
                for seq in 1..=200 {
                    store
                        .append(&id, seq, format!("{id} {seq}"), (seq == 200).then(Finish::default))
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for _ in 0..5 {
        sleep(Duration::from_millis(50)).await;
        cut_off(&url).await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    cut_off(&url).await;
    for number in 0..20 {
        let id = format!("d{number}");
        let events = store.events(&id, 0).await.unwrap();
        assert_eq!(events.len(), 200);
        for (stored, seq) in events.iter().zip(1..) {
            assert_eq!((stored.seq, &*stored.event), (seq, format!("{id} {seq}").as_bytes()));
        }
    }
}

#[tokio::test]
async fn a_server_that_is_stopped_is_said_to_be_and_waited_for() {
    let Some(server) = Postgres::start() else { return };
    let Database { url, server } = Arc::new(server).new_database().await;
    let store = with_debates(&url, 1).await;
    store.append("d0", 1, "one", None).await.unwrap();
    server.stop();
    let error = store.append("d0", 2, "two", None).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }) && error.is_temporary(), "{error}");
    assert!(error.to_string().contains("see that it runs"), "{error}");
    assert!(matches!(store.events("d0", 0).await, Err(StoreError::Unreachable { .. })));

    // This one waits until the server is there again.
    let (appended, ()) = tokio::join!(store.append("d0", 2, "two", None), async {
        sleep(Duration::from_millis(300)).await;
        let server = Arc::clone(&server);
        tokio::task::spawn_blocking(move || server.start_again()).await.unwrap();
    });
    appended.unwrap();
    assert_eq!(store.events("d0", 0).await.unwrap().len(), 2);
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_later_version_is_refused_by_name() {
    let Some(server) = Postgres::shared() else { return };
    let Database { url, server: _server } = server.new_database().await;
    with_debates(&url, 1).await.close().await.unwrap();
    let client = connect(&url).await;
    client.batch_execute("INSERT INTO pixel_debate_schema VALUES (99)").await.unwrap();
    let error = open(&url).await.unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 99, known: 4, .. }), "{error}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_said_not_to_be() {
    let nobody = "postgres://ann:hush@127.0.0.1:1/study";
    let error = timeout(Duration::from_secs(20), open(nobody)).await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert!(!error.to_string().contains("hush"), "{error}");

    let Some(server) = Postgres::shared() else { return };
    let Database { url, server: _server } = server.new_database().await;
    let error = open(&format!("{url}-of-nobody")).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }) && !error.is_temporary(), "{error}");
    assert!(error.to_string().contains("does not exist"), "{error}");
}
