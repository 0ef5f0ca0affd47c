//! When a run was worked on, and by whom: the one file that differs from one machine to the next.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{RunError, Workers};
use crate::manifest::Program;

/// The log of a run, locked while it is worked on.
pub(super) struct Log<'a> {
    path: PathBuf,
    file: File,
    workers: &'a Workers,
    start: Instant,
}

impl<'a> Log<'a> {
    /// Says what started.
    pub(super) fn open(
        path: PathBuf,
        file: File,
        workers: &'a Workers,
        program: &Program,
    ) -> Result<Self, RunError> {
        let log = Self { path, file, workers, start: Instant::now() };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        log.line(json!({ "started": since.as_secs(), "program": program }))?;
        Ok(log)
    }

    /// Says how it ended.
    pub(super) fn close(&self, end: &str) -> Result<(), RunError> {
        self.line(json!({ "seconds": self.start.elapsed().as_secs_f64(), "end": end }))
    }

    /// Writes a line, and in it who works.
    pub(super) fn line(&self, mut line: Value) -> Result<(), RunError> {
        match self.workers {
            Workers::Threads(threads) => line["threads"] = (*threads).into(),
            Workers::Machines(servers) => line["nats"] = servers.as_str().into(),
        }
        writeln!(&self.file, "{line}").map_err(|source| RunError::io(&self.path, source))
    }
}
