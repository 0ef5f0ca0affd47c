//! What a worker has done.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pixel_debate_judge::kernels::Instructions;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use tokio::sync::Notify;

use super::WorkerOptions;
use crate::presence::{Presence, RefusedRun};

/// Counts of a worker.
#[derive(Debug)]
pub(super) struct Counts {
    name: String,
    version: String,
    instructions: String,
    pub(super) threads: usize,
    started: Instant,
    /// Threads at a shard.
    pub(super) busy: AtomicUsize,
    /// Threads in shards that did not end in time.
    hung: AtomicUsize,
    hangs: Notify,
    pub(super) done: Counter,
    pub(super) failed: Counter,
    pub(super) given_back: Counter,
    /// Shards that had been somebody else's before.
    pub(super) redelivered: Counter,
    pub(super) debates: Counter,
    pub(super) shard_seconds: Histogram,
    pub(super) failures_in_a_row: AtomicU32,
    times: Mutex<Times>,
    refusals: Mutex<BTreeMap<String, String>>,
}

/// When shards were done.
#[derive(Debug, Default)]
struct Times {
    last_minute: VecDeque<Instant>,
    /// Seconds of work as estimated, and as it was.
    estimated: f64,
    spent: f64,
}

impl Counts {
    pub(super) fn of(options: &WorkerOptions, instructions: Instructions) -> Self {
        Self {
            name: options.name.clone(),
            version: options.version.clone(),
            instructions: instructions.to_string(),
            threads: options.threads.max(1),
            started: Instant::now(),
            busy: AtomicUsize::default(),
            hung: AtomicUsize::default(),
            hangs: Notify::new(),
            done: Counter::default(),
            failed: Counter::default(),
            given_back: Counter::default(),
            redelivered: Counter::default(),
            debates: Counter::default(),
            // From a hundredth of a second to three hours.
            shard_seconds: Histogram::new(exponential_buckets(0.01, 2.0, 21)),
            failures_in_a_row: AtomicU32::default(),
            times: Mutex::default(),
            refusals: Mutex::default(),
        }
    }

    pub(super) fn instructions(&self) -> &str {
        &self.instructions
    }

    /// A shard is done: so many debates, so many seconds of work by the estimate, and in truth.
    pub(super) fn has_done(&self, debates: usize, estimated: f64, spent: Duration) {
        self.done.inc();
        self.debates.inc_by(debates as u64);
        self.shard_seconds.observe(spent.as_secs_f64());
        self.failures_in_a_row.store(0, Ordering::Relaxed);
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.estimated += estimated;
        times.spent += spent.as_secs_f64();
        times.last_minute.push_back(Instant::now());
        times.forget();
    }

    pub(super) fn has_failed(&self) {
        self.failed.inc();
        self.failures_in_a_row.fetch_add(1, Ordering::Relaxed);
    }

    /// A thread is lost to a shard that does not end, or has come back from it.
    pub(super) fn hangs(&self, is_lost: bool) {
        if is_lost {
            self.hung.fetch_add(1, Ordering::Relaxed);
            self.hangs.notify_waiters();
        } else {
            self.hung.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Waits until all threads are lost.
    pub(super) async fn all_hung(&self) {
        loop {
            let changed = self.hangs.notified();
            if self.hung.load(Ordering::Relaxed) >= self.threads {
                return;
            }
            changed.await;
        }
    }

    /// Notes why the worker takes no part in a run, or that it does; whether that is new.
    pub(super) fn refuse(&self, run: &str, reason: Option<&str>) -> bool {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match reason {
            Some(reason) => refusals.insert(run.to_owned(), reason.to_owned()),
            None => refusals.remove(run),
        };
        before.as_deref() != reason
    }

    /// What is said to whoever asks.
    pub(super) fn presence(&self) -> Presence {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.forget();
        let refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let refusal = |(run, reason): (&String, &String)| RefusedRun {
            run: run.clone(),
            reason: reason.clone(),
        };
        Presence {
            worker: self.name.clone(),
            version: self.version.clone(),
            instructions: self.instructions.clone(),
            threads: self.threads,
            busy: self.busy.load(Ordering::Relaxed),
            up: self.started.elapsed().as_secs_f64(),
            done: self.done.get(),
            failed: self.failed.get(),
            last_minute: times.last_minute.len() as u64,
            speed: (times.spent > 0.0).then(|| times.estimated / times.spent),
            refusals: refusals.iter().map(refusal).collect(),
        }
    }
}

impl Times {
    /// Forgets what was done more than a minute ago.
    fn forget(&mut self) {
        let minute = Duration::from_mins(1);
        while self.last_minute.front().is_some_and(|done| done.elapsed() > minute) {
            self.last_minute.pop_front();
        }
    }
}
