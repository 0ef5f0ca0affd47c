//! Calls that may panic at what somebody else has written.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is told by whoever called, and not by the hook.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Calls it; a panic is the text that it was raised with, and nothing is written of it.
///
/// Tract's own functions panic at some models that are not sound: an output that no operator has, a division by a
/// stride of 0. There are too many of them to look for all beforehand, and nothing that they leave half done is used
/// again: a model that is being read is dropped, and a run has a state of its own.
pub(crate) fn quietly<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                before(panic);
            }
        }));
    });
    QUIET.set(true);
    let called = catch_unwind(AssertUnwindSafe(call));
    QUIET.set(false);
    called.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "it panicked".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_what_it_says() {
        assert_eq!(quietly(|| 3), Ok(3));
        assert_eq!(quietly(|| -> u8 { panic!("no {}", "luck") }), Err("no luck".to_owned()));
        assert_eq!(quietly(|| -> u8 { panic!("none") }), Err("none".to_owned()));
    }
}
