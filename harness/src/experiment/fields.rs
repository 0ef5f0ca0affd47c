//! The fields of a file's tables, each read by the one rule that says what it may be.
//!
//! Every refusal is of one form: "`field` is GIVEN: it must be ALLOWED", with the line.

use std::fmt::Display;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ExperimentError;
use crate::Custom;

/// What a field may be.
pub(super) trait Value: Sized {
    /// What is allowed: the end of the sentence "it must be ...".
    fn allowed() -> String;

    /// The value, or why it is refused.
    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError>;
}

/// A value with its place in the file.
pub(super) type Given<'i> = Spanned<DeValue<'i>>;

/// What is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// The file.
    pub(super) text: &'a str,
    /// Whom it may name beside ours.
    pub(super) custom: &'a Custom,
}

/// A field that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    /// Where it stands.
    pub(super) source: Source<'a>,
    /// The field's name.
    pub(super) name: &'a str,
    /// Whether a list of such values may stand there as well.
    pub(super) is_axis: bool,
}

/// What is said of a field where a list may stand as well.
pub(super) const OR_LIST: &str = ", or a list of different ones";

/// Where nothing stands: what is not written has its default.
const NOWHERE: Range<usize> = 0..0;

impl Field<'_> {
    /// The value is not what is allowed.
    pub(super) fn must_be(self, value: &Given<'_>, allowed: impl Display) -> ExperimentError {
        let given = in_words(value.get_ref());
        let list = if self.is_axis { OR_LIST } else { "" };
        self.refuse(value, format!("is {given}: it must be {allowed}{list}"))
    }

    /// Something else is wrong with it.
    pub(super) fn refuse(self, value: &Given<'_>, reason: impl Display) -> ExperimentError {
        ExperimentError::at(self.source.text, value.span(), format!("`{}` {reason}", self.name))
    }
}

/// The fields of a table of the file.
#[derive(Debug)]
pub(super) struct Fields<'a, 'i> {
    source: Source<'a>,
    /// As it stands in the file: `[images]`.
    table: &'a str,
    span: Range<usize>,
    values: &'a DeTable<'i>,
}

impl<'a, 'i> Fields<'a, 'i> {
    /// A table that has no other fields than these.
    pub(super) fn of(
        source: Source<'a>,
        table: &'a str,
        span: Range<usize>,
        values: &'a DeTable<'i>,
        known: &[&str],
    ) -> Result<Self, ExperimentError> {
        for name in values.keys() {
            if !known.contains(&name.get_ref().as_ref()) {
                let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                let name = name.get_ref();
                let reason = format!("unknown field `{name}`: {table} has {}", known.join(", "));
                let place = values.keys().find(|key| key.get_ref() == name);
                return Err(ExperimentError::at(
                    source.text,
                    place.map_or(NOWHERE, Spanned::span),
                    reason,
                ));
            }
        }
        Ok(Self { source, table, span, values })
    }

    /// A table within a field.
    pub(super) fn within(
        field: Field<'a>,
        value: &'a Given<'i>,
        known: &[&str],
    ) -> Result<Option<Self>, ExperimentError> {
        let DeValue::Table(values) = value.get_ref() else { return Ok(None) };
        Self::of(field.source, field.name, value.span(), values, known).map(Some)
    }

    /// The field, if it is there.
    pub(super) fn optional<T: Value>(
        &self,
        name: &str,
    ) -> Result<Option<Spanned<T>>, ExperimentError> {
        let found = self.values.iter().find(|(key, _)| key.get_ref() == name);
        let Some((_, value)) = found else { return Ok(None) };
        let read = T::read(&Field { source: self.source, name, is_axis: false }, value)?;
        Ok(Some(Spanned::new(value.span(), read)))
    }

    /// The field, which must be there.
    pub(super) fn required<T: Value>(&self, name: &str) -> Result<Spanned<T>, ExperimentError> {
        self.optional(name)?.ok_or_else(|| {
            let reason = format!("{} has no `{name}`, which must be {}", self.table, T::allowed());
            ExperimentError::at(self.source.text, self.span.clone(), reason)
        })
    }

    /// The field, or what it is unless said otherwise, which stands nowhere.
    pub(super) fn or<T: Value>(
        &self,
        name: &str,
        default: T,
    ) -> Result<Spanned<T>, ExperimentError> {
        Ok(self.optional(name)?.unwrap_or_else(|| Spanned::new(NOWHERE, default)))
    }

    /// A table, which must be there.
    pub(super) fn table(
        &self,
        name: &'a str,
    ) -> Result<(Range<usize>, &'a DeTable<'i>), ExperimentError> {
        let found = self.values.iter().find(|(key, _)| key.get_ref() == name);
        let Some((_, value)) = found else {
            let reason = format!("{} has no [{name}]", self.table);
            return Err(ExperimentError::at(self.source.text, self.span.clone(), reason));
        };
        let field = Field { source: self.source, name, is_axis: false };
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| field.must_be(value, format!("a table, [{name}]")))?;
        Ok((value.span(), table))
    }

    /// Tables, of which there may be none.
    pub(super) fn tables(
        &self,
        name: &'a str,
    ) -> Result<Vec<(Range<usize>, &'a DeTable<'i>)>, ExperimentError> {
        let found = self.values.iter().find(|(key, _)| key.get_ref() == name);
        let Some((_, list)) = found else { return Ok(Vec::new()) };
        let field = Field { source: self.source, name, is_axis: false };
        let wrong = |value| field.must_be(value, format!("tables, each begun by [[{name}]]"));
        let DeValue::Array(values) = list.get_ref() else { return Err(wrong(list)) };
        let table = |value: &'a Given<'i>| match value.get_ref() {
            DeValue::Table(table) => Ok((value.span(), table)),
            _ => Err(wrong(value)),
        };
        values.iter().map(table).collect()
    }
}

/// A value as a refusal names it.
fn in_words(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 60 => format!("{text:?}"),
        DeValue::String(text) => {
            format!("{:?}...", text.chars().take(60).collect::<String>())
        }
        DeValue::Integer(number) => match number.radix() {
            10 => number.as_str().to_owned(),
            radix => format!("{} (to the base {radix})", number.as_str()),
        },
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(values) if values.is_empty() => "an empty list".to_owned(),
        DeValue::Array(values) => {
            let shown = values.iter().take(5).map(|value| in_words(value.get_ref()));
            let more = if values.len() > 5 { ", ..." } else { "" };
            format!("the list [{}{more}]", shown.collect::<Vec<_>>().join(", "))
        }
        DeValue::Table(_) => "a table".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_named_as_the_file_has_them() {
        let wrong = [
            ("\"al\"", "\"al\""),
            ("-3", "-3"),
            ("0x1f", "1f (to the base 16)"),
            ("0.5", "0.5"),
            ("true", "true"),
            ("1979-05-27", "the date 1979-05-27"),
            ("[]", "an empty list"),
            ("[1, \"a\", 3, 4, 5, 6]", "the list [1, \"a\", 3, 4, 5, ...]"),
            ("{ a = 1 }", "a table"),
        ];
        for (text, words) in wrong {
            let value = DeValue::parse(text).unwrap();
            assert_eq!(in_words(value.get_ref()), words);
        }
    }
}
