//! A report as a folder.

use std::path::Path;

use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::Results;

use crate::error::ExportError;
use crate::export::json;
use crate::report::Report;
use crate::{figures, folder, model, page};

/// Writes a study's report into a folder that is not there yet, and says what is in it.
///
/// | file | what |
/// |---|---|
/// | `report.html` | the page, which needs no network |
/// | `report.json` | the [`Report`] |
/// | `figures/` | the charts, each as `.svg` and as `.png` |
/// | `model.R` | the script of a mixed-effects model, which reads an [export](crate::export()) |
///
/// # Errors
///
/// [`ExportError`] if the folder is there already, something cannot be written or drawn, or the results do not fit the
/// study.
pub fn report(frozen: &Frozen, results: &Results, folder: &Path) -> Result<Report, ExportError> {
    folder::check_absent(folder)?;
    let report = Report::of(frozen, results)?;
    let mut files = Vec::new();
    let mut pictures = Vec::new();
    for (name, chart) in figures::all(&report) {
        let drawn = chart.draw(name)?;
        files.push((format!("figures/{name}.png"), drawn.png));
        files.push((format!("figures/{name}.svg"), drawn.svg.clone().into_bytes()));
        pictures.push((name, drawn.svg));
    }
    files.push(("report.html".to_owned(), page::page(&report, &pictures).into_bytes()));
    files.push(("report.json".to_owned(), json(&report)));
    files.push(("model.R".to_owned(), model::script(frozen).into_bytes()));
    folder::write(folder, &files)?;
    Ok(report)
}
