//! The reader's side of the database.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, Row};

use super::session::Session;
use crate::store::questions::{DEBATE, NAMED, RECENT, RESULTS, RESULTS_ON, bound};
use crate::store::{NewDebate, StoreError, StoredDebate, StoredEvent, StoredResult};

/// After a debate's columns: the number of its last event.
const LAST: &str = ", coalesce((SELECT max(seq) FROM events WHERE debate = place), 0) FROM debates";

/// The events of the debate named `$1` with numbers above `$2`.
const EVENTS: &str = "SELECT seq, event FROM events \
    WHERE debate = (SELECT place FROM debates WHERE id = $1) AND seq > $2 ORDER BY seq";

/// A handle to the reader.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    place: String,
    session: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Lost,
    Connected(Arc<Session>),
    Closed,
}

impl Reader {
    pub(super) fn new(config: Config, place: String) -> Self {
        Self { shared: Arc::new(Shared { config, place, session: Mutex::new(State::Lost) }) }
    }

    /// Connects.
    pub(super) async fn open(&self) -> Result<(), StoreError> {
        self.session().await.map(drop)
    }

    pub(crate) async fn debate(&self, id: &str) -> Result<Option<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE}{LAST} {NAMED}");
        Ok(self.ask(&sql, &[(&id, Type::TEXT)], debate).await?.pop())
    }

    pub(crate) async fn events(
        &self,
        debate: &str,
        after: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.ask(EVENTS, &[(&debate, Type::TEXT), (&bound(after), Type::INT8)], |session, row| {
            let seq = session.column::<i64>(row, 0)?.cast_unsigned();
            Ok(StoredEvent { seq, event: session.column::<Vec<u8>>(row, 1)?.into() })
        })
        .await
    }

    pub(crate) async fn unfinished(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE}{LAST} WHERE NOT ended AND place > $1 ORDER BY place LIMIT $2");
        let params: [(&(dyn ToSql + Sync), Type); 2] =
            [(&bound(after), Type::INT8), (&i64::from(limit), Type::INT8)];
        self.ask(&sql, &params, debate).await
    }

    pub(crate) async fn recent(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE}{LAST} {RECENT}");
        let before = before.map_or(i64::MAX, bound);
        let params: [(&(dyn ToSql + Sync), Type); 2] =
            [(&before, Type::INT8), (&i64::from(limit), Type::INT8)];
        self.ask(&sql, &params, debate).await
    }

    pub(crate) async fn results(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredResult>, StoreError> {
        let params: [(&(dyn ToSql + Sync), Type); 2] =
            [(&bound(after), Type::INT8), (&i64::from(limit), Type::INT8)];
        self.ask(RESULTS, &params, result).await
    }

    pub(crate) async fn results_on(
        &self,
        topic: &str,
        limit: u32,
    ) -> Result<Vec<StoredResult>, StoreError> {
        let params: [(&(dyn ToSql + Sync), Type); 2] =
            [(&topic, Type::TEXT), (&i64::from(limit), Type::INT8)];
        self.ask(RESULTS_ON, &params, result).await
    }

    /// Closes the reader's connection, for all who hold a handle.
    pub(crate) async fn close(&self) {
        *self.shared.session.lock().await = State::Closed;
    }

    /// What is read from each row of the answer. Asks a second time when the connection is lost.
    async fn ask<T>(
        &self,
        sql: &str,
        params: &[(&(dyn ToSql + Sync), Type)],
        read: impl Fn(&Session, &Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut again = true;
        loop {
            let session = self.session().await?;
            match session.query(sql, params).await {
                Ok(rows) => return rows.iter().map(|row| read(&session, row)).collect(),
                Err(StoreError::Unreachable { .. }) if again => {
                    again = false;
                    self.lose(&session).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The connection, which is made anew if need be.
    async fn session(&self) -> Result<Arc<Session>, StoreError> {
        let Shared { config, place, session } = &*self.shared;
        let mut state = session.lock().await;
        match &*state {
            State::Closed => Err(StoreError::Closed),
            State::Connected(session) if !session.is_closed() => Ok(Arc::clone(session)),
            State::Connected(_) | State::Lost => {
                let session = Arc::new(Session::open(config, place).await?);
                *state = State::Connected(Arc::clone(&session));
                Ok(session)
            }
        }
    }

    /// Gives up a connection that does not answer.
    async fn lose(&self, lost: &Arc<Session>) {
        let mut state = self.shared.session.lock().await;
        if matches!(&*state, State::Connected(session) if Arc::ptr_eq(session, lost)) {
            *state = State::Lost;
        }
    }
}

fn debate(session: &Session, row: &Row) -> Result<StoredDebate, StoreError> {
    let bytes = |column| session.column::<Vec<u8>>(row, column).map(Into::into);
    let number = |column| session.column::<i64>(row, column).map(i64::cast_unsigned);
    Ok(StoredDebate {
        place: number(0)?,
        debate: NewDebate {
            id: session.column(row, 1)?,
            created_ms: number(2)?,
            setup: bytes(3)?,
            secret: bytes(4)?,
            seats: bytes(5)?,
        },
        ended: session.column(row, 6)?,
        result: session.column::<Option<Vec<u8>>>(row, 7)?.map(Into::into),
        last_seq: number(8)?,
    })
}

fn result(session: &Session, row: &Row) -> Result<StoredResult, StoreError> {
    Ok(StoredResult {
        number: session.column::<i64>(row, 0)?.cast_unsigned(),
        debate: session.column(row, 1)?,
        result: session.column::<Option<Vec<u8>>>(row, 2)?.map(Into::into),
    })
}
