//! The store in a PostgreSQL database.
//!
//! The writer has a connection of its own, and with it an advisory lock on the database, so that no
//! two servers go on with the same debates. Readers share a second connection. Both connect again
//! when the connection is lost. A write whose outcome is open then is tried again, which is safe: if
//! it was carried out, it is found to be.

mod errors;
mod migrate;
mod reader;
mod rows;
mod session;
mod target;
mod writer;

use tokio::sync::mpsc;

pub(crate) use self::reader::PostgresReader;
use self::target::Target;
pub use self::target::{Database, DatabaseError};
use crate::error::StoreError;
use crate::writer::{Order, write};

/// Connects to the database, brings its schema to the newest version, and starts the writer.
pub(crate) async fn open(
    database: &Database,
    orders: mpsc::Receiver<Order>,
) -> Result<PostgresReader, StoreError> {
    let place = database.to_string();
    let target = Target::new(database)
        .map_err(|error| StoreError::Open { place: place.clone(), detail: error.to_string() })?;
    // In a box: whoever opens a store would carry every step of it and of its retries along.
    let writer = Box::pin(writer::PostgresWriter::open(target.clone(), place.clone())).await?;
    let reader = PostgresReader::new(target, place);
    reader.open().await?;
    tokio::spawn(write(writer, orders));
    Ok(reader)
}
