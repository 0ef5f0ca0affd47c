//! Which charts a report has.

mod curves;

use pixel_debate_charts::{Chart, Confusion, Dot, Dots, Games};
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Debate, Role};

use super::replay;
use crate::Cell;
use crate::experiment::{PlotKind, Protocol};
use crate::manifest::{Manifest, PlotMark};
use crate::rows::Row;
use crate::summary::{CellSummary, Estimate, Summary, outcomes};

/// The charts, by name: that of all rates, and those that the experiment asks for.
pub(super) fn of(
    manifest: &Manifest,
    dataset: &Dataset,
    summary: &Summary,
    rows: &[Vec<Row>],
) -> Vec<(String, Chart)> {
    let mut charts = vec![("rates".to_owned(), rates(summary))];
    for mark in &manifest.plots {
        let shown: Vec<usize> = (0..manifest.cells.len())
            .filter(|cell| mark.grids.contains(&manifest.cells[*cell].grid))
            .collect();
        let cells: Vec<&CellSummary> = shown.iter().map(|cell| &summary.cells[*cell]).collect();
        let chart = match mark.kind {
            PlotKind::Pixels => curves::pixels(manifest, &cells),
            PlotKind::Rollouts => curves::rollouts(manifest, &cells),
            PlotKind::Judges => curves::judges(manifest, &cells),
            PlotKind::Blame => curves::blame(manifest, &shown, rows),
            PlotKind::Confusion => confusion(manifest, &shown, rows),
            PlotKind::Calibration => curves::calibration(manifest, &cells),
            PlotKind::Games => games(manifest, dataset, mark, &shown, rows),
        };
        charts.push((mark.name.clone(), chart));
    }
    charts
}

const NOTE: &str = "95 % Wilson intervals, the image being the unit";

fn rates(summary: &Summary) -> Chart {
    let kinds = ["honest first", "liar first", "mean of both", "judge alone"];
    let mut groups = Vec::new();
    for cell in &summary.cells {
        for result in &cell.results {
            let dot = |kind, estimate: &Estimate| Dot {
                kind,
                rate: estimate.wilson.rate,
                low: estimate.wilson.low,
                high: estimate.wilson.high,
            };
            let mut dots: Vec<Dot> = result
                .orders
                .iter()
                .map(|order| {
                    let kind = match order.first {
                        Some(Role::Honest) => 0,
                        Some(Role::Liar) => 1,
                        None => 3,
                    };
                    dot(kind, &order.honest_wins.images)
                })
                .collect();
            if dots.len() > 1 {
                dots.push(dot(2, &result.mean.images));
            }
            let mut name = format!("{}, n = {} images", cell.cell, cell.images);
            if cell.cell.seeds_by.len() > 1 {
                name = format!("{name}, seeds by {}", result.seeds_by);
            }
            if cell.cell.lies_by.len() > 1 {
                name = format!("{name}, lies by {}", result.lies_by);
            }
            groups.push((name, dots));
        }
    }
    Chart::Dots(Dots {
        title: summary.title.clone(),
        note: format!("Images won by the honest side. {NOTE}."),
        kinds: kinds.map(str::to_owned).to_vec(),
        groups,
        ..Dots::default()
    })
}

/// The judge's errors on random pixels, and the lies that won images, by true label.
fn confusion(manifest: &Manifest, shown: &[usize], rows: &[Vec<Row>]) -> Chart {
    let classes = manifest.dataset.classes.len();
    let mut panels = Vec::new();
    for cell in shown {
        let Cell { grid, play, seeds_by, lies_by, .. } = &manifest.cells[*cell];
        let mut counts = vec![vec![0; classes]; classes];
        let mut count = |truth: u8, taken: u8| {
            if let Some(count) =
                counts.get_mut(usize::from(truth)).and_then(|row| row.get_mut(usize::from(taken)))
            {
                *count += 1;
            }
        };
        let what = if play.protocol == Protocol::JudgeAlone {
            for row in rows[*cell].iter().filter(|row| row.believed != Some(row.label)) {
                count(row.label, row.believed.unwrap_or(row.label));
            }
            "errors"
        } else if play.precommit {
            for outcome in outcomes(&rows[*cell], seeds_by[0], lies_by[0]) {
                for lie in outcome.orders.iter().flat_map(|order| &order.lost_to).flatten() {
                    count(outcome.label, *lie);
                }
            }
            "lies that won, both orders"
        } else {
            continue;
        };
        let n = manifest.cells[*cell].images;
        panels.push((format!("{grid}, {} pixels: {what}, n = {n} images", play.pixels), counts));
    }
    Chart::Confusion(Confusion {
        title: manifest.title.clone(),
        note: "How often a label was taken for another; darker is more often (root scale in each \
               panel)."
            .to_owned(),
        axes: ["true label".to_owned(), "taken for".to_owned()],
        classes: manifest.dataset.classes.clone(),
        panels,
    })
}

/// One debate of each kind: by winner, by who began, by cell.
fn games(
    manifest: &Manifest,
    dataset: &Dataset,
    mark: &PlotMark,
    shown: &[usize],
    rows: &[Vec<Row>],
) -> Chart {
    let mut debates: Vec<Debate> = Vec::new();
    for cell in shown {
        for winner in [Role::Honest, Role::Liar] {
            for first in [Role::Honest, Role::Liar] {
                let of_kind = |row: &&Row| row.winner == winner && row.first == Some(first);
                let found = rows[*cell].iter().filter(of_kind);
                let play = &manifest.cells[*cell].play;
                let ended =
                    |debate: &Debate| debate.outcome().is_some_and(|end| end.winner == winner);
                let mut played = found.filter_map(|row| replay::debate(dataset, play, row));
                debates.extend(played.find(ended));
            }
        }
    }
    debates.truncate(8);
    Chart::Games(Games {
        title: format!("{}: {}", manifest.title, mark.grids.join(", ")),
        note:
            "The first debate of each kind. Honest reveals are green, the liar's blue; the first \
               debater's numbers stand on discs, the second's on squares."
                .to_owned(),
        debates,
    })
}
