//! Charts: drawn once, written as SVG and as PNG.
//!
//! They are to be read in grey and by colour-blind readers: what differs in colour (those of Okabe
//! and Ito, "Color universal design", 2008) differs in the shape of its marks too. Every rate has
//! its 95 % interval, and every chart says what its n is.

mod confusion;
mod dots;
mod games;
mod lines;
mod style;

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use plotters::prelude::{BitMapBackend, IntoDrawingArea, SVGBackend};
use plotters::style::{FontStyle, register_font};

use crate::RunError;
pub(crate) use confusion::Confusion;
pub(crate) use dots::{Dot, Dots};
pub(crate) use games::Games;
pub(crate) use lines::{Lines, Point, Series};

/// Something that can be drawn.
#[derive(Debug)]
pub(crate) enum Chart {
    /// Rates below each other.
    Dots(Dots),
    /// Rates by category, one line a series.
    Lines(Lines),
    /// What was taken for what.
    Confusion(Confusion),
    /// Debates.
    Games(Games),
}

/// A chart as files.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) svg: String,
    /// As PNG.
    pub(crate) png: Vec<u8>,
}

impl Chart {
    /// Draws the chart; `name` is for the error.
    pub(crate) fn draw(&self, name: &str) -> Result<Drawn, RunError> {
        let fault = |fault: String| RunError::Plot { name: name.to_owned(), fault };
        // The program's own font, so that a picture does not depend on the machine.
        register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
            .map_err(|_| fault("the font is damaged".to_owned()))?;
        let size = self.size();
        let mut svg = String::new();
        self.draw_on(&SVGBackend::with_string(&mut svg, size).into_drawing_area())
            .map_err(|error| fault(error.to_string()))?;
        let mut pixels = vec![0; (size.0 * size.1 * 3) as usize];
        self.draw_on(&BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area())
            .map_err(|error| fault(error.to_string()))?;
        let picture = RgbImage::from_raw(size.0, size.1, pixels)
            .ok_or_else(|| fault("the picture has another size".to_owned()))?;
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).map_err(|error| fault(error.to_string()))?;
        Ok(Drawn { svg, png: png.into_inner() })
    }

    fn size(&self) -> (u32, u32) {
        match self {
            Self::Dots(dots) => dots.size(),
            Self::Lines(_) => Lines::SIZE,
            Self::Confusion(confusion) => confusion.size(),
            Self::Games(games) => games.size(),
        }
    }

    fn draw_on<B: style::Backend>(&self, area: &style::Area<B>) -> style::Result<B> {
        area.fill(&style::PAPER)?;
        match self {
            Self::Dots(dots) => dots.draw(area)?,
            Self::Lines(lines) => lines.draw(area)?,
            Self::Confusion(confusion) => confusion.draw(area)?,
            Self::Games(games) => games.draw(area)?,
        }
        area.present()
    }
}
