//! The schema, in its newest version.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction, params, params_from_iter};

use super::errors::{Fault, failure};
use super::totals::Totals;
use crate::error::StoreError;
use crate::records::NewDebate;
use crate::seal::{self, Link};

/// What makes each version of the schema from the one before; the first makes version 1.
const MIGRATIONS: [&str; 5] = [
    include_str!("../../migrations/sqlite/1-debates-and-events.sql"),
    include_str!("../../migrations/sqlite/2-results.sql"),
    include_str!("../../migrations/sqlite/3-chains-of-events.sql"),
    include_str!("../../migrations/sqlite/4-seals-and-totals.sql"),
    include_str!("../../migrations/sqlite/5-judgments.sql"),
];

/// The version from which on all rows are sealed.
const SEALED: i64 = 4;

/// The version from which on judgments are kept.
const JUDGED: i64 = 5;

/// Tells our files from those of other programs: "pixd".
const APPLICATION: i64 = 0x7069_7864;

/// Refuses a file of another program.
pub(super) fn recognise(connection: &Connection, place: &str) -> Result<(), StoreError> {
    let said = |error| failure(place, error);
    let application = pragma(connection, "application_id").map_err(said)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| said(error.into()))?;
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
pub(super) fn migrate(connection: &mut Connection, place: &str) -> Result<(), StoreError> {
    let (found, done) = version(connection, place)?;
    let mut bring = || {
        compare(connection, done)?;
        if (1..SEALED).contains(&found) {
            // What is sealed from here on is taken for right.
            if let Some(fault) = faults(connection)?.into_iter().next() {
                return Err(Fault::Damaged(fault));
            }
        }
        for (version, step) in (1..).zip(MIGRATIONS).skip(done) {
            let transaction = connection.transaction()?;
            transaction.execute_batch(step)?;
            if version == SEALED {
                seal_all(&transaction)?;
            }
            if version == JUDGED {
                Totals::begin_judgments(&transaction)?;
            }
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()?;
        }
        Ok(())
    };
    bring().map_err(|fault: Fault| failure(place, fault))
}

/// Refuses a schema that is not of the newest version, and changes nothing.
pub(super) fn is_newest(connection: &Connection, place: &str) -> Result<(), StoreError> {
    let known = MIGRATIONS.len();
    match version(connection, place)? {
        (0, _) => Err(StoreError::NoStore { place: place.into() }),
        (found, done) if done < known => {
            Err(StoreError::TooOld { place: place.into(), found, known: known as i64 })
        }
        _ => compare(connection, known).map_err(|fault| failure(place, fault)),
    }
}

/// The version of the schema, and how many migrations that are.
fn version(connection: &Connection, place: &str) -> Result<(i64, usize), StoreError> {
    let found = pragma(connection, "user_version").map_err(|fault| failure(place, fault))?;
    let known = MIGRATIONS.len();
    let done = usize::try_from(found).ok().filter(|done| *done <= known);
    let too_new = || StoreError::TooNew { place: place.into(), found, known: known as i64 };
    Ok((found, done.ok_or_else(too_new)?))
}

/// Refuses a schema of that version in which something is of another program: it could alter what is
/// written, or what is read.
fn compare(connection: &Connection, version: usize) -> Result<(), Fault> {
    let model = Connection::open_in_memory()?;
    for step in &MIGRATIONS[..version] {
        model.execute_batch(step)?;
    }
    let (expected, found) = (parts(&model)?, parts(connection)?);
    let strange = found.iter().find(|(key, part)| expected.get(*key) != Some(*part));
    if let Some((key, part)) = strange {
        let ((name, _), what) = (key, &part.what);
        let detail = if expected.get(key).is_some_and(|part| part.what == *what) {
            format!("its schema has {name:?}, {what}, made otherwise than by this program")
        } else {
            format!("its schema has {name:?}, {what}, which is none of this program's")
        };
        return Err(Fault::Damaged(detail));
    }
    match expected.iter().find(|(key, _)| !found.contains_key(*key)) {
        Some(((name, _), part)) => {
            Err(Fault::Damaged(format!("its schema lacks {name:?}, {}", part.what)))
        }
        None => Ok(()),
    }
}

/// A part of a schema.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    /// In words.
    what: String,
    /// What made it, without blanks and quotes, which differ where something was renamed; nothing of the
    /// indexes that SQLite makes by itself.
    sql: Option<String>,
}

/// What is in a schema by its name and kind; the tables of what SQLite counts aside.
fn parts(connection: &Connection) -> Result<BTreeMap<(String, String), Part>, Fault> {
    let mut schema = connection.prepare(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema
         WHERE type != 'table' OR name NOT IN ('sqlite_stat1', 'sqlite_stat4')",
    )?;
    let mut columns =
        connection.prepare("SELECT name, type FROM pragma_table_xinfo(?1) ORDER BY cid")?;
    let mut parts = BTreeMap::new();
    let mut rows = schema.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name, table): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let what = if kind == "table" {
            let columns = columns.query_map([&name], |column| {
                Ok(format!("{} {}", column.get::<_, String>(0)?, column.get::<_, String>(1)?))
            })?;
            let columns: Vec<_> = columns.collect::<rusqlite::Result<_>>()?;
            format!("a table of {}", columns.join(", "))
        } else {
            format!("{} {kind} of {table}", if kind == "index" { "an" } else { "a" })
        };
        let sql = row.get::<_, Option<String>>(3)?;
        let sql = sql.map(|sql| sql.replace(|one: char| one.is_whitespace() || one == '"', ""));
        parts.insert((name, kind), Part { what, sql });
    }
    Ok(parts)
}

