//! Several debates on one sheet.

use pixel_debate_game::View;

use crate::layout::{self, FAINT, INK, MARGIN, SIDE, TEXT, TITLE};
use crate::{Figure, Shape};

/// How much smaller a view is than in a picture of its own.
const SMALLER: u32 = 2;
/// Above the debates: the title and the note.
const HEAD: u32 = 108;

/// Draws the debates in rows, each at the corner of a cell as large as the largest needs.
pub(crate) fn lay_out(title: &str, note: &str, views: &[View], across: usize) -> Figure {
    let across = across.clamp(1, views.len().max(1));
    let figures: Vec<Figure> = views
        .iter()
        .map(|view| layout::lay_out(view, SIDE / SMALLER, view.evidence.len(), true))
        .collect();
    let wide = figures.iter().map(|figure| figure.width).max().unwrap_or_default();
    let high = figures.iter().map(|figure| figure.height).max().unwrap_or_default();
    let text = |baseline, size, colour, text: &str| Shape::Text {
        place: [MARGIN, baseline],
        size,
        colour,
        text: text.to_owned(),
    };
    let mut shapes = vec![text(48, TITLE, INK, title), text(88, TEXT, FAINT, note)];
    for (number, figure) in figures.iter().enumerate() {
        let (column, row) = ((number % across) as u32, (number / across) as u32);
        let by = [column * wide, HEAD + row * high];
        shapes.extend(figure.shapes.iter().map(|shape| shape.moved(by)));
    }
    let rows = views.len().div_ceil(across) as u32;
    Figure { width: wide * across as u32, height: HEAD + rows * high, shapes }
}

impl Shape {
    /// The same elsewhere.
    fn moved(&self, [right, down]: [u32; 2]) -> Self {
        let mut shape = self.clone();
        let (Self::Rectangle { corner: at, .. }
        | Self::Disc { centre: at, .. }
        | Self::Text { place: at, .. }
        | Self::Number { centre: at, .. }) = &mut shape;
        *at = [at[0] + right, at[1] + down];
        shape
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use image::Rgb;
    use pixel_debate_game::{Debate, Debater, Image, Move, Pixel, Role, Rules, Seat};

    use super::*;

    fn view(values: [u8; 3]) -> View {
        let image = Arc::new(Image::new(3, 1, values.to_vec()).unwrap());
        let rules = Rules::paper(2, true, Role::Liar);
        let mut debate = Debate::new(rules, image, 1, Some(0), 2).unwrap();
        for (by, x) in [(Debater::First, 0), (Debater::Second, 1)] {
            debate.apply(Move::Reveal { by, pixel: Pixel::new(x, 0) }).unwrap();
        }
        debate.view(Seat::Judge)
    }

    #[test]
    fn each_debate_is_drawn_in_its_own_place() {
        let views = [view([10, 20, 0]), view([30, 40, 0]), view([50, 60, 0])];
        let sheet = Figure::sheet("title", "note", &views, 2);
        let one = layout::lay_out(&views[0], SIDE / SMALLER, 2, true);
        assert_eq!((sheet.width, sheet.height), (2 * one.width, HEAD + 2 * one.height));
        let picture = sheet.image();
        for (number, value) in [(0, 10), (1, 30), (2, 50)] {
            let (left, top) = (number % 2 * one.width, HEAD + number / 2 * one.height);
            let values = [value, value + 10].map(|value| Rgb([value; 3]));
            for found in values {
                let inside = |x: u32, y: u32| {
                    (left..left + one.width).contains(&x) && (top..top + one.height).contains(&y)
                };
                let places = picture.enumerate_pixels().filter(|(_, _, seen)| **seen == found);
                let places: Vec<_> = places.map(|(x, y, _)| (x, y)).collect();
                assert!(places.len() > 1000, "{found:?}");
                assert!(places.iter().filter(|(x, y)| inside(*x, *y)).count() > 1000);
            }
        }
        assert!(sheet.svg().contains(">title</text>"));
    }

    #[test]
    fn what_xml_forbids_is_not_in_an_svg() {
        let svg = Figure::sheet("a\u{0}b", "c\u{1b}\u{ffff}<d>", &[], 2).svg();
        assert!(svg.contains(">a\u{fffd}b</text>"), "{svg}");
        assert!(svg.contains(">c\u{fffd}\u{fffd}&lt;d&gt;</text>"), "{svg}");
    }

    #[test]
    fn a_sheet_of_nothing_is_small_and_no_fault() {
        let sheet = Figure::sheet("title", "note", &[], 0);
        assert_eq!((sheet.width, sheet.height), (0, HEAD));
    }
}
