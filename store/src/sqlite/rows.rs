//! Rows as they are read: each is held against its seal.

use rusqlite::{Connection, OptionalExtension, Row};

use super::errors::Fault;
use crate::name::Kind;
use crate::records::{JudgmentFinish, NewDebate, NewJudgment, StoredEvent, StoredResult};
use crate::seal::{self, Link};

/// The columns of a debate.
const DEBATE: &str = "SELECT id, created_ms, setup, secret, seats, ended, last, began, seal, closing \
    FROM debates WHERE place = ?1";

/// What the rows of debates and judgments say alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// The row after which its events come.
    pub(super) began: i64,
    pub(super) ended: bool,
    /// The row of its last event, once it has ended.
    pub(super) last: Option<i64>,
}

/// A debate's row.
pub(super) struct DebateRow {
    pub(super) debate: NewDebate,
    pub(super) head: Head,
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
        let head = Head { ended: row.get(5)?, last: row.get(6)?, began: row.get(7)? };
        Ok((DebateRow { debate, head }, row.get::<_, i64>(8)?, row.get(9)?))
    });
    let Some((read, sealed, closing)) = found.optional()? else { return Ok(None) };
    if seal::of_debate(place, &read.debate, read.head.began) != sealed {
        return Err(Fault::altered("it"));
    }
    read.head.check(place, closing)?;
    Ok(Some(read))
}

impl Head {
    /// Whether the end is the one that was written, with that seal.
    fn check(&self, place: i64, closing: Option<i64>) -> Result<(), Fault> {
        if seal::closes(place, self.ended, self.last, closing) {
            Ok(())
        } else {
            Err(Fault::altered("its end"))
        }
    }
}

/// The columns of a judgment.
const JUDGMENT: &str = "SELECT id, debate, (SELECT id FROM debates WHERE place = debate), judge, created_ms, \
    setup, secret, seal, ended, last, began, closing, result, ended_ms, result_seal \
    FROM judgments WHERE place = ?1";

/// A judgment's row.
pub(super) struct JudgmentRow {
    pub(super) judgment: NewJudgment,
    pub(super) head: Head,
    pub(super) finish: Option<JudgmentFinish>,
}

/// The row of the judgment at that place.
pub(super) fn judgment_row(
    connection: &Connection,
    place: i64,
) -> Result<Option<JudgmentRow>, Fault> {
    let mut statement = connection.prepare_cached(JUDGMENT)?;
    let mut rows = statement.query([place])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let bytes = |column| row.get::<_, Vec<u8>>(column).map(Into::into);
    let Some(debate) = row.get(2)? else {
        return Err(Fault::Damaged("its debate is missing".into()));
    };
    let judgment = NewJudgment {
        id: row.get(0)?,
        debate,
        judge: row.get(3)?,
        created_ms: row.get::<_, i64>(4)?.cast_unsigned(),
        setup: bytes(5)?,
        secret: bytes(6)?,
    };
    let (of, sealed): (i64, i64) = (row.get(1)?, row.get(7)?);
    let head = Head { ended: row.get(8)?, last: row.get(9)?, began: row.get(10)? };
    if seal::of_judgment(place, of, &judgment, head.began) != sealed {
        return Err(Fault::altered("it"));
    }
    head.check(place, row.get(11)?)?;
    let result: Option<Vec<u8>> = row.get(12)?;
    let ended_ms: Option<i64> = row.get(13)?;
    let sealed: Option<i64> = row.get(14)?;
    let named = (place, judgment.id.as_str());
    let finish = seal::finish_of(head.ended, named, (ended_ms, result, sealed))?;
    Ok(Some(JudgmentRow { judgment, head, finish }))
}

/// The row of that kind at that place without what only one kind has, and its name.
pub(super) fn head(
    connection: &Connection,
    kind: Kind,
    place: i64,
) -> Result<Option<(String, Head)>, Fault> {
    Ok(match kind {
        Kind::Debate => debate_row(connection, place)?.map(|row| (row.debate.id, row.head)),
        Kind::Judgment => judgment_row(connection, place)?.map(|row| (row.judgment.id, row.head)),
    })
}

/// The place of what has that name.
pub(super) fn place_of(
    connection: &Connection,
    kind: Kind,
    id: &str,
) -> rusqlite::Result<Option<i64>> {
    let sql = match kind {
        Kind::Debate => "SELECT place FROM debates WHERE id = ?1",
        Kind::Judgment => "SELECT place FROM judgments WHERE id = ?1",
    };
    connection.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()
}

/// The event in that row of what has that place, and the row of the one before it.
pub(super) fn event(
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
    if read.place != place {
        return Err(Fault::Damaged(format!("row {row} has an event of something else")));
    }
    let event = found.get_ref(2)?.as_blob()?.to_vec().into();
    Ok((StoredEvent { seq: read.seq.cast_unsigned(), event }, read.previous))
}

/// What an event's row says beside the event.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventRow {
    /// Of which debate or judgment it is.
    pub(super) place: i64,
    pub(super) seq: i64,
    pub(super) previous: Option<i64>,
}

impl EventRow {
    /// Reads the columns debate, seq, event, previous and seal, from that column on.
    fn read(columns: &Row<'_>, row: i64, from: usize) -> Result<Self, Fault> {
        let (read, whole) = Self::perhaps(columns, row, from)?;
        if whole { Ok(read) } else { Err(Fault::altered(format!("the event in row {row}"))) }
    }

    /// The same, and whether the seal is that of what the row says.
    pub(super) fn perhaps(columns: &Row<'_>, row: i64, from: usize) -> Result<(Self, bool), Fault> {
        let place = columns.get(from)?;
        let seq = columns.get(from + 1)?;
        let event = columns.get_ref(from + 2)?.as_blob()?;
        let previous = columns.get(from + 3)?;
        let sealed: i64 = columns.get(from + 4)?;
        let whole = seal::of_event(place, seq, event, Link { row, previous }) == sealed;
        Ok((Self { place, seq, previous }, whole))
    }
}

/// The events of what has that place with numbers above `after`: from the last one, in that row
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
        let missing = || Fault::missing(seq);
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
        return Err(Fault::altered("its result"));
    }
    let number = number.cast_unsigned();
    Ok(StoredResult { number, debate, result: result.map(Into::into) })
}
