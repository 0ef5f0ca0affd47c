//! A new place for a store, and the same test for both kinds of store.

use std::error::Error;
use std::sync::Arc;

use pixel_debate_store::{Place, Store, StoreError};
use tempfile::TempDir;
use tokio_postgres::Client;

use crate::database::{Database, Postgres, connect};

/// A place where no store is yet.
pub(crate) struct NewPlace {
    /// As it is written.
    pub(crate) text: String,
    /// What the place is in; it goes with the last who uses it.
    keep: Keep,
}

enum Keep {
    Folder(#[allow(dead_code, reason = "held until it is dropped")] TempDir),
    Server(Arc<Postgres>),
}

impl NewPlace {
    pub(crate) fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("store.db").into_os_string().into_string().unwrap();
        Self { text, keep: Keep::Folder(folder) }
    }

    /// None where nothing is to be tested with PostgreSQL.
    pub(crate) async fn database() -> Option<Self> {
        let Database { server, url } = Postgres::shared()?.new_database().await;
        Some(Self { text: url, keep: Keep::Server(server) })
    }

    /// Another one of the same kind.
    pub(crate) async fn again(&self) -> Self {
        match &self.keep {
            Keep::Folder(_) => Self::file(),
            Keep::Server(server) => {
                let Database { server, url } = Arc::clone(server).new_database().await;
                Self { text: url, keep: Keep::Server(server) }
            }
        }
    }

    /// A connection beside that of the store.
    pub(crate) async fn connect(&self) -> Other {
        match &self.keep {
            Keep::Folder(_) => Other::File(rusqlite::Connection::open(&self.text).unwrap()),
            Keep::Server(_) => Other::Database(connect(&self.text).await),
        }
    }

    pub(crate) async fn open(&self) -> Store {
        self.try_open().await.unwrap()
    }

    pub(crate) async fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(&self.text.parse::<Place>().unwrap()).await
    }
}

/// Somebody else at a store, behind its back.
pub(crate) enum Other {
    File(rusqlite::Connection),
    Database(Client),
}

impl Other {
    /// Runs a statement, in which bytes are written as SQLite does; says why it is refused.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), Box<dyn Error>> {
        match self {
            Self::File(connection) => connection.execute_batch(sql)?,
            Self::Database(client) => client.batch_execute(&sql.replace("X'", "'\\x")).await?,
        }
        Ok(())
    }
}

/// A test of a new place, once for a file and once for a database.
macro_rules! on_both_stores {
    ($name:ident, |$place:ident| $body:block) => {
        mod $name {
            use super::*;
            use crate::places::NewPlace;

            async fn test($place: NewPlace) $body

            #[tokio::test]
            async fn in_a_file() {
                test(NewPlace::file()).await;
            }

            #[tokio::test]
            async fn in_a_database() {
                if let Some(place) = NewPlace::database().await {
                    test(place).await;
                }
            }
        }
    };
}

pub(crate) use on_both_stores;
