//! Opening the file: locks, settings, and the schema in its newest version.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::failure;
use crate::store::StoreError;

/// How long another program may hold up a write, a backup for example.
const PATIENCE: Duration = Duration::from_secs(2);

/// What makes each version of the schema from the one before; the first makes version 1.
const MIGRATIONS: [&str; 3] = [
    include_str!("../../../migrations/sqlite/1-debates-and-events.sql"),
    include_str!("../../../migrations/sqlite/2-results.sql"),
    include_str!("../../../migrations/sqlite/3-chains-of-events.sql"),
];

/// Tells our files from those of other programs: "pixd".
const APPLICATION: i64 = 0x7069_7864;

/// Opens the file: the lock, and a connection for the writer and one for the reader.
pub(super) fn open(file: &Path) -> Result<(File, Connection, Connection), StoreError> {
    let place = file.display().to_string();
    let lock = lock(file, &place)?;
    let connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    );
    let mut connection = connection
        .map_err(|error| StoreError::Open { place: place.clone(), detail: error.to_string() })?;
    let said = |error| failure(&place, &error);
    connection.busy_timeout(PATIENCE).map_err(said)?;
    recognise(&connection, &place)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA cache_size = -16384;",
        )
        .map_err(said)?;
    migrate(&mut connection, &place)?;
    let reading = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(said)?;
    reading.busy_timeout(PATIENCE).map_err(said)?;
    Ok((lock, connection, reading))
}

/// Takes the store for this process.
fn lock(file: &Path, place: &str) -> Result<File, StoreError> {
    let unable =
        |error: io::Error| StoreError::Open { place: place.into(), detail: error.to_string() };
    let mut path = OsString::from(file);
    path.push(".lock");
    let lock = File::options().create(true).append(true).open(path).map_err(unable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy {
            place: place.into(),
            detail: "another server has locked it".into(),
        }),
        Err(TryLockError::Error(error)) => Err(unable(error)),
    }
}

/// Refuses a file of another program.
fn recognise(connection: &Connection, place: &str) -> Result<(), StoreError> {
    let said = |error| failure(place, &error);
    let application = pragma(connection, "application_id").map_err(said)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(said)?;
    if application == APPLICATION || (application == 0 && tables == 0) {
        Ok(())
    } else {
        Err(StoreError::Corrupt {
            place: place.into(),
            detail: "it is a SQLite file of another program".into(),
        })
    }
}

/// Brings the schema to the newest version, each step as a whole or not at all.
fn migrate(connection: &mut Connection, place: &str) -> Result<(), StoreError> {
    let said = |error| failure(place, &error);
    let known = MIGRATIONS.len() as i64;
    let found = pragma(connection, "user_version").map_err(said)?;
    let done = usize::try_from(found).ok().filter(|&found| found <= MIGRATIONS.len());
    let Some(done) = done else {
        return Err(StoreError::TooNew { place: place.into(), found, known });
    };
    for (version, step) in (1..).zip(MIGRATIONS).skip(done) {
        let transaction = connection.transaction().map_err(said)?;
        transaction.execute_batch(step).map_err(said)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(said)?;
        transaction.pragma_update(None, "user_version", version).map_err(said)?;
        transaction.commit().map_err(said)?;
    }
    Ok(())
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
