//! Threads that make what must be done first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use tracing::error;

/// Some threads, and the work that waits for them. They end when this is dropped.
pub(super) struct Lane(Arc<Shared>);

struct Shared {
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Default)]
struct Work {
    waiting: BinaryHeap<Reverse<Piece>>,
    pieces: u64,
    ended: bool,
}

/// A piece of work. The order is that in which they are to be done.
struct Piece {
    until: Instant,
    number: u64,
    work: Box<dyn FnOnce() + Send>,
}

impl Lane {
    /// So many threads of that name. `nice` says by how much less the system favours them than others,
    /// where it can.
    pub(super) fn new(name: &str, threads: usize, nice: i32) -> Self {
        let shared = Arc::new(Shared { work: Mutex::default(), changed: Condvar::new() });
        for _ in 0..threads {
            let shared = Arc::clone(&shared);
            let begun = thread::Builder::new().name(name.into()).spawn(move || {
                yield_to_others(nice);
                shared.serve();
            });
            if let Err(error) = begun {
                error!(%error, name, "a thread cannot be started");
            }
        }
        Self(shared)
    }

    /// Has work done that should be by `until`. It must not panic.
    pub(super) fn run(&self, until: Instant, work: impl FnOnce() + Send + 'static) {
        let mut waiting = self.0.lock();
        let number = waiting.pieces;
        waiting.pieces += 1;
        waiting.waiting.push(Reverse(Piece { until, number, work: Box::new(work) }));
        drop(waiting);
        self.0.changed.notify_one();
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut work = self.0.lock();
        work.ended = true;
        work.waiting.clear();
        drop(work);
        self.0.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Work> {
        // Nothing panics under the lock.
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works until the lane is dropped.
    fn serve(&self) {
        let mut work = self.lock();
        while !work.ended {
            if let Some(Reverse(piece)) = work.waiting.pop() {
                drop(work);
                (piece.work)();
                work = self.lock();
            } else {
                work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

/// Has the system favour this thread less than others.
#[cfg(target_os = "linux")]
fn yield_to_others(nice: i32) {
    // Here this is the thread's own affair, not the process's. Where it is refused nothing is lost.
    let _ = rustix::process::setpriority_process(None, nice);
}

#[cfg(not(target_os = "linux"))]
fn yield_to_others(_nice: i32) {}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Piece {}

impl PartialOrd for Piece {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Piece {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.until, self.number).cmp(&(other.until, other.number))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_must_be_done_first_is() {
        let lane = Lane::new("test", 1, 0);
        let (begun, wait) = mpsc::channel();
        let (go, told) = mpsc::channel::<()>();
        let now = Instant::now();
        lane.run(now, move || {
            begun.send(()).unwrap();
            told.recv().unwrap();
        });
        wait.recv().unwrap();
        let (done, order) = mpsc::channel();
        for (name, second) in [("c", 3), ("a", 1), ("b", 2), ("d", 3)] {
            let done = done.clone();
            lane.run(now + Duration::from_secs(second), move || done.send(name).unwrap());
        }
        drop(done);
        go.send(()).unwrap();
        assert_eq!(order.iter().collect::<String>(), "abcd");
    }

    #[test]
    fn its_threads_end_with_it() {
        let lane = Lane::new("test", 2, 0);
        let shared = Arc::clone(&lane.0);
        drop(lane);
        for _ in 0..1000 {
            if Arc::strong_count(&shared) == 1 {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the threads go on");
    }
}
