//! Where a store is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use crate::postgres::{Database, DatabaseError};

/// Where a store is: a file, or a database by its URL.
#[derive(Clone)]
pub enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Database(Arc<Database>),
}

/// Why a text says no place.
#[derive(Debug, Error)]
pub enum PlaceError {
    /// The text is empty.
    #[error("a store is a file's path or a postgres:// URL, not an empty text")]
    Empty,
    /// It begins as a URL of a database, and is none.
    #[error(transparent)]
    Url(#[from] DatabaseError),
    /// It is a URL of something else.
    #[error("a store is a file's path or a postgres:// URL, not a {0}:// URL")]
    Scheme(String),
    /// It may be meant for something else than a path: `:memory:` or `file:a.db?mode=memory` say, as SQLite
    /// has them, or `postgres:a`.
    #[error(
        "a store is a file's path or a postgres:// URL, not {0:?}: the path of a file of that name \
         begins with ./"
    )]
    Special(String),
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Self::Database(Arc::new(text.parse()?))),
            Some((scheme, _)) => Err(PlaceError::Scheme(scheme.into())),
            None if text.is_empty() => Err(PlaceError::Empty),
            None if is_special(text) => Err(PlaceError::Special(text.into())),
            None => Ok(Self::File(text.into())),
        }
    }
}

/// Whether a text begins as a URL does, or as what is no file to SQLite. One letter is a drive.
fn is_special(text: &str) -> bool {
    let Some((before, _)) = text.split_once(':') else { return false };
    before.len() != 1
        && before.chars().all(|one| one.is_ascii_alphanumeric() || "+-.".contains(one))
}

/// Without the password that a URL may hold.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Database(database) => database.fmt(f),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_file_and_a_url_a_database() {
        assert!(matches!("a/b.db".parse(), Ok(Place::File(file)) if file.as_os_str() == "a/b.db"));
        assert!(matches!("postgres://a@b/c".parse(), Ok(Place::Database(_))));
        assert!(matches!("postgresql:///c".parse(), Ok(Place::Database(_))));
    }

    #[test]
    fn what_is_neither_is_refused() {
        let refusal = |text: &str| text.parse::<Place>().unwrap_err().to_string();
        assert!(refusal("").contains("empty"));
        assert!(refusal("mysql://a/b").contains("mysql://"));
        for special in [":memory:", "file:a.db", "file:a?mode=memory", "postgres:a", "sqlite:a.db"]
        {
            assert!(
                refusal(special).contains(special) && refusal(special).contains("begins with ./")
            );
        }
        for path in ["./:memory:", "./file:a.db", "C:\\a.db", "a/b:c.db", "study 1:a.db"] {
            assert!(matches!(path.parse(), Ok(Place::File(file)) if file.as_os_str() == path));
        }
        assert!(refusal("postgres://a@b:port/c").contains("postgres://USER"));
    }

    #[test]
    fn a_password_is_not_shown() {
        let place: Place = "postgres://ann:hush@example.org/study".parse().unwrap();
        assert_eq!(place.to_string(), "the PostgreSQL database \"study\" at example.org");
        assert_eq!(format!("{place:?}"), place.to_string());
    }
}
