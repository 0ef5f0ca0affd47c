//! A value or a list of values.

/// The values that a setting takes: one, or a list of different ones. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis<T>(Vec<T>);

impl<T> Axis<T> {
    /// One value.
    pub fn one(value: T) -> Self {
        Self(vec![value])
    }

    /// Two values, which differ.
    pub(super) fn both(one: T, other: T) -> Self {
        Self(vec![one, other])
    }

    /// These values, if there are any. They are for the caller to see different.
    pub(super) fn of(values: Vec<T>) -> Option<Self> {
        (!values.is_empty()).then_some(Self(values))
    }

    /// The values.
    pub fn values(&self) -> &[T] {
        &self.0
    }

    /// Each value made another, such that different ones stay different.
    pub(super) fn map<U>(self, change: impl Fn(T) -> U) -> Axis<U> {
        Axis(self.0.into_iter().map(change).collect())
    }
}
