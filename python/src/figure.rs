//! Charts as the report draws them.

use pixel_debate_charts::{Chart, Dot, Dots, Drawn, Lines, Point, Series};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{RunError, raise, wrong};

/// A rate with the ends of its interval, in shares.
type Shares = (f64, f64, f64);
/// A group's name, and its rates, each with its kind before it.
type Group = (String, Vec<(usize, f64, f64, f64)>);
/// A chart as SVG and as PNG.
type Pictures<'py> = (String, Bound<'py, PyBytes>);

/// The most rates of one chart: more are not to be read, and its picture would not fit into memory.
const MOST: usize = 1000;

/// The most characters of all its texts together: each is laid out, whether it is seen or not.
const MOST_CHARACTERS: usize = 20_000;

/// Rates below each other.
#[pyfunction]
#[pyo3(name = "_dots")]
pub(crate) fn dots(
    py: Python<'_>,
    title: String,
    note: String,
    kinds: Vec<String>,
    groups: Vec<Group>,
) -> PyResult<Pictures<'_>> {
    let all = || groups.iter().flat_map(|(_, dots)| dots);
    check(all().map(|(_, rate, low, high)| (*rate, *low, *high)))?;
    let names = groups.iter().map(|(name, _)| name);
    check_texts([&title, &note].into_iter().chain(&kinds).chain(names))?;
    if let Some((kind, ..)) = all().find(|(kind, ..)| *kind >= kinds.len()) {
        return Err(wrong(format!("there is no kind {kind}: there are {}", kinds.len())));
    }
    let dot = |(kind, rate, low, high)| Dot { kind, rate, low, high };
    let groups = groups
        .into_iter()
        .map(|(name, dots)| (name, dots.into_iter().map(dot).collect()))
        .collect();
    drawn(py, Chart::Dots(Dots { title, note, kinds, groups, ..Dots::default() }))
}

/// Rates by category.
#[pyfunction]
#[pyo3(name = "_lines")]
pub(crate) fn lines(
    py: Python<'_>,
    title: String,
    note: String,
    axis: String,
    categories: Vec<String>,
    series: Vec<(String, Vec<Option<Shares>>)>,
    connected: bool,
) -> PyResult<Pictures<'_>> {
    check(series.iter().flat_map(|(_, points)| points).flatten().copied())?;
    let names = series.iter().map(|(name, _)| name);
    check_texts([&title, &note, &axis].into_iter().chain(&categories).chain(names))?;
    if let Some((name, points)) = series.iter().find(|(_, points)| points.len() != categories.len())
    {
        let (have, want) = (points.len(), categories.len());
        return Err(wrong(format!(
            "series {name:?} has {have} points, and there are {want} categories"
        )));
    }
    let point = |(rate, low, high)| Point { rate, low, high };
    let series = series.into_iter().map(|(name, points)| Series {
        name,
        points: points.into_iter().map(|shares| shares.map(point)).collect(),
        ..Series::default()
    });
    let series = series.collect();
    let lines = Lines { title, note, axis, categories, series, connected, ..Lines::default() };
    drawn(py, Chart::Lines(lines))
}

fn check(rates: impl Iterator<Item = Shares>) -> PyResult<()> {
    let mut count = 0;
    for (rate, low, high) in rates {
        count += 1;
        if let Some(share) =
            [rate, low, high].into_iter().find(|share| !(0.0..=1.0).contains(share))
        {
            return Err(wrong(format!(
                "a rate and its interval are shares from 0 to 1, not {share}"
            )));
        }
    }
    if !(1..=MOST).contains(&count) {
        return Err(wrong(format!("a figure has 1 to {MOST} rates, not {count}")));
    }
    Ok(())
}

fn check_texts<'a>(texts: impl Iterator<Item = &'a String>) -> PyResult<()> {
    let have: usize = texts.map(|text| text.chars().count()).sum();
    if have > MOST_CHARACTERS {
        return Err(wrong(format!(
            "a figure's title, note and names have {MOST_CHARACTERS} characters at most together, not {have}"
        )));
    }
    Ok(())
}

fn drawn(py: Python<'_>, chart: Chart) -> PyResult<Pictures<'_>> {
    let drawn = py.detach(|| chart.draw("figure"));
    let Drawn { svg, png } = drawn.map_err(raise::<RunError>)?;
    Ok((svg, PyBytes::new(py, &png)))
}
