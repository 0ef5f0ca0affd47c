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

    /// What is read from a row's column.
    pub(super) fn column<'a, T: tokio_postgres::types::FromSql<'a>>(
        &self,
        row: &'a Row,
        column: usize,
    ) -> Result<T, StoreError> {
        row.try_get(column).map_err(|error| failure(&self.place, &error))
    }
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
