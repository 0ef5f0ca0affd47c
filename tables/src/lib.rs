//! Rows as a Parquet file, column by column. This crate knows no debate: it is told a schema, and what each column has of
//! a row.
//!
//! ```
//! use parquet::data_type::{ByteArrayType, Int32Type};
//! use pixel_debate_tables::to_bytes;
//!
//! let schema = "message digits {
//!     required int32 label;
//!     optional binary name (string);
//!     required group pixels (list) { repeated group list { required int32 element; } }
//! }";
//! let rows = [(7, Some("seven"), vec![3, 4]), (1, None, vec![])];
//! let bytes = to_bytes(schema, &[("made_by", "an example".to_owned())], &rows, |columns| {
//!     columns.required::<Int32Type>(|row| row.0)?;
//!     columns.optional::<ByteArrayType>(|row| row.1.map(Into::into))?;
//!     columns.list::<Int32Type>(|row| row.2.clone())
//! })?;
//! assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
//! # Ok::<(), parquet::errors::ParquetError>(())
//! ```

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

/// Rows that stand together in the file.
const GROUP: usize = 1 << 17;

/// A file of that schema, in Parquet's own words, with what it says of itself by key. `write` writes all columns of
/// some of the rows, in the schema's order, and is asked again for the next.
///
/// # Errors
///
/// [`ParquetError`] if the schema is none, or the columns are not its.
pub fn to_bytes<R>(
    schema: &str,
    metadata: &[(&str, String)],
    rows: &[R],
    write: impl Fn(&mut Columns<'_, R>) -> Result<(), ParquetError>,
) -> Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(schema)?);
    let metadata = metadata.iter();
    let metadata =
        metadata.map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone())).collect();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("pixel-debate".to_owned())
        .set_key_value_metadata(Some(metadata))
        .build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    for rows in rows.chunks(GROUP) {
        let mut columns = Columns { group: file.next_row_group()?, rows };
        write(&mut columns)?;
        columns.group.close()?;
    }
    file.into_inner()
}

/// Writes one column after another.
pub struct Columns<'a, R> {
    group: SerializedRowGroupWriter<'a, Vec<u8>>,
    rows: &'a [R],
}

impl<R> Columns<'_, R> {
    /// A column in which every row has a value.
    ///
    /// # Errors
    ///
    /// [`ParquetError`] if the schema has another column in this place, as with all that follow.
    pub fn required<T: DataType>(
        &mut self,
        value: impl Fn(&R) -> T::T,
    ) -> Result<(), ParquetError> {
        let values: Vec<T::T> = self.rows.iter().map(value).collect();
        self.column::<T>(&values, None, None)
    }

    /// One in which a row may have none.
    ///
    /// # Errors
    ///
    /// As [`required`](Self::required).
    pub fn optional<T: DataType>(
        &mut self,
        value: impl Fn(&R) -> Option<T::T>,
    ) -> Result<(), ParquetError> {
        let all: Vec<Option<T::T>> = self.rows.iter().map(value).collect();
        let levels: Vec<i16> = all.iter().map(|value| value.is_some().into()).collect();
        let values: Vec<T::T> = all.into_iter().flatten().collect();
        self.column::<T>(&values, Some(&levels), None)
    }

    /// One in which every row has a list, all of whose elements are there.
    ///
    /// # Errors
    ///
    /// As [`required`](Self::required).
    pub fn list<T: DataType>(
        &mut self,
        list: impl Fn(&R) -> Vec<T::T>,
    ) -> Result<(), ParquetError> {
        let all = |row| Some(list(row).into_iter().map(Some).collect::<Vec<_>>());
        self.lists::<T>(
            self.rows.iter().map(all).collect(),
            Levels { empty: 0, missing: 0, there: 1 },
        )
    }

    /// One in which every row has a list, whose elements may be missing.
    ///
    /// # Errors
    ///
    /// As [`required`](Self::required).
    pub fn list_of_optional<T: DataType>(
        &mut self,
        list: impl Fn(&R) -> Vec<Option<T::T>>,
    ) -> Result<(), ParquetError> {
        let all = |row| Some(list(row));
        self.lists::<T>(
            self.rows.iter().map(all).collect(),
            Levels { empty: 0, missing: 1, there: 2 },
        )
    }

    /// One in which a row may have a list, all of whose elements are there.
    ///
    /// # Errors
    ///
    /// As [`required`](Self::required).
    pub fn optional_list<T: DataType>(
        &mut self,
        list: impl Fn(&R) -> Option<Vec<T::T>>,
    ) -> Result<(), ParquetError> {
        let all = |row| list(row).map(|list| list.into_iter().map(Some).collect::<Vec<_>>());
        self.lists::<T>(
            self.rows.iter().map(all).collect(),
            Levels { empty: 1, missing: 1, there: 2 },
        )
    }

    /// Lists in the encoding of Dremel (S. Melnik et al., VLDB 2010): each value with whether it begins
    /// a list, and how much of the path to it is there.
    fn lists<T: DataType>(
        &mut self,
        lists: Vec<Option<Vec<Option<T::T>>>>,
        levels: Levels,
    ) -> Result<(), ParquetError> {
        let (mut values, mut there, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
        for list in lists {
            if list.as_ref().is_none_or(Vec::is_empty) {
                there.push(if list.is_some() { levels.empty } else { 0 });
                repeated.push(0);
            }
            for (number, value) in list.into_iter().flatten().enumerate() {
                repeated.push((number > 0).into());
                there.push(if value.is_some() { levels.there } else { levels.missing });
                values.extend(value);
            }
        }
        self.column::<T>(&values, Some(&there), Some(&repeated))
    }

    fn column<T: DataType>(
        &mut self,
        values: &[T::T],
        there: Option<&[i16]>,
        repeated: Option<&[i16]>,
    ) -> Result<(), ParquetError> {
        let mut column = self
            .group
            .next_column()?
            .ok_or_else(|| ParquetError::General("the schema has fewer columns".to_owned()))?;
        column.typed::<T>().write_batch(values, there, repeated)?;
        column.close()
    }
}

/// How much of the path to a value of a list is there.
#[derive(Clone, Copy)]
struct Levels {
    /// Where the list is empty.
    empty: i16,
    /// Where the value is missing.
    missing: i16,
    /// Where it is not.
    there: i16,
}
