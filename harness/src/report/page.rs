//! The report as one HTML file that needs no network.

use std::fmt::Write;

use crate::Failed;
use crate::manifest::{LeftOut, Looks, Manifest, Program};
use crate::summary::{CellResult, CellSummary, Comparison, Estimate, HonestWins, Judged, Summary};
use pixel_debate_statistics::{Bin, Rate, Scores, p_in_words};

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
        "<p>Images of {}: {}. {}.</p>",
        escape(&manifest.dataset.name),
        escape(&manifest.selection),
        escape(&program(manifest))
    )?;
    writeln!(page, "<p>{}</p>", escape(&looks(&manifest.looks)))?;
    if !manifest.left_out.is_empty() {
        left_out(page, &manifest.left_out)?;
    }
    if !failed.is_empty() {
        gaps(page, failed)?;
    }
    rates(page, summary)?;
    if !summary.comparisons.is_empty() {
        comparisons(page, &summary.comparisons)?;
    }
    if summary.cells.iter().any(|cell| !cell.judged.is_empty()) {
        scores(page, summary)?;
    }
    writeln!(page, "<h2>Plots</h2>")?;
    for (_, svg) in pictures {
        writeln!(page, "{svg}")?;
    }
    let manifest = serde_json::to_string_pretty(manifest).expect("a manifest is plain data");
    writeln!(page, "<h2>Manifest</h2>\n<details><summary>The run as it was run</summary>")?;
    writeln!(page, "<pre>{}</pre></details>\n</html>", escape(&manifest))
}

/// What made the run.
fn program(manifest: &Manifest) -> String {
    let Manifest { program, behaviour, instructions, .. } = manifest;
    let state = match program.dirty {
        Some(true) => " with changes that are in no commit",
        Some(false) | None => "",
    };
    let Program { version, commit, .. } = program;
    format!(
        "pixel-debate {version}, commit {commit}{state}, behaviour {behaviour}, {instructions} instructions"
    )
}

/// At how many images the results were to be looked at.
fn looks(looks: &Looks) -> String {
    let planned: Vec<String> = looks.planned.iter().map(ToString::to_string).collect();
    let planned = planned.join(", ");
    if looks.is_planned {
        format!(
            "Looks at the results, planned beforehand: at {planned} images; this is one of them."
        )
    } else {
        format!(
            "Looks at the results, planned beforehand: at {planned} images. This is none of them, and \
             is corrected for as one more."
        )
    }
}

/// Images that no debate can be about.
fn left_out(page: &mut String, left_out: &[LeftOut]) -> std::fmt::Result {
    let count = left_out.len();
    writeln!(
        page,
        "<p>Left out, for no debate can be about them: {count} of the images chosen.</p>"
    )?;
    writeln!(page, "<table><tr><th>image<th>why</tr>")?;
    for LeftOut { image, why } in left_out {
        writeln!(page, "<tr><td>{image}<td>{}</tr>", escape(why))?;
    }
    writeln!(page, "</table>")
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
        "<p>In brackets 95 % intervals with the image as the unit: Wilson's by the effective number of \
         images, for images and lies alike. A lie is refuted in a debate that the honest \
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
    let Rate { rate, low, high, .. } = estimate.wilson;
    let [rate, low, high] = [rate, low, high].map(|share| 100.0 * share);
    format!("{rate:.1} % ({low:.1} to {high:.1})")
}

fn comparisons(page: &mut String, comparisons: &[Comparison]) -> std::fmt::Result {
    writeln!(page, "<h2>Compared on the same images</h2>")?;
    writeln!(
        page,
        "<p>McNemar's exact test on images won. Corrected is p after Holm, over all tests of this \
         report, and after Bonferroni for the looks. The detectable difference is the least that so many \
         pairs would show with 80 % power at the 5 % level, uncorrected. The test that the experiment \
         was made for, if a comparison was named beforehand, is marked as primary; all others are \
         secondary.</p>"
    )?;
    writeln!(
        page,
        "<table><tr><th>one<th>other<th>first<th>pairs<th>only one won<th>only other won<th>\
         difference<th>p<th>corrected<th>detectable</tr>"
    )?;
    for comparison in comparisons {
        let Comparison { order, primary, images, corrected, .. } = comparison;
        let [first, second] = comparison.sides();
        let mark = if *primary { " <strong>primary</strong>" } else { "" };
        writeln!(
            page,
            "<tr><td class=\"cell\">{}{mark}<td class=\"cell\">{}<td>{}<td>{}<td>{}<td>{}<td>{:+.1} %<td>\
             {}<td>{}<td>{:.1} %</tr>",
            escape(&first),
            escape(&second),
            order.map_or("nobody".to_owned(), |role| role.to_string()),
            images.pairs,
            images.only_first,
            images.only_second,
            100.0 * images.difference,
            escape(&p_in_words(images.p)),
            escape(&p_in_words(*corrected)),
            100.0 * images.detectable
        )?;
    }
    writeln!(page, "</table>")
}

/// How good the judges' probabilities are.
fn scores(page: &mut String, summary: &Summary) -> std::fmt::Result {
    writeln!(page, "<h2>How good the judge's probabilities are</h2>")?;
    writeln!(
        page,
        "<p>Of its logits by softmax over the labels in play: with precommit the two claims, without all \
         labels. Brier's score is the mean of the summed squared errors, 0 to 2; the logarithmic score the \
         mean of −ln of the true label's probability, in nats; both with 95 % intervals by the bootstrap \
         over images. ECE is the expected calibration error over ten bins of the probability of the label \
         believed, and the curve has for each bin how sure the judge was, how often it was right, and how \
         many forecasts these are.</p>"
    )?;
    writeln!(
        page,
        "<table><tr><th>cell<th>first<th>labels<th>forecasts<th>Brier<th>logarithmic<th>ECE<th>sure, \
         right, forecasts</tr>"
    )?;
    for cell in &summary.cells {
        for Judged { first, labels, scores } in &cell.judged {
            let first = first.map_or("nobody".to_owned(), |role| role.to_string());
            let bin = |bin: &Bin| {
                let [sure, right] = [bin.sure, bin.right.rate].map(|share| 100.0 * share);
                format!("{sure:.0} %, {right:.0} %, {}", bin.right.of)
            };
            let curve: Vec<String> = scores.curve.iter().map(bin).collect();
            let Scores { brier, brier_interval, log, log_interval, ece, .. } = scores;
            let (b, c) = (brier_interval.low, brier_interval.high);
            let (l, m) = (log_interval.low, log_interval.high);
            writeln!(
                page,
                "<tr><td class=\"cell\">{}<td>{first}<td>{labels}<td>{}<td>{brier:.3} ({b:.3} to \
                 {c:.3})<td>{log:.3} ({l:.3} to {m:.3})<td>{ece:.3}<td><small>{}</small></tr>",
                escape(&cell.cell.to_string()),
                scores.forecasts,
                curve.join("; ")
            )?;
        }
    }
    writeln!(page, "</table>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pixel_debate_statistics::Interval;

    #[test]
    fn rates_stand_with_wilsons_intervals() {
        let wilson = Rate { rate: 0.9, low: 0.6, high: 0.98, of: 10, effective: 10.0 };
        let bootstrap = Interval { low: 0.01, high: 0.99 };
        assert_eq!(estimate(&Estimate { wilson, bootstrap }), "90.0 % (60.0 to 98.0)");
    }
}
