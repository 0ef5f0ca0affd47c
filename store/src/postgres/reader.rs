//! The reader's side of the database.

mod judgments;

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::migrate;
use super::prune;
use super::rows::{self, DEBATE, RESULT};
use super::session::{Lock, Session};
use super::target::Target;
use crate::error::StoreError;
use crate::fault::Read;
use crate::name::Kind;
use crate::page::{Faults, Page, bound, last_of_full};
use crate::records::{StoredDebate, StoredEvent, StoredResult};

/// A handle to the reader.
#[derive(Clone, Debug)]
pub(crate) struct PostgresReader {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: Target,
    place: String,
    hold: Hold,
    session: Mutex<Connection>,
}

/// Who keeps others from writing meanwhile.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hold {
    /// The writer of the same store.
    Writer,
    /// The readers' own lock, which several may have at once; and the database refuses what would write.
    Readers,
}

#[derive(Debug)]
enum Connection {
    Lost,
    Connected(Arc<Session>),
    Closed,
}

impl PostgresReader {
    pub(super) fn new(target: Target, place: String, hold: Hold) -> Self {
        let session = Mutex::new(Connection::Lost);
        Self { shared: Arc::new(Shared { target, place, hold, session }) }
    }

    /// Connects.
    pub(super) async fn open(&self) -> Result<(), StoreError> {
        self.session().await.map(drop)
    }

    /// Refuses a schema that is not of the newest version.
    pub(super) async fn check_schema(&self) -> Result<(), StoreError> {
        let session = self.session().await?;
        migrate::read(&session, &self.shared.place).await
    }

    pub(crate) async fn debate(&self, id: &str) -> Read<Option<StoredDebate>> {
        let sql = format!("{DEBATE} WHERE id = $1");
        let found = self.ask(&sql, &[(&id, Type::TEXT)]).await?;
        found.rows.first().map(|row| rows::debate(&found.session, row)).transpose()
    }

    /// The events of the debate or judgment of that name.
    pub(crate) async fn events(&self, kind: Kind, id: &str, after: u64) -> Read<Vec<StoredEvent>> {
        let (sql, after) = (rows::events_of(kind), bound(after));
        let found = self.ask(&sql, &[(&id, Type::TEXT), (&after, Type::INT8)]).await?;
        rows::events(&found.session, &found.rows, after)
    }

    pub(crate) async fn unfinished(&self, after: u64, limit: u32) -> Read<Page<StoredDebate>> {
        let sql = format!("{DEBATE} WHERE NOT ended AND place > $1 ORDER BY place LIMIT $2");
        self.page(&sql, bound(after), limit, rows::debate).await
    }

    pub(crate) async fn recent(&self, before: Option<u64>, limit: u32) -> Read<Page<StoredDebate>> {
        let sql = format!("{DEBATE} WHERE place < $1 ORDER BY place DESC LIMIT $2");
        self.page(&sql, before.map_or(i64::MAX, bound), limit, rows::debate).await
    }

    pub(crate) async fn results(&self, after: u64, limit: u32) -> Read<Page<StoredResult>> {
        let sql = format!("{RESULT} WHERE number > $1 ORDER BY number LIMIT $2");
        self.page(&sql, bound(after), limit, rows::result).await
    }

