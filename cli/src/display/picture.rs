//! The image and the judge's view of it in characters.
//!
//! In colour, each character is two pixels, one above the other (the upper half block in the upper
//! one's colour on the lower one's). In plain characters a pixel is two characters wide, and a
//! revealed one is the number of its reveal.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::Range;

use anstyle::{Ansi256Color, Color, Style};
use pixel_debate_game::{Debate, Pixel};

use super::screen::{Screen, colour};

/// Who looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Eyes {
    Debaters,
    Judge,
}

/// What the judge does not know.
const UNKNOWN: Ansi256Color = Ansi256Color(240);
/// The grey values of the palette: 232, nearly black, up to 255, nearly white.
const GREYS: u16 = 24;

/// The image with the evidence marked in it, as the debaters see it.
pub(crate) fn image(screen: &mut Screen, debate: &Debate) -> io::Result<()> {
    for line in lines(screen, debate, Eyes::Debaters) {
        writeln!(screen, "  {line}")?;
    }
    Ok(())
}

/// What the debaters see and what the judge sees, side by side where there is room for both, which
/// is in colour.
pub(crate) fn views(screen: &mut Screen, debate: &Debate) -> io::Result<()> {
    let judge = lines(screen, debate, Eyes::Judge);
    if !screen.in_colour() {
        writeln!(screen, "  The judge saw, each pixel by the number of its reveal:")?;
        for line in judge {
            writeln!(screen, "  {line}")?;
        }
        return Ok(());
    }
    let width = usize::from(debate.image().width());
    writeln!(screen, "  {:<width$}    the judge saw", "the debaters saw")?;
    for (left, right) in lines(screen, debate, Eyes::Debaters).into_iter().zip(judge) {
        writeln!(screen, "  {left}    {right}")?;
    }
    Ok(())
}

fn lines(screen: &Screen, debate: &Debate, eyes: Eyes) -> Vec<String> {
    let (width, height) = (debate.image().width(), debate.image().height());
    if screen.in_colour() {
        (0..height).step_by(2).map(|y| half_blocks(debate, eyes, y, 0..width)).collect()
    } else {
        let cell = |x, y| plain_cell(debate, eyes, Pixel::new(x, y));
        (0..height).map(|y| (0..width).map(|x| cell(x, y)).collect()).collect()
    }
}

/// Rows `y` and `y + 1` as one line.
fn half_blocks(debate: &Debate, eyes: Eyes, y: u8, columns: Range<u8>) -> String {
    let mut line = String::new();
    for x in columns {
        let upper = shade(debate, eyes, Pixel::new(x, y)).map(Color::from);
        let lower = shade(debate, eyes, Pixel::new(x, y.saturating_add(1))).map(Color::from);
        let style = Style::new().fg_color(upper).bg_color(lower);
        // Writing to a string does not fail.
        let _ = write!(line, "{style}▀{style:#}");
    }
    line
}

/// The colour of a pixel; `None` below the last row.
fn shade(debate: &Debate, eyes: Eyes, pixel: Pixel) -> Option<Ansi256Color> {
    let value = debate.image().value(pixel)?;
    if let Some(reveal) = debate.evidence().iter().find(|reveal| reveal.pixel == pixel) {
        return Some(colour(debate.rules().role_of(reveal.by)));
    }
    Some(match eyes {
        Eyes::Debaters => Ansi256Color(232 + (u16::from(value) * (GREYS - 1) / 255) as u8),
        Eyes::Judge => UNKNOWN,
    })
}

/// A pixel in two plain characters.
fn plain_cell(debate: &Debate, eyes: Eyes, pixel: Pixel) -> String {
    if let Some(at) = debate.evidence().iter().position(|reveal| reveal.pixel == pixel) {
        // Two characters are enough for the first 99; of later ones, the last two digits.
        return format!("{:>2}", (at + 1) % 100);
    }
    let value = debate.image().value(pixel).unwrap_or(0);
    let cell = match (eyes, value) {
        (Eyes::Judge, _) => " .",
        (Eyes::Debaters, 0) => "  ",
        (Eyes::Debaters, 1..64) => "░░",
        (Eyes::Debaters, 64..128) => "▒▒",
        (Eyes::Debaters, 128..192) => "▓▓",
        (Eyes::Debaters, 192..) => "██",
    };
    cell.to_owned()
}
