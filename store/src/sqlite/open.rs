//! Opening the file: its lock, its settings, and the schema in its newest version. Or to read it as it is.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::errors::failure;
use super::lock::{Lock, Unlocked, log_of};
use super::migrate::{is_newest, migrate, recognise};
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
    let mut lock = locked(file, Lock::take(file))?;
    let mut writing = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| StoreError::Open { place: place.clone(), detail: error.to_string() })?;
    let said = |error: rusqlite::Error| failure(&place, error.into());
    writing.busy_timeout(PATIENCE).map_err(said)?;
    recognise(&writing, &place)?;
    writing
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA cache_size = -16384;
             -- What was removed, or moved to another page, leaves no copy behind.
             PRAGMA secure_delete = ON;",
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
    let reading = Access::Shared.connect(file).map_err(said)?;
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

/// A file that is open to be read as it is.
pub(super) struct OpenedToRead {
    pub(super) lock: Lock,
    pub(super) reading: Connection,
    pub(super) access: Access,
    pub(super) tails: Tails,
}

/// Opens the file to read it as it is. Where it has no log, it and its folder need not be such as may be written
/// to, and nothing is.
pub(super) fn open_to_read(file: &Path) -> Result<OpenedToRead, StoreError> {
    let place = file.display().to_string();
    let lock = locked(file, Lock::share(file))?;
    let access = Access::of(file);
    let read = || -> Result<(Connection, Tails), StoreError> {
        let said = |error: rusqlite::Error| failure(&place, error.into());
        let reading = access.connect(file).map_err(said)?;
        recognise(&reading, &place)?;
        is_newest(&reading, &place)?;
        let tails = Tails::default();
        let read = Totals::read(&reading).and_then(|totals| tails.read(&reading, &totals));
        read.map(|()| (reading, tails)).map_err(|fault| failure(&place, fault))
    };
    match (read(), access) {
        (Ok((reading, tails)), _) => Ok(OpenedToRead { lock, reading, access, tails }),
        (Err(StoreError::Disk { detail, .. }), Access::Shared) => {
            let log = log_of(file);
            let log = log.display();
            let detail = format!(
                "{detail}; its last writes are still in {log}, and to read that SQLite writes beside \
                 it: copy both to where it may"
            );
            Err(StoreError::Open { place, detail })
        }
        (Err(error), _) => Err(error),
    }
}

fn locked(file: &Path, lock: Result<Lock, Unlocked>) -> Result<Lock, StoreError> {
    let place = file.display().to_string();
    lock.map_err(|unlocked| match unlocked {
        Unlocked::Held => StoreError::Busy { detail: holder(file), place },
        Unlocked::Failed(error) => StoreError::Open { detail: error.to_string(), place },
    })
}

/// How a file is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    /// With its log, beside others who may write: SQLite needs to write to a file beside it for that.
    Shared,
    /// As a file that nobody changes, without its log, which there is none of.
    Still,
}

impl Access {
    /// How a file can be read that is kept from our own writers.
    fn of(file: &Path) -> Self {
        match std::fs::metadata(log_of(file)) {
            Ok(log) if log.len() > 0 => Self::Shared,
            _ => Self::Still,
        }
    }

    /// A connection that only reads.
    pub(super) fn connect(self, file: &Path) -> rusqlite::Result<Connection> {
        let connection = match self {
            Self::Shared => connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
            Self::Still => {
                let path = absolute(file)?;
                let path = percent_encode(path.as_os_str().as_encoded_bytes(), &IN_URLS);
                let how = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                let url = format!("file://{path}?immutable=1");
                Connection::open_with_flags(url, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?
            }
        };
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    }
}

/// What stands for something else in a path that is part of a URL.
const IN_URLS: AsciiSet = NON_ALPHANUMERIC.remove(b'/');

/// A connection to the file at that path. To SQLite some relative paths are no files, `:memory:` and those that
/// begin with `file:`; no absolute one is.
fn connect(file: &Path, how: OpenFlags) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(absolute(file)?, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

fn absolute(file: &Path) -> rusqlite::Result<PathBuf> {
    std::path::absolute(file).map_err(|_| rusqlite::Error::InvalidPath(file.to_owned()))
}

/// Who has the file, as far as it says.
fn holder(file: &Path) -> String {
    let read = || -> rusqlite::Result<Option<(i64, i64)>> {
        let sql = "SELECT process, since_ms FROM holder WHERE process > 0";
        Access::Shared
            .connect(file)?
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    };
    let mut said = "another server has locked it".to_owned();
    if let Ok(Some((process, since_ms))) = read() {
        let since = UNIX_EPOCH + Duration::from_millis(since_ms.cast_unsigned());
        let since = humantime::format_rfc3339_seconds(since);
        let _ = write!(said, ": process {process}, since {since}");
    }
    said
}
