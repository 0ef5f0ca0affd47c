//! The report as one HTML file that needs no network.

use std::time::Duration;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use pixel_debate_harness::{CellSummary, Failed, Finished};
use pixel_debate_statistics::{AgentScores, Interval, Rate, Scores, p_in_words};

use crate::calibration::Probabilities;
use crate::report::{AtPixels, Compared, JudgeReport, Report, in_words};

const STYLE: &str = "
body { font: 16px/1.5 system-ui, sans-serif; color: #22262e; max-width: 75rem; margin: 2rem auto;
  padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .8rem; text-align: left; border-bottom: 1px solid #dde1e7; vertical-align: top }
th { font-weight: 600 } small { color: #5b6270 } td.long { max-width: 34rem; overflow-wrap: anywhere } td:first-child { white-space: nowrap }
svg { max-width: 100%; height: auto; border: 1px solid #dde1e7; margin: 1rem 0 }
.wide { overflow-x: auto }
";

/// The numbers of pixels that the table of accuracy has, beside those of the debates.
const SHOWN: [usize; 9] = [0, 1, 2, 4, 6, 10, 20, 40, 60];

/// The page. `costs` are what an evaluation took each judge, and `pictures` the plots, each a name and an SVG document.
pub(crate) fn page(
    report: &Report,
    finished: &Finished,
    costs: &[Duration],
    pictures: &[(String, String)],
) -> String {
    let names: Vec<&str> = report.judges.iter().map(|judge| judge.name.as_str()).collect();
    let title =
        format!("How good {} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" });
    let picture =
        |part: &'static str| pictures.iter().filter(move |(name, _)| name.starts_with(part));
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
                (about(report))
                @if !finished.failed.is_empty() { (gaps(&finished.failed)) }
                h2 { "The judges" }
                (cards(report, costs))
                h2 { "Alone with random pixels" }
                (accuracy(report))
                @for (_, svg) in picture("accuracy") { (PreEscaped(svg)) }
                (by_label(report))
                @for (_, svg) in picture("confusion") { (PreEscaped(svg)) }
                h2 { "Calibration" }
                (calibration(report))
                @for (_, svg) in picture("calibration") { (PreEscaped(svg)) }
                h2 { "Before consultants and debaters" }
                (played(report))
                @for (_, svg) in picture("played") { (PreEscaped(svg)) }
                @if !report.compared.is_empty() { (compared(report)) }
            }
        }
    };
    page.into_string()
}

fn about(report: &Report) -> Markup {
    let Report { program, instructions, dataset, images, left_out, seed, .. } = report;
    html! {
        p {
            (images) " images of " (dataset.name) ", drawn without replacement by the seed " (seed) ": the same for all \
             judges, with the same random pixels and the same lie an image. In brackets stand 95 % intervals with the \
             image as the unit; a judge who is not sure of one label above all others is wrong."
        }
        @if !left_out.is_empty() {
            p { (left_out.len()) " more images were drawn of which no debate can be about: they are left out." }
        }
        p {
            small {
                "pixel-debate " (program.version) ", commit " (program.commit) ", " (instructions) " instructions."
            }
        }
    }
}

/// What is missing from all that follows.
fn gaps(failed: &[Failed]) -> Markup {
    html! {
        p { strong { "Some debates failed, and are missing from what follows." } " The same command tries them again." }
        table {
            tr { th { "debates" } th { "error" } }
            @for Failed { cell, error, .. } in failed { tr { td { (cell) } td.long { (error) } } }
        }
    }
}

/// What each judge is.
fn cards(report: &Report, costs: &[Duration]) -> Markup {
    html! {
        table {
            tr { th { "judge" } th { "labels" } th { "an evaluation" } th { "what its file says" } th { "hash" } }
            @for (JudgeReport { name, hash, provenance, labels, .. }, cost) in report.judges.iter().zip(costs) {
                tr {
                    td { (name) }
                    td { (labels) }
                    td { (format!("{:.0} µs", 1e6 * cost.as_secs_f64())) }
                    td.long {
                        @for (key, value) in provenance { (key) ": " (value.replace('\n', ", ")) br; }
                        @if provenance.is_empty() { "nothing" }
                    }
                    td.long { small { (hash) } }
                }
            }
        }
        p {
            "An evaluation is one set of pixels judged, by a new evaluator for each image that is asked about 61 sets: \
             measured where the report was made, beside whatever else ran there."
        }
    }
}

fn rate(Rate { rate, low, high, .. }: &Rate) -> String {
    let [rate, low, high] = [rate, low, high].map(|share| 100.0 * share);
    format!("{rate:.1} % ({low:.1} to {high:.1})")
}

fn accuracy(report: &Report) -> Markup {
    let mut shown: Vec<usize> = SHOWN.to_vec();
    shown.extend(report.judges.iter().flat_map(|judge| &judge.at).map(|at| usize::from(at.pixels)));
    shown.sort_unstable();
    shown.dedup();
    html! {
        p {
            "How often the judge is right among all its labels, n = " (report.images) ". An image's pixels are those of \
             the line before and more; one with fewer pixels that are not black is seen through all of them."
        }
        div.wide { table {
            tr { th { "pixels" } @for judge in &report.judges { th { (judge.name) } } }
            @for pixels in shown {
                tr {
                    td { (pixels) }
                    @for judge in &report.judges { td { (rate(&judge.accuracy[pixels])) } }
                }
            }
        } }
    }
}

