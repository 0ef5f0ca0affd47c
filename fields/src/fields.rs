//! The fields of a file's tables, each read by the one rule that says what it may be.
//!
//! Every refusal is of one form: "`field` is GIVEN: it must be ALLOWED", with the line.

use std::fmt::Display;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::Refusal;

/// What a field may be, read with what a `C` knows.
pub trait Value<C>: Sized {
    /// What is allowed: the end of the sentence "it must be ...".
    fn allowed() -> String;

    /// The value.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it is not what is allowed.
    fn read(field: &Field<'_, C>, value: &Given<'_>) -> Result<Self, Refusal>;
}

/// A value with its place in the file.
pub type Given<'i> = Spanned<DeValue<'i>>;

/// What is read.
#[derive(Debug)]
pub struct Source<'a, C> {
    /// The file.
    pub text: &'a str,
    /// What the reading of its values needs to know beside it.
    pub context: &'a C,
}

/// A field that is being read.
#[derive(Debug)]
pub struct Field<'a, C> {
    /// Where it stands.
    pub source: Source<'a, C>,
    /// The field's name.
    pub name: &'a str,
    /// Whether a list of such values may stand there as well.
    pub is_axis: bool,
}

/// What is said of a field where a list may stand as well.
pub const OR_LIST: &str = ", or a list of different ones";

/// Where nothing stands: what is not written has its default.
const NOWHERE: Range<usize> = 0..0;

// What is known beside the file is borrowed, and need not be copied.
impl<C> Clone for Source<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Source<'_, C> {}

impl<C> Clone for Field<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Field<'_, C> {}

impl<C> Field<'_, C> {
    /// The refusal of a value that is not what is allowed.
    pub fn must_be(self, value: &Given<'_>, allowed: impl Display) -> Refusal {
        let given = in_words(value.get_ref());
        let list = if self.is_axis { OR_LIST } else { "" };
        self.refuse(value, format!("is {given}: it must be {allowed}{list}"))
    }

    /// The refusal of a value with which something else is wrong.
    pub fn refuse(self, value: &Given<'_>, reason: impl Display) -> Refusal {
        Refusal::at(self.source.text, value.span(), format!("`{}` {reason}", self.name))
    }
}

/// The fields of a table of the file.
#[derive(Debug)]
pub struct Fields<'a, 'i, C> {
    source: Source<'a, C>,
    /// As it stands in the file: `[images]`.
    table: &'a str,
    span: Range<usize>,
    /// None at all where the table is not there.
    values: Option<&'a DeTable<'i>>,
}

impl<'a, 'i, C> Fields<'a, 'i, C> {
    /// A table that has no other fields than these.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it has others, with those that it may have.
    pub fn of(
        source: Source<'a, C>,
        table: &'a str,
        span: Range<usize>,
        values: &'a DeTable<'i>,
        known: &[&str],
    ) -> Result<Self, Refusal> {
        for name in values.keys() {
            if !known.contains(&name.get_ref().as_ref()) {
                let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                let name = name.get_ref();
                let reason = format!("unknown field `{name}`: {table} has {}", known.join(", "));
                let place = values.keys().find(|key| key.get_ref() == name);
                return Err(Refusal::at(source.text, place.map_or(NOWHERE, Spanned::span), reason));
            }
        }
        Ok(Self { source, table, span, values: Some(values) })
    }

    /// A table whose fields have any names.
    pub fn any(
        source: Source<'a, C>,
        table: &'a str,
        span: Range<usize>,
        values: &'a DeTable<'i>,
    ) -> Self {
        Self { source, table, span, values: Some(values) }
    }

    /// The names of the fields that are there.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.values.into_iter().flat_map(|values| values.keys()).map(|key| key.get_ref().as_ref())
    }

    /// What stands in this field, or the whole table where it is not there, is refused.
    pub fn refuse(&self, name: &str, reason: impl Display) -> Refusal {
        let span = self.find(name).map_or(self.span.clone(), Spanned::span);
        Refusal::at(self.source.text, span, reason)
    }

    /// The fields of a table that is not there: each is what it is unless said otherwise.
    pub fn none(source: Source<'a, C>, table: &'a str) -> Self {
        Self { source, table, span: NOWHERE, values: None }
    }

    /// The value of that name, if it is there.
    fn find(&self, name: &str) -> Option<&'a Given<'i>> {
        let found = self.values?.iter().find(|(key, _)| key.get_ref() == name);
        found.map(|(_, value)| value)
    }

    /// A table within a field.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it has other fields than these.
    pub fn within(
        field: Field<'a, C>,
        value: &'a Given<'i>,
        known: &[&str],
    ) -> Result<Option<Self>, Refusal> {
        let DeValue::Table(values) = value.get_ref() else { return Ok(None) };
        Self::of(field.source, field.name, value.span(), values, known).map(Some)
    }

    /// The field, if it is there.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it is not what is allowed.
    pub fn optional<T: Value<C>>(&self, name: &str) -> Result<Option<Spanned<T>>, Refusal> {
        let Some(value) = self.find(name) else { return Ok(None) };
        let read = T::read(&Field { source: self.source, name, is_axis: false }, value)?;
        Ok(Some(Spanned::new(value.span(), read)))
    }

    /// The field, which must be there.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it is not there, or not what is allowed.
    pub fn required<T: Value<C>>(&self, name: &str) -> Result<Spanned<T>, Refusal> {
        self.optional(name)?.ok_or_else(|| {
            let reason = format!("{} has no `{name}`, which must be {}", self.table, T::allowed());
            Refusal::at(self.source.text, self.span.clone(), reason)
        })
    }

    /// The field, or what it is unless said otherwise, which stands nowhere.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it is not what is allowed.
    pub fn or<T: Value<C>>(&self, name: &str, default: T) -> Result<Spanned<T>, Refusal> {
        Ok(self.optional(name)?.unwrap_or_else(|| Spanned::new(NOWHERE, default)))
    }

    /// A table, which must be there.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it is not there, or no table.
    pub fn table(&self, name: &'a str) -> Result<(Range<usize>, &'a DeTable<'i>), Refusal> {
        let Some(value) = self.find(name) else {
            let reason = format!("{} has no [{name}]", self.table);
            return Err(Refusal::at(self.source.text, self.span.clone(), reason));
        };
        let field = Field { source: self.source, name, is_axis: false };
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| field.must_be(value, format!("a table, [{name}]")))?;
        Ok((value.span(), table))
    }

    /// A table that may be left out, read by `read` from its fields.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it is no table, has other fields than `known`, or `read` refuses it.
    pub fn table_or_none<T>(
        &self,
        name: &'a str,
        title: &'a str,
        known: &[&str],
        read: impl FnOnce(&Fields<'a, 'i, C>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if self.find(name).is_none() {
            return read(&Fields::none(self.source, title));
        }
        let (span, table) = self.table(name)?;
        read(&Fields::of(self.source, title, span, table, known)?)
    }

    /// Tables, of which there may be none.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it is something else.
    pub fn tables(&self, name: &'a str) -> Result<Vec<(Range<usize>, &'a DeTable<'i>)>, Refusal> {
        let Some(list) = self.find(name) else { return Ok(Vec::new()) };
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
