//! The reader's side of the file.

use std::io;
use std::thread;

use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use tokio::sync::{mpsc, oneshot};

use super::failure;
use crate::store::questions::{DEBATE, EVENTS, NAMED, RECENT, RESULTS, RESULTS_ON, bound};
use crate::store::{NewDebate, StoreError, StoredDebate, StoredEvent, StoredResult};

/// A handle to the reader.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    questions: mpsc::Sender<Question>,
    place: String,
}

/// What the reader's thread is asked; it sends the answer itself. None asks it to close.
type Question = Option<Box<dyn FnOnce(&Connection) + Send>>;

/// How many questions wait at most; with more, who wants to ask waits.
const WAITING: usize = 256;

impl Reader {
    /// Starts the reader's thread.
    pub(super) fn start(connection: Connection, place: &str) -> io::Result<Self> {
        let (questions, mut asked) = mpsc::channel::<Question>(WAITING);
        thread::Builder::new().name("store-reader".into()).spawn(move || {
            while let Some(Some(question)) = asked.blocking_recv() {
                question(&connection);
            }
            // Before anybody learns that the reader is gone.
            drop(connection);
        })?;
        Ok(Self { questions, place: place.into() })
    }

    pub(crate) async fn debate(&self, id: String) -> Result<Option<StoredDebate>, StoreError> {
        self.ask(move |connection| {
            let mut statement = connection.prepare_cached(&format!("{DEBATE} {NAMED}"))?;
            statement.query_row([id], debate).optional()
        })
        .await
    }

    pub(crate) async fn events(
        &self,
        debate: String,
        after: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.ask(move |connection| {
            let mut statement = connection.prepare_cached(EVENTS)?;
            let rows = statement.query_map(params![debate, bound(after)], |row| {
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
        let sql = format!("{DEBATE} WHERE ended = 0 AND place > $1 ORDER BY place LIMIT $2");
        self.rows(sql, (bound(after), limit), debate).await
    }

    pub(crate) async fn recent(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE} {RECENT}");
        self.rows(sql, (before.map_or(i64::MAX, bound), limit), debate).await
    }

    /// What is read from each row of the answer.
    async fn rows<T: Send + 'static>(
        &self,
        sql: String,
        params: impl Params + Send + 'static,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.ask(move |connection| {
            connection.prepare_cached(&sql)?.query_map(params, read)?.collect()
        })
        .await
    }

    pub(crate) async fn results(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredResult>, StoreError> {
        self.rows(RESULTS.into(), (bound(after), limit), result).await
    }

    pub(crate) async fn results_on(
        &self,
        topic: String,
        limit: u32,
    ) -> Result<Vec<StoredResult>, StoreError> {
        self.rows(RESULTS_ON.into(), (topic, limit), result).await
    }

    /// Closes the reader's connection, for all who hold a handle.
    pub(crate) async fn close(&self) {
        let _ = self.questions.send(None).await;
        self.questions.closed().await;
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question = Box::new(move |connection: &Connection| {
            let _ = answer.send(question(connection));
        });
        self.questions.send(Some(question)).await.map_err(|_| StoreError::Closed)?;
        let result = answered.await.map_err(|_| StoreError::Closed)?;
        result.map_err(|error| failure(&self.place, &error))
    }
}

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
        last_seq: row.get::<_, i64>(7)?.cast_unsigned(),
        result: row.get::<_, Option<Vec<u8>>>(8)?.map(Into::into),
    })
}

fn result(row: &Row<'_>) -> rusqlite::Result<StoredResult> {
    Ok(StoredResult {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        debate: row.get(1)?,
        result: row.get::<_, Option<Vec<u8>>>(2)?.map(Into::into),
    })
}
