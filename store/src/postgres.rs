//! The store in a PostgreSQL database.
//!
//! The writer has a connection of its own, and with it an advisory lock on the database, so that no
//! two servers go on with the same debates. Readers share a second connection. Both connect again
//! when the connection is lost. A write whose outcome is open then is tried again, which is safe: if
//! it was carried out, it is found to be.

mod migrate;
mod reader;
mod rows;
mod session;
mod target;
mod writer;

use std::error::Error;
use std::io;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_postgres::error::SqlState;

pub(crate) use self::reader::Reader;
use self::target::Target;
pub use self::target::{Database, DatabaseError};
use crate::error::StoreError;
use crate::writer::{Order, write};

/// How long the database may take to answer before it is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connects to the database, brings its schema to the newest version, and starts the writer.
pub(crate) async fn open(
    database: &Database,
    orders: mpsc::Receiver<Order>,
) -> Result<Reader, StoreError> {
    let place = database.to_string();
    let target = Target::new(database)
        .map_err(|detail| StoreError::Open { place: place.clone(), detail })?;
    let writer = writer::Writer::open(target.clone(), place.clone()).await?;
    let reader = Reader::new(target, place);
    reader.open().await?;
    tokio::spawn(write(writer, orders));
    Ok(reader)
}

/// What an error of the database means for the store.
fn failure(place: &str, error: &tokio_postgres::Error) -> StoreError {
    let place = place.to_owned();
    let Some(database) = error.as_db_error() else {
        // The driver says what it was doing, and its source what happened.
        let source = error.source();
        let detail =
            source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        let lost = error.is_closed() || source.is_some_and(<dyn Error>::is::<io::Error>);
        return if lost || detail.contains("timed out") || detail.contains("connecting") {
            StoreError::Unreachable { place, detail }
        } else {
            StoreError::Refused { place, detail }
        };
    };
    let detail = database.message().to_owned();
    let code = database.code();
    // Some codes stand for a class: the first two characters say which.
    match (&code.code()[..2], code) {
        (_, &SqlState::DISK_FULL) => StoreError::Full { place, detail },
        ("08" | "57", _) if *code != SqlState::QUERY_CANCELED => {
            StoreError::Unreachable { place, detail }
        }
        (_, &SqlState::READ_ONLY_SQL_TRANSACTION | &SqlState::TOO_MANY_CONNECTIONS) => {
            StoreError::Unreachable { place, detail }
        }
        ("40" | "53" | "55" | "57", _) => StoreError::Busy { place, detail },
        ("58", _) => StoreError::Disk { place, detail },
        ("XX", _) => StoreError::Corrupt { place, detail },
        _ => StoreError::Refused { place, detail },
    }
}
