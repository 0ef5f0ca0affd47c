//! What is counted while a study is rehearsed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use pixel_debate_protocol::RefusalCode;
use tokio::sync::{Notify, watch};

use crate::counts::Count;

/// The longest latency told apart from longer ones.
const LONGEST: Duration = Duration::from_mins(2);

/// How many kinds of error are told apart.
const ERRORS: usize = 100;

/// What all participants count together.
#[derive(Debug)]
pub(super) struct Tally {
    /// Replies that were kept: acknowledged, or found to be kept when they were sent again.
    pub(super) replies: watch::Sender<u64>,
    /// Of these, those of which the acknowledgement was lost.
    pub(super) found: Count,
    /// Replies that were sent more than once, for want of an answer.
    pub(super) resent: Count,
    /// Replies that were said twice on purpose.
    pub(super) twice: Count,
    /// Connections that broke while an answer was waited for.
    pub(super) broken: Count,
    /// Who came back.
    pub(super) returns: Count,
    /// Sheets that were checked.
    pub(super) sheets: Count,
    inside: AtomicU32,
    most_inside: AtomicU32,
    going: Notify,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    all: Histogram<u64>,
    beliefs: Histogram<u64>,
    refusals: BTreeMap<String, u64>,
    errors: BTreeMap<String, u64>,
}

impl Tally {
    /// None if a histogram of these bounds cannot be.
    pub(super) fn new() -> Option<Self> {
        let histogram = || Histogram::new_with_bounds(1, LONGEST.as_micros() as u64, 3).ok();
        let inner = Inner {
            all: histogram()?,
            beliefs: histogram()?,
            refusals: BTreeMap::new(),
            errors: BTreeMap::new(),
        };
        Some(Self {
            replies: watch::channel(0).0,
            found: Count::default(),
            resent: Count::default(),
            twice: Count::default(),
            broken: Count::default(),
            returns: Count::default(),
            sheets: Count::default(),
            inside: AtomicU32::new(0),
            most_inside: AtomicU32::new(0),
            going: Notify::new(),
            inner: Mutex::new(inner),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody has a place.
    pub(super) fn came(&self) {
        let inside = self.inside.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_inside.fetch_max(inside, Ordering::Relaxed);
    }

    /// Somebody has gone who had one.
    pub(super) fn went(&self) {
        if self.inside.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.going.notify_waiters();
        } else {
            // One place can have become free.
            self.going.notify_one();
        }
    }

    /// Waits until somebody goes who had a place.
    pub(super) async fn someone_went(&self) {
        self.going.notified().await;
    }

    /// How many have places.
    pub(super) fn inside(&self) -> u32 {
        self.inside.load(Ordering::Relaxed)
    }

    /// How many had at once, at most.
    pub(super) fn most_inside(&self) -> u32 {
        self.most_inside.load(Ordering::Relaxed)
    }

    /// A reply is kept.
    pub(super) fn kept(&self) {
        self.replies.send_modify(|count| *count += 1);
    }

    /// Records how long an acknowledgement took, of a reply that was sent once.
    pub(super) fn acknowledged(&self, latency: Duration, is_belief: bool) {
        let micros = latency.as_micros() as u64;
        let mut inner = self.inner();
        inner.all.saturating_record(micros);
        if is_belief {
            inner.beliefs.saturating_record(micros);
        }
    }

    pub(super) fn refused(&self, code: RefusalCode) {
        // The name that the protocol has for it.
        let name = serde_json::to_value(code).ok();
        let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
        *self.inner().refusals.entry(name.to_owned()).or_default() += 1;
    }

    pub(super) fn error(&self, error: String) {
        let errors = &mut self.inner().errors;
        let full = errors.len() >= ERRORS && !errors.contains_key(&error);
        let error = if full { "others".into() } else { error };
        *errors.entry(error).or_default() += 1;
    }

    pub(super) fn errors(&self) -> BTreeMap<String, u64> {
        self.inner().errors.clone()
    }

    pub(super) fn refusals(&self) -> BTreeMap<String, u64> {
        self.inner().refusals.clone()
    }

    /// Of all replies, and of beliefs.
    pub(super) fn latencies(&self) -> [Histogram<u64>; 2] {
        let inner = self.inner();
        [inner.all.clone(), inner.beliefs.clone()]
    }
}
