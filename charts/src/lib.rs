//! Charts: drawn once, written as SVG and as PNG.
//!
//! They are to be read in grey and by colour-blind readers: what differs in colour (those of Okabe
//! and Ito, "Color universal design", 2008) differs in the shape of its marks too. Every rate has
//! its 95 % interval, and every chart says what its n is.
//!
//! ```
//! use pixel_debate_charts::{Chart, Dot, Dots};
//!
//! let dot = |kind, rate| Dot { kind, rate, low: rate - 0.05, high: rate + 0.05 };
//! let chart = Chart::Dots(Dots {
//!     title: "Optimal play".to_owned(),
//!     note: "Images won by the honest side, n = 100.".to_owned(),
//!     axis: "images won".to_owned(),
//!     kinds: vec!["honest first".to_owned(), "liar first".to_owned()],
//!     groups: vec![("four pixels".to_owned(), vec![dot(0, 0.85), dot(1, 0.79)])],
//! });
//! let drawn = chart.draw("optimal")?;
//! assert!(drawn.svg.contains("four pixels") && drawn.png.starts_with(b"\x89PNG"));
//! # Ok::<(), pixel_debate_charts::ChartError>(())
//! ```

mod confusion;
mod dots;
mod games;
mod lines;
mod style;

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use plotters::prelude::{BitMapBackend, IntoDrawingArea, SVGBackend};
use plotters::style::{FontStyle, register_font};

pub use confusion::Confusion;
pub use dots::{Dot, Dots};
pub use games::Games;
pub use lines::{Lines, Look, Point, Series};

/// A chart cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plot {name} cannot be drawn: {fault}")]
pub struct ChartError {
    /// Which.
    pub name: String,
    /// Why.
    pub fault: String,
}

/// Something that can be drawn.
#[derive(Debug)]
pub enum Chart {
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
pub struct Drawn {
    /// As SVG.
    pub svg: String,
    /// As PNG.
    pub png: Vec<u8>,
}

impl Chart {
    /// Draws the chart; `name` is for the error.
    ///
    /// # Errors
    ///
    /// [`ChartError`] if it cannot be drawn.
    pub fn draw(&self, name: &str) -> Result<Drawn, ChartError> {
        let fault = |fault: String| ChartError { name: name.to_owned(), fault };
        let (svg, picture) = match self {
            Self::Games(games) => {
                let figure = games.figure();
                (figure.svg(), figure.image())
            }
            Self::Dots(dots) => plotted(dots.size(), dots).map_err(fault)?,
            Self::Lines(lines) => plotted(lines.size(), lines).map_err(fault)?,
            Self::Confusion(confusion) => plotted(confusion.size(), confusion).map_err(fault)?,
        };
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).map_err(|error| fault(error.to_string()))?;
        Ok(Drawn { svg, png: png.into_inner() })
    }
}

/// The colour of a kind in all charts, as CSS has it.
///
/// ```
/// assert_eq!(pixel_debate_charts::colour(1), "#0072b2");
/// ```
pub fn colour(kind: usize) -> String {
    let plotters::style::RGBColor(red, green, blue) = style::colour(kind);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A plot of that width and height as SVG, and in pixels; the error says what went wrong.
fn plotted(size: (u32, u32), plot: &impl style::Plot) -> Result<(String, RgbImage), String> {
    // The program's own font, so that a picture does not depend on the machine.
    register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| "the font is damaged".to_owned())?;
    let mut svg = String::new();
    on(&SVGBackend::with_string(&mut svg, size).into_drawing_area(), plot)?;
    let mut pixels = vec![0; (size.0 * size.1 * 3) as usize];
    on(&BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area(), plot)?;
    let picture = RgbImage::from_raw(size.0, size.1, pixels);
    Ok((svg, picture.ok_or("the picture has another size")?))
}

fn on<B: style::Backend>(area: &style::Area<B>, plot: &impl style::Plot) -> Result<(), String> {
    area.fill(&style::PAPER)
        .and_then(|()| plot.draw(area))
        .and_then(|()| area.present())
        .map_err(|error| error.to_string())
}
