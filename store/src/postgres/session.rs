//! One connection to the database.

use std::future::Future;

use tokio::time::timeout;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Socket};
use tracing::debug;

use super::errors::failure;
use super::target::{PATIENCE, Target};
use crate::error::StoreError;

/// The advisory lock on the database: "pixd".
const LOCK: i64 = 0x7069_7864;

/// For whom the database is locked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lock {
    /// For who writes.
    Alone,
    /// For all who only read.
    Shared,
}

/// One connection to the database. Whatever it is asked is answered within a bounded time.
#[derive(Debug)]
pub(super) struct Session {
    client: Client,
    place: String,
}

impl Session {
    pub(super) async fn open(target: &Target, place: &str) -> Result<Self, StoreError> {
        let client = match &target.encryption {
            None => connect(target, place, NoTls).await?,
            Some(encryption) => connect(target, place, encryption.clone()).await?,
        };
        let session = Self { client, place: place.into() };
        // A commit that has been answered is on the disk, whatever the database is set to.
        session.run("SET synchronous_commit = on").await?;
        Ok(session)
    }

    /// Whether the connection is lost.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs statements without parameters.
    pub(super) async fn run(&self, sql: &str) -> Result<(), StoreError> {
        in_time(&self.place, self.client.batch_execute(sql)).await
    }

    /// Runs one statement.
    pub(super) async fn query(
        &self,
        sql: &str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, StoreError> {
        in_time(&self.place, self.client.query_typed(sql, params)).await
    }

    /// Takes the lock on the database for as long as the connection lasts.
    pub(super) async fn lock(&self, lock: Lock) -> Result<(), StoreError> {
        let sql = match lock {
            Lock::Alone => "SELECT pg_try_advisory_lock($1)",
            Lock::Shared => "SELECT pg_try_advisory_lock_shared($1)",
        };
        let rows = self.query(sql, &[(&LOCK, Type::INT8)]).await?;
        if rows.first().map_or(Ok(false), |row| self.column(row, 0))? {
            return Ok(());
        }
        Err(StoreError::Busy { place: self.place.clone(), detail: holder(self).await })
    }

    /// What is read from a row's column.
    pub(super) fn column<'a, T: tokio_postgres::types::FromSql<'a>>(
        &self,
        row: &'a Row,
        column: usize,
    ) -> Result<T, StoreError> {
        row.try_get(column).map_err(|error| failure(&self.place, &error))
    }
}

/// Who has the lock, as far as the database says.
async fn holder(session: &Session) -> String {
    let sql = "SELECT pid, host(client_addr), to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
        FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'
        AND ((classid::BIGINT << 32) | objid::BIGINT) = $1 AND granted AND database =
            (SELECT oid FROM pg_database WHERE datname = current_database())";
    if let Ok(rows) = session.query(sql, &[(&LOCK, Type::INT8)]).await
        && let Some(row) = rows.first()
        && let Ok(process) = session.column::<i32>(row, 0)
    {
        let from = session.column::<Option<String>>(row, 1).ok().flatten();
        let since = session.column::<Option<String>>(row, 2).ok().flatten();
        let from = from.map(|from| format!(" from {from}")).unwrap_or_default();
        let since = since.map(|since| format!(", since {since}")).unwrap_or_default();
        return format!(
            "another server has locked it: the database's process {process}{from}{since}"
        );
    }
    "another server has locked it".into()
}

async fn connect<T>(target: &Target, place: &str, encryption: T) -> Result<Client, StoreError>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = in_time(place, target.config.connect(encryption)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            debug!(%error, "the connection to the database ended");
        }
    });
    Ok(client)
}

/// The answer of the database, or that it took too long.
async fn in_time<T>(
    place: &str,
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, StoreError> {
    match timeout(PATIENCE, answer).await {
        Ok(result) => result.map_err(|error| failure(place, &error)),
        Err(_) => Err(StoreError::Unreachable {
            place: place.into(),
            detail: format!("no answer within {} seconds", PATIENCE.as_secs()),
        }),
    }
}