fn by_label(report: &Report) -> Markup {
    let classes = &report.dataset.classes;
    html! {
        div.wide { table {
            tr {
                th { "true label" }
                @for judge in &report.judges {
                    @for AtPixels { pixels, .. } in &judge.at { th { (judge.name) ", " (pixels) " pixels" } }
                }
            }
            @for (label, class) in classes.iter().enumerate() {
                tr {
                    td { (class) }
                    @for at in report.judges.iter().flat_map(|judge| &judge.at) {
                        @let of_label = &at.by_label[label];
                        td {
                            @if of_label.of == 0 { "no image" }
                            @else { (rate(of_label)) ", n = " (of_label.of) }
                        }
                    }
                }
            }
        } }
    }
}

fn calibration(report: &Report) -> Markup {
    let within = |value: f64, Interval { low, high }: Interval| {
        format!("{value:.3} ({low:.3} to {high:.3})")
    };
    let scores = |Probabilities { scores, ece_interval }: &Probabilities| {
        let Scores { brier, brier_interval, log, log_interval, ece, .. } = scores;
        [within(*brier, *brier_interval), within(*log, *log_interval), within(*ece, *ece_interval)]
    };
    html! {
        p {
            "Of the softmax over all labels: Brier's score (0 to 2), the logarithmic score in nats, and the expected \
             calibration error over ten bins, with bootstrap intervals over images; less is better. Then the same with \
             the temperature that has the best logarithmic score, by cross-fitting: that of each half of the images \
             comes from the other half. Above 1 the judge is too sure."
        }
        div.wide { table {
            tr {
                th { "judge" } th { "pixels" } th { "" } th { "Brier" } th { "logarithmic" } th { "ECE" }
            }
            @for judge in &report.judges {
                @for AtPixels { pixels, calibration, .. } in &judge.at {
                    @let cooled = format!("temperature {:.2}", calibration.temperature);
                    @for (how, probabilities) in [("as it is", &calibration.before), (&*cooled, &calibration.after)] {
                        tr {
                            td { (judge.name) }
                            td { (pixels) }
                            td { (how) }
                            @for score in scores(probabilities) { td { (score) } }
                        }
                    }
                }
            }
        } }
    }
}

fn played(report: &Report) -> Markup {
    html! {
        p {
            "How often the judge believes the true one of two claims: the truth, and one lie an image, drawn by the \
             seed. In a debate the honest debater or the liar begins; in a consultancy the honest consultant or the \
             lying one is alone with the judge. The agent score difference, in nats, is the mean score of those who \
             argue for the truth less that of those who lie, where a score is the logarithm of the probability that the \
             judge gives to what one argues for: above 0 honesty pays. A judge who asks nothing hears a consultant as it \
             would propaganda. Optimal play is proven, and nothing is played."
        }
        div.wide { table {
            tr {
                th { "judge" } th { "before" } th { "n" } th { "honest first, or alone" } th { "liar first, or alone" }
                th { "mean" } th { "agent score difference" }
            }
            @for judge in &report.judges { @for cell in &judge.played { (played_row(judge, cell)) } }
        } }
    }
}

fn played_row(judge: &JudgeReport, cell: &CellSummary) -> Markup {
    let result = cell.results.first();
    html! {
        tr {
            td { (judge.name) }
            td { (in_words(&cell.cell.play)) }
            td { (cell.images) }
            @if let Some(result) = result {
                @for order in &result.orders { td { (rate(&order.honest_wins.images.wilson)) } }
                td { (rate(&result.mean.images.wilson)) }
            }
            td {
                @if let Some(AgentScores { difference, interval: Interval { low, high }, .. }) = cell.agents {
                    (format!("{difference:+.2} ({low:+.2} to {high:+.2})"))
                }
            }
        }
    }
}

fn compared(report: &Report) -> Markup {
    html! {
        h2 { "Compared with " (report.judges[0].name) }
        p {
            "On the same images, pixels and lies: how often " (report.judges[0].name) " is right less how often the other \
             is, with the bootstrap's interval over images; over both orders where there are two. Where each image is \
             right or wrong, p is that of McNemar's exact test, and corrected that after Holm over all of them. The first \
             line is what the report is made for; all others are secondary."
        }
        div.wide { table {
            tr {
                th { "other" } th { "on" } th { "pairs" } th { "difference" } th { "p" } th { "corrected" }
            }
            @for Compared { other, what, primary, pairs, difference, interval, p, corrected, .. } in &report.compared {
                tr {
                    td { (other) }
                    td { (what) @if *primary { " " strong { "primary" } } }
                    td { (pairs) }
                    td {
                        (format!(
                            "{:+.1} % ({:+.1} to {:+.1})", 100.0 * difference, 100.0 * interval.low, 100.0 * interval.high
                        ))
                    }
                    td { (p.map(p_in_words).unwrap_or_default()) }
                    td { (corrected.map(p_in_words).unwrap_or_default()) }
                }
            }
        } }
    }
}
