//! What tables, questions and options are called.

use pixel_debate_fields::{Field, Given, Refusal, Value};

use super::InStudy;

/// A name that can stand in addresses, columns and names of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

impl Name {
    pub(crate) fn into_inner(self) -> String {
        self.0
    }

    /// Whether it is one.
    pub(crate) fn is_one(text: &str) -> bool {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        let begins = text.starts_with(|letter: char| letter.is_ascii_alphabetic());
        begins && text.len() <= 40 && text.chars().all(plain)
    }
}

impl Value<InStudy> for Name {
    fn allowed() -> String {
        "a name of 1 to 40 letters, digits, `-` and `_` that begins with a letter".to_owned()
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let name = value.get_ref().as_str().filter(|name| Self::is_one(name));
        name.map(|name| Self(name.to_owned())).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}
