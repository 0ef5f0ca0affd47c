//! Judges that may fail: a program that crashes, a network that answers NaN.
//!
//! An [`Evaluator`](crate::Evaluator) has an answer to every question, for those of ours have: a search that had to
//! look after each whether it was one would be slower and no wiser. One that may fail answers zeros from then on and
//! says why by [`fail`], on the thread that asked. Whoever plays [takes](take) the failure before anything is made of
//! what was played; a search's clock is over meanwhile.
//!
//! ```
//! use pixel_debate_judge::failing;
//!
//! assert!(!failing::has_failed());
//! failing::fail("the line went dead");
//! failing::fail("and so it did again");
//! assert!(failing::has_failed());
//! // The first reason is the one that is told.
//! assert_eq!(failing::take().map(|why| why.to_string()).as_deref(), Some("the line went dead"));
//! assert!(failing::take().is_none());
//! ```

use std::cell::{Cell, RefCell};
use std::error::Error;

/// Why a judge has no answer.
pub type Failure = Box<dyn Error + Send + Sync>;

thread_local! {
    static FAILURE: RefCell<Option<Failure>> = const { RefCell::new(None) };
    /// Whether there is one: asked many times a millisecond.
    static HAS_FAILED: Cell<bool> = const { Cell::new(false) };
}

/// Says that the judge which was asked on this thread has no answer, and why. If it has failed before, it is the
/// first reason that counts.
pub fn fail(why: impl Into<Failure>) {
    HAS_FAILED.set(true);
    FAILURE.with_borrow_mut(|failure| {
        failure.get_or_insert_with(|| why.into());
    });
}

/// Whether a judge that was asked on this thread has failed, and nobody has [taken](take) it yet.
pub fn has_failed() -> bool {
    HAS_FAILED.get()
}

/// Why a judge that was asked on this thread has failed, if it has. Then it is as if it had not.
pub fn take() -> Option<Failure> {
    HAS_FAILED.set(false);
    FAILURE.with_borrow_mut(Option::take)
}
