//! Removing one judgment, whatever becomes of its debate.
//!
//! Its events lie among those of others, and rows that are missing would be missed: each keeps its row, as an event
//! of nobody that says nothing. These go with all others around them.

use rusqlite::{Transaction, params};

use super::errors::Fault;
use super::judgments::latest;
use super::rows;
use super::streams::last_of;
use super::tails::Tails;
use super::totals::Totals;
use crate::name::Kind;
use crate::seal::{self, Link};

/// No debate and no judgment has this place.
const NOBODY: i64 = 0;

/// A judgment that is to be removed.
pub(super) struct Found {
    place: i64,
    /// The rows of its events.
    events: Vec<i64>,
}

/// The judgment of that name, if there is one and it is whole.
pub(super) fn find(
    transaction: &Transaction<'_>,
    tails: &Tails,
    id: &str,
) -> Result<Option<Found>, Fault> {
    let Some(place) = rows::place_of(transaction, Kind::Judgment, id)? else { return Ok(None) };
    match rows::judgment_row(transaction, place)? {
        Some(row) if row.judgment.id == id => {
            Ok(Some(Found { place, events: events(transaction, tails, place)? }))
        }
        _ => Err(Fault::Damaged("it is not where its name leads".into())),
    }
}

/// Removes it, and returns its place if it went on.
pub(super) fn remove(
    transaction: &Transaction<'_>,
    totals: &mut Totals,
    Found { place, events }: &Found,
) -> rusqlite::Result<Option<i64>> {
    for row in events {
        let sealed = seal::of_event(NOBODY, 0, &[], Link { row: *row, previous: None });
        let mut statement = transaction.prepare_cached(
            "UPDATE events SET debate = ?2, seq = 0, event = x'', previous = NULL, seal = ?3
             WHERE row = ?1",
        )?;
        statement.execute(params![row, NOBODY, sealed])?;
    }
    let mut statement = transaction
        .prepare_cached("DELETE FROM judgments WHERE place = ?1 RETURNING debate, ended")?;
    let (debate, ended): (i64, bool) =
        statement.query_row([place], |row| Ok((row.get(0)?, row.get(1)?)))?;
    totals.judgments -= 1;
    totals.ended_judgments -= i64::from(ended);
    // From the latest of the other judgments on the debate's age counts.
    let since_ms = latest(transaction, debate)?.unwrap_or(0);
    let mut statement = transaction
        .prepare_cached("UPDATE results SET since_ms = max(ended_ms, ?2) WHERE debate = ?1")?;
    statement.execute([debate, since_ms])?;
    Ok((!ended).then_some(*place))
}

/// The rows of the events of the judgment at that place: from the last one each names the one before it.
fn events(transaction: &Transaction<'_>, tails: &Tails, place: i64) -> Result<Vec<i64>, Fault> {
    let mut found = Vec::new();
    let Some((mut row, mut seq)) = last_of(transaction, tails, (Kind::Judgment, place))? else {
        return Ok(found);
    };
    loop {
        let (event, previous) = rows::event(transaction, place, row)?;
        if event.seq.cast_signed() != seq {
            return Err(Fault::missing(seq));
        }
        found.push(row);
        match previous {
            Some(previous) if seq > 1 => (row, seq) = (previous, seq - 1),
            None if seq == 1 => return Ok(found),
            _ => return Err(Fault::missing(seq - 1)),
        }
    }
}
