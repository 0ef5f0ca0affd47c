//! The report as one HTML file that needs no network.

use std::fmt::Write;

use crate::Failed;
use crate::experiment::Aggregate;
use crate::manifest::Manifest;
use crate::summary::{CellResult, CellSummary, Comparison, Estimate, HonestWins, Summary};

const STYLE: &str = "
body { font: 16px/1.5 system-ui, sans-serif; color: #22262e; max-width: 75rem; margin: 2rem auto;
  padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .8rem; text-align: left; border-bottom: 1px solid #dde1e7 }
th { font-weight: 600 } td.cell { max-width: 28rem } small { color: #6b7280 }
svg { max-width: 100%; height: auto; border: 1px solid #dde1e7; margin: 1rem 0 }
pre { overflow-x: auto; background: #f4f6f8; padding: 1rem; font-size: 13px }";

pub(super) fn page(
    manifest: &Manifest,
    summary: &Summary,
    failed: &[Failed],
    pictures: &[(String, String)],
) -> String {
    let mut page = String::new();
    write_page(&mut page, manifest, summary, failed, pictures)
        .expect("memory takes all that is written");
    page
}

fn write_page(
    page: &mut String,
    manifest: &Manifest,
    summary: &Summary,
    failed: &[Failed],
    pictures: &[(String, String)],
) -> std::fmt::Result {
    let title = escape(&manifest.title);
    writeln!(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">")?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width\">")?;
    writeln!(page, "<title>{title}</title>\n<style>{STYLE}\n</style>\n<h1>{title}</h1>")?;
    writeln!(page, "<p>{}</p>", escape(&manifest.about))?;
    writeln!(
        page,
        "<p>Images of {}: {}. pixel-debate {}.</p>",
        escape(&manifest.dataset.name),
        escape(&manifest.selection),
        escape(&manifest.version)
    )?;
    if !failed.is_empty() {
        gaps(page, failed)?;
    }
    rates(page, summary)?;
    if !summary.comparisons.is_empty() {
        comparisons(page, &summary.comparisons)?;
    }
    writeln!(page, "<h2>Plots</h2>")?;
    for (_, svg) in pictures {
        writeln!(page, "{svg}")?;
    }
    let manifest = serde_json::to_string_pretty(manifest).expect("a manifest is plain data");
    writeln!(page, "<h2>Manifest</h2>\n<details><summary>The run as it was run</summary>")?;
    writeln!(page, "<pre>{}</pre></details>\n</html>", escape(&manifest))
}

/// What is missing from all that follows.
fn gaps(page: &mut String, failed: &[Failed]) -> std::fmt::Result {
    writeln!(page, "<h2>What failed</h2>")?;
    writeln!(
        page,
        "<p>The debates of these shards are missing from all that follows. The same command tries \
         them again.</p>"
    )?;
    writeln!(page, "<table><tr><th>cell<th>images<th>error</tr>")?;
    for Failed { cell, images, error, .. } in failed {
        let images: Vec<String> = images.iter().map(ToString::to_string).collect();
        let (cell, images, error) = (escape(cell), images.join(" "), escape(error));
        writeln!(page, "<tr><td class=\"cell\">{cell}<td>{images}<td>{error}</tr>")?;
    }
    writeln!(page, "</table>")
}

fn rates(page: &mut String, summary: &Summary) -> std::fmt::Result {
    writeln!(page, "<h2>What the honest side won</h2>")?;
    writeln!(
        page,
        "<p>In brackets 95 % intervals with the image as the unit: Wilson's, and in small \
         figures the cluster bootstrap's. A lie is refuted in a debate that the honest \
         side wins; what wins an image is said by the rules about seeds and lies.</p>"
    )?;
    writeln!(
        page,
        "<table><tr><th>cell<th>n images<th>debates<th>seeds, lies by<th>first<th>images won<th>\
         lies refuted</tr>"
    )?;
    for cell in &summary.cells {
        for result in &cell.results {
            for order in &result.orders {
                let first = order.first.map_or("nobody".to_owned(), |role| role.to_string());
                row(page, cell, result, &first, &order.honest_wins)?;
            }
            if result.orders.len() > 1 {
                row(page, cell, result, "mean", &result.mean)?;
            }
        }
    }
    writeln!(page, "</table>")
}

fn row(
    page: &mut String,
    cell: &CellSummary,
    result: &CellResult,
    first: &str,
    wins: &HonestWins,
) -> std::fmt::Result {
    let CellResult { seeds_by, lies_by, .. } = result;
    writeln!(
        page,
        "<tr><td class=\"cell\">{}<td>{}<td>{}<td>{seeds_by}, {lies_by}<td>{first}<td>{}<td>{}</tr>",
        escape(&cell.cell.to_string()),
        cell.images,
        cell.debates,
        estimate(&wins.images),
        estimate(&wins.lies)
    )
}

fn estimate(estimate: &Estimate) -> String {
    let Estimate { wilson, bootstrap } = estimate;
    let [rate, low, high, drawn_low, drawn_high] =
        [wilson.rate, wilson.low, wilson.high, bootstrap.low, bootstrap.high].map(|x| 100.0 * x);
    format!("{rate:.1} % ({low:.1} to {high:.1}) <small>{drawn_low:.1} to {drawn_high:.1}</small>")
}

fn comparisons(page: &mut String, comparisons: &[Comparison]) -> std::fmt::Result {
    writeln!(page, "<h2>Compared on the same images</h2>")?;
    writeln!(
        page,
        "<p>McNemar's exact test on images won. The detectable difference is the least that so \
         many pairs would show with 80 % power at the 5 % level.</p>"
    )?;
    writeln!(
        page,
        "<table><tr><th>one<th>other<th>first<th>pairs<th>only one won<th>only other won<th>\
         difference<th>p<th>detectable</tr>"
    )?;
    for Comparison { first, second, seeds_by, order, images } in comparisons {
        let second = match seeds_by[1] {
            Aggregate::MeanLogit => second.clone(),
            seeds_by => format!("{second}, seeds by {seeds_by}"),
        };
        writeln!(
            page,
            "<tr><td class=\"cell\">{}<td class=\"cell\">{}<td>{}<td>{}<td>{}<td>{}<td>{:+.1} %<td>\
             {:.4}<td>{:.1} %</tr>",
            escape(first),
            escape(&second),
            order.map_or("nobody".to_owned(), |role| role.to_string()),
            images.pairs,
            images.only_first,
            images.only_second,
            100.0 * images.difference,
            images.p,
            100.0 * images.detectable
        )?;
    }
    writeln!(page, "</table>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
