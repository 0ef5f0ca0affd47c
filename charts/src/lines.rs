//! Rates by category, one line a series.

use super::style::{self, Align, Area, Backend, FAINT, GRID, INK, Plot, TEXT};

/// Rates by category.
#[derive(Debug, Default)]
pub struct Lines {
    /// What is written above.
    pub title: String,
    /// What is written below that: what the rates are, of how many, and their intervals.
    pub note: String,
    /// What the rates are, which stands above them; nothing, where the note says it.
    pub rates: String,
    /// What the categories are.
    pub axis: String,
    /// Their names, in order.
    pub categories: Vec<String>,
    /// The lines.
    pub series: Vec<Series>,
    /// Whether the categories are in an order that a line may go through.
    pub connected: bool,
}

/// A line.
#[derive(Debug, Default)]
pub struct Series {
    /// What it is called in the key.
    pub name: String,
    /// One a category, where there is one.
    pub points: Vec<Option<Point>>,
    /// How it is drawn.
    pub look: Look,
    /// Of how many each point is, which stands below its category; nothing, where the note or the name says it.
    pub counts: Vec<Option<usize>>,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// With the colour and the mark of its place among the lines.
    #[default]
    ByPlace,
    /// With those of a kind, as [`Dot::kind`](crate::Dot::kind) has them in another chart.
    Kind(usize),
    /// Faint and without marks, as what others are compared with.
    Plain,
}

/// A rate, in shares from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// The rate.
    pub rate: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

const LEFT: i32 = 100;
const RIGHT: i32 = 560;
const TOP: i32 = 110;
const BOTTOM: i32 = 110;
const RATES: i32 = 30;
const COUNTS: i32 = 28;

impl Lines {
    const SIZE: (u32, u32) = (1600, 800);

    pub(super) fn size(&self) -> (u32, u32) {
        let (width, height) = Self::SIZE;
        (width, height + (self.above() + self.below()) as u32)
    }

    /// What is needed above the rates, beside the head.
    fn above(&self) -> i32 {
        if self.rates.is_empty() { 0 } else { RATES }
    }

    /// What is needed below the categories, beside their axis.
    fn below(&self) -> i32 {
        COUNTS * self.counted().count() as i32
    }

    /// The lines of which numbers are written, with their places.
    fn counted(&self) -> impl Iterator<Item = (usize, &Series)> {
        let series = self.series.iter().enumerate();
        series.filter(|(_, series)| series.counts.iter().any(Option::is_some))
    }

    fn draw_series<B: Backend>(
        &self,
        area: &Area<B>,
        number: usize,
        series: &Series,
        x: &dyn Fn(usize) -> i32,
        y: &dyn Fn(f64) -> i32,
    ) -> style::Result<B> {
        let kind = series.look.kind(number);
        let colour = kind.map_or(FAINT, style::colour);
        let points = series.points.iter().enumerate();
        let points: Vec<(usize, Point)> =
            points.filter_map(|(at, point)| Some((at, (*point)?))).collect();
        if self.connected {
            for pair in points.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|(at, point)| (x(at), y(point.rate)));
                style::line(area, from, to, colour, 2)?;
            }
        }
        let Some(kind) = kind else { return Ok(()) };
        for (category, point) in points {
            let (at, low, high) = (x(category), y(point.low), y(point.high));
            style::line(area, (at, low), (at, high), colour, 2)?;
            for end in [low, high] {
                style::line(area, (at - 5, end), (at + 5, end), colour, 2)?;
            }
            style::mark(area, kind, (at, y(point.rate)))?;
        }
        Ok(())
    }
}

impl Look {
    /// The kind whose colour and mark it has, if any.
    fn kind(self, place: usize) -> Option<usize> {
        match self {
            Self::ByPlace => Some(place),
            Self::Kind(kind) => Some(kind),
            Self::Plain => None,
        }
    }
}

impl Plot for Lines {
    fn draw<B: Backend>(&self, area: &Area<B>) -> style::Result<B> {
        style::head(area, &self.title, &self.note)?;
        let (width, height) = (Self::SIZE.0 as i32, Self::SIZE.1 as i32 + self.above());
        let (bottom, right, top) = (height - BOTTOM, width - RIGHT, TOP + self.above());
        let y = |share: f64| bottom - (share * f64::from(bottom - top)).round() as i32;
        style::text(area, &self.rates, (24, top - 28), (TEXT, INK, Align::Left))?;
        let step = f64::from(right - LEFT) / self.categories.len().max(1) as f64;
        let x = |category: usize| LEFT + ((category as f64 + 0.5) * step).round() as i32;
        for percent in (0..=100).step_by(10) {
            let at = y(f64::from(percent) / 100.0);
            let weight = if percent % 50 == 0 { 2 } else { 1 };
            style::line(area, (LEFT, at), (right, at), GRID, weight)?;
            let label = format!("{percent} %");
            style::text(area, &label, (LEFT - 12, at), (TEXT - 2, FAINT, Align::Right))?;
        }
        for (category, name) in self.categories.iter().enumerate() {
            let place = (x(category), bottom + 24);
            style::text(area, name, place, (TEXT, INK, Align::Centre))?;
        }
        for (row, (number, series)) in self.counted().enumerate() {
            let height = bottom + 24 + COUNTS * (row as i32 + 1);
            style::text(area, "n", (LEFT - 34, height), (TEXT - 4, FAINT, Align::Right))?;
            if let Some(kind) = series.look.kind(number) {
                style::mark(area, kind, (LEFT - 18, height))?;
            }
            for (category, count) in series.counts.iter().enumerate() {
                let Some(count) = count else { continue };
                let place = (x(category), height);
                style::text(area, &count.to_string(), place, (TEXT - 4, FAINT, Align::Centre))?;
            }
        }
        let middle = (i32::midpoint(LEFT, right), bottom + 66 + self.below());
        style::text(area, &self.axis, middle, (TEXT, INK, Align::Centre))?;
        for (number, series) in self.series.iter().enumerate() {
            // Side by side, so that no interval hides another; what has no mark is where it belongs.
            let marked = |series: &&Series| series.look != Look::Plain;
            let (before, all) = (
                self.series[..number].iter().filter(marked).count() as f64,
                self.series.iter().filter(marked).count() as f64,
            );
            let spread = 10.0_f64.min(0.7 * step / all);
            let plain = series.look == Look::Plain;
            let shift = if plain { 0.0 } else { (before - (all - 1.0) / 2.0) * spread };
            let place = |category: usize| x(category) + shift.round() as i32;
            self.draw_series(area, number, series, &place, &y)?;
            let row = top + 20 + 34 * number as i32;
            match series.look.kind(number) {
                Some(kind) => style::mark(area, kind, (right + 30, row))?,
                None => style::line(area, (right + 18, row), (right + 42, row), FAINT, 2)?,
            }
            style::text(area, &series.name, (right + 50, row), (TEXT - 2, INK, Align::Left))?;
        }
        Ok(())
    }
}
