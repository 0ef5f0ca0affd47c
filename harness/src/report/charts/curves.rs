//! Rates against a setting.

use pixel_debate_agents::AgentSpec;
use pixel_debate_charts::{Chart, Lines, Point, Series};
use pixel_debate_game::Role;
use pixel_debate_statistics::Rate;

use crate::DebaterSpec;
use crate::cell::Play;
use crate::experiment::Protocol;
use crate::manifest::Manifest;
use crate::rows::{Blame, Row};
use crate::summary::{CellSummary, Estimate};

/// A rate at a place of a chart.
struct At {
    series: String,
    category: String,
    estimate: Estimate,
}

/// Against the number of pixels: a line for each grid and order.
pub(super) fn pixels(manifest: &Manifest, cells: &[&CellSummary]) -> Chart {
    let mut points = Vec::new();
    for cell in cells {
        let category = cell.cell.play.pixels.to_string();
        points.extend(by_order(cell, &cell.cell.grid, &category));
    }
    let mut counts: Vec<u32> = cells.iter().map(|cell| cell.cell.play.pixels.into()).collect();
    counts.sort_unstable();
    counts.dedup();
    let categories = counts.iter().map(ToString::to_string).collect();
    chart(manifest, cells, "pixels revealed", categories, &points)
}

/// Against the honest side's rollouts: a line for each liar, in the mean over the orders.
pub(super) fn rollouts(manifest: &Manifest, cells: &[&CellSummary]) -> Chart {
    let strength =
        |debater: &Option<DebaterSpec>| match debater.as_ref().and_then(DebaterSpec::agent) {
            None | Some(AgentSpec::Random) => 0,
            Some(AgentSpec::Greedy) => 1,
            Some(AgentSpec::Mcts { rollouts, .. }) => 1 + u64::from(rollouts),
            Some(AgentSpec::Exact) => u64::MAX,
        };
    let name = |debater: &Option<DebaterSpec>| {
        debater.as_ref().map_or(String::new(), DebaterSpec::to_string)
    };
    let mut sorted: Vec<&&CellSummary> =
        cells.iter().filter(|cell| cell.cell.play.honest.is_some()).collect();
    let key = |play: &Play| (strength(&play.honest), strength(&play.liar));
    sorted.sort_by_key(|cell| key(&cell.cell.play));
    let points: Vec<At> = sorted
        .iter()
        .map(|cell| At {
            series: format!("liar {}", name(&cell.cell.play.liar)),
            category: name(&cell.cell.play.honest),
            estimate: cell.results[0].mean.images,
        })
        .collect();
    let categories = sorted.iter().map(|cell| name(&cell.cell.play.honest)).collect();
    chart(manifest, cells, "honest debater", categories, &points)
}

/// Against judges, from the least accurate alone to the most: a line for each protocol.
pub(super) fn judges(manifest: &Manifest, cells: &[&CellSummary]) -> Chart {
    let alone = |judge: &str| {
        let of_judge = |cell: &&&CellSummary| {
            let play = &cell.cell.play;
            play.protocol == Protocol::JudgeAlone && !play.precommit && play.judge.name == judge
        };
        cells.iter().find(of_judge).map_or(0.0, |cell| cell.results[0].mean.images.wilson.rate)
    };
    let mut names: Vec<&str> = cells.iter().map(|cell| &*cell.cell.play.judge.name).collect();
    names.sort_by(|a, b| alone(a).total_cmp(&alone(b)));
    let mut points = Vec::new();
    for cell in cells {
        points.extend(by_order(cell, &cell.cell.grid, &cell.cell.play.judge.name));
    }
    let categories = names.into_iter().map(str::to_owned).collect();
    chart(manifest, cells, "judge, by its accuracy alone", categories, &points)
}

/// Where lost debates were lost, by who began.
pub(super) fn blame(manifest: &Manifest, shown: &[usize], rows: &[Vec<Row>]) -> Chart {
    let pixels = shown.iter().map(|cell| manifest.cells[*cell].play.pixels).max().unwrap_or(0);
    let mut places = vec![Blame::Start];
    places.extend((1..=pixels).map(Blame::Reveal));
    let category = |place: &Blame| match place {
        Blame::Start => "from the start".to_owned(),
        Blame::Reveal(number) => format!("reveal {number}"),
    };
    let mut series = Vec::new();
    for cell in shown {
        let cell_of = &manifest.cells[*cell];
        for first in &cell_of.play.first {
            let lost = rows[*cell].iter().filter(|row| row.first == Some(*first));
            let lost: Vec<Blame> = lost.filter_map(|row| row.blame).collect();
            if lost.is_empty() {
                continue;
            }
            let share = |place: &Blame| {
                let count = lost.iter().filter(|blame| *blame == place).count();
                let rate = Rate::wilson(count as f64, lost.len());
                (count > 0).then_some(Point { rate: rate.rate, low: rate.low, high: rate.high })
            };
            series.push(Series {
                name: format!("{}, {first} first (n = {})", name_of(cell_of), lost.len()),
                points: places.iter().map(share).collect(),
                ..Series::default()
            });
        }
    }
    Chart::Lines(Lines {
        title: manifest.title.clone(),
        note: "Share of the debates lost by the honest side (n), by what the solver blames. 95 % \
               Wilson intervals."
            .to_owned(),
        axis: "what the solver blames".to_owned(),
        categories: places.iter().map(category).collect(),
        series,
        connected: false,
        ..Lines::default()
    })
}

