//! A run: a plan carried out in a folder that survives anything.
//!
//! | in the folder | what |
//! |---|---|
//! | `manifest.json` | the run as it is run |
//! | `shards/` | the debates done so far; gone when all are |
//! | `debates.parquet` | one row a debate |
//! | `summary.json` | the rates with their intervals |
//! | `report.html`, `plots/` | the same to look at |
//! | `failed.json` | shards that nobody could do, if there are any: the table has gaps, and the same command tries them again |
//! | `log.jsonl` | when it was worked on, by whom and for how long |
//!
//! Whatever happens, a file is whole or not there: it is written under another name, forced to the
//! disk and renamed. All but the log is a function of the experiment alone, byte for byte, whoever
//! stopped the run and however often, and whoever did its shards: any number of threads here, or
//! others elsewhere ([`Plan::run_by`]).

mod error;
mod failed;
mod folder;
mod log;
pub(crate) mod shard;
mod threads;
mod undone;

use std::path::Path;

pub use error::RunError;
pub use failed::Failed;
use folder::Folder;
pub use undone::Undone;

use crate::plan::Plan;
use crate::report;
use crate::rows::Row;

/// What a run tells of itself while it is under way, from any thread.
pub trait Observer: Sync {
    /// Debates of that cell are done; `before`: by an earlier attempt.
    fn done(&self, cell: usize, rows: &[Row], before: bool);
}

/// Who does a run's shards, as its log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workers {
    /// So many threads of this process.
    Threads(usize),
    /// Other machines, by these NATS servers.
    Machines(String),
}

/// What a run has left in its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// All debates, by cell, and in it by image, in the order of the run.
    pub rows: Vec<Vec<Row>>,
    /// Shards whose debates are not among them.
    pub failed: Vec<Failed>,
    /// Whether all was there before.
    pub was_finished: bool,
}

impl Plan {
    /// Carries the plan out in that folder, on so many threads. What is there of an earlier attempt
    /// is used.
    pub fn run(
        &self,
        folder: &Path,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<Finished, RunError> {
        let threads = threads.max(1);
        self.run_by(&Workers::Threads(threads), folder, observer, |undone| {
            undone.work(threads).map(|()| Vec::new())
        })
    }

    /// Carries the plan out in that folder: `work` has all shards done that are not, and tells of
    /// those that cannot be.
    pub fn run_by<E: From<RunError> + std::fmt::Display>(
        &self,
        workers: &Workers,
        folder: &Path,
        observer: &dyn Observer,
        work: impl FnOnce(&Undone<'_>) -> Result<Vec<Failed>, E>,
    ) -> Result<Finished, E> {
        let folder = Folder::open(folder, self)?;
        if let Some(rows) = folder.table(self.manifest())? {
            let failed = Vec::new();
            self.finish(&folder, &rows, &failed)?;
            return Ok(Finished { rows, failed, was_finished: true });
        }
        let log = folder.log(workers)?;
        let undone = Undone::of(self, &folder, &log, observer)?;
        let worked = work(&undone);
        match &worked {
            Ok(failed) if failed.is_empty() => log.close("finished")?,
            Ok(failed) => log.close(&format!("{} shards failed", failed.len()))?,
            Err(error) => log.close(&error.to_string())?,
        }
        let failed = worked?;
        let rows = self.rows(&folder, &failed)?;
        folder.keep_table(&rows, &failed)?;
        self.finish(&folder, &rows, &failed)?;
        Ok(Finished { rows, failed, was_finished: false })
    }

    /// Writes the report; where nothing failed, the shards are needed no longer.
    fn finish(
        &self,
        folder: &Folder,
        rows: &[Vec<Row>],
        failed: &[Failed],
    ) -> Result<(), RunError> {
        folder.report(report::files(self.manifest(), &self.dataset, rows, failed)?)?;
        if failed.is_empty() {
            folder.clear(self.shards.iter().map(|shard| &*shard.key))?;
        }
        Ok(())
    }

    /// All rows, by cell, from the shards that have not failed.
    fn rows(&self, folder: &Folder, failed: &[Failed]) -> Result<Vec<Vec<Row>>, RunError> {
        let mut rows: Vec<Vec<Row>> = vec![Vec::new(); self.manifest().cells.len()];
        let failed: std::collections::HashSet<&str> =
            failed.iter().map(|failed| &*failed.shard).collect();
        for shard in self.shards.iter().filter(|shard| !failed.contains(&*shard.key)) {
            let found = folder.shard(&shard.key)?;
            let found = found.ok_or_else(|| folder.vanished(&shard.key))?;
            rows[shard.cell].extend(found);
        }
        Ok(rows)
    }
}
