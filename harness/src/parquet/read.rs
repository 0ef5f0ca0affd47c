//! Parquet to rows.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use pixel_debate_game::{Pixel, Role};

use super::Reveals;
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
    /// What the table says of each debate's reveals beyond their places, likewise.
    pub(crate) reveals: Vec<Vec<Reveals>>,
}

/// The debates of a run, by cell, of which there are so many.
pub(crate) fn read(path: &Path, cells: usize) -> Result<Table, RunError> {
    let file = File::open(path).map_err(|source| RunError::io(path, source))?;
    // The library trusts what a file says of its own parts, and panics where that is not so.
    let read = catch_unwind(AssertUnwindSafe(|| table(file, cells)));
    let read = read.unwrap_or_else(|_| Err(fault("its parts contradict each other")));
    read.map_err(|error| RunError::damaged(path, error))
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
    let mut rows = vec![Vec::new(); cells];
    let mut reveals = vec![Vec::new(); cells];
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
        let values = columns.lists::<Int32Type>()?;
        let revealers = columns.lists_of_optional::<ByteArrayType>()?;
        let logits = columns.lists::<FloatType>()?;
        let blames = columns.optional::<Int32Type>()?;
        for at in 0..cells.len() {
            let row = Row {
                image: images[at].cast_unsigned(),
                label: small(labels[at])?,
                lie: lies[at].map(small).transpose()?,
                first: firsts[at].as_ref().map(role).transpose()?,
                replicate: small(replicates[at])?,
                seed: seeds[at].map(i64::cast_unsigned),
                winner: role(&winners[at])?,
                margin: margins[at],
                believed: believed[at].map(small).transpose()?,
                evidence: pixels(x[at].as_deref(), y[at].as_deref())?,
                logits: logits[at].clone(),
                blame: blames[at]
                    .map(|number| match number {
                        0 => Ok(Blame::Start),
                        number => small(number).map(Blame::Reveal),
                    })
                    .transpose()?,
            };
            let revealed = Reveals {
                values: values[at].clone().unwrap_or_default(),
                by: revealers[at]
                    .iter()
                    .map(|by| by.as_ref().map(role).transpose())
                    .collect::<Result<_, _>>()?,
            };
            let cell = cells[at] as usize;
            let (Some(rows), Some(reveals)) = (rows.get_mut(cell), reveals.get_mut(cell)) else {
                return Err(fault("a cell that the manifest has not"));
            };
            rows.push(told_apart(row)?);
            reveals.push(revealed);
        }
    }
    Ok(Table { manifest, rows, reveals })
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

    /// A list a row, whose values may be missing.
    fn lists_of_optional<T: DataType>(&mut self) -> Result<Vec<Vec<Option<T::T>>>, ParquetError> {
        let Column { values, there, repeated, most } = self.column::<T>()?;
        let mut values = values.into_iter();
        let mut lists: Vec<Vec<Option<T::T>>> = Vec::new();
        for (there, repeated) in there.into_iter().zip(repeated) {
            if repeated == 0 {
                lists.push(Vec::new());
            }
            // The first level says that there is something, the last that it has a value.
            if let (Some(list), true) = (lists.last_mut(), there > 0) {
                list.push(if there == most { values.next() } else { None });
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

fn pixels(x: Option<&[i32]>, y: Option<&[i32]>) -> Result<Vec<Pixel>, ParquetError> {
    let (x, y) = (x.unwrap_or_default(), y.unwrap_or_default());
    if x.len() != y.len() {
        return Err(fault("a reveal without its column or row"));
    }
    x.iter().zip(y).map(|(x, y)| Ok(Pixel::new(small(*x)?, small(*y)?))).collect()
}

/// A number as the columns of small numbers have it.
fn small<T: TryFrom<i32>>(number: i32) -> Result<T, ParquetError> {
    T::try_from(number).map_err(|_| fault("a number that its column cannot have"))
}

/// A row all of whose labels have a logit, if there are any.
fn told_apart(row: Row) -> Result<Row, ParquetError> {
    let labels = [Some(row.label), row.lie, row.believed];
    let has_one = |label: u8| row.logits.as_ref().is_none_or(|all| usize::from(label) < all.len());
    if labels.into_iter().flatten().all(has_one) {
        Ok(row)
    } else {
        Err(fault("a label of which there is no logit"))
    }
}
