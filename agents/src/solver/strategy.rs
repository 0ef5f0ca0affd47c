//! How a side wins: what it reveals, by what is revealed.

use std::collections::HashSet;

use pixel_debate_game::{Pixel, Role};
use pixel_debate_judge::PixelSet;
use serde::{Deserialize, Serialize};

use super::{
    book::TwoEntries,
    game::Set,
    search::{Means, Search},
};

/// What the winner does after each set of reveals that can come about, the evidence left aside.
///
/// Every position that can arise while the winner follows the strategy is either the other side's
/// turn, or in one of these lists, or follows from a plan. The order of the lists does not matter. A
/// position is in one of them at most, and once: a strategy with two entries for one is not read, and
/// has no [`Book`](super::Book). Nor is one read in which a list names a pixel twice.
///
/// ```
/// use pixel_debate_agents::solver::Strategy;
///
/// let json = r#"{"moves": [{"after": [], "reveal": [1, 0]}, {"after": [], "reveal": [2, 0]}]}"#;
/// let refusal = serde_json::from_str::<Strategy>(json).unwrap_err().to_string();
/// assert_eq!(refusal, "the strategy has two entries for the position after nothing");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Lists")]
pub struct Strategy {
    /// Where the winner needs nothing but certain pixels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Plan>,
    /// Where the winner makes a certain reveal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
    /// Where the other side makes its last reveal and the winner the last of all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answers>,
}

/// A strategy as it is read, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[serde(default)]
    plans: Vec<Entry<Vec<Pixel>>>,
    #[serde(default)]
    moves: Vec<Entry<Pixel>>,
    #[serde(default)]
    answers: Vec<Entry<Vec<Pixel>>>,
}

/// An entry of one of the lists.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<T> {
    after: Vec<Pixel>,
    reveal: T,
}

/// Why a strategy is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    TwoEntries(#[from] TwoEntries),
    #[error("`{field}` of entry {entry} of `{list}` names {pixel} twice: each pixel once")]
    Twice { list: &'static str, entry: usize, field: &'static str, pixel: Pixel },
    #[error("`reveal` of entry {entry} of `answers` is empty: it must name one pixel at least")]
    NoAnswer { entry: usize },
}

impl TryFrom<Lists> for Strategy {
    type Error = Unreadable;

    fn try_from(Lists { plans, moves, answers }: Lists) -> Result<Self, Unreadable> {
        let several = [("plans", &plans), ("answers", &answers)];
        for (list, entries) in several {
            for (entry, Entry { after, reveal }) in entries.iter().enumerate() {
                each_once(list, entry, "after", after)?;
                each_once(list, entry, "reveal", reveal)?;
            }
        }
        for (entry, Entry { after, .. }) in moves.iter().enumerate() {
            each_once("moves", entry, "after", after)?;
        }
        if let Some(entry) = answers.iter().position(|answers| answers.reveal.is_empty()) {
            return Err(Unreadable::NoAnswer { entry });
        }
        let set = PixelSet::from;
        let plans = plans.into_iter();
        let plans = plans.map(|Entry { after, reveal }| Plan { after: set(after), reveal });
        let moves = moves.into_iter();
        let moves = moves.map(|Entry { after, reveal }| Move { after: set(after), reveal });
        let answers = answers.into_iter();
        let answers = answers.map(|Entry { after, reveal }| Answers { after: set(after), reveal });
        let (plans, moves, answers) = (plans.collect(), moves.collect(), answers.collect());
        let strategy = Self { plans, moves, answers };
        strategy.book()?;
        Ok(strategy)
    }
}

/// Says whether a list names each pixel once.
fn each_once(
    list: &'static str,
    entry: usize,
    field: &'static str,
    pixels: &[Pixel],
) -> Result<(), Unreadable> {
    let mut seen = HashSet::new();
    match pixels.iter().find(|pixel| !seen.insert(**pixel)) {
        Some(pixel) => Err(Unreadable::Twice { list, entry, field, pixel: *pixel }),
        None => Ok(()),
    }
}

/// Every complete set that holds these pixels wins; the winner has turns enough to reveal those that
/// are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What is revealed.
    pub after: PixelSet,
    /// What the winner reveals, in any order.
    pub reveal: Vec<Pixel>,
}

/// It is the winner's turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Move {
    /// What is revealed.
    pub after: PixelSet,
    /// What the winner reveals.
    pub reveal: Pixel,
}

/// It is the other side's turn, and then the winner's last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// What is revealed before both.
    pub after: PixelSet,
    /// The winner reveals the first of these that wins.
    pub reveal: Vec<Pixel>,
}

impl Strategy {
    /// The memory that it takes, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let Self { plans, moves, answers } = self;
        let pixels = plans.iter().map(|plan| plan.reveal.capacity());
        let pixels = pixels.chain(answers.iter().map(|answer| answer.reveal.capacity()));
        plans.capacity() * size_of::<Plan>()
            + moves.capacity() * size_of::<Move>()
            + answers.capacity() * size_of::<Answers>()
            + pixels.sum::<usize>() * size_of::<Pixel>()
    }
}

