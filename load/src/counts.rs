//! What is counted while debates are played.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;

/// What all tables count together.
#[derive(Debug)]
pub(crate) struct Counts {
    /// Whether the measured time is now.
    measuring: AtomicBool,
    pub(crate) moves: Count,
    pub(crate) messages: Count,
    pub(crate) debates: Count,
    pub(crate) drops: Count,
    pub(crate) resumes: Count,
    latencies: Mutex<Latencies>,
    errors: Mutex<BTreeMap<String, u64>>,
}

/// The ways from a debater's move to the other sockets, in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Latencies {
    pub(crate) debater: Histogram<u64>,
    pub(crate) judge: Histogram<u64>,
}

/// Something that is counted.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

/// Whose socket a move reached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reached {
    Debater,
    Judge,
}

/// The longest latency told apart from longer ones.
const LONGEST: Duration = Duration::from_mins(2);

/// How many kinds of error are told apart.
const ERRORS: usize = 100;

impl Count {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counts {
    /// None if a histogram of these bounds cannot be.
    pub(crate) fn new() -> Option<Self> {
        let histogram = || Histogram::new_with_bounds(1, LONGEST.as_micros() as u64, 3).ok();
        Some(Self {
            measuring: AtomicBool::new(false),
            moves: Count::default(),
            messages: Count::default(),
            debates: Count::default(),
            drops: Count::default(),
            resumes: Count::default(),
            latencies: Mutex::new(Latencies { debater: histogram()?, judge: histogram()? }),
            errors: Mutex::default(),
        })
    }

    pub(crate) fn measure(&self, now: bool) {
        self.measuring.store(now, Ordering::Relaxed);
    }

    pub(crate) fn is_measuring(&self) -> bool {
        self.measuring.load(Ordering::Relaxed)
    }

    /// Records how long a move took to another socket.
    pub(crate) fn reached(&self, whose: Reached, latency: Duration) {
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = match whose {
            Reached::Debater => &mut latencies.debater,
            Reached::Judge => &mut latencies.judge,
        };
        histogram.saturating_record(latency.as_micros() as u64);
    }

    /// Counts an error.
    pub(crate) fn error(&self, error: String) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let full = errors.len() >= ERRORS && !errors.contains_key(&error);
        let error = if full { "others".into() } else { error };
        *errors.entry(error).or_default() += 1;
    }

    pub(crate) fn latencies(&self) -> Latencies {
        self.latencies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn errors(&self) -> BTreeMap<String, u64> {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
