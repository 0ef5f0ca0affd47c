//! Removing debates that ended long ago.
//!
//! Debates and what came of them go one by one, in the order in which they ended. Their events lie
//! among those of others: they go when no debate is left that began before them, from the first row
//! on, so that no row is missing among those that are kept.

use rusqlite::{OptionalExtension, Transaction, params};

use super::errors::Fault;
use super::tails::Tails;
use super::totals::Totals;
use crate::page::{Prune, Pruned, bound};

/// So many events are removed at most for each debate that may be.
const EVENTS_EACH: i64 = 40;

/// Removes what is asked for, as far as one transaction goes. Returns the places of those that had not
/// ended as well.
pub(super) fn prune(
    transaction: &Transaction<'_>,
    tails: &Tails,
    totals: &mut Totals,
    what: &Prune,
) -> Result<(Pruned, Vec<i64>), Fault> {
    let mut pruned = Pruned::default();
    let before = bound(what.before_ms);
    let mut statement = transaction
        .prepare_cached("SELECT number, debate, ended_ms FROM results ORDER BY number LIMIT ?1")?;
    let rows = statement.query_map([what.most], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    })?;
    let oldest: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    for (number, place, _) in oldest.into_iter().take_while(|(_, _, ended)| *ended < before) {
        transaction.prepare_cached("DELETE FROM results WHERE number = ?1")?.execute([number])?;
        totals.results -= 1;
        remove(transaction, totals, place)?;
        pruned.debates += 1;
    }
    let mut over = Vec::new();
    for (place, ended) in damaged(transaction, tails, what)? {
        if ended {
            totals.results -= 1;
        } else {
            over.push(place);
        }
        remove(transaction, totals, place)?;
        pruned.debates += 1;
    }
    if what.unfinished && pruned.debates < u64::from(what.most) {
        let mut statement = transaction.prepare_cached(
            "SELECT place FROM debates WHERE ended = 0 AND created_ms < ?1 ORDER BY place LIMIT ?2",
        )?;
        let rows = statement.query_map(params![before, what.most], |row| row.get(0))?;
        for place in rows.collect::<rusqlite::Result<Vec<i64>>>()? {
            remove(transaction, totals, place)?;
            pruned.debates += 1;
            over.push(place);
        }
    }
    let mut statement =
        transaction.prepare_cached("SELECT began FROM debates ORDER BY place LIMIT 1")?;
    let oldest: Option<i64> = statement.query_row([], |row| row.get(0)).optional()?;
    let most = totals.first_event - 1 + EVENTS_EACH * i64::from(what.most);
    let last = oldest.unwrap_or(totals.last_event).min(most);
    if last >= totals.first_event {
        let mut statement = transaction.prepare_cached("DELETE FROM events WHERE row <= ?1")?;
        pruned.events = statement.execute([last])? as u64;
        totals.first_event = last + 1;
    }
    Ok((pruned, over))
}

/// Which of the oldest debates nobody will end: those that have ended and whose result is gone, and those
/// that go on and are lost; each with whether it has ended. They would stay for ever, and all events with
/// them that came after they began.
fn damaged(
    transaction: &Transaction<'_>,
    tails: &Tails,
    what: &Prune,
) -> Result<Vec<(i64, bool)>, Fault> {
    let mut statement = transaction.prepare_cached(
        "SELECT place, ended FROM (SELECT * FROM debates ORDER BY place LIMIT ?1) AS oldest
         WHERE created_ms < ?2
             AND NOT (ended AND EXISTS (SELECT 1 FROM results WHERE debate = place))",
    )?;
    let rows = statement.query_map(params![what.most, bound(what.before_ms)], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?))
    })?;
    let mut damaged = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    damaged.retain(|(place, ended)| *ended || tails.of(*place).is_err());
    Ok(damaged)
}

/// Removes a debate, whose row may be gone already: it has been counted all the same.
fn remove(transaction: &Transaction<'_>, totals: &mut Totals, place: i64) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached("DELETE FROM debates WHERE place = ?1")?;
    statement.execute([place])?;
    totals.debates -= 1;
    Ok(())
}
