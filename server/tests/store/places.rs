//! A new place for a store, and the same test for both kinds of store.

use std::sync::Arc;

use pixel_debate_server::store::{Place, Store, StoreError};
use tempfile::TempDir;

use crate::database::{Database, Postgres};

/// A place where no store is yet.
pub(crate) struct NewPlace {
    /// As it is written.
    pub(crate) text: String,
    /// What the place is in; it goes with the last who uses it.
    _keep: Keep,
}

#[allow(dead_code, reason = "held until it is dropped")]
enum Keep {
    Folder(TempDir),
    Server(Arc<Postgres>),
}

impl NewPlace {
    pub(crate) fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("store.db").into_os_string().into_string().unwrap();
        Self { text, _keep: Keep::Folder(folder) }
    }

    /// None where PostgreSQL is not installed and need not be.
    pub(crate) async fn database() -> Option<Self> {
        let Database { server, url } = Postgres::shared()?.new_database().await;
        Some(Self { text: url, _keep: Keep::Server(server) })
    }

    pub(crate) async fn open(&self) -> Store {
        self.try_open().await.unwrap()
    }

    pub(crate) async fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(&self.text.parse::<Place>().unwrap()).await
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
