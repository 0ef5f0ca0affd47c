//! What judges said alone, as a Parquet table.

use parquet::data_type::{ByteArrayType, FloatType, Int32Type};
use pixel_debate_tables::to_bytes;

use crate::alone::Said;
use crate::report::{Asked, Report};

/// The columns, with what each is.
const COLUMNS: [(&str, &str); 7] = [
    ("judge", "the judge's name"),
    ("hash", "what tells the judge from all others"),
    (
        "pixels",
        "how many random pixels it was shown: 0 to 60, or all that are not black where there are fewer",
    ),
    ("image", "the image's number in the data set"),
    ("label", "its true label"),
    (
        "believed",
        "the label that the judge believed: the true one only where its logit is greater than every other",
    ),
    ("logits", "the judge's logits, one a label"),
];

const SCHEMA: &str = "message alone {
    required binary judge (string);
    required binary hash (string);
    required int32 pixels (integer(8, false));
    required int32 image;
    required int32 label (integer(8, false));
    required int32 believed (integer(8, false));
    required group logits (list) { repeated group list { required float element; } }
}";

/// The bytes of the table.
pub(crate) fn bytes(report: &Report, asked: &[Asked<'_>]) -> Vec<u8> {
    let mut rows: Vec<(&Asked<'_>, usize, &Said)> = Vec::new();
    for judge in asked {
        for (pixels, said) in judge.alone.by_pixels.iter().enumerate() {
            rows.extend(said.iter().map(|said| (judge, pixels, said)));
        }
    }
    let columns: serde_json::Map<_, _> =
        COLUMNS.iter().map(|(name, what)| ((*name).to_owned(), (*what).into())).collect();
    let metadata = [
        ("pixel_debate.columns", serde_json::Value::Object(columns).to_string()),
        ("pixel_debate.dataset", report.dataset.hash.clone()),
    ];
    let written = to_bytes(SCHEMA, &metadata, &rows, |columns| {
        columns.required::<ByteArrayType>(|(judge, ..)| judge.name.into())?;
        columns.required::<ByteArrayType>(|(judge, ..)| judge.hash.into())?;
        columns.required::<Int32Type>(|(_, pixels, _)| *pixels as i32)?;
        columns.required::<Int32Type>(|(.., said)| said.image as i32)?;
        columns.required::<Int32Type>(|(.., said)| said.label.into())?;
        columns.required::<Int32Type>(|(.., said)| said.believed.into())?;
        columns.list::<FloatType>(|(.., said)| said.logits.clone())
    });
    written.expect("the columns are the schema's")
}
