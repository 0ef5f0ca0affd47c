//! What was taken for what: the paper's figure 3.

use plotters::prelude::{RGBColor, Rectangle};
use plotters::style::Color;

use super::style::{self, Align, Area, Backend, FAINT, INK, PAPER, Plot, TEXT};

/// Matrices of counts beside each other.
#[derive(Debug)]
pub struct Confusion {
    /// What is written above.
    pub title: String,
    /// What is written below that.
    pub note: String,
    /// What the rows and the columns are.
    pub axes: [String; 2],
    /// The classes' names.
    pub classes: Vec<String>,
    /// Each with its name: a row a true label, a column a label that it was taken for.
    pub panels: Vec<(String, Vec<Vec<u32>>)>,
}

const CELL: i32 = 56;
const LEFT: i32 = 130;
const TOP: i32 = 150;
const GAP: i32 = 120;

impl Confusion {
    pub(super) fn size(&self) -> (u32, u32) {
        let (panels, classes) = (self.panels.len().max(1) as i32, self.classes.len() as i32);
        let width = LEFT + panels * classes * CELL + (panels - 1) * GAP + 40;
        (width.max(900) as u32, (TOP + classes * CELL + 90) as u32)
    }
}

impl Plot for Confusion {
    fn draw<B: Backend>(&self, area: &Area<B>) -> style::Result<B> {
        style::head(area, &self.title, &self.note)?;
        let side = self.classes.len() as i32 * CELL;
        for (number, (name, counts)) in self.panels.iter().enumerate() {
            let left = LEFT + number as i32 * (side + GAP);
            let middle = left + side / 2;
            style::text(area, name, (middle, 108), (TEXT, INK, Align::Centre))?;
            for (at, class) in self.classes.iter().enumerate() {
                let offset = at as i32 * CELL + CELL / 2;
                let place = (left - 14, TOP + offset);
                style::text(area, class, place, (TEXT - 2, INK, Align::Right))?;
                let place = (left + offset, TOP + side + 20);
                style::text(area, class, place, (TEXT - 2, INK, Align::Centre))?;
            }
            let [_, columns] = &self.axes;
            let below = (middle, TOP + side + 56);
            style::text(area, columns, below, (TEXT, INK, Align::Centre))?;
            if number == 0 {
                let corner = (16, TOP - 22);
                style::text(area, &self.axes[0], corner, (TEXT, INK, Align::Left))?;
            }
            matrix(area, (left, TOP), counts)?;
        }
        Ok(())
    }
}

fn matrix<B: Backend>(
    area: &Area<B>,
    (left, top): (i32, i32),
    counts: &[Vec<u32>],
) -> style::Result<B> {
    let most = counts.iter().flatten().copied().max().unwrap_or(0).max(1);
    for (row, counts) in counts.iter().enumerate() {
        for (column, count) in counts.iter().enumerate() {
            let (x, y) = (left + column as i32 * CELL, top + row as i32 * CELL);
            // From white to a dark blue, which is an order in grey as well.
            let share = (f64::from(*count) / f64::from(most)).sqrt();
            let tone = |from: f64, to: f64| (from + (to - from) * share).round() as u8;
            let colour = RGBColor(tone(250.0, 8.0), tone(251.0, 48.0), tone(253.0, 107.0));
            let corners = [(x, y), (x + CELL - 2, y + CELL - 2)];
            area.draw(&Rectangle::new(corners, colour.filled()))?;
            let ink = if share > 0.55 { PAPER } else { INK };
            let (ink, label) = match count {
                0 => (FAINT, if row == column { String::new() } else { "·".to_owned() }),
                count => (ink, count.to_string()),
            };
            let place = (x + CELL / 2, y + CELL / 2);
            style::text(area, &label, place, (TEXT - 4, ink, Align::Centre))?;
        }
    }
    Ok(())
}
