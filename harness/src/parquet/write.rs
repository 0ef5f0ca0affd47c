//! Rows to Parquet.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use pixel_debate_game::{Debater, Pixel, Role, Rules, TurnOrder};

use super::{COLUMNS, MANIFEST, SCHEMA, SCHEMA_VERSION, VERSION};
use crate::cell::Play;
use crate::plan::RunPlan;
use crate::rows::{Blame, Row};

/// Rows that stand together in the file.
const GROUP: usize = 1 << 17;

/// The table of debates of a plan, given by cell.
pub(crate) fn to_bytes(plan: &RunPlan, cells: &[Vec<Row>]) -> Vec<u8> {
    table(plan, cells).expect("rows fit the schema, and memory is no file that fails")
}

fn table(plan: &RunPlan, cells: &[Vec<Row>]) -> Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let columns: serde_json::Map<String, serde_json::Value> =
        COLUMNS.iter().map(|(name, what)| ((*name).to_owned(), (*what).into())).collect();
    let metadata = [
        (SCHEMA_VERSION, VERSION.to_owned()),
        (MANIFEST, plan.manifest().hash()),
        ("pixel_debate.columns", serde_json::Value::Object(columns).to_string()),
    ];
    let metadata = metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value)).to_vec();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("pixel-debate".to_owned())
        .set_key_value_metadata(Some(metadata))
        .build();
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
        let pixels = |number: fn(&Pixel) -> u8| {
            move |_: usize, row: &Row| -> Vec<i32> {
                row.evidence.iter().map(|pixel| number(pixel).into()).collect()
            }
        };
        columns.list::<Int32Type>(pixels(|pixel| pixel.x))?;
        columns.list::<Int32Type>(pixels(|pixel| pixel.y))?;
        columns.list::<Int32Type>(|_, row| values(plan, row))?;
        columns.list_of_optional::<ByteArrayType>(|cell, row| {
            revealers(plan, cell, row).into_iter().map(|by| by.map(role)).collect()
        })?;
        columns.optional_list::<FloatType>(|row| row.logits.map(|logits| logits.to_vec()))?;
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
        self.column::<T>(&values, None, None)
    }

    fn optional<T: DataType>(
        &mut self,
        value: impl Fn(&Row) -> Option<T::T>,
    ) -> Result<(), ParquetError> {
        let all: Vec<Option<T::T>> = self.rows.iter().map(|(_, row)| value(row)).collect();
        let levels: Vec<i16> = all.iter().map(|value| value.is_some().into()).collect();
        let values: Vec<T::T> = all.into_iter().flatten().collect();
        self.column::<T>(&values, Some(&levels), None)
    }

    fn list<T: DataType>(
        &mut self,
        list: impl Fn(usize, &Row) -> Vec<T::T>,
    ) -> Result<(), ParquetError> {
        let lists = self
            .rows
            .iter()
            .map(|(cell, row)| Some(list(*cell, row).into_iter().map(Some).collect::<Vec<_>>()));
        let levels = Levels { empty: 0, missing: 0, there: 1 };
        self.lists::<T>(lists.collect(), levels)
    }

    fn list_of_optional<T: DataType>(
        &mut self,
        list: impl Fn(usize, &Row) -> Vec<Option<T::T>>,
    ) -> Result<(), ParquetError> {
        let lists = self.rows.iter().map(|(cell, row)| Some(list(*cell, row)));
        let levels = Levels { empty: 0, missing: 1, there: 2 };
        self.lists::<T>(lists.collect(), levels)
    }

    fn optional_list<T: DataType>(
        &mut self,
        list: impl Fn(&Row) -> Option<Vec<T::T>>,
    ) -> Result<(), ParquetError> {
        let lists = self
            .rows
            .iter()
            .map(|(_, row)| list(row).map(|list| list.into_iter().map(Some).collect::<Vec<_>>()));
        let levels = Levels { empty: 1, missing: 1, there: 2 };
        self.lists::<T>(lists.collect(), levels)
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

fn role(role: Role) -> ByteArray {
    match role {
        Role::Honest => "honest".into(),
        Role::Liar => "liar".into(),
    }
}

/// What the image has where a row's pixels are.
pub(super) fn values(plan: &RunPlan, row: &Row) -> Vec<i32> {
    let number = row.image as usize;
    // A row that was read may name an image that is not there.
    let image = if number < plan.dataset.len() { plan.dataset.image(number) } else { &[] };
    let place = |pixel: &Pixel| usize::from(pixel.y) * plan.dataset.width() + usize::from(pixel.x);
    row.evidence.iter().map(|pixel| image.get(place(pixel)).copied().unwrap_or(0).into()).collect()
}

/// Who revealed a row's pixels; nobody where the judge was alone.
pub(super) fn revealers(plan: &RunPlan, cell: usize, row: &Row) -> Vec<Option<Role>> {
    let Play { pixels, precommit, order, legal, .. } = plan.manifest().cells[cell].play;
    let by = |number: usize| {
        let order = order.unwrap_or(TurnOrder::Alternating);
        let rules = Rules { pixels, precommit, first: row.first?, order, legal };
        let debater: Debater = rules.debater_to_move(number)?;
        Some(rules.role_of(debater))
    };
    (0..row.evidence.len()).map(by).collect()
}
