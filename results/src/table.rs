//! Tables: each column says what it is, of what it is made and what it may hold, and files and dictionary are both
//! written from that.

use std::time::{Duration, UNIX_EPOCH};

use parquet::data_type::{BoolType, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use pixel_debate_tables::{Columns, to_bytes};
use serde::Serialize;

/// A table.
pub(crate) struct Table<R> {
    /// The files' name, without its ending.
    pub(crate) name: &'static str,
    /// What a row is.
    pub(crate) row: &'static str,
    pub(crate) columns: Vec<Column<R>>,
}

/// A column of rows of that kind.
pub(crate) struct Column<R> {
    name: String,
    kind: Kind,
    unit: &'static str,
    range: Range,
    missing: Option<String>,
    meaning: String,
    value: Box<dyn Fn(&R) -> Value>,
}

/// What a column's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// True or false.
    Truth,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// A word of the program or of the study's file.
    Word,
    /// What somebody wrote.
    FreeText,
    /// A time.
    Time,
}

/// Which values a column may have.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Range {
    Any,
    From(f64),
    Between(f64, f64),
    OneOf(Vec<String>),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Missing,
    Truth(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    /// Milliseconds since 1970.
    Time(u64),
}

/// What the dictionary says of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Described {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) unit: &'static str,
    /// The least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) least: Option<f64>,
    /// The greatest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) most: Option<f64>,
    /// All values that there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) values: Option<Vec<String>>,
    /// When there is no value; never, where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) missing: Option<String>,
    pub(crate) meaning: String,
}

impl<R> Column<R> {
    /// A column; what is said of it is added by the other functions.
    pub(crate) fn new<V: Into<Value>>(
        name: impl Into<String>,
        kind: Kind,
        meaning: impl Into<String>,
        value: impl Fn(&R) -> V + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            kind,
            unit: "",
            range: Range::Any,
            missing: None,
            meaning: meaning.into(),
            value: Box::new(move |row| value(row).into()),
        }
    }

    pub(crate) fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    pub(crate) fn within(self, range: Range) -> Self {
        Self { range, ..self }
    }

    /// A probability or a share.
    pub(crate) fn share(self) -> Self {
        self.within(Range::Between(0.0, 1.0))
    }

    /// Says when there is no value.
    pub(crate) fn missing(self, when: impl Into<String>) -> Self {
        Self { missing: Some(when.into()), ..self }
    }

    pub(crate) fn described(&self) -> Described {
        let (least, most, values) = match &self.range {
            Range::Any => (None, None, None),
            Range::From(least) => (Some(*least), None, None),
            Range::Between(least, most) => (Some(*least), Some(*most), None),
            Range::OneOf(values) => (None, None, Some(values.clone())),
        };
        Described {
            name: self.name.clone(),
            kind: self.kind,
            unit: self.unit,
            least,
            most,
            values,
            missing: self.missing.clone(),
            meaning: self.meaning.clone(),
        }
    }

    fn write(&self, columns: &mut Columns<'_, R>) -> Result<(), ParquetError> {
        let whole = |row: &R| match (self.value)(row) {
            Value::Whole(number) => Some(number),
            Value::Time(at) => Some(at.cast_signed()),
            _ => None,
        };
        let truth = |row: &R| match (self.value)(row) {
            Value::Truth(truth) => Some(truth),
            _ => None,
        };
        let number = |row: &R| match (self.value)(row) {
            Value::Number(number) => Some(number),
            _ => None,
        };
        let text = |row: &R| match (self.value)(row) {
            Value::Text(text) => Some(text.as_str().into()),
            _ => None,
        };
        match (self.kind, self.missing.is_some()) {
            (Kind::Truth, true) => columns.optional::<BoolType>(truth),
            (Kind::Truth, false) => columns.required::<BoolType>(|row| truth(row).unwrap_or(false)),
            (Kind::Whole | Kind::Time, true) => columns.optional::<Int64Type>(whole),
            (Kind::Whole | Kind::Time, false) => {
                columns.required::<Int64Type>(|row| whole(row).unwrap_or(0))
            }
            (Kind::Number, true) => columns.optional::<DoubleType>(number),
            (Kind::Number, false) => {
                columns.required::<DoubleType>(|row| number(row).unwrap_or(f64::NAN))
            }
            (Kind::Word | Kind::FreeText, true) => columns.optional::<ByteArrayType>(text),
            (Kind::Word | Kind::FreeText, false) => {
                columns.required::<ByteArrayType>(|row| text(row).unwrap_or_default())
            }
        }
    }
}

impl<R> Table<R> {
    /// The table with one more column, after the one of that name; first, if there is none.
    pub(crate) fn with(mut self, column: Column<R>, after: &str) -> Self {
        let at = self.columns.iter().position(|column| column.name == after);
        self.columns.insert(at.map_or(0, |at| at + 1), column);
        self
    }

