//! The report as one HTML file that needs no network.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use pixel_debate_game::Role;
use pixel_debate_play::LeftOut;
use pixel_debate_statistics::{AgentScores, Bin, Rate, Scores, p_in_words};

use crate::Failed;
use crate::manifest::{Looks, Manifest, Program};
use crate::summary::{CellResult, CellSummary, Comparison, Estimate, HonestWins, Judged, Summary};

const STYLE: &str = "
body { font: 16px/1.5 system-ui, sans-serif; color: #22262e; max-width: 75rem; margin: 2rem auto;
  padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .8rem; text-align: left; border-bottom: 1px solid #dde1e7 }
th { font-weight: 600 } td.cell { max-width: 28rem } small { color: #6b7280 }
svg { max-width: 100%; height: auto; border: 1px solid #dde1e7; margin: 1rem 0 }
pre { overflow-x: auto; background: #f4f6f8; padding: 1rem; font-size: 13px }
";

/// The page of a run. `pictures` are its plots, each a name and an SVG document.
pub(super) fn page(
    manifest: &Manifest,
    summary: &Summary,
    failed: &[Failed],
    pictures: &[(String, String)],
) -> String {
    let Manifest { title, about, dataset, selection, looks: planned, left_out: unusable, .. } =
        manifest;
    let written = serde_json::to_string_pretty(manifest).expect("a manifest is plain data");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                p { (about) }
                p { "Images of " (dataset.name) ": " (selection) ". " (program(manifest)) "." }
                p { (looks(planned)) }
                @if !unusable.is_empty() { (left_out(unusable)) }
                @if !failed.is_empty() { (gaps(failed)) }
                (rates(summary))
                @if !summary.comparisons.is_empty() { (comparisons(&summary.comparisons)) }
                @if summary.cells.iter().any(|cell| !cell.judged.is_empty()) { (scores(summary)) }
                @if summary.cells.iter().any(|cell| cell.agents.is_some()) { (agents(summary)) }
                h2 { "Plots" }
                @for (_, svg) in pictures { (PreEscaped(svg)) }
                h2 { "Manifest" }
                details {
                    summary { "The run as it was run" }
                    pre { (written) }
                }
            }
        }
    };
    page.into_string()
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
fn left_out(left_out: &[LeftOut]) -> Markup {
    html! {
        p {
            "Left out, for no debate can be about them: " (left_out.len()) " of the images chosen."
        }
        table {
            (head(["image", "why"]))
            @for LeftOut { image, why } in left_out { tr { td { (image) } td { (why) } } }
        }
    }
}

/// What is missing from all that follows.
fn gaps(failed: &[Failed]) -> Markup {
    let numbers =
        |images: &[usize]| images.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    html! {
        h2 { "What failed" }
        p {
            "The debates of these shards are missing from all that follows. The same command tries them \
             again."
        }
        table {
            (head(["cell", "images", "error"]))
            @for Failed { cell, images, error, .. } in failed {
                tr { td.cell { (cell) } td { (numbers(images)) } td { (error) } }
            }
        }
    }
}

fn rates(summary: &Summary) -> Markup {
    html! {
        h2 { "What the honest side won" }
        p {
            "In brackets 95 % intervals with the image as the unit: Wilson's by the effective number of \
             images, for images and lies alike. A lie is refuted in a debate that the honest side wins; \
             what wins an image is said by the rules about seeds and lies."
        }
        table {
            (head(["cell", "n images", "debates", "seeds, lies by", "first", "images won", "lies refuted"]))
            @for cell in &summary.cells {
                @for result in &cell.results {
                    @for order in &result.orders {
                        (rate(cell, result, &first(order.first), &order.honest_wins))
                    }
                    @if result.orders.len() > 1 { (rate(cell, result, "mean", &result.mean)) }
                }
            }
        }
    }
}

fn rate(cell: &CellSummary, result: &CellResult, first: &str, wins: &HonestWins) -> Markup {
    html! {
        tr {
            td.cell { (cell.cell) }
            td { (cell.images) }
            td { (cell.debates) }
            td { (result.seeds_by) ", " (result.lies_by) }
            td { (first) }
            td { (estimate(&wins.images)) }
            td { (estimate(&wins.lies)) }
        }
    }
}

fn estimate(estimate: &Estimate) -> String {
    let Rate { rate, low, high, .. } = estimate.wilson;
    let [rate, low, high] = [rate, low, high].map(|share| 100.0 * share);
    format!("{rate:.1} % ({low:.1} to {high:.1})")
}

fn comparisons(comparisons: &[Comparison]) -> Markup {
    html! {
        h2 { "Compared on the same images" }
        p {
            "McNemar's exact test on images won. Corrected is p after Holm, over all tests of this report, \
             and after Bonferroni for the looks. The detectable difference is the least that so many pairs \
             would show with 80 % power at the 5 % level, uncorrected. The test that the experiment was \
             made for, if a comparison was named beforehand, is marked as primary; all others are \
             secondary."
        }
        table {
            (head([
                "one", "other", "first", "pairs", "only one won", "only other won", "difference", "p",
                "corrected", "detectable",
            ]))
            @for comparison in comparisons { (comparison_row(comparison)) }
        }
    }
}

fn comparison_row(comparison: &Comparison) -> Markup {
    let Comparison { order, primary, images, corrected, .. } = comparison;
    let [one, other] = comparison.sides();
    html! {
        tr {
            td.cell { (one) @if *primary { " " strong { "primary" } } }
            td.cell { (other) }
            td { (first(*order)) }
            td { (images.pairs) }
            td { (images.only_first) }
            td { (images.only_second) }
            td { (format!("{:+.1} %", 100.0 * images.difference)) }
            td { (p_in_words(images.p)) }
            td { (p_in_words(*corrected)) }
            td { (format!("{:.1} %", 100.0 * images.detectable)) }
        }
    }
}

/// How good the judges' probabilities are.
fn scores(summary: &Summary) -> Markup {
    html! {
        h2 { "How good the judge's probabilities are" }
        p {
            "Of its logits by softmax over the labels in play: with precommit the two claims, without all \
             labels. Brier's score is the mean of the summed squared errors, 0 to 2; the logarithmic score \
             the mean of −ln of the true label's probability, in nats; both with 95 % intervals by the \
             bootstrap over images. ECE is the expected calibration error over ten bins of the probability \
             of the label believed, and the curve has for each bin how sure the judge was, how often it was \
             right, and how many forecasts these are."
        }
        table {
            (head([
                "cell", "first", "labels", "forecasts", "Brier", "logarithmic", "ECE",
                "sure, right, forecasts",
            ]))
            @for cell in &summary.cells {
                @for judged in &cell.judged { (scores_row(cell, judged)) }
            }
        }
    }
}

fn scores_row(cell: &CellSummary, judged: &Judged) -> Markup {
    let Scores { brier, brier_interval, log, log_interval, ece, curve, forecasts, .. } =
        &judged.scores;
    let bin = |bin: &Bin| {
        let [sure, right] = [bin.sure, bin.right.rate].map(|share| 100.0 * share);
        format!("{sure:.0} %, {right:.0} %, {}", bin.right.of)
    };
    let within = |score: &f64, low: f64, high: f64| format!("{score:.3} ({low:.3} to {high:.3})");
    html! {
        tr {
            td.cell { (cell.cell) }
            td { (first(judged.first)) }
            td { (judged.labels) }
            td { (forecasts) }
            td { (within(brier, brier_interval.low, brier_interval.high)) }
            td { (within(log, log_interval.low, log_interval.high)) }
            td { (format!("{ece:.3}")) }
            td { small { (curve.iter().map(bin).collect::<Vec<_>>().join("; ")) } }
        }
    }
}

/// What it is worth to argue for the truth.
fn agents(summary: &Summary) -> Markup {
    html! {
        h2 { "What it pays to argue for the truth" }
        p {
            "An agent's score is the logarithm of the probability, by softmax over the two claims, of the \
             claim that it argued for, in nats. The agent score difference is the mean score of honest \
             agents less that of liars, with a 95 % interval by the bootstrap over images: above 0 honesty \
             pays. A judge who asks nothing is a consultancy's and propaganda's judge alike: in both one \
             agent says all that it wants."
        }
        table {
            (head(["cell", "honest", "lying", "difference"]))
            @for cell in &summary.cells {
                @if let Some(AgentScores { honest, lying, difference, interval }) = cell.agents {
                    tr {
                        td.cell { (cell.cell) }
                        td { (format!("{honest:.3}")) }
                        td { (format!("{lying:.3}")) }
                        td { (format!("{difference:+.3} ({:+.3} to {:+.3})", interval.low, interval.high)) }
                    }
                }
            }
        }
    }
}

fn head<const N: usize>(names: [&str; N]) -> Markup {
    html! { tr { @for name in names { th { (name) } } } }
}

fn first(role: Option<Role>) -> String {
    role.map_or("nobody".to_owned(), |role| role.to_string())
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
