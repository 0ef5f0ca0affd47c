//! The report as one HTML file that needs no network.

mod numbers;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use pixel_debate_charts::colour;
use pixel_debate_study::results::{Deed, Deviation, Look};

use crate::report::{Flow, Planned, Report};
use crate::table::iso;

const STYLE: &str = "
body { font: 16px/1.5 system-ui, sans-serif; color: #22262e; max-width: 75rem; margin: 2rem auto;
  padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .8rem; text-align: left; vertical-align: top; border-bottom: 1px solid #dde1e7 }
th { font-weight: 600 } small, caption { color: #565d69 } caption { text-align: left }
.swatch { display: inline-block; width: .8rem; height: .8rem; margin-right: .5rem; border-radius: 2px }
.rehearsal { padding: .6rem .8rem; border: 3px solid #b3261e; color: #b3261e; font-weight: 600 }
.wide { overflow-x: auto } code { overflow-wrap: anywhere }
figure { margin: 1rem 0 } svg { max-width: 100%; height: auto; border: 1px solid #dde1e7 }
";

/// The page of a report. `pictures` are its charts, each a name and an SVG document.
pub(crate) fn page(report: &Report, pictures: &[(&'static str, String)]) -> String {
    let Report { about, hash, frozen_by, planned, flow, .. } = report;
    let title = report.heading();
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
                @if report.rehearsal {
                    p.rehearsal {
                        "These data are of a rehearsal, with simulated participants or with people who tried the study. "
                        "Nothing here is a result."
                    }
                }
                @if !about.is_empty() { p { (about) } }
                p {
                    "Study " (report.name) ", frozen by version " (frozen_by) " with the hash " code { (hash) }
                    "; reported by version " (env!("CARGO_PKG_VERSION")) "."
                }
                h2 { "What departed from the plan" }
                (departures(flow))
                h2 { "Who came, and what counts" }
                (people(planned, flow))
                @if flow.counted == 0 {
                    p { strong { "No judgment counts yet: there is nothing to report." } }
                } @else {
                    (numbers::all(report))
                    h2 { "Figures" }
                    @for (name, svg) in pictures {
                        figure {
                            (PreEscaped(svg))
                            figcaption { small { "figures/" (name) ".svg, figures/" (name) ".png" } }
                        }
                    }
                }
                h2 { "A mixed-effects model" }
                p {
                    "The file " code { "model.R" } " beside this page fits one, with lme4: right verdicts by condition and \
                     tier, with random intercepts and slopes of participants and images as far as they can be told from \
                     these data. It reads an export: "
                    code { "Rscript model.R EXPORT" } "."
                }
            }
        }
    };
    page.into_string()
}

fn departures(flow: &Flow) -> Markup {
    html! {
        @if !flow.ended {
            p { strong { "The study had not ended when this was written." } " Whoever read it has looked at the results." }
        }
        @if flow.peeks.iter().all(|look| look.what == Look::Payments) {
            p { "Nobody looked at the accuracy before the end." }
        }
        @for (what, said) in [
            (Look::Accuracy, "The accuracy was looked at before the end, "),
            (Look::Results, "The results were handed out for an export or a report before the end, "),
            (Look::Payments, "What participants have earned, over all conditions, was handed out to pay them before the end, "),
        ] {
            @let looks: Vec<&str> =
                flow.peeks.iter().filter(|look| look.what == what).map(|look| look.at.as_str()).collect();
            @if !looks.is_empty() { p { (said) (times(looks.len())) ": " (looks.join(", ")) "." } }
        }
        @if flow.deviations.is_empty() {
            p { "The researcher did nothing beyond the plan." }
        } @else {
            (table(&["when", "what", "why"], flow.deviations.iter().map(deviation)))
        }
        @if flow.excluded.is_empty() {
            p { "No participant was excluded." }
        } @else {
            p { "Excluded participants: " (flow.excluded.len()) "." }
            (table(&["participant", "why"], flow.excluded.iter().map(|one| {
                vec![one.participant.clone(), one.reason.clone().unwrap_or_default()]
            })))
        }
    }
}

fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn deviation(deviation: &Deviation) -> Vec<String> {
    let what = match &deviation.deed {
        Deed::Withdrew { item } => format!("item {item} was withdrawn"),
        Deed::Excluded { participant } => format!("participant {participant} was excluded"),
        Deed::Erased { participant } => format!("what {participant} said was removed"),
        Deed::Paused => "the study was interrupted".to_owned(),
        Deed::Resumed => "the study went on".to_owned(),
        Deed::Closed => "the study was ended".to_owned(),
    };
    vec![iso(deviation.at), what, deviation.reason.clone().unwrap_or_default()]
}

fn people(planned: &Planned, flow: &Flow) -> Markup {
    let [practice, checks, repeats, flips] = planned.others;
    let states = flow.states.iter().filter(|(_, count)| **count > 0);
    let states: Vec<String> = states.map(|(state, count)| format!("{count} {state}")).collect();
    let states = if states.is_empty() { "nobody".to_owned() } else { states.join(", ") };
    let missing = planned.participants.saturating_sub(flow.participants as u64);
    html! {
        (table(&["", "planned", "came of it"], [
            vec![
                "participants who are through and count".to_owned(),
                planned.participants.to_string(),
                flow.participants.to_string(),
            ],
            vec![
                "main judgments".to_owned(),
                (planned.participants * planned.items).to_string(),
                flow.counted.to_string(),
            ],
            vec![
                format!("of each of {} cells (an image in a condition)", flow.cells.cells),
                planned.of_a_cell.to_string(),
                format!("{} to {}, {} full", flow.cells.least, flow.cells.most, flow.cells.full),
            ],
        ]))
        p { (flow.joined) " came: " (states) "." @if flow.erased > 0 {
            " Of " (flow.erased) " what was said was removed."
        } }
        @if missing > 0 {
            p { strong { (missing) " of the planned participants are missing." } }
        }
        p {
            "What counts is what these judged of the " (planned.items) " main items of each: not practice (" (practice)
            "), attention checks (" (checks) "), nor what came again unchanged (" (repeats) ") or with the sides changed ("
            (flips) "); and no item that was withdrawn or has not ended (" (flow.judgments - flow.counted) " judgments)."
            @if checks > 0 {
                " The rule stated beforehand excludes whoever has fewer than " (planned.checks_needed)
                " attention checks right."
            }
        }
        div.wide {
            table {
                thead { tr { th scope="col" { "condition" } th scope="col" { "what it is" } } }
                tbody {
                    @for (number, (name, what)) in planned.conditions.iter().enumerate() {
                        tr {
                            // As in all figures.
                            td { span.swatch style={ "background: " (colour(number)) } {} (name) }
                            td { (what) }
                        }
                    }
                }
            }
        }
        @if !planned.tiers.is_empty() {
            (table(&["tier", "images"], planned.tiers.iter().map(|(name, count)| {
                vec![name.clone(), count.to_string()]
            })))
        }
    }
}

/// A table with a line of names.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Markup {
    html! {
        div.wide {
            table {
                thead { tr { @for name in head { th scope="col" { (name) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}
