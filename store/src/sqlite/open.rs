//! Opening the file: its lock, its settings, and the schema in its newest version.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::errors::failure;
use super::lock::{Lock, Unlocked};
use super::migrate::{migrate, recognise};
use super::tails::Tails;
use super::totals::Totals;
use crate::error::StoreError;

/// How long another program may hold up a write, a backup for example.
const PATIENCE: Duration = Duration::from_secs(2);

/// An open file: a connection for the writer and one for the reader.
pub(super) struct Opened {
    pub(super) lock: Lock,
    pub(super) writing: Connection,
    pub(super) reading: Connection,
    pub(super) tails: Tails,
    pub(super) totals: Totals,
}

/// Opens the file.
pub(super) fn open(file: &Path) -> Result<Opened, StoreError> {
    let place = file.display().to_string();
    let mut lock = match Lock::take(file) {
        Ok(lock) => lock,
        Err(Unlocked::Held) => return Err(StoreError::Busy { detail: holder(file), place }),
        Err(Unlocked::Failed(error)) => {
            return Err(StoreError::Open { detail: error.to_string(), place });
        }
    };
    let mut writing = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| StoreError::Open { place: place.clone(), detail: error.to_string() })?;
    let said = |error: rusqlite::Error| failure(&place, error.into());
    writing.busy_timeout(PATIENCE).map_err(said)?;
    recognise(&writing, &place)?;
    writing
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA cache_size = -16384;",
        )
        .map_err(said)?;
    migrate(&mut writing, &place)?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    writing
        .execute(
            "UPDATE holder SET process = ?1, since_ms = ?2",
            [i64::from(std::process::id()), since.as_millis() as i64],
        )
        .map_err(said)?;
    let reading = read_only(file).map_err(said)?;
    // Nobody has put another file in its place meanwhile, and the log is known from here on.
    lock.check()?;
    let tails = Tails::default();
    let totals = Totals::read(&writing).and_then(|totals| {
        tails.read(&writing, &totals)?;
        Ok(totals)
    });
    let totals = totals.map_err(|fault| failure(&place, fault))?;
    Ok(Opened { lock, writing, reading, tails, totals })
}

/// A connection to the file at that path. To SQLite some relative paths are no files, `:memory:` and those that
/// begin with `file:`; no absolute one is.
fn connect(file: &Path, how: OpenFlags) -> rusqlite::Result<Connection> {
    let path =
        std::path::absolute(file).map_err(|_| rusqlite::Error::InvalidPath(file.to_owned()))?;
    Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// A connection that only reads.
pub(super) fn read_only(file: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Who has the file, as far as it says.
fn holder(file: &Path) -> String {
    let read = || -> rusqlite::Result<Option<(i64, i64)>> {
        let sql = "SELECT process, since_ms FROM holder WHERE process > 0";
        read_only(file)?.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()
    };
    let mut said = "another server has locked it".to_owned();
    if let Ok(Some((process, since_ms))) = read() {
        let since = UNIX_EPOCH + Duration::from_millis(since_ms.cast_unsigned());
        let since = humantime::format_rfc3339_seconds(since);
        let _ = write!(said, ": process {process}, since {since}");
    }
    said
}
