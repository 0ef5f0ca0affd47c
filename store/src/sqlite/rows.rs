//! Rows as they are read: each is held against its seal.

use rusqlite::types::FromSqlError;
use rusqlite::{Connection, Error, ErrorCode, OptionalExtension, Row};

use super::tails::Tails;
use crate::records::{NewDebate, StoredDebate, StoredEvent, StoredResult};
use crate::seal::{self, Link};

/// Why something cannot be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite or the system failed.
    Failed(Error),
    /// What is there is not what was written.
    Damaged(String),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let damaged = match &error {
            Error::SqliteFailure(failure, _) => matches!(
                failure.code,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TooBig
            ),
            // A column is of another type than was written.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..) => true,
            _ => false,
        };
        if damaged { Self::Damaged(error.to_string()) } else { Self::Failed(error) }
    }
}

impl From<FromSqlError> for Fault {
    fn from(error: FromSqlError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// What is said of a row whose seal is not that of what it says.
fn altered(what: &str) -> Fault {
    Fault::Damaged(format!("{what} has been altered"))
}

/// The columns of a debate.
const DEBATE: &str = "SELECT id, created_ms, setup, secret, seats, ended, last, began, seal, closing \
    FROM debates WHERE place = ?1";

/// A debate's row.
pub(super) struct DebateRow {
    pub(super) debate: NewDebate,
    pub(super) ended: bool,
    /// The row of its last event, once it has ended.
    last: Option<i64>,
    pub(super) began: i64,
}

/// The row of the debate at that place.
pub(super) fn debate_row(connection: &Connection, place: i64) -> Result<Option<DebateRow>, Fault> {
    let mut statement = connection.prepare_cached(DEBATE)?;
    let found = statement.query_row([place], |row| {
        let bytes = |column| row.get::<_, Vec<u8>>(column).map(Into::into);
        let debate = NewDebate {
            id: row.get(0)?,
            created_ms: row.get::<_, i64>(1)?.cast_unsigned(),
            setup: bytes(2)?,
            secret: bytes(3)?,
            seats: bytes(4)?,
        };
        let read = DebateRow { debate, ended: row.get(5)?, last: row.get(6)?, began: row.get(7)? };
        Ok((read, row.get::<_, i64>(8)?, row.get::<_, Option<i64>>(9)?))
    });
    let Some((read, sealed, closing)) = found.optional()? else { return Ok(None) };
    if seal::of_debate(place, &read.debate, read.began) != sealed {
        return Err(altered("it"));
    }
    let closed = read.ended.then(|| seal::of_end(place, read.last));
    if closing != closed || (!read.ended && read.last.is_some()) {
        return Err(altered("its end"));
    }
    Ok(Some(read))
}

/// The place of the debate with that name.
pub(super) fn place_of(connection: &Connection, id: &str) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT place FROM debates WHERE id = ?1")?;
    statement.query_row([id], |row| row.get(0)).optional()
}

/// The debate at that place with all that the store knows of it.
pub(super) fn debate(
    connection: &Connection,
    tails: &Tails,
    place: i64,
) -> Result<Option<StoredDebate>, Fault> {
    // In this order: the writer notes that a debate has ended after it has.
    let tail = tails.of(place)?;
    let Some(row) = debate_row(connection, place)? else { return Ok(None) };
    let (last_seq, result) = if row.ended {
        let last = row.last.map(|last| event(connection, place, last)).transpose()?;
        let result = result_of(connection, place, &row.debate.id)?;
        (last.map_or(0, |(event, _)| event.seq), Some(result))
    } else {
        (tail.unwrap_or_default().seq.cast_unsigned(), None)
    };
    let (ended_ms, result) = result.map(|(ended_ms, stored)| (ended_ms, stored.result)).unzip();
    let place = place.cast_unsigned();
    let DebateRow { debate, ended, .. } = row;
    let result = result.flatten();
    Ok(Some(StoredDebate { place, debate, last_seq, ended, ended_ms, result }))
}

/// The event of that debate in that row, and the row of the one before it.
fn event(
    connection: &Connection,
    place: i64,
    row: i64,
) -> Result<(StoredEvent, Option<i64>), Fault> {
    let mut statement = connection
        .prepare_cached("SELECT debate, seq, event, previous, seal FROM events WHERE row = ?1")?;
    let mut rows = statement.query([row])?;
    let Some(found) = rows.next()? else {
        return Err(Fault::Damaged(format!("row {row} with an event of it is missing")));
    };
    let read = EventRow::read(found, row, 0)?;
    if read.debate != place {
        return Err(Fault::Damaged(format!("row {row} has an event of another debate")));
    }
    let event = found.get_ref(2)?.as_blob()?.to_vec().into();
    Ok((StoredEvent { seq: read.seq.cast_unsigned(), event }, read.previous))
}

/// What an event's row says beside the event.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventRow {
    pub(super) debate: i64,
    pub(super) seq: i64,
    pub(super) previous: Option<i64>,
}