    /// As CSV by RFC 4180, with a line of names.
    pub(crate) fn csv(&self, rows: &[R]) -> Result<Vec<u8>, csv::Error> {
        let terminator = csv::Terminator::CRLF;
        let mut file = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        file.write_record(self.columns.iter().map(|column| &column.name))?;
        for row in rows {
            let field = |column: &Column<R>| (column.value)(row).in_csv(column.kind);
            file.write_record(self.columns.iter().map(field))?;
        }
        file.into_inner().map_err(|error| error.into_error().into())
    }

    /// As Parquet, with that metadata and what each column is.
    pub(crate) fn parquet(
        &self,
        metadata: &[(&str, String)],
        rows: &[R],
    ) -> Result<Vec<u8>, ParquetError> {
        let field = |column: &Column<R>| {
            let needed = if column.missing.is_some() { "optional" } else { "required" };
            let kind = match column.kind {
                Kind::Truth => ("boolean", ""),
                Kind::Whole => ("int64", ""),
                Kind::Number => ("double", ""),
                Kind::Word | Kind::FreeText => ("binary", " (string)"),
                Kind::Time => ("int64", " (timestamp(millis,true))"),
            };
            format!("{needed} {} {}{};\n", kind.0, column.name, kind.1)
        };
        let fields: String = self.columns.iter().map(field).collect();
        let schema = format!("message {} {{\n{fields}}}", self.name);
        let described: Vec<Described> = self.columns.iter().map(Column::described).collect();
        let described = serde_json::to_string(&described);
        let described = described.map_err(|error| ParquetError::General(error.to_string()))?;
        let metadata = [metadata, &[("pixel_debate.columns", described)]].concat();
        to_bytes(&schema, &metadata, rows, |columns| {
            self.columns.iter().try_for_each(|column| column.write(columns))
        })
    }
}

impl Value {
    /// The field of a CSV file: nothing, where there is no value. What somebody wrote never begins such that a
    /// spreadsheet takes it for a formula: see [`guarded`].
    fn in_csv(&self, kind: Kind) -> String {
        match self {
            Self::Missing => String::new(),
            // As R and pandas both take for truth.
            Self::Truth(true) => "TRUE".to_owned(),
            Self::Truth(false) => "FALSE".to_owned(),
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) if kind == Kind::FreeText => guarded(text),
            Self::Text(text) => text.clone(),
            Self::Time(at) => iso(*at),
        }
    }
}

/// Text with an apostrophe before it, if it begins with `=`, `+`, `-`, `@`, a tab, a line's end, or an apostrophe: so
/// what begins with an apostrophe has one too many, always, and what does not is as it was.
pub(crate) fn guarded(text: &str) -> String {
    let risky = |first: char| {
        matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'')
        // Spreadsheets of the East take the wide ones for the same.
        || matches!(first, '＝' | '＋' | '－' | '＠')
    };
    if text.starts_with(risky) { format!("'{text}") } else { text.to_owned() }
}

/// A time as ISO 8601 in UTC. Times are from clocks; the last that has four digits of a year stands for all after it.
pub(crate) fn iso(at: u64) -> String {
    const LAST: u64 = 253_402_300_799_999;
    let time = UNIX_EPOCH + Duration::from_millis(at.min(LAST));
    humantime::format_rfc3339_millis(time).to_string()
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<u8> for Value {
    fn from(number: u8) -> Self {
        Self::Whole(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Whole(number.cast_signed())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

/// A time of milliseconds since 1970.
pub(crate) fn time(at: u64) -> Value {
    Value::Time(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_formula_and_can_be_told_from_what_was_written() {
        for (text, wanted) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("'tis so", "''tis so"),
            ("＝1", "'＝1"),
            ("it has a hook = 7", "it has a hook = 7"),
            ("", ""),
        ] {
            let field = Value::from(text).in_csv(Kind::FreeText);
            assert_eq!(field, wanted);
            assert_eq!(field.strip_prefix('\'').unwrap_or(&field), text);
            assert_eq!(Value::from(text).in_csv(Kind::Word), text);
        }
    }

    #[test]
    fn a_row_is_written_by_rfc_4180() {
        let table = Table {
            name: "rows",
            row: "a text",
            columns: vec![
                Column::new("text", Kind::FreeText, "", |row: &&str| *row),
                Column::new("long", Kind::Truth, "", |row: &&str| row.len() > 5),
                Column::new("half", Kind::Number, "", |row: &&str| row.len() as f64 / 2.0),
                Column::new("at", Kind::Time, "", |row: &&str| {
                    (!row.is_empty()).then(|| time(1_767_225_600_123))
                })
                .missing("of no text"),
            ],
        };
        let csv = table.csv(&["a \"b\", c\nd", ""]).unwrap();
        assert_eq!(
            String::from_utf8(csv).unwrap(),
            "text,long,half,at\r\n\"a \"\"b\"\", c\nd\",TRUE,5,2026-01-01T00:00:00.123Z\r\n,FALSE,0,\r\n"
        );
    }

    #[test]
    fn no_time_is_too_late_to_be_written() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(u64::MAX), "9999-12-31T23:59:59.999Z");
    }
}
