//! What the database's errors mean.

use std::error::Error;
use std::io;

use tokio_postgres::error::SqlState;

use crate::error::StoreError;

/// What an error of the database means for the store.
pub(super) fn failure(place: &str, error: &tokio_postgres::Error) -> StoreError {
    let place = place.to_owned();
    let Some(database) = error.as_db_error() else {
        // The driver says what it was doing, and its source what happened.
        let source = error.source();
        let detail =
            source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        let lost = error.is_closed() || source.is_some_and(<dyn Error>::is::<io::Error>);
        return if lost || detail.contains("timed out") || detail.contains("connecting") {
            StoreError::Unreachable { place, detail }
        } else {
            StoreError::Refused { place, detail }
        };
    };
    let detail = database.message().to_owned();
    let code = database.code();
    // Some codes stand for a class: the first two characters say which.
    match (&code.code()[..2], code) {
        (_, &SqlState::DISK_FULL) => StoreError::Full { place, detail },
        ("08" | "57", _) if *code != SqlState::QUERY_CANCELED => {
            StoreError::Unreachable { place, detail }
        }
        (_, &SqlState::READ_ONLY_SQL_TRANSACTION | &SqlState::TOO_MANY_CONNECTIONS) => {
            StoreError::Unreachable { place, detail }
        }
        ("40" | "53" | "55" | "57", _) => StoreError::Busy { place, detail },
        ("58", _) => StoreError::Disk { place, detail },
        ("XX", _) => StoreError::Corrupt { place, detail },
        _ => StoreError::Refused { place, detail },
    }
}
