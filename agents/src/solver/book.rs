//! A strategy looked up: what it says of a position, to whoever plays it and to whoever checks it.

use pixel_debate_game::{Pixel, Role};
use pixel_debate_judge::PixelSet;
use rustc_hash::FxHashMap;

use super::{Strategy, certificate::list};

/// A strategy by position.
#[derive(Debug)]
pub struct Book<'a> {
    entries: FxHashMap<&'a PixelSet, Entry<'a>>,
}

#[derive(Debug, Clone, Copy)]
enum Entry<'a> {
    Plan(&'a [Pixel]),
    Move(Pixel),
    Answers(&'a [Pixel]),
}

/// A strategy says two things of one position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the strategy has two entries for the position after {}", list(after))]
pub struct TwoEntries {
    /// What is revealed there.
    pub after: PixelSet,
}

/// What happens at a position while the winner follows its strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// All pixels are revealed.
    Over,
    /// From here on the winner needs nothing but these pixels.
    Plan(&'a [Pixel]),
    /// The winner reveals this.
    Move(Pixel),
    /// It is the winner's turn, and the strategy does not say what it reveals.
    Silent,
    /// The other side reveals its last pixel, and then the winner the first of these that wins.
    Answers(&'a [Pixel]),
    /// The other side reveals any pixel.
    Any,
}

/// What the winner is to reveal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<'a> {
    /// The pixels of a plan that are not revealed yet, in any order; anything, if none is left.
    Missing(Vec<Pixel>),
    /// This.
    Reveal(Pixel),
    /// The first of these that is not revealed yet and wins.
    FirstThatWins(&'a [Pixel]),
}

impl Strategy {
    /// The strategy by position.
    ///
    /// # Errors
    ///
    /// [`TwoEntries`] if it says two things of one position.
    pub fn book(&self) -> Result<Book<'_>, TwoEntries> {
        let plans = self.plans.iter().map(|plan| (&plan.after, Entry::Plan(&plan.reveal)));
        let moves = self.moves.iter().map(|found| (&found.after, Entry::Move(found.reveal)));
        let answers = self.answers.iter();
        let answers = answers.map(|answers| (&answers.after, Entry::Answers(&answers.reveal)));
        let mut entries = FxHashMap::default();
        for (after, entry) in plans.chain(moves).chain(answers) {
            if entries.insert(after, entry).is_some() {
                return Err(TwoEntries { after: after.clone() });
            }
        }
        Ok(Book { entries })
    }
}

impl<'a> Book<'a> {
    /// What happens after `revealed`, where `turns` are left.
    pub fn step(&self, revealed: &PixelSet, turns: &[Role], winner: Role) -> Step<'a> {
        let Some(mover) = turns.first() else { return Step::Over };
        let entry = self.entries.get(revealed).copied();
        let answered = turns.len() == 2 && turns[1] == winner;
        match entry {
            Some(Entry::Plan(pixels)) => Step::Plan(pixels),
            Some(Entry::Move(pixel)) if *mover == winner => Step::Move(pixel),
            Some(Entry::Answers(pixels)) if *mover != winner && answered => Step::Answers(pixels),
            _ if *mover == winner => Step::Silent,
            _ => Step::Any,
        }
    }

    /// What the winner is to reveal after these reveals, in their order, of a game of these turns.
    /// `None` where it is not its turn, or where the strategy did not lead.
    pub fn reply(&self, path: &[Pixel], turns: &[Role], winner: Role) -> Option<Reply<'a>> {
        if turns.get(path.len()) != Some(&winner) {
            return None;
        }
        let mut revealed = PixelSet::default();
        for (made, pixel) in path.iter().map(Some).chain([None]).enumerate() {
            match (self.step(&revealed, &turns[made..], winner), pixel) {
                (Step::Plan(pixels), _) => {
                    // A set: a plan that names a pixel twice reveals it once.
                    let missing = pixels.iter().filter(|pixel| !path.contains(pixel)).copied();
                    let missing = Vec::from(missing.collect::<PixelSet>());
                    // More than there are turns for, if the winner revealed something else.
                    let own = turns[path.len()..].iter().filter(|turn| **turn == winner).count();
                    return (missing.len() <= own).then_some(Reply::Missing(missing));
                }
                (Step::Answers(pixels), Some(_)) => return Some(Reply::FirstThatWins(pixels)),
                (Step::Move(reveal), None) => return Some(Reply::Reveal(reveal)),
                (Step::Move(reveal), Some(pixel)) if reveal == *pixel => {}
                (Step::Any, Some(_)) => {}
                _ => return None,
            }
            if let Some(pixel) = pixel {
                revealed.insert(*pixel);
            }
        }
        None
    }
}