    pub(crate) async fn results_on(
        &self,
        topic: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Read<Page<StoredResult>> {
        let sql =
            format!("{RESULT} WHERE topic = $1 AND number < $2 ORDER BY number DESC LIMIT $3");
        let before = before.map_or(i64::MAX, bound);
        self.page_of(&sql, (topic, before), limit, rows::result).await
    }

    /// What is wrong with the database as a whole, beside single debates. Of its pages and indices the
    /// database has checks of its own.
    pub(crate) async fn faults(&self) -> Read<Faults> {
        let sql = "SELECT count(*) FILTER (WHERE ended), (SELECT count(*) FROM results), \
            (SELECT count(*) FROM judgments WHERE NOT EXISTS \
                (SELECT 1 FROM debates WHERE place = judgments.debate)), \
            (SELECT count(*) FROM judgments WHERE ended <> (closing IS NOT NULL)) FROM debates";
        let found = self.ask(sql, &[]).await?;
        let Some(row) = found.rows.first() else { return Ok(Faults::default()) };
        let number = |column| found.session.column::<i64>(row, column);
        let (ended, results) = (number(0)?, number(1)?);
        let (orphans, unclear) = (number(2)?, number(3)?);
        let mut said = Vec::new();
        if ended != results {
            said.push(format!("it has {results} results of {ended} debates that have ended"));
        }
        if orphans != 0 {
            said.push(format!("it has {orphans} judgments of debates that it does not have"));
        }
        if unclear != 0 {
            said.push(format!("of {unclear} judgments it is not clear whether they have ended"));
        }
        Ok(Faults { said, ..Faults::default() })
    }

    /// How much room it takes up, in bytes.
    pub(crate) async fn size(&self) -> Read<u64> {
        let found = self.ask("SELECT pg_database_size(current_database())", &[]).await?;
        let row = found.rows.first();
        Ok(row.map_or(Ok(0), |row| found.session.column::<i64>(row, 0))?.cast_unsigned())
    }

    /// How many debates a removal would find that are not damaged.
    pub(crate) async fn removable(&self, before_ms: u64) -> Read<u64> {
        let before = bound(before_ms);
        let found = self.ask(&prune::removable(), &[(&before, Type::INT8)]).await?;
        let row = found.rows.first();
        Ok(row.map_or(Ok(0), |row| found.session.column::<i64>(row, 0))?.cast_unsigned())
    }

    pub(crate) async fn name_of(&self, place: u64) -> Read<Option<String>> {
        let place = bound(place);
        let sql = "SELECT id FROM debates WHERE place = $1 \
            UNION ALL SELECT id FROM judgments WHERE place = $1";
        let Found { session, rows } = self.ask(sql, &[(&place, Type::INT8)]).await?;
        Ok(rows.first().map(|row| session.column(row, 0)).transpose()?)
    }

    pub(crate) fn place(&self) -> String {
        self.shared.place.clone()
    }

    /// Closes the reader's connection, for all who hold a handle.
    pub(crate) async fn close(&self) {
        *self.shared.session.lock().await = Connection::Closed;
    }

    /// The rows that a question with a number and a limit is answered with, as far as they are what
    /// was written.
    async fn page<T>(
        &self,
        sql: &str,
        number: i64,
        limit: u32,
        read: impl Fn(&Session, &Row) -> Read<T>,
    ) -> Read<Page<T>> {
        let most = i64::from(limit);
        let params: [(&(dyn ToSql + Sync), Type); 2] = [(&number, Type::INT8), (&most, Type::INT8)];
        self.ask(sql, &params).await?.page(limit, read)
    }

    /// Likewise with a text before the number.
    async fn page_of<T>(
        &self,
        sql: &str,
        (text, number): (&str, i64),
        limit: u32,
        read: impl Fn(&Session, &Row) -> Read<T>,
    ) -> Read<Page<T>> {
        let most = i64::from(limit);
        let params: [(&(dyn ToSql + Sync), Type); 3] =
            [(&text, Type::TEXT), (&number, Type::INT8), (&most, Type::INT8)];
        self.ask(sql, &params).await?.page(limit, read)
    }

    /// Asks, a second time when the connection is lost.
    async fn ask(
        &self,
        sql: &str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Found, StoreError> {
        let mut again = true;
        loop {
            let session = self.session().await?;
            match session.query(sql, params).await {
                Ok(rows) => return Ok(Found { session, rows }),
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
        let Shared { target, place, hold, session } = &*self.shared;
        let mut state = session.lock().await;
        match &*state {
            Connection::Closed => Err(StoreError::Closed),
            Connection::Connected(session) if !session.is_closed() => Ok(Arc::clone(session)),
            Connection::Connected(_) | Connection::Lost => {
                let session = Arc::new(Session::open(target, place).await?);
                if matches!(hold, Hold::Readers) {
                    session.run("SET default_transaction_read_only = on").await?;
                    session.lock(Lock::Shared).await?;
                }
                *state = Connection::Connected(Arc::clone(&session));
                Ok(session)
            }
        }
    }

    /// Gives up a connection that does not answer.
    async fn lose(&self, lost: &Arc<Session>) {
        let mut state = self.shared.session.lock().await;
        if matches!(&*state, Connection::Connected(session) if Arc::ptr_eq(session, lost)) {
            *state = Connection::Lost;
        }
    }
}

/// What a question was answered with.
struct Found {
    session: Arc<Session>,
    rows: Vec<Row>,
}

impl Found {
    /// The rows as a part of what was asked for, of so many rows unless it is the last. The first column
    /// of each is its number.
    fn page<T>(&self, limit: u32, read: impl Fn(&Session, &Row) -> Read<T>) -> Read<Page<T>> {
        let Self { session, rows } = self;
        let numbers = rows.iter().map(|row| session.column(row, 0));
        let numbers: Vec<i64> = numbers.collect::<Result<_, _>>()?;
        let next = last_of_full(&numbers, limit);
        let rows = rows.iter().map(|row| read(session, row).map(Some));
        Page::of(numbers.into_iter().zip(rows), next)
    }
}
