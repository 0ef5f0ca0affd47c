//! A debate on the terminal: the image, the judge's mind after each reveal, and the verdict.
//!
//! On a terminal in colour, the honest side's pixels green and the liar's blue; elsewhere, and with
//! `NO_COLOR`, in plain characters.

mod picture;
mod progress;
mod screen;
mod summary;

use std::io::{self, Write};

use pixel_debate_agents::Proof;
use pixel_debate_game::{Debate, Role, Verdict, believed_label, honest_margin};

pub(crate) use picture::{image, views};
pub(crate) use progress::Bar;
pub(crate) use screen::Screen;
pub(crate) use summary::summary;

/// Half of the widest bar, in characters.
const HALF_BAR: usize = 12;
/// Characters a logit of the margin.
const BAR_SCALE: f32 = 2.0;

/// The labels' names, where the dataset has better ones than their numbers.
pub(crate) struct Labels<'a>(&'a [String]);

impl<'a> Labels<'a> {
    pub(crate) fn of(classes: &'a [String]) -> Self {
        Self(classes)
    }

    /// `7`, or `7 (sneaker)`.
    pub(crate) fn name(&self, label: u8) -> String {
        match self.0.get(usize::from(label)) {
            Some(name) if *name != label.to_string() => format!("{label} ({name})"),
            _ => label.to_string(),
        }
    }
}

/// A role in its colour, wide enough for either.
pub(crate) fn role(screen: &Screen, role: Role) -> String {
    screen.paint(role, &format!("{role:<6}"))
}

/// The head of the table that [`standing`] writes lines of.
pub(crate) fn standing_head(screen: &mut Screen, debate: &Debate) -> io::Result<()> {
    write!(screen, "    {:<16}{:>5}  ", "reveals (x, y)", "value")?;
    if let Some(lie) = debate.claims().liar {
        let (honest, lie) = (format!("logit {}", debate.label()), format!("logit {lie}"));
        let ahead = "liar ahead ";
        return writeln!(screen, "{honest:>8}{lie:>9}   {ahead:>HALF_BAR$}│ honest ahead");
    }
    for label in 0..debate.classes() {
        write!(screen, "{label:>6}")?;
    }
    writeln!(screen)
}

/// Who revealed which pixel last, what the judge now thinks, and what the debater has proven.
pub(crate) fn standing(
    screen: &mut Screen,
    debate: &Debate,
    logits: &[f32],
    proof: Proof,
) -> io::Result<()> {
    match debate.evidence().iter().last() {
        None => write!(screen, "  0 {:<21}  ", "nothing yet")?,
        Some(reveal) => {
            let number = debate.evidence().len();
            let by = role(screen, debate.rules().role_of(reveal.by));
            let pixel = reveal.pixel.to_string();
            write!(screen, "{number:>3} {by} {pixel:<9}{:>5}  ", reveal.value)?;
        }
    }
    let claims = debate.claims();
    if let Some(lie) = claims.liar {
        let (honest, lie) = (logits[usize::from(claims.honest)], logits[usize::from(lie)]);
        let bar = bar(screen, honest_margin(logits, claims));
        let row = format!("{honest:>8.2}{lie:>9.2}   {bar}{}", note(proof));
        return writeln!(screen, "{}", row.trim_end());
    }
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (label, logit) in logits.iter().enumerate() {
        let mark = if *logit >= greatest { "*" } else { "" };
        let cell = format!("{mark}{logit:.1}");
        let cell = format!("{cell:>6}");
        if label == usize::from(claims.honest) {
            let cell = screen.paint(Role::Honest, &cell);
            write!(screen, "{cell}")?;
        } else {
            write!(screen, "{cell}")?;
        }
    }
    writeln!(screen, "{}", note(proof))
}

/// How sure of its move a debater is, to stand after it; nothing of one that proves nothing.
fn note(proof: Proof) -> &'static str {
    match proof {
        Proof::NotSought => "",
        Proof::Proven(Role::Honest) => "  proven: the honest debater wins",
        Proof::Proven(Role::Liar) => "  proven: the liar wins",
        Proof::Open => "  not proven: out of time",
    }
}

/// The margin as a bar to the side of who is ahead, as wide as both sides.
fn bar(screen: &Screen, margin: f32) -> String {
    let length = ((margin.abs() * BAR_SCALE).round() as usize).min(HALF_BAR);
    let full = "█".repeat(length);
    let space = " ".repeat(HALF_BAR - length);
    if margin > 0.0 {
        format!("{:HALF_BAR$}│{}{space}", "", screen.paint(Role::Honest, &full))
    } else {
        format!("{space}{}│{:HALF_BAR$}", screen.paint(Role::Liar, &full), "")
    }
}

/// Both views of the debate that has ended, and the verdict.
pub(crate) fn verdict(screen: &mut Screen, debate: &Debate, labels: &Labels<'_>) -> io::Result<()> {
    let (Some(Verdict::Logits { logits }), Some(outcome)) = (debate.verdict(), debate.outcome())
    else {
        return Ok(());
    };
    writeln!(screen)?;
    views(screen, debate)?;
    writeln!(screen)?;
    let claims = debate.claims();
    let margin = honest_margin(logits, claims);
    let believed = believed_label(logits, claims);
    let winner = screen.paint(outcome.winner, &outcome.winner.to_string());
    writeln!(
        screen,
        "The judge says {}, by a margin of {:.2}: the {winner} debater wins.",
        labels.name(believed),
        margin.abs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_noted_beside_the_move() {
        assert_eq!(note(Proof::NotSought), "");
        assert_eq!(note(Proof::Proven(Role::Liar)), "  proven: the liar wins");
        assert_eq!(note(Proof::Proven(Role::Honest)), "  proven: the honest debater wins");
        assert_eq!(note(Proof::Open), "  not proven: out of time");
    }
}
