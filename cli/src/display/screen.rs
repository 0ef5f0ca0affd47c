//! Standard output, in colour where it can be.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{Ansi256Color, Color, Style};
use pixel_debate_game::Role;

/// The 256-colour palette is the one that every terminal with colours has.
const HONEST: Ansi256Color = Ansi256Color(35);
const LIAR: Ansi256Color = Ansi256Color(33);

/// The colour of a debater.
pub(super) fn colour(role: Role) -> Ansi256Color {
    match role {
        Role::Honest => HONEST,
        Role::Liar => LIAR,
    }
}

/// Standard output, each line written at once.
pub(crate) struct Screen {
    out: io::Stdout,
    colour: bool,
}

impl Screen {
    /// Standard output, in colour if it is a terminal and nothing speaks against it.
    pub(crate) fn stdout() -> Self {
        let out = io::stdout();
        let colour = AutoStream::choice(&out) != ColorChoice::Never;
        Self { out, colour }
    }

    /// Whether colours are shown.
    pub(super) fn in_colour(&self) -> bool {
        self.colour
    }

    /// Text in a debater's colour.
    pub(super) fn paint(&self, role: Role, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let style = Style::new().fg_color(Some(Color::Ansi256(colour(role)))).bold();
        format!("{style}{text}{style:#}")
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
