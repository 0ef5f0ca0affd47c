//! Rows as they are read: each is held against its seal.

use tokio_postgres::Row;

use super::session::Session;
use crate::error::StoreError;
use crate::fault::{Fault, Read};
use crate::ledger::Known;
use crate::name::Kind;
use crate::records::{
    NewDebate, NewJudgment, StoredDebate, StoredEvent, StoredJudgment, StoredResult,
};
use crate::seal::{self, Link};

/// A debate with what came of it and the number of its last event. Which debates are asked for
/// follows.
pub(super) const DEBATE: &str = "SELECT place, id, created_ms, setup, secret, seats, ended, \
    debates.seal, last, closing, number, topic, result, ended_ms, results.seal, \
    coalesce((SELECT max(seq) FROM events WHERE debate = place), 0) \
    FROM debates LEFT JOIN results ON debate = place";

/// A debate as it was created, with its place: the first six columns.
pub(super) fn created(session: &Session, row: &Row) -> Result<(i64, NewDebate), StoreError> {
    let bytes = |column| session.column::<Vec<u8>>(row, column).map(Into::into);
    let debate = NewDebate {
        id: session.column(row, 1)?,
        created_ms: session.column::<i64>(row, 2)?.cast_unsigned(),
        setup: bytes(3)?,
        secret: bytes(4)?,
        seats: bytes(5)?,
    };
    Ok((session.column(row, 0)?, debate))
}

/// Reads its columns.
pub(super) fn debate(session: &Session, row: &Row) -> Read<StoredDebate> {
    let (place, debate) = created(session, row)?;
    let ended = session.column(row, 6)?;
    let sealed: i64 = session.column(row, 7)?;
    let (last, closing) = (session.column(row, 8)?, session.column(row, 9)?);
    let counted: i64 = session.column(row, 15)?;
    if seal::of_debate(place, &debate, 0) != sealed {
        return Err(Fault::altered("it"));
    }
    if !seal::closes(place, ended, last, closing) {
        return Err(Fault::altered("its end"));
    }
    if last.is_some_and(|last| last != counted) {
        return Err(Fault::Damaged("events of it are missing".into()));
    }
    let (mut ended_ms, mut result) = (None, None);
    if ended {
        ended_ms = session.column::<Option<i64>>(row, 13)?.map(i64::cast_unsigned);
        if session.column::<Option<i64>>(row, 10)?.is_none() {
            return Err(Fault::Damaged("its result is missing".into()));
        }
        result = outcome(session, row, (place, &debate.id), [11, 12, 13, 14])?;
    }
    let (place, last_seq) = (place.cast_unsigned(), counted.cast_unsigned());
    Ok(StoredDebate { place, debate, last_seq, ended, ended_ms, result })
}

/// A result's columns. Which are asked for follows.
pub(super) const RESULT: &str = "SELECT number, debate, id, topic, result, ended_ms, results.seal \
    FROM results LEFT JOIN debates ON place = debate";

/// Reads them.
pub(super) fn result(session: &Session, row: &Row) -> Read<StoredResult> {
    let number: i64 = session.column(row, 0)?;
    let Some(debate) = session.column::<Option<String>>(row, 2)? else {
        return Err(Fault::Damaged("the debate of a result is missing".into()));
    };
    let place = session.column(row, 1)?;
    let result = outcome(session, row, (place, &debate), [3, 4, 5, 6])?;
    Ok(StoredResult { number: number.cast_unsigned(), debate, result })
}

/// What came of a debate, from the columns topic, result, when it ended, and seal.
fn outcome(
    session: &Session,
    row: &Row,
    debate: (i64, &str),
    [topic, result, ended_ms, sealed]: [usize; 4],
) -> Read<Option<bytes::Bytes>> {
    let topic: Option<String> = session.column(row, topic)?;
    let result: Option<Vec<u8>> = session.column(row, result)?;
    let (ended_ms, sealed): (i64, i64) =
        (session.column(row, ended_ms)?, session.column(row, sealed)?);
    let seal = seal::of_result(0, debate, ended_ms, topic.as_deref(), result.as_deref());
    if seal == sealed { Ok(result.map(Into::into)) } else { Err(Fault::altered("its result")) }
}

/// A judgment with the number of its last event. Which judgments are asked for follows.
pub(super) const JUDGMENT: &str = "SELECT judgments.place, judgments.id, judgments.debate, debates.id, judge, \
    judgments.created_ms, judgments.setup, judgments.secret, judgments.ended, judgments.seal, \
    judgments.last, judgments.closing, result, ended_ms, result_seal, \
    coalesce((SELECT max(seq) FROM events WHERE debate = judgments.place), 0) \
    FROM judgments LEFT JOIN debates ON debates.place = judgments.debate";

