//! The last events of the debates that go on, by which all their events are found: each names the
//! one before it. Of a debate that has ended the file itself says which is the last.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

/// The events of one debate with numbers above `?2`, of which the last has the row `?1`, in order.
pub(super) const CHAIN: &str = "WITH RECURSIVE chain (seq, event, previous) AS (
        SELECT seq, event, previous FROM events WHERE row = ?1 AND seq > ?2
        UNION ALL
        SELECT events.seq, events.event, events.previous
        FROM chain JOIN events ON events.row = chain.previous WHERE chain.seq - 1 > ?2
    )
    SELECT seq, event FROM chain ORDER BY seq";

/// The rows of the last events, by the places of their debates. Shared by the writer, who keeps them
/// up to date, and the reader.
#[derive(Clone, Debug, Default)]
pub(super) struct Tails(Arc<Mutex<HashMap<i64, i64>>>);

impl Tails {
    /// Looks them up in the file: among the events since the oldest debate that goes on began.
    pub(super) fn read(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(
            "SELECT debate, max(row) FROM events
             WHERE row > (SELECT min(began) FROM debates WHERE ended = 0)
             AND debate IN (SELECT place FROM debates WHERE ended = 0)
             GROUP BY debate",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        *self.lock() = rows.collect::<rusqlite::Result<_>>()?;
        Ok(())
    }

    /// The row of the last event of the debate at that place, if it goes on and has one.
    pub(super) fn of(&self, place: i64) -> Option<i64> {
        self.lock().get(&place).copied()
    }

    /// Notes what has been committed: new last events, and debates that have ended.
    pub(super) fn note(&self, last: HashMap<i64, i64>, ended: impl Iterator<Item = i64>) {
        let mut tails = self.lock();
        tails.extend(last);
        for place in ended {
            tails.remove(&place);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
