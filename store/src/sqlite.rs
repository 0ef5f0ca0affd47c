//! The store in a SQLite file.
//!
//! The file is in WAL mode with full synchronisation: a commit is on the disk when it returns. The
//! writer has a thread and a connection of its own; so has the reader, who sees what was committed
//! and never waits for the writer.
//!
//! The file is locked as long as the store is open. SQLite's own locks would let two servers take
//! turns in writing; and then both would go on with the same debates.

mod debates;
mod errors;
mod judgments;
mod lock;
mod migrate;
mod open;
mod prune;
mod reader;
mod remove;
mod rows;
mod streams;
mod tails;
mod totals;
mod writer;

use std::path::PathBuf;
use std::thread;

use tokio::sync::{mpsc, oneshot};

pub(crate) use self::reader::SqliteReader;
use crate::error::StoreError;
use crate::writer::{Order, write};

/// Opens the file and starts its writer and its reader.
pub(crate) async fn open(
    file: PathBuf,
    orders: mpsc::Receiver<Order>,
) -> Result<SqliteReader, StoreError> {
    let place = file.display().to_string();
    let (opened, result) = oneshot::channel();
    let work = move || {
        let (backend, reader) = match open::open(&file) {
            Ok(open::Opened { lock, writing, reading, tails, totals }) => {
                let access = open::Access::Shared;
                let reader = SqliteReader::start(reading, tails.clone(), file, access, None);
                (writer::SqliteWriter::new(place.clone(), lock, writing, tails, totals), reader)
            }
            Err(error) => return drop(opened.send(Err(error))),
        };
        // The writer waits for orders and nothing else: the runtime needs no drivers.
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        match runtime.and_then(|runtime| Ok((runtime, reader?))) {
            Ok((runtime, reader)) => {
                if opened.send(Ok(reader)).is_ok() {
                    runtime.block_on(write(backend, orders));
                }
            }
            Err(error) => drop(opened.send(Err(no_thread(&place, &error)))),
        }
    };
    thread::Builder::new()
        .name("store-writer".into())
        .spawn(work)
        .map_err(|error| no_thread("the store", &error))?;
    result.await.unwrap_or(Err(StoreError::Closed))
}

/// Opens the file to read it as it is.
pub(crate) async fn read(file: PathBuf) -> Result<SqliteReader, StoreError> {
    let work = move || {
        let open::OpenedToRead { lock, reading, access, tails } = open::open_to_read(&file)?;
        let place = file.display().to_string();
        SqliteReader::start(reading, tails, file, access, Some(lock))
            .map_err(|error| no_thread(&place, &error))
    };
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreError::Closed))
}

fn no_thread(place: &str, error: &std::io::Error) -> StoreError {
    StoreError::Refused { place: place.into(), detail: format!("no thread for it: {error}") }
}