/// Reads its columns.
pub(super) fn judgment(session: &Session, row: &Row) -> Read<StoredJudgment> {
    let place: i64 = session.column(row, 0)?;
    let Some(debate) = session.column(row, 3)? else {
        return Err(Fault::Damaged("its debate is missing".into()));
    };
    let bytes = |column| session.column::<Vec<u8>>(row, column).map(Into::into);
    let judgment = NewJudgment {
        id: session.column(row, 1)?,
        debate,
        judge: session.column(row, 4)?,
        created_ms: session.column::<i64>(row, 5)?.cast_unsigned(),
        setup: bytes(6)?,
        secret: bytes(7)?,
    };
    if seal::of_judgment(place, session.column(row, 2)?, &judgment, 0) != session.column(row, 9)? {
        return Err(Fault::altered("it"));
    }
    let ended = session.column(row, 8)?;
    let last = session.column(row, 10)?;
    if !seal::closes(place, ended, last, session.column(row, 11)?) {
        return Err(Fault::altered("its end"));
    }
    let counted: i64 = session.column(row, 15)?;
    if last.is_some_and(|last| last != counted) {
        return Err(Fault::Damaged("events of it are missing".into()));
    }
    let result = (session.column(row, 13)?, session.column(row, 12)?, session.column(row, 14)?);
    let finish = seal::finish_of(ended, (place, &judgment.id), result)?;
    let (place, last_seq) = (place.cast_unsigned(), counted.cast_unsigned());
    Ok(StoredJudgment { place, judgment, last_seq, finish })
}

/// What the names `$1` lead to: every name has one row, in their order.
pub(super) fn with_names(kind: Kind) -> String {
    let sql = match kind {
        Kind::Debate => DEBATE,
        Kind::Judgment => JUDGMENT,
    };
    let table = kind.table();
    format!(
        "SELECT found.* FROM unnest($1) WITH ORDINALITY AS names (name, number)
         LEFT JOIN LATERAL ({sql} WHERE {table}.id = name) AS found ON TRUE ORDER BY names.number"
    )
}

/// Reads such a row.
pub(super) fn known(session: &Session, kind: Kind, row: &Row) -> Read<Option<Known>> {
    if session.column::<Option<i64>>(row, 0)?.is_none() {
        return Ok(None);
    }
    Ok(Some(match kind {
        Kind::Debate => {
            let StoredDebate { place, last_seq, ended, .. } = debate(session, row)?;
            Known { place, last_seq, ended }
        }
        Kind::Judgment => {
            let stored = judgment(session, row)?;
            Known { place: stored.place, last_seq: stored.last_seq, ended: stored.ended() }
        }
    }))
}

/// The events with numbers above `$2` of what is named `$1`, and how it ended.
pub(super) fn events_of(kind: Kind) -> String {
    let table = kind.table();
    format!(
        "SELECT place, ended, last, closing, seq, event, events.seal FROM {table} \
         LEFT JOIN events ON events.debate = place AND seq > $2 WHERE id = $1 ORDER BY seq"
    )
}

/// Reads all of them.
pub(super) fn events(session: &Session, rows: &[Row], after: i64) -> Read<Vec<StoredEvent>> {
    let mut events = Vec::with_capacity(rows.len());
    let mut expected = after.saturating_add(1);
    let Some(first) = rows.first() else { return Ok(events) };
    let place: i64 = session.column(first, 0)?;
    let (ended, last) = (session.column(first, 1)?, session.column(first, 2)?);
    if !seal::closes(place, ended, last, session.column(first, 3)?) {
        return Err(Fault::altered("its end"));
    }
    for row in rows {
        // Without events there is one row, which has none.
        let Some(seq) = session.column::<Option<i64>>(row, 4)? else { break };
        let event: Vec<u8> = session.column(row, 5)?;
        if seq != expected {
            return Err(Fault::missing(expected));
        }
        if seal::of_event(place, seq, &event, Link::default()) != session.column::<i64>(row, 6)? {
            return Err(Fault::altered(format!("event {seq} of it")));
        }
        expected += 1;
        events.push(StoredEvent { seq: seq.cast_unsigned(), event: event.into() });
    }
    if last.is_some_and(|last| last >= expected) {
        return Err(Fault::missing(expected));
    }
    Ok(events)
}
