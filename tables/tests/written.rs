//! What is written is read again by the library's own reader, and other columns than the schema's are refused.

use bytes::Bytes;
use parquet::data_type::{ByteArrayType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use pixel_debate_tables::to_bytes;

const SCHEMA: &str = "message rows {
    required int64 number;
    optional binary name (string);
    required group all (list) { repeated group list { required int32 element; } }
    required group some (list) { repeated group list { optional int32 element; } }
    optional group maybe (list) { repeated group list { required float element; } }
}";

struct Row {
    number: i64,
    name: Option<String>,
    all: Vec<i32>,
    some: Vec<Option<i32>>,
    maybe: Option<Vec<f32>>,
}

fn row(number: i64) -> Row {
    let few = |by: i64| (0..number % by).map(|one| one as i32);
    Row {
        number,
        name: (number % 3 > 0).then(|| format!("row {number}")),
        all: few(4).collect(),
        some: few(5).map(|one| (one % 2 == 0).then_some(one)).collect(),
        maybe: (number % 2 == 0).then(|| few(3).map(|one| one as f32 + 0.5).collect()),
    }
}

fn write(rows: &[Row]) -> Result<Vec<u8>, ParquetError> {
    to_bytes(SCHEMA, &[("what", "rows".to_owned())], rows, |columns| {
        columns.required::<Int64Type>(|row| row.number)?;
        columns.optional::<ByteArrayType>(|row| row.name.as_deref().map(Into::into))?;
        columns.list::<Int32Type>(|row| row.all.clone())?;
        columns.list_of_optional::<Int32Type>(|row| row.some.clone())?;
        columns.optional_list::<FloatType>(|row| row.maybe.clone())
    })
}

#[test]
fn what_is_written_is_read() {
    for count in [0, 1, 60] {
        let rows: Vec<Row> = (0..count).map(row).collect();
        let reader = SerializedFileReader::new(Bytes::from(write(&rows).unwrap())).unwrap();
        let said = reader.metadata().file_metadata().key_value_metadata().unwrap();
        assert_eq!((&*said[0].key, said[0].value.as_deref()), ("what", Some("rows")));
        let read: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(read.len(), rows.len());
        for (read, row) in read.iter().zip(&rows) {
            assert_eq!(read.get_long(0).unwrap(), row.number);
            assert_eq!(read.get_string(1).ok(), row.name.as_ref());
            let elements = |place: usize| {
                let list = read.get_list(place).ok();
                list.map(|list| list.elements().iter().map(ToString::to_string).collect())
            };
            let texts = |list: &[i32]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(elements(2), Some(texts(&row.all)));
            let some = row.some.iter();
            let some = some.map(|one| one.map_or_else(|| "null".to_owned(), |one| one.to_string()));
            assert_eq!(elements(3), Some(some.collect()));
            let maybe = row.maybe.as_ref();
            let maybe = maybe.map(|list| list.iter().map(|one| format!("{one:?}")).collect());
            assert_eq!(elements(4), maybe);
        }
    }
}

#[test]
fn what_is_no_schema_or_not_its_columns_is_refused() {
    assert!(to_bytes("message", &[], &[0], |_| Ok(())).is_err());
    let schema = "message one { required int32 number; }";
    let twice = to_bytes(schema, &[], &[0], |columns| {
        columns.required::<Int32Type>(|row| *row)?;
        columns.required::<Int32Type>(|row| *row)
    });
    assert_eq!(twice.unwrap_err().to_string(), "Parquet error: the schema has fewer columns");
    assert!(to_bytes(schema, &[], &[0], |_| Ok(())).is_err());
}
