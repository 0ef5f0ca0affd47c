//! Colours, marks and text of all charts.

use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, DrawingAreaErrorKind, DrawingBackend, PathElement, Polygon, RGBColor,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, ShapeStyle, TextStyle};

/// What charts are drawn on.
pub(super) trait Backend: DrawingBackend {}
impl<B: DrawingBackend> Backend for B {}
pub(super) type Area<B> = DrawingArea<B, Shift>;
pub(super) type Result<B> =
    std::result::Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// What is drawn on an area of plotters', whatever that is.
pub(super) trait Plot {
    fn draw<B: Backend>(&self, area: &Area<B>) -> Result<B>;
}

pub(super) const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
pub(super) const INK: RGBColor = RGBColor(0x22, 0x26, 0x2e);
pub(super) const FAINT: RGBColor = RGBColor(0x6b, 0x72, 0x80);
pub(super) const GRID: RGBColor = RGBColor(0xdd, 0xe1, 0xe7);

/// Of Okabe and Ito's colours those that are dark enough for thin lines on white.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0x22, 0x26, 0x2e),
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x56, 0x8b, 0xb5),
    RGBColor(0x9a, 0x76, 0x00),
];

pub(super) const TITLE: i32 = 30;
pub(super) const TEXT: i32 = 22;

/// Where a text stands from its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// A kind's colour: the same in all charts.
pub(super) fn colour(kind: usize) -> RGBColor {
    COLOURS[kind % COLOURS.len()]
}

pub(super) fn font(size: i32, colour: RGBColor, align: Align) -> TextStyle<'static> {
    let horizontal = match align {
        Align::Left => HPos::Left,
        Align::Centre => HPos::Center,
        Align::Right => HPos::Right,
    };
    let font = ("sans-serif", size).into_font().color(&colour);
    font.pos(Pos::new(horizontal, VPos::Center))
}

/// Text whose middle line goes through a place.
pub(super) fn text<B: Backend>(
    area: &Area<B>,
    text: &str,
    at: (i32, i32),
    (size, colour, align): (i32, RGBColor, Align),
) -> Result<B> {
    let text = pixel_debate_figure::printable(text);
    // The middle of a line is a little above that of its letters.
    area.draw_text(&text, &font(size, colour, align), (at.0, at.1 + 2))
}

pub(super) fn line<B: Backend>(
    area: &Area<B>,
    from: (i32, i32),
    to: (i32, i32),
    colour: RGBColor,
    width: u32,
) -> Result<B> {
    area.draw(&PathElement::new(vec![from, to], stroke(colour, width)))
}

pub(super) fn stroke(colour: RGBColor, width: u32) -> ShapeStyle {
    colour.stroke_width(width)
}

/// A kind's mark: a disk, a square, a triangle, a diamond, and the same hollow.
pub(super) fn mark<B: Backend>(area: &Area<B>, kind: usize, (x, y): (i32, i32)) -> Result<B> {
    let colour = colour(kind);
    let corners = match kind % 4 {
        0 => None,
        1 => Some(vec![(x - 6, y - 6), (x + 6, y - 6), (x + 6, y + 6), (x - 6, y + 6)]),
        2 => Some(vec![(x, y - 8), (x + 8, y + 6), (x - 8, y + 6)]),
        _ => Some(vec![(x, y - 9), (x + 9, y), (x, y + 9), (x - 9, y)]),
    };
    let hollow = (kind / 4) % 2 == 1;
    match corners {
        None => {
            area.draw(&Circle::new((x, y), 7, colour.filled()))?;
            if hollow {
                area.draw(&Circle::new((x, y), 4, PAPER.filled()))?;
            }
        }
        Some(corners) => {
            area.draw(&Polygon::new(corners.clone(), colour.filled()))?;
            if hollow {
                let inner = corners.iter().map(|(a, b)| (x + (a - x) / 2, y + (b - y) / 2));
                area.draw(&Polygon::new(inner.collect::<Vec<_>>(), PAPER.filled()))?;
            }
        }
    }
    Ok(())
}

/// The title in the top left corner, and what is to be known in small letters below it.
pub(super) fn head<B: Backend>(area: &Area<B>, title: &str, note: &str) -> Result<B> {
    text(area, title, (24, 32), (TITLE, INK, Align::Left))?;
    text(area, note, (24, 68), (TEXT - 2, FAINT, Align::Left))
}
