//! Debates as pictures: the paper's figure 4.

use pixel_debate_figure as figure;
use pixel_debate_game::{Debate, Role, Verdict, believed_label, honest_margin};
use plotters::prelude::{Circle, RGBColor, Rectangle};
use plotters::style::Color;

use super::style::{self, Align, Area, Backend, FAINT, INK, PAPER, TEXT};

/// Debates below each other, two in a row, each as its debaters and as its judge see it.
#[derive(Debug)]
pub(crate) struct Games {
    pub(crate) title: String,
    pub(crate) note: String,
    pub(crate) debates: Vec<Debate>,
}

const CELL: i32 = 11;
const MARGIN: i32 = 24;
const GAP: i32 = 18;
const HEAD: i32 = 100;
const FOOT: i32 = 92;
const UNKNOWN: RGBColor = RGBColor(0xe6, 0xe9, 0xee);

impl Games {
    /// The width and height of one view.
    fn view(&self) -> (i32, i32) {
        self.debates.first().map_or((0, 0), |debate| {
            let image = debate.image();
            (i32::from(image.width()) * CELL, i32::from(image.height()) * CELL)
        })
    }

    fn place(&self, number: usize) -> (i32, i32) {
        let (width, height) = self.view();
        let (column, row) = ((number % 2) as i32, (number / 2) as i32);
        (MARGIN + column * (2 * width + 3 * GAP), HEAD + row * (height + FOOT))
    }

    pub(super) fn size(&self) -> (u32, u32) {
        let (width, height) = self.view();
        let rows = self.debates.len().div_ceil(2) as i32;
        let wide = 2 * MARGIN + 4 * width + 4 * GAP;
        (wide.max(900) as u32, (HEAD + rows * (height + FOOT) + MARGIN) as u32)
    }

    pub(super) fn draw<B: Backend>(&self, area: &Area<B>) -> style::Result<B> {
        style::head(area, &self.title, &self.note)?;
        for (number, debate) in self.debates.iter().enumerate() {
            self.draw_game(area, self.place(number), debate)?;
        }
        Ok(())
    }

    fn draw_game<B: Backend>(
        &self,
        area: &Area<B>,
        (left, top): (i32, i32),
        debate: &Debate,
    ) -> style::Result<B> {
        let (width, height) = self.view();
        let right = left + width + GAP;
        let fill = |x: i32, y: i32, side: i32, colour: RGBColor| {
            area.draw(&Rectangle::new([(x, y), (x + side, y + side)], colour.filled()))
        };
        let ground = [(right, top), (right + width - 1, top + height - 1)];
        area.draw(&Rectangle::new(ground, UNKNOWN.filled()))?;
        let ground = [(left, top), (left + width - 1, top + height - 1)];
        area.draw(&Rectangle::new(ground, RGBColor(0, 0, 0).filled()))?;
        for (pixel, value) in debate.image().iter().filter(|(_, value)| *value > 0) {
            let (x, y) = (i32::from(pixel.x) * CELL, i32::from(pixel.y) * CELL);
            fill(left + x, top + y, CELL, RGBColor(value, value, value))?;
        }
        for (number, reveal) in (1..).zip(debate.evidence()) {
            let honest = debate.rules().role_of(reveal.by) == Role::Honest;
            let colour = if honest { figure::HONEST.0 } else { figure::LIAR.0 };
            let colour = RGBColor(colour[0], colour[1], colour[2]);
            for corner in [left, right] {
                let x = corner + i32::from(reveal.pixel.x) * CELL;
                let y = top + i32::from(reveal.pixel.y) * CELL;
                let middle = (x + CELL / 2, y + CELL / 2);
                for (beyond, colour) in [(5, INK), (4, PAPER), (3, colour)] {
                    // Squares and disks, which are told apart in grey.
                    if honest {
                        fill(x - beyond, y - beyond, CELL + 2 * beyond, colour)?;
                    } else {
                        let radius = CELL / 2 + beyond + 1;
                        area.draw(&Circle::new(middle, radius, colour.filled()))?;
                    }
                }
                style::text(area, &number.to_string(), middle, (18, PAPER, Align::Centre))?;
            }
        }
        let claims = debate.claims();
        let claimed = claims.liar.map_or("any other".to_owned(), |lie| lie.to_string());
        let first = debate.rules().first;
        let line = format!("a {}, liar claims {claimed}, {first} first", claims.honest);
        style::text(area, &line, (left, top + height + 20), (TEXT - 2, INK, Align::Left))?;
        if let (Some(Verdict::Logits { logits }), Some(outcome)) =
            (debate.verdict(), debate.outcome())
        {
            let margin = honest_margin(logits, claims).abs();
            let label = believed_label(logits, claims);
            let winner = match outcome.winner {
                Role::Honest => "honest side",
                Role::Liar => "liar",
            };
            let line = format!("the judge says {label}, by {margin:.2}: the {winner} wins");
            style::text(area, &line, (left, top + height + 50), (TEXT - 2, FAINT, Align::Left))?;
        }
        Ok(())
    }
}
