//! The charts of a report.

use pixel_debate_charts::{Chart, Dot, Dots, Lines, Look, Point, Series};

use crate::estimate::Estimate;
use crate::report::{Group, Report};

/// What is common to all charts: a condition has the same colour and mark in each, and the same place.
const NOTE: &str = "95 % intervals by the bootstrap of participants and images, crossed";

/// The charts of which there is something to see, by name, each with what it shows.
pub(crate) fn all(report: &Report) -> Vec<(&'static str, Chart)> {
    let charts = [
        ("accuracy", accuracy(report)),
        ("beside", beside(report)),
        ("calibration", calibration(report)),
        ("course", course(report)),
    ];
    charts.into_iter().filter_map(|(name, chart)| Some((name, chart?))).collect()
}

fn dot(kind: usize, estimate: &Estimate) -> Dot {
    Dot { kind, rate: estimate.value, low: estimate.low, high: estimate.high }
}

/// Right verdicts by condition, over all images and in each tier.
fn accuracy(report: &Report) -> Option<Chart> {
    let conditions = conditions(report);
    let tiers = std::iter::once(None)
        .chain(report.planned.tiers.iter().map(|(tier, _)| Some(tier.as_str())));
    let mut groups = Vec::new();
    for tier in tiers {
        let of = |group: &&Group| group.tier.as_deref() == tier && is_finest(report, group);
        let shown: Vec<&Group> = report.groups.iter().filter(of).collect();
        let kind = |group: &Group| {
            group.condition.as_ref().and_then(|name| conditions.iter().position(|one| one == name))
        };
        let dots: Vec<Dot> = shown
            .iter()
            .filter_map(|group| Some(dot(kind(group).unwrap_or(0), group.accuracy.as_ref()?)))
            .collect();
        let verdicts: usize = shown.iter().map(|group| group.ended[0]).sum();
        let images = tier.map_or("all images".to_owned(), |tier| format!("tier {tier}"));
        if !dots.is_empty() {
            groups.push((format!("{images}, n = {verdicts} verdicts"), dots));
        }
    }
    let note = format!("Right verdicts among all verdicts. {NOTE}.");
    let axis = "right verdicts, % of all verdicts".to_owned();
    chart(report, note, axis, conditions, groups)
}

/// Judges, the built-in judge and optimal play by condition.
fn beside(report: &Report) -> Option<Chart> {
    let conditions = conditions(report);
    let group = |one: &crate::report::Beside| {
        let others = conditions.len();
        let judges = conditions.iter().position(|name| *name == one.condition).unwrap_or(0);
        let estimates =
            [(judges, &one.judges), (others, &one.classifier), (others + 1, &one.optimal)];
        let dots = estimates.into_iter();
        let dots = dots.filter_map(|(kind, estimate)| Some(dot(kind, estimate.as_ref()?)));
        (format!("{}, n = {} verdicts", one.condition, one.judged.max(one.proven)), dots.collect())
    };
    let judges = conditions.iter().map(|name| format!("judges, {name}"));
    let others = ["built-in judge", "honest side under optimal play"].map(str::to_owned);
    let kinds = judges.chain(others).collect();
    let note = format!("On the same items, each counted as often as it was judged. {NOTE}.");
    let axis = "right, % of the same items; of optimal play: won by the honest side".to_owned();
    let groups = report.beside.iter().map(group).collect();
    chart(report, note, axis, kinds, groups)
}

fn chart(
    report: &Report,
    note: String,
    axis: String,
    kinds: Vec<String>,
    groups: Vec<(String, Vec<Dot>)>,
) -> Option<Chart> {
    let is_empty = groups.iter().all(|(_, dots)| dots.is_empty());
    let title = report.heading();
    (!is_empty).then_some(Chart::Dots(Dots { title, note, axis, kinds, groups }))
}

