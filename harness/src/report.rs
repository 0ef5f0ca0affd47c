//! What a reader is shown of a run: the summary, the plots, and a page with both.

mod charts;
mod page;
mod replay;

use crate::manifest::Manifest;
use crate::rows::Row;
use crate::{Failed, RunError, Summary};

/// The files of a report, by their names in the run's folder, unless the time is over before.
pub(crate) fn files(
    manifest: &Manifest,
    dataset: &pixel_debate_datasets::Dataset,
    rows: &[Vec<Row>],
    failed: &[Failed],
    time: &dyn Fn() -> Result<(), RunError>,
) -> Result<Vec<(String, Vec<u8>)>, RunError> {
    time()?;
    let summary = Summary::of(manifest, rows);
    let mut json = serde_json::to_vec_pretty(&summary).expect("a summary is plain data");
    json.push(b'\n');
    let mut files = Vec::new();
    let mut pictures = Vec::new();
    for (name, chart) in charts::of(manifest, dataset, &summary, rows) {
        time()?;
        let drawn = chart.draw(&name)?;
        files.push((format!("plots/{name}.png"), drawn.png));
        files.push((format!("plots/{name}.svg"), drawn.svg.clone().into_bytes()));
        pictures.push((name, drawn.svg));
    }
    let page = page::page(manifest, &summary, failed, &pictures);
    files.push(("report.html".to_owned(), page.into_bytes()));
    files.push(("summary.json".to_owned(), json));
    Ok(files)
}
