//! Parquet to rows.

use std::fs::File;
use std::path::Path;

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use pixel_debate_game::{Pixel, Role};

use crate::RunError;
use crate::rows::{Blame, Row};

/// The debates of a run, by cell, of which there are so many.
pub(crate) fn read(path: &Path, cells: usize) -> Result<Vec<Vec<Row>>, RunError> {
    let file = File::open(path).map_err(|source| RunError::io(path, source))?;
    table(file, cells).map_err(|error| RunError::damaged(path, error))
}

fn table(file: File, cells: usize) -> Result<Vec<Vec<Row>>, ParquetError> {
    let reader = SerializedFileReader::new(file)?;
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
        let evidence = columns.required::<ByteArrayType>()?;
        let logits = columns.optional::<ByteArrayType>()?;
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
                evidence: pixels(&evidence[at]),
                logits: logits[at].as_ref().map(floats).transpose()?,
                blame: blames[at].map(|number| match number {
                    0 => Blame::Start,
                    number => Blame::Reveal(number as u8),
                }),
            };
            let cell = table.get_mut(cells[at] as usize);
            cell.ok_or_else(|| fault("a cell that the manifest has not"))?.push(row);
        }
    }
    Ok(table)
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
        let mut column = get_typed_column_reader::<T>(self.group.get_column_reader(self.next)?);
        let optional = {
            let schema = self.group.metadata().schema_descr();
            schema.column(self.next).max_def_level() > 0
        };
        self.next += 1;
        let count = self.group.metadata().num_rows() as usize;
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        let mut read = 0;
        while read < count {
            let def = optional.then_some(&mut levels);
            let (records, ..) = column.read_records(count - read, def, None, &mut values)?;
            if records == 0 {
                return Err(fault("a column is cut short"));
            }
            read += records;
        }
        if !optional {
            return Ok(values.into_iter().map(Some).collect());
        }
        let mut values = values.into_iter();
        Ok(levels.into_iter().map(|level| if level > 0 { values.next() } else { None }).collect())
    }
}

fn role(name: &ByteArray) -> Result<Role, ParquetError> {
    match name.data() {
        b"honest" => Ok(Role::Honest),
        b"liar" => Ok(Role::Liar),
        _ => Err(fault("a role that is neither honest nor liar")),
    }
}

fn pixels(bytes: &ByteArray) -> Vec<Pixel> {
    bytes.data().chunks_exact(2).map(|place| Pixel::new(place[0], place[1])).collect()
}

fn floats(bytes: &ByteArray) -> Result<[f32; 10], ParquetError> {
    let (floats, []) = bytes.data().as_chunks::<4>() else { return Err(fault("odd logits")) };
    let floats: Vec<f32> = floats.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    floats.try_into().map_err(|_| fault("there must be ten logits"))
}
