//! What debates and judgments have in common: events, which lie among those of others, and perhaps an
//! end.

use rusqlite::Connection;

use super::errors::Fault;
use super::rows;
use super::tails::Tails;
use crate::name::Kind;
use crate::records::StoredEvent;

/// The events of what has that place with numbers above `after`; none if nothing has.
pub(super) fn events(
    connection: &Connection,
    tails: &Tails,
    (kind, place): (Kind, i64),
    after: i64,
) -> Result<Vec<StoredEvent>, Fault> {
    match last_of(connection, tails, (kind, place))? {
        Some(last) => rows::chain(connection, place, last, after),
        None => Ok(Vec::new()),
    }
}

/// The row and the number of the last event of what has that place, if it has one.
pub(super) fn last_of(
    connection: &Connection,
    tails: &Tails,
    (kind, place): (Kind, i64),
) -> Result<Option<(i64, i64)>, Fault> {
    // In this order: the writer notes that something has ended after it has.
    let tail = tails.of(place)?;
    let Some((_, head)) = rows::head(connection, kind, place)? else { return Ok(None) };
    match (head.ended, head.last) {
        (true, Some(last)) => {
            let (event, _) = rows::event(connection, place, last)?;
            Ok(Some((last, event.seq.cast_signed())))
        }
        (true, None) => Ok(None),
        (false, _) => Ok(tail.and_then(|tail| Some((tail.row?, tail.seq)))),
    }
}