/// What SQLite finds wrong with the file.
pub(super) fn faults(connection: &Connection) -> Result<Vec<String>, Fault> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let said = statement.query_map([], |row| row.get::<_, String>(0))?;
    let said: Vec<_> = said.collect::<rusqlite::Result<_>>()?;
    Ok(if said == ["ok"] { Vec::new() } else { said })
}

fn pragma(connection: &Connection, name: &str) -> Result<i64, Fault> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}

/// Seals what is there, and counts it.
fn seal_all(transaction: &Transaction<'_>) -> Result<(), Fault> {
    let number = |sql| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
    let last_event = number("SELECT coalesce(max(row), 0) FROM events")?;
    let totals = [
        number("SELECT count(*) FROM debates")?,
        number("SELECT count(*) FROM results")?,
        number("SELECT coalesce(max(place), 0) FROM debates")?,
        number("SELECT coalesce(max(number), 0) FROM results")?,
        number("SELECT coalesce(min(row), 1) FROM events")?,
        last_event,
    ];
    let totals = totals.into_iter().chain([seal::of_numbers(&totals)]);
    let sql = "INSERT INTO totals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    transaction.execute(sql, params_from_iter(totals))?;
    seal_events(transaction)?;
    seal_results(transaction)?;
    seal_debates(transaction, last_event)
}

fn seal_events(transaction: &Transaction<'_>) -> Result<(), Fault> {
    let mut events = transaction.prepare(
        "SELECT row, debate, seq, event, previous FROM events WHERE row > ?1 LIMIT 1000",
    )?;
    let mut update = transaction.prepare("UPDATE events SET seal = ?2 WHERE row = ?1")?;
    let mut after = 0;
    loop {
        let mut seals = Vec::new();
        let mut rows = events.query([after])?;
        while let Some(read) = rows.next()? {
            let link = Link { row: read.get(0)?, previous: read.get(4)? };
            let event = read.get_ref(3)?.as_blob()?;
            seals.push((link.row, seal::of_event(read.get(1)?, read.get(2)?, event, link)));
        }
        let Some(last) = seals.last() else { return Ok(()) };
        after = last.0;
        for (row, seal) in seals {
            update.execute([row, seal])?;
        }
    }
}

fn seal_results(transaction: &Transaction<'_>) -> Result<(), Fault> {
    let mut results = transaction.prepare(
        "SELECT number, debate, id, ended_ms, topic, result FROM results
         JOIN debates ON place = debate WHERE number > ?1 ORDER BY number LIMIT 1000",
    )?;
    let mut update = transaction.prepare("UPDATE results SET seal = ?2 WHERE number = ?1")?;
    let mut after = 0;
    loop {
        let mut seals = Vec::new();
        let mut rows = results.query([after])?;
        while let Some(read) = rows.next()? {
            let (number, place): (i64, i64) = (read.get(0)?, read.get(1)?);
            let (id, ended_ms): (String, i64) = (read.get(2)?, read.get(3)?);
            let topic: Option<String> = read.get(4)?;
            let result: Option<Vec<u8>> = read.get(5)?;
            let (topic, result) = (topic.as_deref(), result.as_deref());
            seals.push((number, seal::of_result(number, (place, &id), ended_ms, topic, result)));
        }
        let Some(last) = seals.last() else { return Ok(()) };
        after = last.0;
        for (number, seal) in seals {
            update.execute([number, seal])?;
        }
    }
}

/// Seals the debates from the newest to the oldest. On the way it is made true that no debate began
/// after a newer one: then all events up to where the oldest began are of debates that are gone.
fn seal_debates(transaction: &Transaction<'_>, last_event: i64) -> Result<(), Fault> {
    let mut debates = transaction.prepare(
        "SELECT place, id, created_ms, setup, secret, seats, began, ended, last FROM debates
         WHERE place < ?1 ORDER BY place DESC LIMIT 100",
    )?;
    let mut update = transaction
        .prepare("UPDATE debates SET began = ?2, seal = ?3, closing = ?4 WHERE place = ?1")?;
    let (mut before, mut began) = (i64::MAX, last_event);
    loop {
        let mut seals = Vec::new();
        let mut rows = debates.query([before])?;
        while let Some(read) = rows.next()? {
            let place: i64 = read.get(0)?;
            let bytes = |column| read.get::<_, Vec<u8>>(column).map(Into::into);
            let debate = NewDebate {
                id: read.get(1)?,
                created_ms: read.get::<_, i64>(2)?.cast_unsigned(),
                setup: bytes(3)?,
                secret: bytes(4)?,
                seats: bytes(5)?,
            };
            began = began.min(read.get(6)?);
            let ended: bool = read.get(7)?;
            let last: Option<i64> = read.get(8)?;
            let closing = ended.then(|| seal::of_end(place, last));
            seals.push((place, began, seal::of_debate(place, &debate, began), closing));
        }
        let Some(last) = seals.last() else { return Ok(()) };
        before = last.0;
        for (place, began, seal, closing) in seals {
            update.execute(params![place, began, seal, closing])?;
        }
    }
}
