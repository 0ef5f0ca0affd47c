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
///
/// ```
/// use pixel_debate_agents::solver::{Move, Strategy};
/// use pixel_debate_game::Pixel;
/// use pixel_debate_judge::PixelSet;
///
/// let first = |x| Move { after: PixelSet::default(), reveal: Pixel::new(x, 0) };
/// let strategy = Strategy { moves: vec![first(1), first(2)], ..Strategy::default() };
/// assert_eq!(
///     strategy.book().unwrap_err().to_string(),
///     "the strategy has two entries for the position after nothing"
/// );
/// ```
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
    ///
    /// ```
    /// use pixel_debate_agents::solver::{Move, Step, Strategy};
    /// use pixel_debate_game::{Pixel, Role};
    /// use pixel_debate_judge::PixelSet;
    ///
    /// let begin = Move { after: PixelSet::default(), reveal: Pixel::new(1, 0) };
    /// let strategy = Strategy { moves: vec![begin], ..Strategy::default() };
    /// let book = strategy.book()?;
    /// let step = |revealed: &[Pixel], turns: &[Role]| {
    ///     book.step(&revealed.iter().copied().collect(), turns, Role::Honest)
    /// };
    /// let (one, other) = (Pixel::new(1, 0), Pixel::new(5, 0));
    /// assert_eq!(step(&[], &[Role::Honest, Role::Liar]), Step::Move(one));
    /// assert_eq!(step(&[one], &[Role::Liar]), Step::Any, "it is not the winner's turn");
    /// assert_eq!(step(&[other], &[Role::Honest]), Step::Silent, "the strategy leads elsewhere");
    /// assert_eq!(step(&[other], &[]), Step::Over);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// use pixel_debate_agents::solver::{Plan, Reply, Strategy};
    /// use pixel_debate_game::{Pixel, Role};
    /// use pixel_debate_judge::PixelSet;
    ///
    /// // The liar wins by two pixels, whatever the honest side reveals.
    /// let [a, b] = [Pixel::new(1, 0), Pixel::new(2, 0)];
    /// let plan = Plan { after: PixelSet::default(), reveal: vec![a, b] };
    /// let strategy = Strategy { plans: vec![plan], ..Strategy::default() };
    /// let book = strategy.book()?;
    /// let turns = [Role::Honest, Role::Liar, Role::Honest, Role::Liar];
    /// let reply = |path: &[Pixel]| book.reply(path, &turns, Role::Liar);
    /// assert_eq!(reply(&[]), None, "it is not the liar's turn");
    /// assert_eq!(reply(&[Pixel::new(7, 0)]), Some(Reply::Missing(vec![a, b])));
    /// assert_eq!(reply(&[b]), Some(Reply::Missing(vec![a])), "the honest side has helped");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
