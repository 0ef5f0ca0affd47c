//! Removing debates that ended long ago, and their judgments with them.
//!
//! Debates and what came of them go one by one, in the order of their age, which counts from the latest
//! judgment. The events lie among each other: they go when no debate is left that began before them,
//! from the first row on, so that no row is missing among those that are kept. Those of a judgment come
//! after its debate began.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::errors::Fault;
use super::judgments;
use super::tails::Tails;
use super::totals::Totals;
use crate::page::{Prune, Pruned, bound};

/// The debates that have not ended, and were created and last judged before.
const UNFINISHED: &str = "FROM debates WHERE ended = 0 AND created_ms < ?1 AND NOT EXISTS (
    SELECT 1 FROM judgments
    WHERE debate = debates.place AND max(created_ms, coalesce(ended_ms, 0)) >= ?1)";

/// How many debates that are not damaged would be removed, also those that have not ended.
pub(super) fn removable(connection: &Connection, before_ms: u64) -> Result<i64, Fault> {
    let sql = format!(
        "SELECT (SELECT count(*) FROM results WHERE since_ms < ?1) + (SELECT count(*) {UNFINISHED})"
    );
    Ok(connection.query_row(&sql, [bound(before_ms)], |row| row.get(0))?)
}

/// Removes what is asked for, as far as one transaction goes. Returns the places of what had not ended
/// as well.
pub(super) fn prune(
    transaction: &Transaction<'_>,
    tails: &Tails,
    totals: &mut Totals,
    what: &Prune,
) -> Result<(Pruned, Vec<i64>), Fault> {
    let mut pruning = Pruning { transaction, totals, pruned: Pruned::default(), over: Vec::new() };
    let before = bound(what.before_ms);
    let mut statement = transaction.prepare_cached(
        "SELECT number, debate FROM results WHERE since_ms < ?1
             AND (?3 OR NOT EXISTS (SELECT 1 FROM judgments
                 WHERE judgments.debate = results.debate AND judgments.ended = 0))
         ORDER BY since_ms, number LIMIT ?2",
    )?;
    let rows = statement.query_map(params![before, what.most, what.unfinished], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    for (number, place) in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        if !pruning.goes_on(what) {
            break;
        }
        transaction.prepare_cached("DELETE FROM results WHERE number = ?1")?.execute([number])?;
        pruning.totals.results -= 1;
        pruning.remove(place)?;
    }
    for (place, ended) in damaged(transaction, tails, what)? {
        if ended {
            pruning.totals.results -= 1;
        } else {
            pruning.over.push(place);
        }
        pruning.remove(place)?;
    }
    if what.unfinished && pruning.pruned.debates < u64::from(what.most) {
        let mut statement = transaction
            .prepare_cached(&format!("SELECT place {UNFINISHED} ORDER BY place LIMIT ?2"))?;
        let rows = statement.query_map(params![before, what.most], |row| row.get(0))?;
        for place in rows.collect::<rusqlite::Result<Vec<i64>>>()? {
            if !pruning.goes_on(what) {
                break;
            }
            pruning.remove(place)?;
            pruning.over.push(place);
        }
    }
    let Pruning { totals, mut pruned, over, .. } = pruning;
    let mut statement =
        transaction.prepare_cached("SELECT began FROM debates ORDER BY place LIMIT 1")?;
    let oldest: Option<i64> = statement.query_row([], |row| row.get(0)).optional()?;
    let most = totals.first_event - 1 + bound(what.events());
    let last = oldest.unwrap_or(totals.last_event).min(most);
    if last >= totals.first_event {
        let mut statement = transaction.prepare_cached("DELETE FROM events WHERE row <= ?1")?;
        pruned.events = statement.execute([last])? as u64;
        totals.first_event = last + 1;
    }
    Ok((pruned, over))
}

/// What a transaction has removed so far.
struct Pruning<'a> {
    transaction: &'a Transaction<'a>,
    totals: &'a mut Totals,
    pruned: Pruned,
    /// The places of what had not ended.
    over: Vec<i64>,
}

impl Pruning<'_> {
    /// Whether a further debate may be removed.
    fn goes_on(&self, what: &Prune) -> bool {
        self.pruned.judgments < what.judgments()
    }

    /// Removes a debate with its judgments. Its row may be gone already: it has been counted all the same.
    fn remove(&mut self, place: i64) -> rusqlite::Result<()> {
        let Self { transaction, totals, pruned, over } = self;
        pruned.judgments += judgments::remove(transaction, totals, place, over)?;
        let mut statement = transaction.prepare_cached("DELETE FROM debates WHERE place = ?1")?;
        statement.execute([place])?;
        totals.debates -= 1;
        pruned.debates += 1;
        Ok(())
    }
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
             AND NOT (ended AND EXISTS (SELECT 1 FROM results WHERE debate = place))
             AND NOT EXISTS (SELECT 1 FROM judgments WHERE debate = oldest.place
                 AND max(created_ms, coalesce(ended_ms, 0)) >= ?2)",
    )?;
    let rows = statement.query_map(params![what.most, bound(what.before_ms)], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?))
    })?;
    let mut damaged = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    damaged.retain(|(place, ended)| *ended || tails.of(*place).is_err());
    Ok(damaged)
}
