//! Rates by category, one line a series.

use super::style::{self, Align, Area, Backend, FAINT, GRID, INK, Plot, TEXT};

/// Rates by category.
#[derive(Debug)]
pub struct Lines {
    /// What is written above.
    pub title: String,
    /// What is written below that: what the rates are, of how many, and their intervals.
    pub note: String,
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
#[derive(Debug)]
pub struct Series {
    /// What it is called in the key.
    pub name: String,
    /// One a category, where there is one.
    pub points: Vec<Option<Point>>,
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

impl Lines {
    pub(super) const SIZE: (u32, u32) = (1600, 800);

    fn draw_series<B: Backend>(
        &self,
        area: &Area<B>,
        number: usize,
        series: &Series,
        x: &dyn Fn(usize) -> i32,
        y: &dyn Fn(f64) -> i32,
    ) -> style::Result<B> {
        let colour = style::colour(number);
        let points = series.points.iter().enumerate();
        let points: Vec<(usize, Point)> =
            points.filter_map(|(at, point)| Some((at, (*point)?))).collect();
        if self.connected {
            for pair in points.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|(at, point)| (x(at), y(point.rate)));
                style::line(area, from, to, colour, 2)?;
            }
        }
        for (category, point) in points {
            let (at, low, high) = (x(category), y(point.low), y(point.high));
            style::line(area, (at, low), (at, high), colour, 2)?;
            for end in [low, high] {
                style::line(area, (at - 5, end), (at + 5, end), colour, 2)?;
            }
            style::mark(area, number, (at, y(point.rate)))?;
        }
        Ok(())
    }
}

impl Plot for Lines {
    fn draw<B: Backend>(&self, area: &Area<B>) -> style::Result<B> {
        style::head(area, &self.title, &self.note)?;
        let (width, height) = (Self::SIZE.0 as i32, Self::SIZE.1 as i32);
        let (bottom, right) = (height - BOTTOM, width - RIGHT);
        let y = |share: f64| bottom - (share * f64::from(bottom - TOP)).round() as i32;
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
        let middle = (i32::midpoint(LEFT, right), bottom + 66);
        style::text(area, &self.axis, middle, (TEXT, INK, Align::Centre))?;
        for (number, series) in self.series.iter().enumerate() {
            // Side by side, so that no interval hides another.
            let spread = 10.0_f64.min(0.7 * step / self.series.len() as f64);
            let shift = (number as f64 - (self.series.len() - 1) as f64 / 2.0) * spread;
            let place = |category: usize| x(category) + shift.round() as i32;
            self.draw_series(area, number, series, &place, &y)?;
            let row = TOP + 20 + 34 * number as i32;
            style::mark(area, number, (right + 30, row))?;
            style::text(area, &series.name, (right + 50, row), (TEXT - 2, INK, Align::Left))?;
        }
        Ok(())
    }
}
