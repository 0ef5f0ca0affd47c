//! The last events of the debates and judgments that go on, by which all their events are found: each
//! names the one before it. Of what has ended the file itself says which is the last.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::errors::Fault;
use super::rows::{EventRow, head};
use super::totals::Totals;
use crate::name::Kind;

/// The last events of what goes on, by its place. Shared by the writer, who keeps
/// them up to date, and the reader.
#[derive(Clone, Debug, Default)]
pub(super) struct Tails(Arc<Mutex<Going>>);

#[derive(Debug, Default)]
struct Going {
    tails: BTreeMap<i64, Tail>,
    /// What is wrong with those that cannot go on: something of them is lost.
    lost: HashMap<i64, String>,
    /// Which of these are judgments.
    judgments: BTreeSet<i64>,
}

/// The last event of what goes on: its row, and its number; none before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tail {
    pub(super) row: Option<i64>,
    pub(super) seq: i64,
}

impl Tails {
    /// Looks them up in the file: among the events since the oldest began that goes on. What may miss an
    /// event there is lost.
    pub(super) fn read(&self, connection: &Connection, totals: &Totals) -> Result<(), Fault> {
        let mut going = Going::default();
        let mut began = BTreeMap::new();
        for (kind, known) in [
            (Kind::Debate, totals.debates - totals.results),
            (Kind::Judgment, totals.judgments - totals.ended_judgments),
        ] {
            let places = unfinished(connection, kind)?;
            if places.len() as i64 != known {
                let what = format!("{} that go on are missing", kind.table());
                return Err(Fault::Damaged(what));
            }
            for place in places {
                if kind == Kind::Judgment {
                    going.judgments.insert(place);
                }
                match head(connection, kind, place) {
                    Ok(Some((_, head))) if !head.ended => {
                        going.tails.insert(place, Tail::default());
                        began.insert(place, head.began);
                    }
                    Ok(_) => drop(going.lost.insert(place, "it is not where it should be".into())),
                    Err(Fault::Damaged(what)) => drop(going.lost.insert(place, what)),
                    Err(failed @ Fault::Failed(_)) => return Err(failed),
                }
            }
        }
        if let Some(&oldest) = began.values().min() {
            let gap = going.follow(connection, oldest, totals)?;
            // An event of these may have been where rows are missing. Of all others a later event is
            // there, which names the one before it.
            let Going { tails, lost, .. } = &mut going;
            for (place, tail) in tails {
                if tail.row.unwrap_or(began[place]) < gap && !lost.contains_key(place) {
                    lost.insert(*place, "events of it may be missing".into());
                }
            }
        }
        going.tails.retain(|place, _| !going.lost.contains_key(place));
        *self.lock() = going;
        Ok(())
    }

    /// The last event of what has that place, if it goes on.
    pub(super) fn of(&self, place: i64) -> Result<Option<Tail>, Fault> {
        let going = self.lock();
        match going.lost.get(&place) {
            Some(what) => Err(Fault::Damaged(what.clone())),
            None => Ok(going.tails.get(&place).copied()),
        }
    }

    /// The places above `after` of what goes on of that kind, also of what is lost.
    pub(super) fn places(&self, kind: Kind, after: i64, limit: usize) -> Vec<i64> {
        let going = self.lock();
        let judgments = kind == Kind::Judgment;
        let wanted = |place: &i64| *place > after && going.judgments.contains(place) == judgments;
        let all = going.tails.keys().chain(going.lost.keys()).copied();
        let mut places: Vec<_> = all.filter(wanted).collect();
        places.sort_unstable();
        places.truncate(limit);
        places
    }

    /// Notes what has been committed: new last events, new judgments, and what is over or removed.
    pub(super) fn note(
        &self,
        last: impl IntoIterator<Item = (i64, Tail)>,
        judgments: impl IntoIterator<Item = i64>,
        over: impl IntoIterator<Item = i64>,
    ) {
        let mut going = self.lock();
        going.tails.extend(last);
        going.judgments.extend(judgments);
        for place in over {
            going.tails.remove(&place);
            going.lost.remove(&place);
            going.judgments.remove(&place);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Going> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Going {
    /// Follows all events after that row, and says which is the last row that is missing.
    fn follow(
        &mut self,
        connection: &Connection,
        after: i64,
        totals: &Totals,
    ) -> Result<i64, Fault> {
        let (mut gap, mut next) = (0, after.max(totals.first_event - 1) + 1);
        while next <= totals.last_event {
            match self.pass(connection, &mut next, totals.last_event, &mut gap) {
                Ok(()) => {
                    if next <= totals.last_event {
                        gap = totals.last_event;
                        next = totals.last_event + 1;
                    }
                }
                // The row cannot be read: perhaps the one after it can.
                Err(Fault::Damaged(_)) => {
                    gap = next;
                    next += 1;
                }
                Err(failed @ Fault::Failed(_)) => return Err(failed),
            }
        }
        Ok(gap)
    }

    /// Follows the events from the row `next` on, as far as they can be read.
    fn pass(
        &mut self,
        connection: &Connection,
        next: &mut i64,
        to: i64,
        gap: &mut i64,
    ) -> Result<(), Fault> {
        let mut statement = connection.prepare_cached(
            "SELECT row, debate, seq, event, previous, seal FROM events
             WHERE row >= ?1 AND row <= ?2 ORDER BY row",
        )?;
        let mut rows = statement.query([*next, to])?;
        while let Some(columns) = rows.next()? {
            let row: i64 = columns.get(0)?;
            if row < *next {
                return Err(Fault::Damaged("the events are not in their order".into()));
            }
            if row > *next {
                *gap = row - 1;
            }
            *next = row;
            let (EventRow { place, seq, previous }, whole) = EventRow::perhaps(columns, row, 1)?;
            *next = row + 1;
            if !whole {
                self.suspect(place, previous);
                continue;
            }
            let Some(tail) = self.tails.get_mut(&place) else { continue };
            if (tail.row, tail.seq + 1) == (previous, seq) {
                *tail = Tail { row: Some(row), seq };
            } else {
                let what = format!("event {} of it is missing", tail.seq + 1);
                self.lost.entry(place).or_insert(what);
            }
        }
        Ok(())
    }

    /// One event has been altered, which says that it is of what has that place and comes after the event
    /// in that row: not both are likely to be wrong.
    fn suspect(&mut self, said: i64, previous: Option<i64>) {
        let Self { tails, lost, .. } = self;
        let next = |(place, tail): &(&i64, &Tail)| **place == said || tail.row == previous;
        for (place, tail) in tails.iter().filter(next) {
            let what = format!("event {} of it has been altered", tail.seq + 1);
            lost.entry(*place).or_insert(what);
        }
    }
}

/// The places of what goes on of that kind.
fn unfinished(connection: &Connection, kind: Kind) -> Result<Vec<i64>, Fault> {
    let sql = format!("SELECT place FROM {} WHERE ended = 0 ORDER BY place", kind.table());
    let mut statement = connection.prepare_cached(&sql)?;
    let places = statement.query_map([], |row| row.get(0))?;
    Ok(places.collect::<rusqlite::Result<_>>()?)
}
