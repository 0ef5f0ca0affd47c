//! Threads for what takes the time of a core: verdicts and opinions, pictures, analyses.
//!
//! It must not hold up the threads that talk to the network, and a thousand at once must not share a
//! few cores: so each kind runs on threads of its own, a fixed number at a time, in the order in which
//! it was asked for. Searches have other ones (`crate::searches`).

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};

/// A bound on how many computations run at once.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    permits: Arc<Semaphore>,
}

impl Pool {
    pub(crate) fn new(threads: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(threads)) }
    }

    /// Runs `work` when its turn comes. It fails when the work panics.
    ///
    /// Dropping the future before its turn takes the work out of the queue; later the work runs to
    /// its end, and keeps its place among those that run until then.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        // The semaphore is never closed, so there always is a permit some day.
        let permit = Arc::clone(&self.permits).acquire_owned().await.ok();
        spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn no_more_run_at_once_than_allowed() {
        let pool = Pool::new(2);
        let running = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (pool, running, most) = (pool.clone(), running.clone(), most.clone());
                tokio::spawn(async move {
                    pool.run(move || {
                        most.fetch_max(
                            running.fetch_add(1, Ordering::SeqCst) + 1,
                            Ordering::SeqCst,
                        );
                        thread::sleep(Duration::from_millis(5));
                        running.fetch_sub(1, Ordering::SeqCst);
                    })
                    .await
                    .unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_frees_the_thread() {
        let pool = Pool::new(1);
        assert!(pool.run(|| panic!("as planned")).await.is_err());
        assert_eq!(pool.run(|| 7).await.unwrap(), 7);
    }
}
