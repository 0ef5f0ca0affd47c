//! A drawing as SVG.

use std::fmt::Write;

use image::Rgb;

use crate::layout::PAPER;
use crate::{Figure, Shape};

impl Figure {
    /// The picture as an SVG document. Its text is left to the fonts of whoever looks at it.
    pub fn svg(&self) -> String {
        let Self { width, height, .. } = self;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\">\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n",
            hex(PAPER),
        );
        for shape in &self.shapes {
            let line = match shape {
                Shape::Rectangle { corner: [x, y], size: [width, height], colour } => format!(
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
                    hex(*colour),
                ),
                Shape::Disc { centre: [x, y], diameter, colour } => format!(
                    "<circle cx=\"{x}\" cy=\"{y}\" r=\"{}\" fill=\"{}\"/>",
                    f64::from(*diameter) / 2.0,
                    hex(*colour),
                ),
                Shape::Text { place: [x, y], size, colour, text } => format!(
                    "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{}\">{}</text>",
                    hex(*colour),
                    escaped(text),
                ),
                Shape::Number { centre: [x, y], size, colour, number } => format!(
                    "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{}\" \
                     text-anchor=\"middle\" dominant-baseline=\"central\" \
                     font-family=\"monospace\">{number}</text>",
                    hex(*colour),
                ),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(svg, "{line}");
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn hex(Rgb([red, green, blue]): Rgb<u8>) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A text with U+FFFD in place of what XML forbids, and no font has pictures of: control characters, U+FFFE, U+FFFF.
///
/// ```
/// assert_eq!(pixel_debate_figure::printable("ring\u{7}s"), "ring\u{fffd}s");
/// ```
pub fn printable(text: &str) -> String {
    let forbidden =
        |character: char| character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}');
    text.replace(forbidden, "\u{fffd}")
}

fn escaped(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
