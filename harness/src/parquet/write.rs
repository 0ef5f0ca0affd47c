//! Rows to Parquet.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use pixel_debate_game::Role;

use super::SCHEMA;
use crate::rows::{Blame, Row};

/// Rows that stand together in the file.
const GROUP: usize = 1 << 17;

/// The table of all debates, given by cell.
pub(crate) fn to_bytes(cells: &[Vec<Row>]) -> Vec<u8> {
    table(cells).expect("rows fit the schema, and memory is no file that fails")
}

fn table(cells: &[Vec<Row>]) -> Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    let rows: Vec<(usize, &Row)> = cells
        .iter()
        .enumerate()
        .flat_map(|(cell, rows)| rows.iter().map(move |row| (cell, row)))
        .collect();
    for group in rows.chunks(GROUP) {
        let mut columns = Columns { group: file.next_row_group()?, rows: group };
        columns.required::<Int32Type>(|cell, _| cell as i32)?;
        columns.required::<Int32Type>(|_, row| row.image as i32)?;
        columns.required::<Int32Type>(|_, row| row.label.into())?;
        columns.optional::<Int32Type>(|row| row.lie.map(i32::from))?;
        columns.optional::<ByteArrayType>(|row| row.first.map(role))?;
        columns.required::<Int32Type>(|_, row| row.replicate.into())?;
        columns.optional::<Int64Type>(|row| row.seed.map(u64::cast_signed))?;
        columns.required::<ByteArrayType>(|_, row| role(row.winner))?;
        columns.optional::<FloatType>(|row| row.margin)?;
        columns.optional::<Int32Type>(|row| row.believed.map(i32::from))?;
        columns.required::<ByteArrayType>(|_, row| evidence(row))?;
        columns.optional::<ByteArrayType>(|row| {
            let bytes = |logits: [f32; 10]| logits.map(f32::to_le_bytes).concat().into();
            row.logits.map(bytes)
        })?;
        columns.optional::<Int32Type>(|row| {
            row.blame.map(|blame| match blame {
                Blame::Start => 0,
                Blame::Reveal(number) => number.into(),
            })
        })?;
        columns.group.close()?;
    }
    file.close()?;
    Ok(bytes)
}

/// Writes one column after another.
struct Columns<'a, W: std::io::Write + Send> {
    group: SerializedRowGroupWriter<'a, W>,
    rows: &'a [(usize, &'a Row)],
}

impl<W: std::io::Write + Send> Columns<'_, W> {
    fn required<T: DataType>(
        &mut self,
        value: impl Fn(usize, &Row) -> T::T,
    ) -> Result<(), ParquetError> {
        let values: Vec<T::T> = self.rows.iter().map(|(cell, row)| value(*cell, row)).collect();
        self.column::<T>(&values, None)
    }

    fn optional<T: DataType>(
        &mut self,
        value: impl Fn(&Row) -> Option<T::T>,
    ) -> Result<(), ParquetError> {
        let all: Vec<Option<T::T>> = self.rows.iter().map(|(_, row)| value(row)).collect();
        let levels: Vec<i16> = all.iter().map(|value| value.is_some().into()).collect();
        let values: Vec<T::T> = all.into_iter().flatten().collect();
        self.column::<T>(&values, Some(&levels))
    }

    fn column<T: DataType>(
        &mut self,
        values: &[T::T],
        levels: Option<&[i16]>,
    ) -> Result<(), ParquetError> {
        let mut column = self
            .group
            .next_column()?
            .ok_or_else(|| ParquetError::General("the schema has fewer columns".to_owned()))?;
        column.typed::<T>().write_batch(values, levels, None)?;
        column.close()
    }
}

fn role(role: Role) -> ByteArray {
    match role {
        Role::Honest => "honest".into(),
        Role::Liar => "liar".into(),
    }
}

fn evidence(row: &Row) -> ByteArray {
    row.evidence.iter().flat_map(|pixel| [pixel.x, pixel.y]).collect::<Vec<u8>>().into()
}
