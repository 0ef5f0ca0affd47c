//! Rows as they are read: each is held against its seal.

use tokio_postgres::Row;

use super::session::Session;
use crate::error::StoreError;
use crate::records::{NewDebate, StoredDebate, StoredEvent, StoredResult};
use crate::seal::{self, Link};

/// What is wrong with a row that could be read.
pub(super) struct Wrong {
    /// The debate's place, or the result's number.
    pub(super) number: i64,
    pub(super) detail: String,
}

/// What a row says, unless it is damaged.
pub(super) type Read<T> = Result<Result<T, Wrong>, StoreError>;

/// A debate with what came of it and the number of its last event. Which debates are asked for
/// follows.
pub(super) const DEBATE: &str = "SELECT place, id, created_ms, setup, secret, seats, ended, \
    debates.seal, last, closing, number, topic, result, ended_ms, results.seal, \
    coalesce((SELECT max(seq) FROM events WHERE debate = place), 0) \
    FROM debates LEFT JOIN results ON debate = place";

/// Reads its columns.
pub(super) fn debate(session: &Session, row: &Row) -> Read<StoredDebate> {
    let bytes = |column| session.column::<Vec<u8>>(row, column).map(Into::into);
    let place = session.column::<i64>(row, 0)?;
    let debate = NewDebate {
        id: session.column(row, 1)?,
        created_ms: session.column::<i64>(row, 2)?.cast_unsigned(),
        setup: bytes(3)?,
        secret: bytes(4)?,
        seats: bytes(5)?,
    };
    let ended = session.column(row, 6)?;
    let sealed: i64 = session.column(row, 7)?;
    let (last, closing) = (session.column(row, 8)?, session.column(row, 9)?);
    let counted: i64 = session.column(row, 15)?;
    let wrong = |detail: &str| Ok(Err(Wrong { number: place, detail: detail.into() }));
    if seal::of_debate(place, &debate, 0) != sealed {
        return wrong("it has been altered");
    }
    if !closes(place, ended, last, closing) {
        return wrong("its end has been altered");
    }
    if last.is_some_and(|last| last != counted) {
        return wrong("events of it are missing");
    }
    let (mut ended_ms, mut result) = (None, None);
    if ended {
        ended_ms = session.column::<Option<i64>>(row, 13)?.map(i64::cast_unsigned);
        let Some(number) = session.column::<Option<i64>>(row, 10)? else {
            return wrong("its result is missing");
        };
        match outcome(session, row, (number, place, &debate.id), [11, 12, 13, 14])? {
            Ok(found) => result = found,
            Err(_) => return wrong("its result has been altered"),
        }
    }
    let (place, last_seq) = (place.cast_unsigned(), counted.cast_unsigned());
    Ok(Ok(StoredDebate { place, debate, last_seq, ended, ended_ms, result }))
}

/// Whether that is how a debate ended, or that it has not.
pub(super) fn closes(place: i64, ended: bool, last: Option<i64>, closing: Option<i64>) -> bool {
    closing == ended.then(|| seal::of_end(place, last)) && (ended || last.is_none())
}

/// A result's columns. Which are asked for follows.
pub(super) const RESULT: &str = "SELECT number, debate, id, topic, result, ended_ms, results.seal \
    FROM results LEFT JOIN debates ON place = debate";

/// Reads them.
pub(super) fn result(session: &Session, row: &Row) -> Read<StoredResult> {
    let number: i64 = session.column(row, 0)?;
    let Some(debate) = session.column::<Option<String>>(row, 2)? else {
        let detail = "the debate of a result is missing".into();
        return Ok(Err(Wrong { number, detail }));
    };
    let place = session.column(row, 1)?;
    let result = outcome(session, row, (number, place, &debate), [3, 4, 5, 6])?;
    let number = number.cast_unsigned();
    Ok(result.map(|result| StoredResult { number, debate, result }))
}

/// What came of a debate, from the columns topic, result, when it ended, and seal.
fn outcome(
    session: &Session,
    row: &Row,
    (number, place, id): (i64, i64, &str),
    [topic, result, ended_ms, sealed]: [usize; 4],
) -> Read<Option<bytes::Bytes>> {
    let topic: Option<String> = session.column(row, topic)?;
    let result: Option<Vec<u8>> = session.column(row, result)?;
    let (ended_ms, sealed): (i64, i64) =
        (session.column(row, ended_ms)?, session.column(row, sealed)?);
    let seal = seal::of_result(0, (place, id), ended_ms, topic.as_deref(), result.as_deref());
    Ok(if seal == sealed {
        Ok(result.map(Into::into))
    } else {
        Err(Wrong { number, detail: "its result has been altered".into() })
    })
}

/// The events of the debate named `$1` with numbers above `$2`, and how it ended.
pub(super) const EVENTS: &str = "SELECT place, ended, last, closing, seq, event, events.seal \
    FROM debates LEFT JOIN events ON debate = place AND seq > $2 WHERE id = $1 ORDER BY seq";

/// Reads all of them.
pub(super) fn events(session: &Session, rows: &[Row], after: i64) -> Read<Vec<StoredEvent>> {
    let mut events = Vec::with_capacity(rows.len());
    let mut expected = after.saturating_add(1);
    let Some(first) = rows.first() else { return Ok(Ok(events)) };
    let place: i64 = session.column(first, 0)?;
    let wrong = |detail: String| Ok(Err(Wrong { number: place, detail }));
    let (ended, last) = (session.column(first, 1)?, session.column(first, 2)?);
    if !closes(place, ended, last, session.column(first, 3)?) {
        return wrong("its end has been altered".into());
    }
    for row in rows {
        // Without events there is one row, which has none.
        let Some(seq) = session.column::<Option<i64>>(row, 4)? else { break };
        let event: Vec<u8> = session.column(row, 5)?;
        if seq != expected {
            return wrong(format!("event {expected} of it is missing"));
        }
        if seal::of_event(place, seq, &event, Link::default()) != session.column::<i64>(row, 6)? {
            return wrong(format!("event {seq} of it has been altered"));
        }
        expected += 1;
        events.push(StoredEvent { seq: seq.cast_unsigned(), event: event.into() });
    }
    if last.is_some_and(|last| last >= expected) {
        return wrong(format!("event {expected} of it is missing"));
    }
    Ok(Ok(events))
}
