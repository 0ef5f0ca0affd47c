//! Where a scene's store is, and the same test for both kinds of store.

use std::path::PathBuf;
use std::sync::Arc;

use pixel_debate_store::Place;
use tempfile::TempDir;

use crate::database::{Database, Postgres};

/// Where a scene's store is: a file in a folder of its own, or a database of its own.
pub(crate) enum Home {
    Folder(TempDir),
    Database(Database),
}

/// A store that cannot be written to until this is dropped.
pub(crate) enum Away {
    Locked(#[allow(dead_code, reason = "held until it is dropped")] rusqlite::Connection),
    Stopped(Arc<Postgres>),
    /// The file lies elsewhere: from the one path to the other.
    Moved(PathBuf, PathBuf),
}

impl Home {
    pub(crate) fn file() -> Self {
        Self::Folder(tempfile::tempdir().unwrap())
    }

    /// A database on a server that other tests use as well. None where nothing is to be
    /// tested with PostgreSQL.
    pub(crate) async fn database() -> Option<Self> {
        Some(Self::Database(Postgres::shared()?.new_database().await))
    }

    /// A database on a server of its own, which can be stopped.
    pub(crate) async fn lone_database() -> Option<Self> {
        Some(Self::Database(Arc::new(Postgres::start()?).new_database().await))
    }

    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Folder(folder) => Place::File(folder.path().join("debates.db")),
            Self::Database(database) => database.url.parse().unwrap(),
        }
    }

    /// Moves the file elsewhere.
    pub(crate) fn move_away(&self) -> Away {
        let Self::Folder(folder) = self else { unreachable!("a database has no file") };
        let [path, elsewhere] = ["debates.db", "elsewhere"].map(|name| folder.path().join(name));
        std::fs::rename(&path, &elsewhere).unwrap();
        Away::Moved(path, elsewhere)
    }

    /// Keeps the store from being written to: another process locks the file, or the database's
    /// server, which no other test may use, is stopped.
    pub(crate) fn take_away(&self) -> Away {
        match self {
            Self::Folder(folder) => {
                let other = rusqlite::Connection::open(folder.path().join("debates.db")).unwrap();
                other.execute_batch("BEGIN IMMEDIATE").unwrap();
                Away::Locked(other)
            }
            Self::Database(Database { server, .. }) => {
                server.stop();
                Away::Stopped(Arc::clone(server))
            }
        }
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        match self {
            Self::Locked(_) => {}
            Self::Stopped(server) => server.start_again(),
            Self::Moved(path, elsewhere) => std::fs::rename(elsewhere, path).unwrap(),
        }
    }
}

/// A test of a scene in a home of its own, once with a file and once with a database.
macro_rules! on_both_stores {
    ($name:ident, |$home:ident| $body:block) => {
        mod $name {
            use super::*;
            use crate::home::Home;

            async fn test($home: Home) $body

            #[tokio::test]
            async fn in_a_file() {
                test(Home::file()).await;
            }

            #[tokio::test]
            async fn in_a_database() {
                if let Some(home) = Home::database().await {
                    test(home).await;
                }
            }
        }
    };
}

pub(crate) use on_both_stores;