/// How often judges are right against how sure they are.
fn calibration(report: &Report) -> Option<Chart> {
    let shown = |group: &&Group| group.tier.is_none() && is_finest(report, group);
    let shown: Vec<&Group> = report.groups.iter().filter(shown).collect();
    let percent = |share: f64| (100.0 * share).round() as u32;
    let bins = shown.iter().filter_map(|group| group.beliefs.as_ref()).flat_map(|one| &one.curve);
    let mut edges: Vec<u32> = bins.map(|bin| percent(bin.from)).collect();
    edges.sort_unstable();
    edges.dedup();
    let straight = |edge: &u32| {
        let rate = (f64::from(*edge) + 5.0) / 100.0;
        Some(Point { rate, low: rate, high: rate })
    };
    let name = "as often right as sure".to_owned();
    let conditions = conditions(report);
    let mut series = vec![Series {
        name,
        points: edges.iter().map(straight).collect(),
        look: Look::Plain,
        counts: Vec::new(),
    }];
    for group in shown {
        let Some(beliefs) = &group.beliefs else { continue };
        let right = |edge: &u32| {
            let bin = beliefs.curve.iter().find(|bin| percent(bin.from) == *edge)?;
            Some(bin.right)
        };
        series.push(Series {
            name: format!("{} (n = {})", group.name(), beliefs.brier.of),
            points: edges.iter().map(|edge| right(edge).as_ref().map(point)).collect(),
            look: look(&conditions, group.condition.as_deref()),
            counts: edges.iter().map(|edge| right(edge).map(|right| right.of)).collect(),
        });
    }
    (!edges.is_empty()).then(|| {
        Chart::Lines(Lines {
            title: report.heading(),
            note: format!(
                "How often the answer believed is the right one, by its probability after the last reveal. {NOTE}."
            ),
            rates: "how often it is right, %".to_owned(),
            axis: "probability of the answer believed, in bins, with the number of beliefs (n)".to_owned(),
            categories: edges.iter().map(|edge| format!("{edge} to {} %", edge + 10)).collect(),
            series,
            connected: true,
        })
    })
}

/// How probable the right answer was from reveal to reveal.
fn course(report: &Report) -> Option<Chart> {
    let mut counts: Vec<u32> =
        report.courses.iter().flat_map(|course| &course.steps).map(|step| step.after).collect();
    counts.sort_unstable();
    counts.dedup();
    let conditions = conditions(report);
    let series = report.courses.iter().map(|course| {
        let truth = |after: &u32| {
            course.steps.iter().find(|step| step.after == *after).map(|step| step.truth)
        };
        Series {
            name: course.condition.clone(),
            points: counts.iter().map(|after| truth(after).as_ref().map(point)).collect(),
            look: look(&conditions, Some(&course.condition)),
            counts: counts.iter().map(|after| truth(after).map(|truth| truth.of)).collect(),
        }
    });
    // One number of reveals alone is no course.
    (counts.len() > 1).then(|| {
        Chart::Lines(Lines {
            title: report.heading(),
            note: format!("Probability of the right answer, on average. {NOTE}."),
            rates: "probability of the right answer, mean, %".to_owned(),
            axis: "pixels revealed, with the number of beliefs (n)".to_owned(),
            series: series.collect(),
            categories: counts.iter().map(ToString::to_string).collect(),
            connected: true,
        })
    })
}

/// The colour and the mark of a condition; of all together those of the first.
fn look(conditions: &[String], condition: Option<&str>) -> Look {
    let place = conditions.iter().position(|name| Some(name.as_str()) == condition);
    Look::Kind(place.unwrap_or(0))
}

fn point(estimate: &Estimate) -> Point {
    Point { rate: estimate.value, low: estimate.low, high: estimate.high }
}

fn conditions(report: &Report) -> Vec<String> {
    report.planned.conditions.iter().map(|(name, _)| name.clone()).collect()
}

/// Whether it is a group of one condition: of several, that of all is not drawn.
fn is_finest(report: &Report, group: &Group) -> bool {
    group.condition.is_some() || report.planned.conditions.len() == 1
}
