//! What is wrong with a file, and where.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

/// Why a file is refused.
///
/// ```
/// use pixel_debate_fields::document;
///
/// let refusal = document("a = 1\nb = \n").unwrap_err();
/// assert!(refusal.to_string().starts_with("line 2: "), "{refusal}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}{reason}")]
pub struct Refusal {
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

/// A file's tables with their places.
///
/// # Errors
///
/// [`Refusal`] if the text is not TOML, with the line.
pub fn document(text: &str) -> Result<Spanned<DeTable<'_>>, Refusal> {
    DeTable::parse(text).map_err(|error| Refusal::of_toml(text, &error))
}

impl Refusal {
    /// What stands at those bytes of the text is refused; an empty range is no place in particular, as the
    /// default of what is not written has.
    ///
    /// ```
    /// use pixel_debate_fields::Refusal;
    ///
    /// assert_eq!(Refusal::at("a\nb", 2..3, "no b").to_string(), "line 2: no b");
    /// assert_eq!(Refusal::at("a\nb", 0..0, "no c").to_string(), "no c");
    /// ```
    pub fn at(text: &str, span: Range<usize>, reason: impl fmt::Display) -> Self {
        let place = if span.is_empty() { Location::Whole } else { Location::of(text, span.start) };
        Self { place, reason: reason.to_string() }
    }

    fn of_toml(text: &str, error: &toml::de::Error) -> Self {
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