impl EventRow {
    /// Reads the columns debate, seq, event, previous and seal, from that column on.
    fn read(columns: &Row<'_>, row: i64, from: usize) -> Result<Self, Fault> {
        let (read, whole) = Self::perhaps(columns, row, from)?;
        if whole { Ok(read) } else { Err(altered(&format!("the event in row {row}"))) }
    }

    /// The same, and whether the seal is that of what the row says.
    pub(super) fn perhaps(columns: &Row<'_>, row: i64, from: usize) -> Result<(Self, bool), Fault> {
        let debate = columns.get(from)?;
        let seq = columns.get(from + 1)?;
        let event = columns.get_ref(from + 2)?.as_blob()?;
        let previous = columns.get(from + 3)?;
        let sealed: i64 = columns.get(from + 4)?;
        let whole = seal::of_event(debate, seq, event, Link { row, previous }) == sealed;
        Ok((Self { debate, seq, previous }, whole))
    }
}

/// The events of the debate at that place with numbers above `after`: from the last one, in that row
/// and with that number, each names the row of the one before it.
pub(super) fn chain(
    connection: &Connection,
    place: i64,
    (last, last_seq): (i64, i64),
    after: i64,
) -> Result<Vec<StoredEvent>, Fault> {
    let (mut row, mut seq) = (Some(last), last_seq);
    let mut events = Vec::new();
    while seq > after {
        let missing = || Fault::Damaged(format!("event {seq} of it is missing"));
        let (read, previous) = event(connection, place, row.ok_or_else(missing)?)?;
        if read.seq != seq.cast_unsigned() {
            return Err(missing());
        }
        events.push(read);
        (row, seq) = (previous, seq - 1);
    }
    events.reverse();
    Ok(events)
}

/// The events of the debate at that place with numbers above `after`; none if there is no such
/// debate.
pub(super) fn events(
    connection: &Connection,
    tails: &Tails,
    place: i64,
    after: i64,
) -> Result<Vec<StoredEvent>, Fault> {
    let Some((last, seq)) = last_of(connection, tails, place)? else { return Ok(Vec::new()) };
    chain(connection, place, (last, seq), after)
}

/// The row and the number of the last event of the debate at that place, if it has one.
pub(super) fn last_of(
    connection: &Connection,
    tails: &Tails,
    place: i64,
) -> Result<Option<(i64, i64)>, Fault> {
    // In this order: the writer notes that a debate has ended after it has.
    let tail = tails.of(place)?;
    let Some(row) = debate_row(connection, place)? else { return Ok(None) };
    match (row.ended, row.last) {
        (true, Some(last)) => {
            let (event, _) = event(connection, place, last)?;
            Ok(Some((last, event.seq.cast_signed())))
        }
        (true, None) => Ok(None),
        (false, _) => Ok(tail.and_then(|tail| Some((tail.row?, tail.seq)))),
    }
}

/// A result's columns.
pub(super) const RESULT: &str = "SELECT number, debate, topic, result, ended_ms, seal, \
    (SELECT id FROM debates WHERE place = debate) FROM results";

/// Reads them.
pub(super) fn result(row: &Row<'_>) -> Result<StoredResult, Fault> {
    let number: i64 = row.get(0)?;
    let place = row.get(1)?;
    let topic: Option<String> = row.get(2)?;
    let result: Option<Vec<u8>> = row.get(3)?;
    let Some(debate) = row.get::<_, Option<String>>(6)? else {
        return Err(Fault::Damaged("the debate of a result is missing".into()));
    };
    let (ended_ms, sealed): (i64, i64) = (row.get(4)?, row.get(5)?);
    let named = (place, debate.as_str());
    if seal::of_result(number, named, ended_ms, topic.as_deref(), result.as_deref()) != sealed {
        return Err(altered("its result"));
    }
    let number = number.cast_unsigned();
    Ok(StoredResult { number, debate, result: result.map(Into::into) })
}

/// When the debate at that place ended, which has, and what came of it.
fn result_of(connection: &Connection, place: i64, id: &str) -> Result<(u64, StoredResult), Fault> {
    let mut statement = connection.prepare_cached(&format!("{RESULT} WHERE debate = ?1"))?;
    let mut rows = statement.query([place])?;
    let row = rows.next()?.ok_or_else(|| Fault::Damaged("its result is missing".into()))?;
    let read = result(row)?;
    let ended_ms: i64 = row.get(4)?;
    if read.debate == id {
        Ok((ended_ms.cast_unsigned(), read))
    } else {
        Err(altered("its result"))
    }
}
