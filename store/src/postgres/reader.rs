//! The reader's side of the database.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::rows::{self, DEBATE, EVENTS, RESULT, Read, Wrong};
use super::session::Session;
use super::target::Target;
use crate::error::StoreError;
use crate::page::{Damaged, Faults, Page, bound};
use crate::records::{StoredDebate, StoredEvent, StoredResult};

/// A handle to the reader.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: Target,
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
    pub(super) fn new(target: Target, place: String) -> Self {
        Self { shared: Arc::new(Shared { target, place, session: Mutex::new(State::Lost) }) }
    }

    /// Connects.
    pub(super) async fn open(&self) -> Result<(), StoreError> {
        self.session().await.map(drop)
    }

    pub(crate) async fn debate(&self, id: &str) -> Result<Option<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE} WHERE id = $1");
        let found = self.ask(&sql, &[(&id, Type::TEXT)]).await.map_err(|error| of(id, error))?;
        let Some(row) = found.rows.first() else { return Ok(None) };
        whole(id, rows::debate(&found.session, row)).map(Some)
    }

    pub(crate) async fn events(
        &self,
        debate: &str,
        after: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let after = bound(after);
        let found = self.ask(EVENTS, &[(&debate, Type::TEXT), (&after, Type::INT8)]).await;
        let found = found.map_err(|error| of(debate, error))?;
        whole(debate, rows::events(&found.session, &found.rows, after))
    }

    pub(crate) async fn unfinished(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Page<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE} WHERE NOT ended AND place > $1 ORDER BY place LIMIT $2");
        self.page(&sql, bound(after), limit, rows::debate).await
    }

    pub(crate) async fn recent(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<StoredDebate>, StoreError> {
        let sql = format!("{DEBATE} WHERE place < $1 ORDER BY place DESC LIMIT $2");
        self.page(&sql, before.map_or(i64::MAX, bound), limit, rows::debate).await
    }

    pub(crate) async fn results(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Page<StoredResult>, StoreError> {
        let sql = format!("{RESULT} WHERE number > $1 ORDER BY number LIMIT $2");
        self.page(&sql, bound(after), limit, rows::result).await
    }

    pub(crate) async fn results_on(
        &self,
        topic: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<StoredResult>, StoreError> {
        let sql =
            format!("{RESULT} WHERE topic = $1 AND number < $2 ORDER BY number DESC LIMIT $3");
        let (before, most) = (before.map_or(i64::MAX, bound), i64::from(limit));
        let params: [(&(dyn ToSql + Sync), Type); 3] =
            [(&topic, Type::TEXT), (&before, Type::INT8), (&most, Type::INT8)];
        self.ask(&sql, &params).await?.part(limit, rows::result)
    }

    /// What is wrong with the database as a whole, beside single debates. Of its pages and indices the
    /// database has checks of its own.
    pub(crate) async fn faults(&self) -> Result<Faults, StoreError> {
        let sql = "SELECT count(*) FILTER (WHERE ended), count(*), (SELECT count(*) FROM results) \
            FROM debates";
        let found = match self.ask(sql, &[]).await {
            Ok(found) => found,
            Err(StoreError::Corrupt { detail, .. }) => {
                return Ok(Faults { said: vec![detail], ..Faults::default() });
            }
            Err(error) => return Err(error),
        };
        let Some(row) = found.rows.first() else { return Ok(Faults::default()) };
        let ended: i64 = found.session.column(row, 0)?;
        let results: i64 = found.session.column(row, 2)?;
        let said = format!("it has {results} results of {ended} debates that have ended");
        let said = if ended == results { Vec::new() } else { vec![said] };
        Ok(Faults { said, ..Faults::default() })
    }

    /// How much room it takes up, in bytes.
    pub(crate) async fn size(&self) -> Result<u64, StoreError> {
        let found = self.ask("SELECT pg_database_size(current_database())", &[]).await?;
        let row = found.rows.first();
        Ok(row.map_or(Ok(0), |row| found.session.column::<i64>(row, 0))?.cast_unsigned())
    }

    pub(crate) async fn name_of(&self, place: u64) -> Result<Option<String>, StoreError> {
        let place = bound(place);
        let sql = "SELECT id FROM debates WHERE place = $1";
        match self.ask(sql, &[(&place, Type::INT8)]).await {
            Ok(Found { session, rows }) => {
                rows.first().map(|row| session.column(row, 0)).transpose()
            }
            Err(StoreError::Corrupt { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn place(&self) -> String {
        self.shared.place.clone()
    }

    /// Closes the reader's connection, for all who hold a handle.
    pub(crate) async fn close(&self) {
        *self.shared.session.lock().await = State::Closed;
    }

    /// The rows that a question with a number and a limit is answered with, as far as they are what
    /// was written. The first column of each is its number.
    async fn page<T>(
        &self,
        sql: &str,
        number: i64,
        limit: u32,
        read: impl Fn(&Session, &Row) -> Read<T>,
    ) -> Result<Page<T>, StoreError> {
        let most = i64::from(limit);
        let params: [(&(dyn ToSql + Sync), Type); 2] = [(&number, Type::INT8), (&most, Type::INT8)];
        self.ask(sql, &params).await?.part(limit, read)
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
        let Shared { target, place, session } = &*self.shared;
        let mut state = session.lock().await;
        match &*state {
            State::Closed => Err(StoreError::Closed),
            State::Connected(session) if !session.is_closed() => Ok(Arc::clone(session)),
            State::Connected(_) | State::Lost => {
                let session = Arc::new(Session::open(target, place).await?);
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

/// What a question was answered with.
struct Found {
    session: Arc<Session>,
    rows: Vec<Row>,
}

impl Found {
    /// The rows as a part of what was asked for, of so many rows unless it is the last.
    fn part<T>(
        &self,
        limit: u32,
        read: impl Fn(&Session, &Row) -> Read<T>,
    ) -> Result<Page<T>, StoreError> {
        let last = self.rows.last().filter(|_| self.rows.len() == limit as usize);
        let next = last.map(|row| self.session.column::<i64>(row, 0)).transpose()?;
        Ok(Page { next: next.map(i64::cast_unsigned), ..self.page(read)? })
    }

    fn page<T>(&self, read: impl Fn(&Session, &Row) -> Read<T>) -> Result<Page<T>, StoreError> {
        let mut page = Page { items: Vec::new(), damaged: Vec::new(), next: None };
        for row in &self.rows {
            match read(&self.session, row)? {
                Ok(item) => page.items.push(item),
                Err(Wrong { number, detail }) => {
                    page.damaged.push(Damaged { number: number.cast_unsigned(), detail });
                }
            }
        }
        Ok(page)
    }
}

/// What was read of a debate.
fn whole<T>(debate: &str, read: Read<T>) -> Result<T, StoreError> {
    read?.map_err(|Wrong { detail, .. }| StoreError::Damaged { debate: debate.into(), detail })
}

/// What an error means that was met in reading one debate.
fn of(debate: &str, error: StoreError) -> StoreError {
    match error {
        StoreError::Corrupt { detail, .. } => StoreError::Damaged { debate: debate.into(), detail },
        error => error,
    }
}
