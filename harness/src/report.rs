//! What a reader is shown of a run.

use crate::manifest::Manifest;
use crate::rows::Row;
use crate::{RunError, Summary};

/// The files of a report, by their names in the run's folder.
pub(crate) fn files(
    manifest: &Manifest,
    rows: &[Vec<Row>],
) -> Result<Vec<(String, Vec<u8>)>, RunError> {
    let summary = Summary::of(manifest, rows);
    let mut json = serde_json::to_vec_pretty(&summary).expect("a summary is plain data");
    json.push(b'\n');
    Ok(vec![("summary.json".to_owned(), json)])
}
