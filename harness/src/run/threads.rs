//! A run's shards done by threads of this process.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Failed, RunError, Undone};
use crate::plan::Shard;

impl Undone<'_> {
    /// Does what is missing, in order, on so many threads, and says what could not be done.
    pub(super) fn work(&self, threads: usize) -> Result<Vec<Failed>, RunError> {
        let missing: VecDeque<&Shard> = self.missing().collect();
        let (missing, failed) = (Mutex::new(missing), AtomicBool::new(false));
        let next = || missing.lock().ok()?.pop_front().filter(|_| !failed.load(Ordering::Relaxed));
        let worker = || {
            let mut undoable = Vec::new();
            while let Some(shard) = next() {
                match self.try_shard(shard) {
                    Ok(found) => undoable.extend(found),
                    Err(error) => {
                        // The others finish what they are at, which is kept.
                        failed.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
            Ok(undoable)
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
            let results = workers.into_iter().map(|worker| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            // All are waited for before the first error is told.
            let results: Vec<Result<Vec<Failed>, RunError>> = results.collect();
            let undoable: Vec<Vec<Failed>> = results.into_iter().collect::<Result<_, _>>()?;
            let mut undoable = undoable.concat();
            // In the same order whoever did them.
            let places: HashMap<&str, usize> =
                self.keys().enumerate().map(|(at, key)| (key, at)).collect();
            undoable.sort_by_key(|failed| places.get(&*failed.shard).copied());
            Ok(undoable)
        })
    }
}
