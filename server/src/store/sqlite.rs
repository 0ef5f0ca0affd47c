//! The store in a SQLite file.
//!
//! The file is in WAL mode with full synchronisation: a commit is on the disk when it returns. The
//! writer has a thread and a connection of its own; so has the reader, who sees what was committed
//! and never waits for the writer.
//!
//! A file beside the store, of the same name with `.lock` at its end, is locked as long as the
//! store is open. SQLite's own locks would let two servers take turns in writing; and then both
//! would go on with the same debates.

mod open;
mod reader;
mod tails;
mod writer;

use std::path::PathBuf;
use std::thread;

use rusqlite::ErrorCode;
use tokio::sync::{mpsc, oneshot};

pub(super) use self::reader::Reader;
use self::tails::Tails;
use super::StoreError;
use super::writer::{Order, write};

/// Opens the file and starts its writer and its reader.
pub(super) async fn open(
    file: PathBuf,
    orders: mpsc::Receiver<Order>,
) -> Result<Reader, StoreError> {
    let place = file.display().to_string();
    let (opened, result) = oneshot::channel();
    let work = move || {
        let (backend, reader) = match open::open(&file) {
            Ok((lock, connection, reading)) => {
                let tails = Tails::default();
                let reader = Reader::start(reading, tails.clone(), &place);
                match writer::Writer::new(place.clone(), lock, connection, tails) {
                    Ok(writer) => (writer, reader),
                    Err(error) => return drop(opened.send(Err(error))),
                }
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

fn no_thread(place: &str, error: &std::io::Error) -> StoreError {
    StoreError::Refused { place: place.into(), detail: format!("no thread for it: {error}") }
}

/// What an error of SQLite means for the store.
fn failure(place: &str, error: &rusqlite::Error) -> StoreError {
    let (place, detail) = (place.to_owned(), error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Busy { place, detail }
        }
        Some(ErrorCode::DiskFull) => StoreError::Full { place, detail },
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied,
        ) => StoreError::Disk { place, detail },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Corrupt { place, detail }
        }
        _ => StoreError::Refused { place, detail },
    }
}
