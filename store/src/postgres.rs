//! The store in a PostgreSQL database.
//!
//! The writer has a connection of its own, and with it an advisory lock on the database, so that no
//! two servers go on with the same debates. Readers share a second connection. Both connect again
//! when the connection is lost. A write whose outcome is open then is tried again, which is safe: if
//! it was carried out, it is found to be.

mod debates;
mod errors;
mod judgments;
mod migrate;
mod prune;
mod reader;
mod remove;
mod rows;
mod schema;
mod session;
mod target;
mod writer;

use backon::Retryable;
use tokio::sync::mpsc;

use self::reader::Hold;
pub(crate) use self::reader::PostgresReader;
use self::target::Target;
pub use self::target::{Database, DatabaseError};
use crate::error::StoreError;
use crate::writer::{Backend, Order, may_pass, warn_once, write};

/// Connects to the database, brings its schema to the newest version, and starts the writer.
pub(crate) async fn open(
    database: &Database,
    orders: mpsc::Receiver<Order>,
) -> Result<PostgresReader, StoreError> {
    let (target, place) = target(database)?;
    // In a box: whoever opens a store would carry every step of it and of its retries along.
    let writer = Box::pin(writer::PostgresWriter::open(target.clone(), place.clone())).await?;
    let reader = PostgresReader::new(target, place, Hold::Writer);
    reader.open().await?;
    tokio::spawn(write(writer, orders));
    Ok(reader)
}

/// Connects to the database to read what is in it, and changes nothing.
pub(crate) async fn read(database: &Database) -> Result<PostgresReader, StoreError> {
    let (target, place) = target(database)?;
    let reader = PostgresReader::new(target, place, Hold::Readers);
    // The last who had it may not have been missed yet.
    let attempt = || reader.open();
    let retry = attempt.retry(writer::PostgresWriter::PAUSES).when(may_pass);
    Box::pin(async { retry.notify(warn_once()).await }).await?;
    reader.check_schema().await?;
    Ok(reader)
}

fn target(database: &Database) -> Result<(Target, String), StoreError> {
    let place = database.to_string();
    match Target::new(database) {
        Ok(target) => Ok((target, place)),
        Err(error) => Err(StoreError::Open { place, detail: error.to_string() }),
    }
}
