//! The reader's side of the file.

use std::io;
use std::thread;

use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use tokio::sync::{mpsc, oneshot};

use super::failure;
use super::tails::{CHAIN, Tails};
use crate::store::questions::{DEBATE, NAMED, RECENT, RESULTS, RESULTS_ON, bound};
use crate::store::{NewDebate, StoreError, StoredDebate, StoredEvent, StoredResult};

/// After a debate's columns: the row of its last event, if it has ended.
const LAST: &str = ", last FROM debates";

/// A handle to the reader.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    questions: mpsc::Sender<Question>,
    place: String,
}

/// What the reader's thread is asked; it sends the answer itself. None asks it to close.
type Question = Option<Box<dyn FnOnce(&Connection, &Tails) + Send>>;

/// How many questions wait at most; with more, who wants to ask waits.
const WAITING: usize = 256;

impl Reader {
    /// Starts the reader's thread.
    pub(super) fn start(connection: Connection, tails: Tails, place: &str) -> io::Result<Self> {
        let (questions, mut asked) = mpsc::channel::<Question>(WAITING);
        thread::Builder::new().name("store-reader".into()).spawn(move || {
            while let Some(Some(question)) = asked.blocking_recv() {
                question(&connection, &tails);
            }
            // Before anybody learns that the reader is gone.
            drop(connection);
        })?;
        Ok(Self { questions, place: place.into() })
    }

    pub(crate) async fn debate(&self, id: String) -> Result<Option<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE}{LAST} {NAMED}");
        Ok(self.debates(sql, [id]).await?.pop())
    }

    pub(crate) async fn events(
        &self,
        debate: String,
        after: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.ask(move |connection, tails| {
            let mut statement =
                connection.prepare_cached("SELECT place FROM debates WHERE id = ?1")?;
            let place = statement.query_row([debate], |row| row.get(0)).optional()?;
            let Some(place) = place else { return Ok(Vec::new()) };
            let mut statement = connection.prepare_cached(CHAIN)?;
            let last = last(connection, tails, place)?;
            let rows = statement.query_map(params![last, bound(after)], |row| {
                let seq = row.get::<_, i64>(0)?.cast_unsigned();
                Ok(StoredEvent { seq, event: row.get::<_, Vec<u8>>(1)?.into() })
            })?;
            rows.collect()
        })
        .await
    }

    pub(crate) async fn unfinished(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE}{LAST} WHERE ended = 0 AND place > $1 ORDER BY place LIMIT $2");
        self.debates(sql, (bound(after), limit)).await
    }

    pub(crate) async fn recent(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE}{LAST} {RECENT}");
        self.debates(sql, (before.map_or(i64::MAX, bound), limit)).await
    }

    async fn debates(
        &self,
        sql: String,
        params: impl Params + Send + 'static,
    ) -> Result<Vec<StoredDebate>, StoreError> {
        self.ask(move |connection, tails| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params, |row| Ok((debate(row)?, row.get(8)?)))?;
            let mut rows: Vec<(StoredDebate, Option<i64>)> =
                rows.collect::<rusqlite::Result<_>>()?;
            for (debate, end) in &mut rows {
                let last = match end {
                    Some(row) => Some(*row),
                    None => last(connection, tails, debate.place.cast_signed())?,
                };
                debate.last_seq = seq(connection, last)?;
            }
            Ok(rows.into_iter().map(|(debate, _)| debate).collect())
        })
        .await
    }

    pub(crate) async fn results(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredResult>, StoreError> {
        self.ask(move |connection, _| {
            let mut statement = connection.prepare_cached(RESULTS)?;
            statement.query_map(params![bound(after), limit], result)?.collect()
        })
        .await
    }

    pub(crate) async fn results_on(
        &self,
        topic: String,
        limit: u32,
    ) -> Result<Vec<StoredResult>, StoreError> {
        self.ask(move |connection, _| {
            let mut statement = connection.prepare_cached(RESULTS_ON)?;
            statement.query_map(params![topic, limit], result)?.collect()
        })
        .await
    }

    /// Closes the reader's connection, for all who hold a handle.
    pub(crate) async fn close(&self) {
        let _ = self.questions.send(None).await;
        self.questions.closed().await;
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection, &Tails) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question = Box::new(move |connection: &Connection, tails: &Tails| {
            let _ = answer.send(question(connection, tails));
        });
        self.questions.send(Some(question)).await.map_err(|_| StoreError::Closed)?;
        let result = answered.await.map_err(|_| StoreError::Closed)?;
        result.map_err(|error| failure(&self.place, &error))
    }
}

/// The row of the last event of the debate at that place, if it has one.
fn last(connection: &Connection, tails: &Tails, place: i64) -> rusqlite::Result<Option<i64>> {
    if let Some(row) = tails.of(place) {
        return Ok(Some(row));
    }
    // It has ended, perhaps just now: in that order the writer notes it.
    let mut statement = connection.prepare_cached("SELECT last FROM debates WHERE place = ?1")?;
    statement.query_row([place], |row| row.get(0))
}

/// The number of the event in that row; 0 for none.
fn seq(connection: &Connection, row: Option<i64>) -> rusqlite::Result<u64> {
    let Some(row) = row else { return Ok(0) };
    let mut statement = connection.prepare_cached("SELECT seq FROM events WHERE row = ?1")?;
    statement.query_row([row], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
}

/// A debate, but for the number of its last event.
fn debate(row: &Row<'_>) -> rusqlite::Result<StoredDebate> {
    let bytes = |column| row.get::<_, Vec<u8>>(column).map(Into::into);
    Ok(StoredDebate {
        place: row.get::<_, i64>(0)?.cast_unsigned(),
        debate: NewDebate {
            id: row.get(1)?,
            created_ms: row.get::<_, i64>(2)?.cast_unsigned(),
            setup: bytes(3)?,
            secret: bytes(4)?,
            seats: bytes(5)?,
        },
        ended: row.get(6)?,
        last_seq: 0,
        result: row.get::<_, Option<Vec<u8>>>(7)?.map(Into::into),
    })
}

fn result(row: &Row<'_>) -> rusqlite::Result<StoredResult> {
    Ok(StoredResult {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        debate: row.get(1)?,
        result: row.get::<_, Option<Vec<u8>>>(2)?.map(Into::into),
    })
}
