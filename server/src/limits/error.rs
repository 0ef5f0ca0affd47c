//! What limits may not be.

/// What limits may not be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LimitsError {
    /// One of them is out of its bounds.
    #[error("the limit {name} is {given}; it may be {allowed}")]
    Range {
        /// Its name.
        name: &'static str,
        /// What it was said to be.
        given: String,
        /// What it may be.
        allowed: String,
    },
    /// Two of them contradict each other.
    #[error("the limit {name} is {given}; with {other} = {than} it must be {allowed}, since {why}")]
    Pair {
        /// The name of the one that has to change.
        name: &'static str,
        /// What it is.
        given: String,
        /// The name of the other one.
        other: &'static str,
        /// What that is.
        than: String,
        /// What the first may be.
        allowed: &'static str,
        /// Why.
        why: &'static str,
    },
}
