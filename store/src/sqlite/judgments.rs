//! Judgments as a whole: with what came of them, and with the events that lie among those of others.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::errors::Fault;
use super::rows::{self, JudgmentRow};
use super::tails::Tails;
use super::totals::Totals;
use crate::ledger::{End, Placed};
use crate::records::{Finish, NewJudgment, StoredJudgment};
use crate::seal;

/// The judgment at that place with all that the store knows of it.
pub(super) fn judgment(
    connection: &Connection,
    tails: &Tails,
    place: i64,
) -> Result<Option<StoredJudgment>, Fault> {
    // In this order: the writer notes that a judgment has ended after it has.
    let tail = tails.of(place)?;
    let Some(row) = rows::judgment_row(connection, place)? else { return Ok(None) };
    let JudgmentRow { judgment, head, finish } = row;
    let last_seq = match (head.ended, head.last) {
        (true, Some(last)) => rows::event(connection, place, last)?.0.seq,
        (true, None) => 0,
        (false, _) => tail.unwrap_or_default().seq.cast_unsigned(),
    };
    Ok(Some(StoredJudgment { place: place.cast_unsigned(), judgment, last_seq, finish }))
}

/// Adds a judgment, whose events come after the row `began`.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    new: &Placed<'_>,
    began: i64,
) -> rusqlite::Result<()> {
    let (place, of) = (new.place.cast_signed(), new.debate.cast_signed());
    let seal = seal::of_judgment(place, of, new.judgment, began);
    let NewJudgment { id, debate: _, judge, created_ms, setup, secret } = new.judgment;
    let created_ms = created_ms.cast_signed();
    let mut statement = transaction.prepare_cached(
        "INSERT INTO judgments (place, id, debate, judge, created_ms, setup, secret, began, seal)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let (setup, secret) = (&**setup, &**secret);
    statement.execute(params![place, id, of, judge, created_ms, setup, secret, began, seal])?;
    keep(transaction, of, created_ms)
}

/// Notes that a judgment has ended, with its event in that row, and what came of it.
pub(super) fn end(
    transaction: &Transaction<'_>,
    end: &End<'_>,
    last: Option<i64>,
) -> rusqlite::Result<()> {
    let place = end.place.cast_signed();
    let mut statement = transaction.prepare_cached(
        "UPDATE judgments SET ended = 1, last = ?2, closing = ?3, result = ?4, ended_ms = ?5,
             result_seal = ?6
         WHERE place = ?1 RETURNING debate",
    )?;
    let closing = seal::of_end(place, last);
    let seal = seal::of_finish(0, (place, end.name.id), end.finish);
    let Finish { topic: _, result, ended_ms } = end.finish;
    let ended_ms = ended_ms.cast_signed();
    let debate: Option<i64> = statement
        .query_row(params![place, last, closing, &**result, ended_ms, seal], |row| row.get(0))
        .optional()?;
    debate.map_or(Ok(()), |debate| keep(transaction, debate, ended_ms))
}

/// From that time on the age of a debate counts, if it has ended earlier.
fn keep(transaction: &Transaction<'_>, debate: i64, since_ms: i64) -> rusqlite::Result<()> {
    let mut statement = transaction
        .prepare_cached("UPDATE results SET since_ms = ?2 WHERE debate = ?1 AND since_ms < ?2")?;
    statement.execute([debate, since_ms])?;
    Ok(())
}

/// When the latest judgment of that debate was created or ended, if there is one.
pub(super) fn latest(transaction: &Transaction<'_>, debate: i64) -> rusqlite::Result<Option<i64>> {
    let mut statement = transaction.prepare_cached(
        "SELECT max(max(created_ms, coalesce(ended_ms, 0))) FROM judgments WHERE debate = ?1",
    )?;
    statement.query_row([debate], |row| row.get(0))
}

/// Removes the judgments of a debate, and says how many; the places of those that had not ended are
/// added to `over`.
pub(super) fn remove(
    transaction: &Transaction<'_>,
    totals: &mut Totals,
    debate: i64,
    over: &mut Vec<i64>,
) -> rusqlite::Result<u64> {
    let mut statement = transaction
        .prepare_cached("DELETE FROM judgments WHERE debate = ?1 RETURNING place, ended")?;
    let rows = statement.query_map([debate], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut removed = 0;
    for row in rows {
        let (place, ended): (i64, bool) = row?;
        removed += 1;
        totals.judgments -= 1;
        if ended {
            totals.ended_judgments -= 1;
        } else {
            over.push(place);
        }
    }
    Ok(removed)
}
