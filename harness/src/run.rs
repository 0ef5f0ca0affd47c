//! A run: a plan carried out in a folder that survives anything.
//!
//! | in the folder | what |
//! |---|---|
//! | `manifest.json` | the run as it is run |
//! | `shards/` | the debates done so far; gone when all are |
//! | `debates.parquet` | one row a debate |
//! | `summary.json` | the rates with their intervals |
//! | `report.html`, `plots/` | the same to look at |
//! | `log.jsonl` | when it was worked on, with how many threads and for how long |
//!
//! Whatever happens, a file is whole or not there: it is written under another name, forced to the
//! disk and renamed. All but the log is a function of the experiment alone, byte for byte, whoever
//! stopped the run and however often, and whatever the number of threads.

mod error;
mod folder;
mod log;
mod shard;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

pub use error::RunError;
use folder::Folder;

use crate::plan::{Plan, Shard};
use crate::report;
use crate::rows::Row;
use crate::work::Work;

/// What a run tells of itself while it is under way, from any thread.
pub trait Observer: Sync {
    /// Debates of that cell are done; `before`: by an earlier attempt.
    fn done(&self, cell: usize, rows: &[Row], before: bool);
}

/// What a run has left in its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// All debates, by cell, and in it by image, in the order of the run.
    pub rows: Vec<Vec<Row>>,
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
        let folder = Folder::open(folder, self.manifest())?;
        let table = folder.table(self.manifest())?;
        let was_finished = table.is_some();
        let rows = match table {
            Some(rows) => rows,
            None => self.debates(&folder, threads, observer)?,
        };
        let report = report::files(self.manifest(), &self.dataset, &rows)?;
        folder.finish(report, self.shards.iter().map(|shard| &*shard.key))?;
        Ok(Finished { rows, was_finished })
    }

    /// Has all debates done that are not, and the table written.
    fn debates(
        &self,
        folder: &Folder,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<Vec<Vec<Row>>, RunError> {
        let mut log = folder.log(threads)?;
        let mut missing = VecDeque::new();
        for shard in &self.shards {
            match folder.shard(&shard.key)? {
                Some(rows) => observer.done(shard.cell, &rows, true),
                None => missing.push_back(shard),
            }
        }
        let worked = self.work(folder, missing, threads, observer);
        log.close(&worked)?;
        worked?;
        let rows = self.rows(folder)?;
        folder.keep_table(&rows)?;
        Ok(rows)
    }

    /// Does the missing shards, in order.
    fn work(
        &self,
        folder: &Folder,
        missing: VecDeque<&Shard>,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<(), RunError> {
        let (missing, failed) = (Mutex::new(missing), AtomicBool::new(false));
        let next = || missing.lock().ok()?.pop_front().filter(|_| !failed.load(Ordering::Relaxed));
        let worker = || {
            while let Some(shard) = next() {
                if let Err(error) = self.work_shard(folder, shard, observer) {
                    // The others finish what they are at, which is kept.
                    failed.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(worker)).collect();
            let results = workers.into_iter().map(|worker| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            // All are waited for before the first error is told.
            results.collect::<Vec<_>>().into_iter().collect()
        })
    }

    fn work_shard(
        &self,
        folder: &Folder,
        shard: &Shard,
        observer: &dyn Observer,
    ) -> Result<(), RunError> {
        let play = &self.manifest().cells[shard.cell].play;
        let work = Work { dataset: &self.dataset, judge: &self.judges[shard.cell], play };
        let mut rows = Vec::new();
        for image in &self.images[shard.images.clone()] {
            rows.extend(work.rows(*image)?);
        }
        folder.keep_shard(&shard.key, &rows)?;
        observer.done(shard.cell, &rows, false);
        Ok(())
    }

    /// All rows, by cell, from the shards.
    fn rows(&self, folder: &Folder) -> Result<Vec<Vec<Row>>, RunError> {
        let mut rows: Vec<Vec<Row>> = vec![Vec::new(); self.manifest().cells.len()];
        for shard in &self.shards {
            let found = folder.shard(&shard.key)?;
            let found = found.ok_or_else(|| folder.vanished(&shard.key))?;
            rows[shard.cell].extend(found);
        }
        Ok(rows)
    }
}
