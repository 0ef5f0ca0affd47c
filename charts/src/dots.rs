//! Rates below each other, each with its interval.

use super::style::{self, Align, Area, Backend, FAINT, GRID, INK, Plot, TEXT};

/// Rates below each other in groups.
#[derive(Debug, Default)]
pub struct Dots {
    /// What is written above.
    pub title: String,
    /// What is written below that: what the rates are, of how many, and their intervals.
    pub note: String,
    /// What the rates are, which stands below them; nothing, where the note says it.
    pub axis: String,
    /// The names of the kinds of dots, for the key.
    pub kinds: Vec<String>,
    /// Groups with their names.
    pub groups: Vec<(String, Vec<Dot>)>,
}

/// A rate.
#[derive(Debug)]
pub struct Dot {
    /// Its kind's place among the kinds.
    pub kind: usize,
    /// In shares, 0 to 1.
    pub rate: f64,
    /// The interval's lower end, likewise.
    pub low: f64,
    /// Its upper end, likewise.
    pub high: f64,
}

const WIDTH: i32 = 1400;
const HEAD: i32 = 140;
const FOOT: i32 = 70;
const AXIS: i32 = 30;
const LINE: i32 = 26;
const NAME: i32 = 34;
const GAP: i32 = 12;
const LEFT: i32 = 60;
const RIGHT: i32 = 290;

impl Dots {
    pub(super) fn size(&self) -> (u32, u32) {
        let axis = if self.axis.is_empty() { 0 } else { AXIS };
        (WIDTH as u32, (HEAD + self.body() + FOOT + axis) as u32)
    }

    fn body(&self) -> i32 {
        self.groups.iter().map(|(_, dots)| NAME + GAP + LINE * dots.len() as i32).sum()
    }

    fn key<B: Backend>(&self, area: &Area<B>) -> style::Result<B> {
        let mut x = LEFT;
        let dots = || self.groups.iter().flat_map(|(_, dots)| dots);
        let drawn = |kind: usize| dots().any(|dot| dot.kind == kind);
        for (kind, name) in self.kinds.iter().enumerate().filter(|(kind, _)| drawn(*kind)) {
            style::mark(area, kind, (x + 8, 108))?;
            style::text(area, name, (x + 26, 108), (TEXT, INK, Align::Left))?;
            x += 60 + 11 * name.chars().count() as i32;
        }
        Ok(())
    }
}

impl Plot for Dots {
    fn draw<B: Backend>(&self, area: &Area<B>) -> style::Result<B> {
        style::head(area, &self.title, &self.note)?;
        self.key(area)?;
        let bottom = HEAD + self.body();
        let x = |share: f64| LEFT + (share * f64::from(WIDTH - LEFT - RIGHT)).round() as i32;
        for percent in (0..=100).step_by(10) {
            let at = x(f64::from(percent) / 100.0);
            let width = if percent % 50 == 0 { 2 } else { 1 };
            style::line(area, (at, HEAD), (at, bottom), GRID, width)?;
            let label = format!("{percent} %");
            style::text(area, &label, (at, bottom + 20), (TEXT - 2, FAINT, Align::Centre))?;
        }
        let middle = (i32::midpoint(LEFT, WIDTH - RIGHT), bottom + 24 + AXIS);
        style::text(area, &self.axis, middle, (TEXT, INK, Align::Centre))?;
        let mut y = HEAD;
        for (name, dots) in &self.groups {
            y += NAME;
            style::text(area, name, (LEFT + 8, y - NAME / 2), (TEXT, INK, Align::Left))?;
            for dot in dots {
                let middle = y + LINE / 2;
                let (low, high) = (x(dot.low), x(dot.high));
                let colour = style::colour(dot.kind);
                style::line(area, (low, middle), (high, middle), colour, 2)?;
                for end in [low, high] {
                    style::line(area, (end, middle - 6), (end, middle + 6), colour, 2)?;
                }
                style::mark(area, dot.kind, (x(dot.rate), middle))?;
                let [rate, low, high] = [dot.rate, dot.low, dot.high].map(|share| 100.0 * share);
                let figures = format!("{rate:.1} % ({low:.1} to {high:.1})");
                let place = (WIDTH - RIGHT + 30, middle);
                style::text(area, &figures, place, (TEXT - 2, INK, Align::Left))?;
                y += LINE;
            }
            y += GAP;
        }
        Ok(())
    }
}
