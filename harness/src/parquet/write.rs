//! Rows to Parquet.

use parquet::data_type::{ByteArray, ByteArrayType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use pixel_debate_game::{Debater, Pixel, Role, Rules, TurnOrder};
use pixel_debate_tables::to_bytes as to_bytes_of;

use super::{COLUMNS, MANIFEST, SCHEMA, SCHEMA_VERSION, VERSION};
use crate::cell::Play;
use crate::plan::RunPlan;
use crate::rows::{Blame, Row};

/// The table of debates of a plan, given by cell.
pub(crate) fn to_bytes(plan: &RunPlan, cells: &[Vec<Row>]) -> Vec<u8> {
    table(plan, cells).expect("rows fit the schema, and memory is no file that fails")
}

fn table(plan: &RunPlan, cells: &[Vec<Row>]) -> Result<Vec<u8>, ParquetError> {
    let columns: serde_json::Map<String, serde_json::Value> =
        COLUMNS.iter().map(|(name, what)| ((*name).to_owned(), (*what).into())).collect();
    let metadata = [
        (SCHEMA_VERSION, VERSION.to_owned()),
        (MANIFEST, plan.manifest().hash()),
        ("pixel_debate.columns", serde_json::Value::Object(columns).to_string()),
    ];
    let rows: Vec<(usize, &Row)> = cells
        .iter()
        .enumerate()
        .flat_map(|(cell, rows)| rows.iter().map(move |row| (cell, row)))
        .collect();
    to_bytes_of(SCHEMA, &metadata, &rows, |columns| {
        columns.required::<Int32Type>(|(cell, _)| *cell as i32)?;
        columns.required::<Int32Type>(|(_, row)| row.image as i32)?;
        columns.required::<Int32Type>(|(_, row)| row.label.into())?;
        columns.optional::<Int32Type>(|(_, row)| row.lie.map(i32::from))?;
        columns.optional::<ByteArrayType>(|(_, row)| row.first.map(role))?;
        columns.required::<Int32Type>(|(_, row)| row.replicate.into())?;
        columns.optional::<Int64Type>(|(_, row)| row.seed.map(u64::cast_signed))?;
        columns.required::<ByteArrayType>(|(_, row)| role(row.winner))?;
        columns.optional::<FloatType>(|(_, row)| row.margin)?;
        columns.optional::<Int32Type>(|(_, row)| row.believed.map(i32::from))?;
        let pixels = |number: fn(&Pixel) -> u8| {
            move |(_, row): &(usize, &Row)| -> Vec<i32> {
                row.evidence.iter().map(|pixel| number(pixel).into()).collect()
            }
        };
        columns.list::<Int32Type>(pixels(|pixel| pixel.x))?;
        columns.list::<Int32Type>(pixels(|pixel| pixel.y))?;
        columns.list::<Int32Type>(|(_, row)| values(plan, row))?;
        columns.list_of_optional::<ByteArrayType>(|(cell, row)| {
            revealers(plan, *cell, row).into_iter().map(|by| by.map(role)).collect()
        })?;
        columns.optional_list::<FloatType>(|(_, row)| row.logits.clone())?;
        columns.optional::<Int32Type>(|(_, row)| {
            row.blame.map(|blame| match blame {
                Blame::Start => 0,
                Blame::Reveal(number) => number.into(),
            })
        })
    })
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
