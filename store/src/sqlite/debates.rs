//! Debates as a whole: with their results, and with the events that lie among those of others.

use rusqlite::Connection;

use super::errors::Fault;
use super::rows::{self, DebateRow, Head};
use super::tails::Tails;
use crate::records::{StoredDebate, StoredResult};

/// The debate at that place with all that the store knows of it.
pub(super) fn debate(
    connection: &Connection,
    tails: &Tails,
    place: i64,
) -> Result<Option<StoredDebate>, Fault> {
    // In this order: the writer notes that a debate has ended after it has.
    let tail = tails.of(place)?;
    let Some(row) = rows::debate_row(connection, place)? else { return Ok(None) };
    let (last_seq, result) = if row.head.ended {
        let last = row.head.last.map(|last| rows::event(connection, place, last)).transpose()?;
        let result = result_of(connection, place, &row.debate.id)?;
        (last.map_or(0, |(event, _)| event.seq), Some(result))
    } else {
        (tail.unwrap_or_default().seq.cast_unsigned(), None)
    };
    let (ended_ms, result) = result.map(|(ended_ms, stored)| (ended_ms, stored.result)).unzip();
    let place = place.cast_unsigned();
    let DebateRow { debate, head: Head { ended, .. } } = row;
    let result = result.flatten();
    Ok(Some(StoredDebate { place, debate, last_seq, ended, ended_ms, result }))
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
