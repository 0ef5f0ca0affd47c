//! The report's pictures.

use pixel_debate_charts::{Chart, Confusion, Dot, Dots, Lines, Point, Series};
use pixel_debate_game::Role;
use pixel_debate_harness::Estimate;
use pixel_debate_statistics::{Bin, Rate};

use crate::alone::MOST_PIXELS;
use crate::report::{AtPixels, Report, in_words};

/// The numbers of pixels that the curve of accuracy shows.
const SHOWN: [usize; 17] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, MOST_PIXELS];
/// The most labels of which a matrix is drawn.
const MOST_LABELS: usize = 47;

/// The charts, by name.
pub(crate) fn of(report: &Report) -> Vec<(String, Chart)> {
    let mut charts = vec![("accuracy".to_owned(), accuracy(report))];
    let parts = report.judges.first().map_or(0, |judge| judge.at.len());
    for part in 0..parts {
        let pixels = report.judges[0].at[part].pixels;
        charts.push((format!("calibration-{pixels}"), calibration(report, part)));
        if report.judges.iter().all(|judge| judge.at[part].confusion.len() <= MOST_LABELS) {
            charts.push((format!("confusion-{pixels}"), confusion(report, part)));
        }
    }
    charts.push(("played".to_owned(), played(report)));
    charts
}

fn point(rate: &Rate) -> Point {
    Point { rate: rate.rate, low: rate.low, high: rate.high }
}

fn accuracy(report: &Report) -> Chart {
    let series = report.judges.iter().map(|judge| Series {
        name: judge.name.clone(),
        points: SHOWN.iter().map(|pixels| judge.accuracy.get(*pixels).map(point)).collect(),
        ..Series::default()
    });
    Chart::Lines(Lines {
        title: "Alone with random pixels".to_owned(),
        note: format!(
            "How often the judge is right, n = {} images a point, 95 % Wilson intervals. All judges see the same pixels.",
            report.images
        ),
        axis: "random nonzero pixels".to_owned(),
        categories: SHOWN.iter().map(ToString::to_string).collect(),
        series: series.collect(),
        connected: true,
        ..Lines::default()
    })
}

/// How often each judge is right against how sure it is, as it is.
fn calibration(report: &Report, part: usize) -> Chart {
    let tenths = 0..10_u8;
    let straight = |tenth: u8| {
        let rate = (f64::from(tenth) + 0.5) / 10.0;
        Some(Point { rate, low: rate, high: rate })
    };
    let name = "as often right as sure".to_owned();
    let mut series =
        vec![Series { name, points: tenths.clone().map(straight).collect(), ..Series::default() }];
    for judge in &report.judges {
        let bin = |tenth: u8| {
            let of_tenth = |bin: &&Bin| (10.0 * bin.from).round() as u8 == tenth;
            judge.at[part].calibration.before.scores.curve.iter().find(of_tenth)
        };
        series.push(Series {
            name: judge.name.clone(),
            points: tenths.clone().map(|tenth| bin(tenth).map(|bin| point(&bin.right))).collect(),
            counts: tenths.clone().map(|tenth| bin(tenth).map(|bin| bin.right.of)).collect(),
            ..Series::default()
        });
    }
    Chart::Lines(Lines {
        title: format!("Calibration, {} random pixels", report.judges[0].at[part].pixels),
        note: "How often the label that the judge believed is the true one, by its probability; of how many images \
               stands below. 95 % Wilson intervals."
            .to_owned(),
        axis: "probability of the label believed, in percent".to_owned(),
        categories: tenths.map(|tenth| format!("{}–{}", 10 * tenth, 10 * (tenth + 1))).collect(),
        series,
        connected: true,
        ..Lines::default()
    })
}

fn confusion(report: &Report, part: usize) -> Chart {
    let errors = |at: &AtPixels| {
        let mut counts = at.confusion.clone();
        for (label, taken) in counts.iter_mut().enumerate() {
            taken[label] = 0;
        }
        counts
    };
    let panel = |judge: &crate::report::JudgeReport| (judge.name.clone(), errors(&judge.at[part]));
    let labels =
        report.judges.iter().map(|judge| judge.at[part].confusion.len()).max().unwrap_or(0);
    let classes = &report.dataset.classes;
    let name = |label: usize| classes.get(label).cloned().unwrap_or_else(|| label.to_string());
    Chart::Confusion(Confusion {
        title: format!("Errors, {} random pixels", report.judges[0].at[part].pixels),
        note: format!(
            "How often a label was taken for another, n = {} images; darker is more often (root scale in each panel).",
            report.images
        ),
        axes: ["true label".to_owned(), "taken for".to_owned()],
        classes: (0..labels).map(name).collect(),
        panels: report.judges.iter().map(panel).collect(),
    })
}

/// How often the judges are right before those who argue.
fn played(report: &Report) -> Chart {
    let kinds = ["honest first, or alone", "liar first, or alone", "mean of both"];
    let mut groups = Vec::new();
    for judge in &report.judges {
        for cell in &judge.played {
            let Some(result) = cell.results.first() else { continue };
            let dot = |kind, estimate: &Estimate| {
                let Rate { rate, low, high, .. } = estimate.wilson;
                Dot { kind, rate, low, high }
            };
            let mut dots: Vec<Dot> = result
                .orders
                .iter()
                .map(|order| {
                    dot(usize::from(order.first == Some(Role::Liar)), &order.honest_wins.images)
                })
                .collect();
            dots.push(dot(2, &result.mean.images));
            groups.push((
                format!("{}: {}, n = {}", judge.name, in_words(&cell.cell.play), cell.images),
                dots,
            ));
        }
    }
    Chart::Dots(Dots {
        title: "Before debaters and consultants".to_owned(),
        note: "How often the judge believes the true claim of two. 95 % Wilson intervals, the image being the unit."
            .to_owned(),
        kinds: kinds.map(str::to_owned).to_vec(),
        groups,
        ..Dots::default()
    })
}
