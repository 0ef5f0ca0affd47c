//! Debates as a whole: with their results, and with the events that lie among those of others.

use rusqlite::Connection;

use super::errors::Fault;
use super::rows::{self, DebateRow};
use super::tails::Tails;
use crate::records::{StoredDebate, StoredEvent, StoredResult};

/// The debate at that place with all that the store knows of it.
pub(super) fn debate(
    connection: &Connection,
    tails: &Tails,
    place: i64,
) -> Result<Option<StoredDebate>, Fault> {
    // In this order: the writer notes that a debate has ended after it has.
    let tail = tails.of(place)?;
    let Some(row) = rows::debate_row(connection, place)? else { return Ok(None) };
    let (last_seq, result) = if row.ended {
        let last = row.last.map(|last| rows::event(connection, place, last)).transpose()?;
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

/// The events of the debate at that place with numbers above `after`; none if there is no such
/// debate.
pub(super) fn events(
    connection: &Connection,
    tails: &Tails,
    place: i64,
    after: i64,
) -> Result<Vec<StoredEvent>, Fault> {
    let Some((last, seq)) = last_of(connection, tails, place)? else { return Ok(Vec::new()) };
    rows::chain(connection, place, (last, seq), after)
}

/// The row and the number of the last event of the debate at that place, if it has one.
pub(super) fn last_of(
    connection: &Connection,
    tails: &Tails,
    place: i64,
) -> Result<Option<(i64, i64)>, Fault> {
    // In this order: the writer notes that a debate has ended after it has.
    let tail = tails.of(place)?;
    let Some(row) = rows::debate_row(connection, place)? else { return Ok(None) };
    match (row.ended, row.last) {
        (true, Some(last)) => {
            let (event, _) = rows::event(connection, place, last)?;
            Ok(Some((last, event.seq.cast_signed())))
        }
        (true, None) => Ok(None),
        (false, _) => Ok(tail.and_then(|tail| Some((tail.row?, tail.seq)))),
    }
}

/// When the debate at that place ended, which has, and what came of it.
fn result_of(connection: &Connection, place: i64, id: &str) -> Result<(u64, StoredResult), Fault> {
    let mut statement =
        connection.prepare_cached(&format!("{} WHERE debate = ?1", rows::RESULT))?;
    let mut rows = statement.query([place])?;
    let row = rows.next()?.ok_or_else(|| Fault::Damaged("its result is missing".into()))?;
    let read = rows::result(row)?;
    let ended_ms: i64 = row.get(4)?;
    if read.debate == id {
        Ok((ended_ms.cast_unsigned(), read))
    } else {
        Err(Fault::altered("its result"))
    }
}