impl Search<'_> {
    /// The strategy of the winner, once the game is solved.
    pub(super) fn strategy(&self, winner: Role) -> Strategy {
        let mut strategy = Strategy::default();
        let (mut seen, mut open) = (HashSet::from([Set::default()]), vec![Set::default()]);
        while let Some(set) = open.pop() {
            let turns = &self.game.turns[set.iter().len()..];
            let Some(value) = self.table.get(&set) else { continue };
            debug_assert_eq!(value.winner, winner, "the strategy stays where the winner wins");
            let after = self.pixels(set.iter());
            let mut next = Vec::new();
            match (&value.means, turns) {
                (Means::Plan(pixels), _) => {
                    let reveal = self.pixels(pixels.iter().copied()).pixels().to_vec();
                    strategy.plans.push(Plan { after, reveal });
                }
                (Means::Answers(answers), _) => {
                    let reveal = answers.iter().map(|answer| self.game.candidates[*answer]);
                    strategy.answers.push(Answers { after, reveal: reveal.collect() });
                }
                (Means::Move(Some(candidate)), _) => {
                    let reveal = self.game.candidates[*candidate];
                    strategy.moves.push(Move { after, reveal });
                    next.push(set.with(*candidate));
                }
                (Means::Move(None), _) => {
                    let all = 0..self.game.candidates.len();
                    let free = all.filter(|candidate| !set.contains(*candidate));
                    next.extend(free.map(|candidate| set.with(candidate)));
                }
            }
            open.extend(next.into_iter().filter(|set| seen.insert(set.clone())));
        }
        strategy.plans.sort_by(|a, b| a.after.cmp(&b.after));
        strategy.moves.sort_by(|a, b| a.after.cmp(&b.after));
        strategy.answers.sort_by(|a, b| a.after.cmp(&b.after));
        strategy
    }

    fn pixels(&self, candidates: impl Iterator<Item = usize>) -> PixelSet {
        candidates.map(|candidate| self.game.candidates[candidate]).collect()
    }

    /// What both sides may reveal, once the game is solved.
    pub(super) fn variation(&mut self, winner: Role) -> Vec<Pixel> {
        let mut plan: Option<Vec<usize>> = None;
        let mut answers: Vec<usize> = Vec::new();
        while let Some(mover) = self.game.turns.get(self.revealed.len()).copied() {
            let mut means = None;
            // What answers the other side's last reveal is in the strategy's list.
            if plan.is_none()
                && answers.is_empty()
                && let Some(value) = self.table.get(&Set::of(&self.revealed))
            {
                match &value.means {
                    Means::Plan(pixels) => plan = Some(pixels.clone()),
                    Means::Answers(pixels) => answers.clone_from(pixels),
                    Means::Move(candidate) => means = *candidate,
                }
            }
            let missing: Vec<usize> = plan.iter().flatten().copied().collect();
            let missing: Vec<usize> =
                missing.into_iter().filter(|pixel| !self.revealed.contains(pixel)).collect();
            let candidate = if mover == winner {
                let free = |pixel: &usize| !self.revealed.contains(pixel);
                let answers: Vec<usize> = answers.iter().copied().filter(free).collect();
                let wins = |search: &mut Self, pixel: usize| {
                    search.decider.honest_wins_with(pixel) == (winner == Role::Honest)
                };
                means
                    .or(missing.first().copied())
                    .or_else(|| answers.into_iter().find(|pixel| wins(self, *pixel)))
                    .unwrap_or_else(|| self.best_at_once(winner))
            } else {
                // The loser counts with the winner's plan.
                for pixel in &missing {
                    self.push(*pixel);
                }
                let best = self.best_at_once(mover);
                self.pop(missing.len());
                best
            };
            self.push(candidate);
        }
        let variation = self.revealed.iter().map(|pixel| self.game.candidates[*pixel]).collect();
        self.rewind();
        variation
    }

    /// The candidate after which the judge favours `role` most; the first one if none is better.
    fn best_at_once(&mut self, role: Role) -> usize {
        let margins = self.margins(role);
        let best = margins.into_iter().reduce(|best, one| if one.1 > best.1 { one } else { best });
        best.map_or(0, |(candidate, _)| candidate)
    }

    /// The best reveal known where the search was stopped at the first position.
    pub(super) fn best_known(&mut self) -> Option<Pixel> {
        let mover = *self.game.turns.first()?;
        let planned = self.plans.iter().find(|plan| plan.role == mover);
        let planned = planned.and_then(|plan| plan.pixels.first().copied());
        let best = planned.unwrap_or_else(|| self.best_at_once(mover));
        Some(self.game.candidates[best])
    }
}
