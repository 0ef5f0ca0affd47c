//! Where in a file a field stands, for rules about several fields at once.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::Refusal;

/// The places of a file's fields.
///
/// ```
/// use pixel_debate_fields::{Places, document};
///
/// let text = "[images]\nnumber = 7\n\n[[side]]\nname = \"left\"\n\n[[side]]\nname = \"left\"\n";
/// let file = document(text)?;
/// let places = Places { text, file: file.get_ref() };
/// let refusal = places.refuse(&["side", "1", "name"], "two sides have one name");
/// assert_eq!(refusal.to_string(), "line 8: two sides have one name");
/// // What is not there has its table's place, if that is.
/// assert_eq!(places.refuse(&["images", "seed"], "no seed").to_string(), "line 1: no seed");
/// assert_eq!(places.refuse(&["times", "limit"], "no limit").to_string(), "no limit");
/// # Ok::<(), pixel_debate_fields::Refusal>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The file.
    pub text: &'a str,
    /// What it says.
    pub file: &'a DeTable<'a>,
}

impl Places<'_> {
    /// What that path leads to is refused: names of tables and fields, and numbers of places in a list, from 0.
    pub fn refuse(&self, path: &[&str], reason: impl std::fmt::Display) -> Refusal {
        Refusal::at(self.text, self.span(path), reason)
    }

    /// Where it stands, or as much of the way to it as there is.
    fn span(&self, path: &[&str]) -> Range<usize> {
        let Some((name, mut rest)) = path.split_first() else { return 0..0 };
        let Some(mut value) = find(self.file, name) else { return 0..0 };
        while let Some((step, after)) = rest.split_first() {
            let next = match value.get_ref() {
                DeValue::Table(table) => find(table, step),
                DeValue::Array(values) => step.parse().ok().and_then(|at: usize| values.get(at)),
                _ => None,
            };
            let Some(next) = next else { break };
            (value, rest) = (next, after);
        }
        value.span()
    }
}

fn find<'a>(table: &'a DeTable<'a>, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
    table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
}
