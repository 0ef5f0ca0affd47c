//! Work without the interpreter's lock, that Ctrl-C and a failing callable end.
//!
//! A search runs on the thread that asked for it. It looks at its clock all the time, and the clock asks
//! [`is_stopped`], which lets Python's signal handlers run ten times a second. Python code that a search
//! calls, somebody's own judge, cannot return an error through it: the error is kept here, the search ends
//! at its next look at the clock, and whoever started it raises the error instead of giving its result.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::calling::attached;
use crate::errors::PlayerError;

/// How often signal handlers get their turn.
const APART: Duration = Duration::from_millis(100);

/// Objects that are read between two looks at the signals.
const READ: u32 = 10_000;

/// Has signal handlers and other threads get their turn where many objects are read with the interpreter's lock.
#[derive(Default)]
pub(crate) struct Reading(u32);

impl Reading {
    /// To be told of each object.
    pub(crate) fn goes_on(&mut self, py: Python<'_>) -> PyResult<()> {
        self.0 += 1;
        if self.0 == READ {
            self.0 = 0;
            py.detach(|| ());
            py.check_signals()?;
        }
        Ok(())
    }
}

/// Why a piece of work ends before its time.
pub(crate) enum Failure {
    /// A signal handler has raised, or something that is no `Exception`.
    Raised(PyErr),
    /// A judge or a debater written in Python has failed: what it did, and what it raised, if it did.
    Player(String, Option<PyErr>),
}

struct Work {
    looked: Instant,
    failure: Option<Failure>,
    /// Whether others that share the work have ended it.
    stop: Option<Arc<AtomicBool>>,
}

thread_local! {
    /// The work of this thread, the innermost where a callable has started some of its own.
    static WORK: RefCell<Option<Work>> = const { RefCell::new(None) };
}

impl Failure {
    /// What becomes of an exception that a player has raised.
    pub(crate) fn of(py: Python<'_>, what: impl Into<String>, error: PyErr) -> Self {
        if error.is_instance_of::<PyException>(py) {
            Self::Player(what.into(), Some(error))
        } else {
            // Ctrl-C, or the interpreter's exit.
            Self::Raised(error)
        }
    }

    /// The exception, in which what was at work is named.
    pub(crate) fn into_error(self, py: Python<'_>, name: &str) -> PyErr {
        match self {
            Self::Raised(error) => error,
            Self::Player(what, cause) => {
                let error = PlayerError::new_err(format!("{name}: {what}"));
                error.set_cause(py, cause);
                error
            }
        }
    }
}

/// Ends the work of this thread at its next look at the clock. The first failure is the one that is told.
pub(crate) fn fail(failure: Failure) {
    let later = WORK.with_borrow_mut(|work| match work {
        Some(work) if work.failure.is_none() => {
            work.failure = Some(failure);
            None
        }
        _ => Some(failure),
    });
    // Not before: what Python forgets with it may begin work of its own.
    drop(later);
}

/// Whether the work of this thread has failed.
pub(crate) fn has_failed() -> bool {
    WORK.with_borrow(|work| work.as_ref().is_some_and(|work| work.failure.is_some()))
}

/// Whether the work of this thread is to end: for clocks.
pub(crate) fn is_stopped() -> bool {
    let is_due = WORK.with_borrow_mut(|work| match work {
        None => Some(false),
        Some(Work { failure: Some(_), .. }) => None,
        Some(Work { stop: Some(stop), .. }) if stop.load(Ordering::Relaxed) => None,
        Some(work) => {
            let is_due = work.looked.elapsed() >= APART;
            if is_due {
                work.looked = Instant::now();
            }
            Some(is_due)
        }
    });
    match is_due {
        None => true,
        Some(false) => false,
        Some(true) => {
            // Not as a path: it would be about one lifetime of the interpreter's lock.
            let looked = attached(|py| -> PyResult<()> { py.check_signals() });
            let is_raised = looked.is_err();
            if let Err(error) = looked {
                fail(Failure::Raised(error));
            }
            is_raised
        }
    }
}

/// Puts the outer work back, also where the inner one panics.
struct Outer(Option<Work>);

impl Outer {
    fn around(stop: Option<Arc<AtomicBool>>) -> Self {
        Self(WORK.replace(Some(Work { looked: Instant::now(), failure: None, stop })))
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        WORK.set(self.0.take());
    }
}

fn failure() -> Option<Failure> {
    WORK.with_borrow_mut(|work| work.as_mut().and_then(|work| work.failure.take()))
}

/// Does `work` on a thread that has not the interpreter's lock, and says what has ended it, if something has
/// that Python is to be told. It ends as well once `stop` is set.
pub(crate) fn watched<T>(stop: &Arc<AtomicBool>, work: impl FnOnce() -> T) -> (T, Option<Failure>) {
    let outer = Outer::around(Some(Arc::clone(stop)));
    let result = work();
    let failure = failure();
    drop(outer);
    (result, failure)
}

/// Does `work` without the interpreter's lock. `name` says in errors what it is about.
pub(crate) fn detached<T: Send>(
    py: Python<'_>,
    name: &str,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    let outer = Outer::around(None);
    let result = py.detach(work);
    let failure = failure();
    drop(outer);
    if let Some(failure) = failure {
        return Err(failure.into_error(py, name));
    }
    py.check_signals()?;
    Ok(result)
}
