//! The tables: a row a consultant, and a row a smallest set.

use parquet::data_type::{BoolType, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use pixel_debate_game::Pixel;
use pixel_debate_tables::to_bytes;

use crate::{AttackError, Attacked, Plan, Revealed, Said, Smallest};

const SAID: &str = "message attacks {
    required int32 image;
    required int32 label;
    optional int32 lie;
    required int32 pixels;
    required int32 candidates;
    required boolean random_lie;
    required group set (list) { repeated group list { required int32 element; } }
    required float margin;
    optional binary winner (string);
    required boolean greatest_proven;
    required int64 evaluations;
    required double seconds;
}";

const SMALLEST: &str = "message smallest {
    required int32 image;
    required int32 label;
    required int32 lie;
    required int32 answers;
    required boolean random_lie;
    optional int32 size;
    required int32 at_least;
    required boolean proven;
    required group set (list) { repeated group list { required int32 element; } }
    optional float margin;
}";

/// What the columns mean, in the file itself.
const SAID_NOTE: &str = "One row a consultant: `lie` is what a liar argues for, null for the honest consultant, who \
    argues for the truth against all labels. `set`: the best pixels known, as row * columns + column. `margin`: the \
    logit of the consultant's label less its rival's after them. `winner`: who wins if the consultant chooses best, null \
    where that is open. `greatest_proven`: no set has a greater margin. `evaluations` and `seconds` are those of all \
    rows of the same image and pixels together.";
const SMALLEST_NOTE: &str = "One row an image, lie and number of honest answers: `size` of the smallest set known that \
    makes the lie win whatever is answered, null where none is known; `at_least`: no set has fewer, which is proven; \
    `proven`: both are the same. `margin`: the lie's logit less the label's after the worst answer.";

fn places(plan: &Plan, set: &[Pixel]) -> Vec<i32> {
    let columns = plan.columns as i32;
    set.iter().map(|pixel| i32::from(pixel.y) * columns + i32::from(pixel.x)).collect()
}

/// The tables by name.
pub(crate) fn all(
    plan: &Plan,
    images: &[Attacked],
) -> Result<[(&'static str, Vec<u8>); 2], AttackError> {
    let table = |name, made: Result<Vec<u8>, ParquetError>| match made {
        Ok(bytes) => Ok((name, bytes)),
        Err(source) => Err(AttackError::Table { name, source }),
    };
    let metadata = |note: &str| {
        [
            ("plan", String::from_utf8_lossy(&crate::folder::json(plan)).into_owned()),
            ("note", note.to_owned()),
        ]
    };
    let said = said(plan, images, &metadata(SAID_NOTE));
    let smallest = smallest(plan, images, &metadata(SMALLEST_NOTE));
    Ok([table("attacks.parquet", said)?, table("smallest.parquet", smallest)?])
}

fn said(
    plan: &Plan,
    images: &[Attacked],
    metadata: &[(&str, String)],
) -> Result<Vec<u8>, ParquetError> {
    let rows: Vec<(&Attacked, &Revealed, &Said)> = images
        .iter()
        .flat_map(|image| image.revealed.iter().map(move |revealed| (image, revealed)))
        .flat_map(|(image, revealed)| revealed.said.iter().map(move |said| (image, revealed, said)))
        .collect();
    to_bytes(SAID, metadata, &rows, |columns| {
        columns.required::<Int32Type>(|row| row.0.image as i32)?;
        columns.required::<Int32Type>(|row| row.0.label.into())?;
        columns.optional::<Int32Type>(|row| row.2.lie.map(Into::into))?;
        columns.required::<Int32Type>(|row| row.1.pixels.into())?;
        columns.required::<Int32Type>(|row| row.0.candidates.into())?;
        columns.required::<BoolType>(|row| {
            row.2.lie == Some(plan.random_lie(row.0.image, row.0.label))
        })?;
        columns.list::<Int32Type>(|row| places(plan, &row.2.set))?;
        columns.required::<FloatType>(|row| row.2.margin)?;
        columns.optional::<ByteArrayType>(|row| {
            row.2.winner.map(|role| role.to_string().as_str().into())
        })?;
        columns.required::<BoolType>(|row| row.2.is_greatest)?;
        columns.required::<Int64Type>(|row| row.1.evaluations as i64)?;
        columns.required::<DoubleType>(|row| row.1.seconds)
    })
}

fn smallest(
    plan: &Plan,
    images: &[Attacked],
    metadata: &[(&str, String)],
) -> Result<Vec<u8>, ParquetError> {
    let rows: Vec<(&Attacked, &Smallest)> = images
        .iter()
        .flat_map(|image| image.smallest.iter().map(move |smallest| (image, smallest)))
        .collect();
    to_bytes(SMALLEST, metadata, &rows, |columns| {
        columns.required::<Int32Type>(|row| row.0.image as i32)?;
        columns.required::<Int32Type>(|row| row.0.label.into())?;
        columns.required::<Int32Type>(|row| row.1.lie.into())?;
        columns.required::<Int32Type>(|row| row.1.answers.into())?;
        columns
            .required::<BoolType>(|row| row.1.lie == plan.random_lie(row.0.image, row.0.label))?;
        columns.optional::<Int32Type>(|row| row.1.size.map(Into::into))?;
        columns.required::<Int32Type>(|row| row.1.at_least.into())?;
        columns.required::<BoolType>(|row| row.1.is_proven())?;
        columns.list::<Int32Type>(|row| places(plan, &row.1.set))?;
        columns.optional::<FloatType>(|row| row.1.margin)
    })
}
