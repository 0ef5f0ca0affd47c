//! What the errors of SQLite mean.

use rusqlite::types::FromSqlError;
use rusqlite::{Error, ErrorCode};

use crate::error::StoreError;

/// Why something cannot be read or written.
pub(super) type Fault = crate::fault::Fault<Error>;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let damaged = match &error {
            Error::SqliteFailure(failure, _) => matches!(
                failure.code,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TooBig
            ),
            // A column is of another type than was written.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..) => true,
            _ => false,
        };
        if damaged { Self::Damaged(error.to_string()) } else { Self::Failed(error) }
    }
}

impl From<FromSqlError> for Fault {
    fn from(error: FromSqlError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// What a fault means for the store as a whole.
pub(super) fn failure(place: &str, fault: Fault) -> StoreError {
    fault.map(|error| failed(place, &error)).of_store(place.into())
}

/// What it means that SQLite or the system failed.
pub(super) fn failed(place: &str, error: &Error) -> StoreError {
    let (place, detail) = (place.to_owned(), error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Busy { place, detail }
        }
        Some(ErrorCode::DiskFull) => StoreError::Full { place, detail },
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied,
        ) => StoreError::Disk { place, detail },
        _ => StoreError::Refused { place, detail },
    }
}
