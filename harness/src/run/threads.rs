//! A run's shards done by threads of this process.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{RunError, Undone};
use crate::plan::Shard;

impl Undone<'_> {
    /// Does what is missing, in order, on so many threads.
    pub(super) fn work(&self, threads: usize) -> Result<(), RunError> {
        let missing: VecDeque<&Shard> = self.missing().collect();
        let (missing, failed) = (Mutex::new(missing), AtomicBool::new(false));
        let next = || missing.lock().ok()?.pop_front().filter(|_| !failed.load(Ordering::Relaxed));
        let worker = || {
            while let Some(shard) = next() {
                if let Err(error) = self.work_shard(shard) {
                    // The others finish what they are at, which is kept.
                    failed.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
            let results = workers.into_iter().map(|worker| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            // All are waited for before the first error is told.
            results.collect::<Vec<_>>().into_iter().collect()
        })
    }
}
