//! Whose the file is: it is locked as long as the store is open, and watched, for who removes or
//! replaces it takes with it all that is written from then on.
//!
//! The lock is on the file itself, by whatever path it was reached: a second server is refused on a
//! link to it as well. It is the system's lock on whole files, which knows nothing of SQLite's locks
//! on parts of it. But closing any handle of a file gives back all locks on its parts that the
//! process holds: so a file that this process has open already is known by its identity, and not
//! opened again.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::StoreError;

/// The files that this process holds.
static HELD: Mutex<BTreeSet<Identity>> = Mutex::new(BTreeSet::new());

/// What a file is, whatever its path: device and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity(u64, u64);

/// A file that is locked for this process.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    identity: Identity,
    /// Where SQLite writes what it has not moved into the file yet, once it is there.
    log: PathBuf,
    log_identity: Option<Identity>,
    /// Closed after SQLite has closed its own.
    file: File,
}

/// Why a file could not be locked.
pub(super) enum Unlocked {
    /// It is open in this process, or another one has it.
    Held,
    Failed(io::Error),
}

impl Lock {
    /// Takes the file for this process; it is made if there is none.
    pub(super) fn take(path: &Path) -> Result<Self, Unlocked> {
        let mut options = File::options();
        Self::hold(path, options.read(true).append(true).create(true), File::try_lock)
    }

    /// Keeps everybody from taking the file, which others may only read meanwhile as well; it need not be
    /// one that may be written to.
    pub(super) fn share(path: &Path) -> Result<Self, Unlocked> {
        Self::hold(path, File::options().read(true), File::try_lock_shared)
    }

    fn hold(
        path: &Path,
        options: &OpenOptions,
        lock: impl FnOnce(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, Unlocked> {
        let mut held = held();
        if let Ok(metadata) = std::fs::metadata(path)
            && held.contains(&Identity::of(&metadata))
        {
            return Err(Unlocked::Held);
        }
        let file = options.open(path).map_err(Unlocked::Failed)?;
        match lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Unlocked::Held),
            Err(TryLockError::Error(error)) => return Err(Unlocked::Failed(error)),
        }
        let identity = file.metadata().map(|metadata| Identity::of(&metadata));
        let identity = identity.map_err(Unlocked::Failed)?;
        held.insert(identity);
        Ok(Self { path: path.to_owned(), identity, log: log_of(path), log_identity: None, file })
    }

    /// Says if the path leads to the locked file no longer, or the log of its last writes is gone:
    /// then what is written now is lost to whoever opens the store next.
    pub(super) fn check(&mut self) -> Result<(), StoreError> {
        let gone = |path: &Path, what: String| StoreError::Gone {
            place: self.path.display().to_string(),
            detail: format!("{} {what}", path.display()),
        };
        let of = |path: &Path| match std::fs::metadata(path) {
            Ok(metadata) => Ok(Identity::of(&metadata)),
            Err(error) => Err(gone(path, format!("cannot be found: {error}"))),
        };
        if of(&self.path)? != self.identity {
            return Err(gone(&self.path, "is another file now".into()));
        }
        match (of(&self.log), self.log_identity) {
            (Ok(found), Some(known)) if found != known => {
                Err(gone(&self.log, "is another file now".into()))
            }
            (Ok(found), _) => {
                self.log_identity = Some(found);
                Ok(())
            }
            (Err(error), Some(_)) => Err(error),
            // SQLite makes it with the first write.
            (Err(_), None) => Ok(()),
        }
    }
}

/// Where SQLite writes what it has not moved into the file yet: it follows links, and keeps it beside the file
/// itself.
pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut log = OsString::from(path.canonicalize().unwrap_or_else(|_| path.to_owned()));
    log.push("-wal");
    log.into()
}

impl Drop for Lock {
    /// A process that is being started may have a copy of the handle till it runs its program: a lock that was only
    /// closed here would last as long.
    fn drop(&mut self) {
        let mut held = held();
        if let Err(error) = self.file.unlock() {
            tracing::warn!(file = %self.path.display(), %error, "the lock is given back when the file is closed");
        }
        held.remove(&self.identity);
    }
}

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        Self(metadata.dev(), metadata.ino())
    }
}

fn held() -> MutexGuard<'static, BTreeSet<Identity>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a process has one that was begun and does not run its program yet.
    #[test]
    fn a_copy_of_the_handle_keeps_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("debates.db");
        let lock = Lock::take(&path).unwrap_or_else(|_| panic!("nobody has it"));
        let _copy = lock.file.try_clone().unwrap();
        assert!(matches!(Lock::take(&path), Err(Unlocked::Held)));
        drop(lock);
        assert!(Lock::take(&path).is_ok());
    }
}
