//! Parquet to rows.

use std::fs::File;
use std::path::Path;

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use pixel_debate_game::{Pixel, Role};

use super::{MANIFEST, SCHEMA_VERSION, VERSION};
use crate::RunError;
use crate::rows::{Blame, Row};

/// A table of debates.
#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    /// The hash of the manifest that it was written by.
    pub(crate) manifest: String,
    /// The debates, by cell.
    pub(crate) rows: Vec<Vec<Row>>,
}

/// The debates of a run, by cell, of which there are so many.
pub(crate) fn read(path: &Path, cells: usize) -> Result<Table, RunError> {
    let file = File::open(path).map_err(|source| RunError::io(path, source))?;
    table(file, cells).map_err(|error| RunError::damaged(path, error))
}

fn table(file: File, cells: usize) -> Result<Table, ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let metadata = reader.metadata().file_metadata().key_value_metadata();
    let said = |key: &str| {
        let found = metadata.into_iter().flatten().find(|pair| pair.key == key);
        found.and_then(|pair| pair.value.clone()).unwrap_or_default()
    };
    if said(SCHEMA_VERSION) != VERSION {
        return Err(fault("a table of another version of the program"));
    }
    let manifest = said(MANIFEST);
    let mut table = vec![Vec::new(); cells];
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        let mut columns = Columns { group: &*group, next: 0 };
        let cells = columns.required::<Int32Type>()?;
        let (images, labels) = (columns.required::<Int32Type>()?, columns.required::<Int32Type>()?);
        let (lies, firsts) =
            (columns.optional::<Int32Type>()?, columns.optional::<ByteArrayType>()?);
        let (replicates, seeds) =
            (columns.required::<Int32Type>()?, columns.optional::<Int64Type>()?);
        let winners = columns.required::<ByteArrayType>()?;
        let (margins, believed) =
            (columns.optional::<FloatType>()?, columns.optional::<Int32Type>()?);
        let (x, y) = (columns.lists::<Int32Type>()?, columns.lists::<Int32Type>()?);
        // Values and who revealed them follow from the images and the rules.
        columns.next += 2;
        let logits = columns.lists::<FloatType>()?;
        let blames = columns.optional::<Int32Type>()?;
        for at in 0..cells.len() {
            let row = Row {
                image: images[at] as u32,
                label: labels[at] as u8,
                lie: lies[at].map(|lie| lie as u8),
                first: firsts[at].as_ref().map(role).transpose()?,
                replicate: replicates[at] as u16,
                seed: seeds[at].map(i64::cast_unsigned),
                winner: role(&winners[at])?,
                margin: margins[at],
                believed: believed[at].map(|label| label as u8),
                evidence: pixels(x[at].as_deref(), y[at].as_deref()),
                logits: logits[at].as_deref().map(floats).transpose()?,
                blame: blames[at].map(|number| match number {
                    0 => Blame::Start,
                    number => Blame::Reveal(number as u8),
                }),
            };
            let cell = table.get_mut(cells[at] as usize);
            cell.ok_or_else(|| fault("a cell that the manifest has not"))?.push(row);
        }
    }
    Ok(Table { manifest, rows: table })
}

fn fault(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

/// Reads one column after another.
struct Columns<'a> {
    group: &'a dyn RowGroupReader,
    next: usize,
}

impl Columns<'_> {
    fn required<T: DataType>(&mut self) -> Result<Vec<T::T>, ParquetError> {
        let values = self.optional::<T>()?;
        values.into_iter().map(|value| value.ok_or_else(|| fault("a value is missing"))).collect()
    }

    fn optional<T: DataType>(&mut self) -> Result<Vec<Option<T::T>>, ParquetError> {
        let Column { values, there, most, .. } = self.column::<T>()?;
        if most == 0 {
            return Ok(values.into_iter().map(Some).collect());
        }
        let mut values = values.into_iter();
        Ok(there.into_iter().map(|level| if level > 0 { values.next() } else { None }).collect())
    }

    /// A list a row, or none where there is none.
    fn lists<T: DataType>(&mut self) -> Result<Vec<Option<Vec<T::T>>>, ParquetError> {
        let Column { values, there, repeated, most } = self.column::<T>()?;
        let mut values = values.into_iter();
        let mut lists: Vec<Option<Vec<T::T>>> = Vec::new();
        for (there, repeated) in there.into_iter().zip(repeated) {
            if repeated == 0 {
                // Of a list that may be missing the first level says that it is there.
                lists.push((there > 0 || most == 1).then(Vec::new));
            }
            if let (Some(Some(list)), true) = (lists.last_mut(), there == most) {
                list.extend(values.next());
            }
        }
        let count = self.group.metadata().num_rows() as usize;
        if lists.len() == count { Ok(lists) } else { Err(fault("a column of lists is cut short")) }
    }

    fn column<T: DataType>(&mut self) -> Result<Column<T::T>, ParquetError> {
        let mut column = get_typed_column_reader::<T>(self.group.get_column_reader(self.next)?);
        let (most, lists) = {
            let schema = self.group.metadata().schema_descr().column(self.next);
            (schema.max_def_level(), schema.max_rep_level() > 0)
        };
        self.next += 1;
        let count = self.group.metadata().num_rows() as usize;
        let (mut values, mut there, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
        let mut read = 0;
        while read < count {
            let def = (most > 0).then_some(&mut there);
            let rep = lists.then_some(&mut repeated);
            let (records, ..) = column.read_records(count - read, def, rep, &mut values)?;
            if records == 0 {
                return Err(fault("a column is cut short"));
            }
            read += records;
        }
        Ok(Column { values, there, repeated, most })
    }
}

/// What is in a column.
struct Column<T> {
    values: Vec<T>,
    /// How much of the path to each value is there.
    there: Vec<i16>,
    /// Whether it begins a row, 0, or goes on with a list.
    repeated: Vec<i16>,
    /// The level of a value that is there.
    most: i16,
}

fn role(name: &ByteArray) -> Result<Role, ParquetError> {
    match name.data() {
        b"honest" => Ok(Role::Honest),
        b"liar" => Ok(Role::Liar),
        _ => Err(fault("a role that is neither honest nor liar")),
    }
}

fn pixels(x: Option<&[i32]>, y: Option<&[i32]>) -> Vec<Pixel> {
    let places = x.into_iter().flatten().zip(y.into_iter().flatten());
    places.map(|(x, y)| Pixel::new(*x as u8, *y as u8)).collect()
}

fn floats(floats: &[f32]) -> Result<[f32; 10], ParquetError> {
    floats.try_into().map_err(|_| fault("there must be ten logits"))
}
