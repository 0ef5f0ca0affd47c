//! When a run was worked on: the one file that differs from one machine to the next.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::RunError;

/// The log of a run, locked while it is worked on.
pub(super) struct Log {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) threads: usize,
    pub(super) start: Instant,
}

impl Log {
    /// Says what started.
    pub(super) fn open(path: PathBuf, file: File, threads: usize) -> Result<Self, RunError> {
        let mut log = Self { path, file, threads, start: Instant::now() };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        log.line(&json!({ "started": since.as_secs(), "threads": threads }))?;
        Ok(log)
    }

    /// Says how it ended.
    pub(super) fn close(&mut self, worked: &Result<(), RunError>) -> Result<(), RunError> {
        let end = match worked {
            Ok(()) => "finished".to_owned(),
            Err(error) => error.to_string(),
        };
        let seconds = self.start.elapsed().as_secs_f64();
        self.line(&json!({ "seconds": seconds, "threads": self.threads, "end": end }))
    }

    fn line(&mut self, line: &serde_json::Value) -> Result<(), RunError> {
        writeln!(self.file, "{line}").map_err(|source| RunError::io(&self.path, source))
    }
}
