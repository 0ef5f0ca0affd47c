//! What is wrong with an experiment's file, and where.

use std::fmt;
use std::ops::Range;

/// Why a file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}{reason}")]
pub struct ExperimentError {
    place: Location,
    reason: String,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// A line, from 1.
    Line(usize),
    /// Nowhere in particular: something is missing.
    Whole,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}: "),
            Self::Whole => Ok(()),
        }
    }
}

impl ExperimentError {
    /// What stands at those bytes of the text is refused.
    pub(crate) fn at(text: &str, span: Range<usize>, reason: impl fmt::Display) -> Self {
        // The default of what is not written stands nowhere.
        let place = if span.is_empty() { Location::Whole } else { Location::of(text, span.start) };
        Self { place, reason: reason.to_string() }
    }

    pub(super) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let place = error.span().map_or(Location::Whole, |span| Location::of(text, span.start));
        Self { place, reason: error.message().trim_end().replace('\n', ", ") }
    }
}

impl Location {
    fn of(text: &str, byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        Self::Line(1 + before.matches('\n').count())
    }
}