/// How often a judge is right against how sure it is: a line for each cell and order, beside that of one
/// which is right as often as it is sure.
pub(super) fn calibration(manifest: &Manifest, cells: &[&CellSummary]) -> Chart {
    let mut edges: Vec<u32> = cells
        .iter()
        .flat_map(|cell| &cell.judged)
        .flat_map(|judged| &judged.scores.curve)
        .map(|bin| (100.0 * bin.from).round() as u32)
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let straight = |edge: &u32| {
        let rate = (f64::from(*edge) + 5.0) / 100.0;
        Some(Point { rate, low: rate, high: rate })
    };
    let name = "as often right as sure".to_owned();
    let mut series =
        vec![Series { name, points: edges.iter().map(straight).collect(), ..Series::default() }];
    for cell in cells {
        for judged in &cell.judged {
            let point = |edge: &u32| {
                let curve = judged.scores.curve.iter();
                let bin = curve.clone().find(|bin| (100.0 * bin.from).round() as u32 == *edge)?;
                let Rate { rate, low, high, .. } = bin.right;
                Some(Point { rate, low, high })
            };
            let first = judged.first.map_or(String::new(), |role| format!(", {role} first"));
            let forecasts = judged.scores.forecasts;
            let name = format!("{}{first} (n = {forecasts})", name_of(&cell.cell));
            let points = edges.iter().map(point).collect();
            series.push(Series { name, points, ..Series::default() });
        }
    }
    Chart::Lines(Lines {
        title: manifest.title.clone(),
        note:
            "How often the label that the judge believed is the true one, by its probability. 95 % \
               Wilson intervals, which take debates (n) as independent."
                .to_owned(),
        axis: "probability of the label believed".to_owned(),
        categories: edges.iter().map(|edge| format!("{edge} to {} %", edge + 10)).collect(),
        series,
        connected: true,
        ..Lines::default()
    })
}

fn name_of(cell: &crate::Cell) -> String {
    let precommit = if cell.play.precommit { "" } else { ", no precommit" };
    let debaters = match (&cell.play.honest, &cell.play.liar) {
        (Some(honest), Some(liar)) if honest != liar => format!("{honest} against {liar}"),
        (Some(honest), _) => honest.to_string(),
        _ => cell.grid.clone(),
    };
    format!("{debaters}, K = {}{precommit}", cell.play.pixels)
}

/// The rates of a cell by who began.
fn by_order(cell: &CellSummary, series: &str, category: &str) -> Vec<At> {
    let CellSummary { cell: settings, results, .. } = cell;
    let precommit = match (settings.play.precommit, settings.play.protocol) {
        (true, _) | (_, Protocol::JudgeAlone) => "",
        (false, _) => ", no precommit",
    };
    let at = |name: String, estimate| At { series: name, category: category.to_owned(), estimate };
    let orders = results[0].orders.iter().map(|order| {
        let first = match order.first {
            Some(Role::Honest) => ", honest first",
            Some(Role::Liar) => ", liar first",
            None => "",
        };
        at(format!("{series}{precommit}{first}"), order.honest_wins.images)
    });
    orders.collect()
}

fn chart(
    manifest: &Manifest,
    cells: &[&CellSummary],
    axis: &str,
    all: Vec<String>,
    points: &[At],
) -> Chart {
    let mut categories: Vec<String> = Vec::new();
    for category in all {
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for point in points {
        if !names.contains(&&*point.series) {
            names.push(&point.series);
        }
    }
    let point = |series: &str, category: &String| {
        let at = points.iter().find(|at| at.series == series && at.category == *category)?;
        let Rate { rate, low, high, .. } = at.estimate.wilson;
        Some(Point { rate, low, high })
    };
    let series = names.iter().map(|name| Series {
        name: (*name).to_owned(),
        points: categories.iter().map(|category| point(name, category)).collect(),
        ..Series::default()
    });
    let (least, most) = cells.iter().fold((usize::MAX, 0), |(least, most), cell| {
        (least.min(cell.images), most.max(cell.images))
    });
    let n = if least == most { format!("{most}") } else { format!("{least} to {most}") };
    Chart::Lines(Lines {
        title: manifest.title.clone(),
        note: format!("Images won by the honest side, n = {n} images a point. {}.", super::NOTE),
        axis: axis.to_owned(),
        series: series.collect(),
        categories,
        connected: true,
        ..Lines::default()
    })
}
