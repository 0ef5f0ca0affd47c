//! A debate as a picture, after the paper's figure 4: what the debaters see beside what the judge
//! sees, with the revealed pixels numbered in order, the honest side's green and the liar's blue, the
//! first debater's numbers on discs and the second's on squares.
//!
//! A [`Figure`] is made from a [`View`] and from nothing else, so it tells what the view tells: of
//! a judge's or spectator's view before the outcome only the evidence is there to be drawn.
//!
//! ```
//! use std::sync::Arc;
//!
//! use pixel_debate_figure::Figure;
//! use pixel_debate_game::{Debate, Image, Role, Rules, Seat};
//!
//! let image = Arc::new(Image::new(2, 1, vec![7, 9])?);
//! let debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 1, Some(0), 2)?;
//! let svg = Figure::of(&debate.view(Seat::Judge)).svg();
//! assert!(svg.contains("The judge sees") && !svg.contains("The debaters see"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod animation;
mod badges;
mod canvas;
mod layout;
mod sheet;
mod svg;

use image::{Rgb, RgbImage};
use pixel_debate_game::View;

pub use animation::gif;
use canvas::Canvas;
pub use svg::printable;

/// A drawing: shapes that lie on each other, the last on top.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    width: u32,
    height: u32,
    shapes: Vec<Shape>,
}

/// A part of a drawing. Lengths are in pixels from the top left.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Rectangle {
        corner: [u32; 2],
        size: [u32; 2],
        colour: Rgb<u8>,
    },
    Disc {
        centre: [u32; 2],
        diameter: u32,
        colour: Rgb<u8>,
    },
    /// Text that begins at the place and stands on it.
    Text {
        place: [u32; 2],
        size: f32,
        colour: Rgb<u8>,
        text: String,
    },
    /// A number with the place in its middle.
    Number {
        centre: [u32; 2],
        size: f32,
        colour: Rgb<u8>,
        number: usize,
    },
}

impl Figure {
    /// The picture of a debate as a seat sees it: while the seat does not know the truth the
    /// judge's view alone, then the debaters' beside it.
    pub fn of(view: &View) -> Self {
        layout::lay_out(view, layout::SIDE, view.evidence.len(), true)
    }

    /// The pictures of several debates on one sheet, smaller and `across` in a row (at least one), below a title
    /// and a note.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use pixel_debate_figure::Figure;
    /// # use pixel_debate_game::{Debate, Image, Role, Rules, Seat};
    /// # let image = Arc::new(Image::new(2, 1, vec![7, 9])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 1, Some(0), 2)?;
    /// let views = [Seat::Debater(pixel_debate_game::Debater::First), Seat::Judge];
    /// let views = views.map(|seat| debate.view(seat));
    /// let svg = Figure::sheet("One debate", "as two see it", &views, 2).svg();
    /// assert_eq!(svg.matches("The judge sees").count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sheet(title: &str, note: &str, views: &[View], across: usize) -> Self {
        sheet::lay_out(title, note, views, across)
    }

    /// The picture in pixels.
    pub fn image(&self) -> RgbImage {
        let mut canvas = Canvas::new(self.width, self.height, layout::PAPER);
        for shape in &self.shapes {
            match shape {
                Shape::Rectangle { corner, size, colour } => canvas.fill(*corner, *size, *colour),
                Shape::Disc { centre, diameter, colour } => {
                    canvas.disc(*centre, *diameter, *colour);
                }
                Shape::Text { place, size, colour, text } => {
                    canvas.text((place[0], place[1]), *size, *colour, text);
                }
                Shape::Number { centre, size, colour, number } => {
                    let number = number.to_string();
                    canvas.number((centre[0], centre[1]), *size, *colour, &number);
                }
            }
        }
        canvas.into_image()
    }
}
