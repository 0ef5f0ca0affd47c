//! Who wins a position: plans first, then alpha-beta over sets.
//!
//! A position is a set of revealed pixels. Its value is one bit, so alpha-beta is: stop at the first
//! move that wins. What makes that fast:
//!
//! - **Plans** ([`plan`](super::plan)) settle most games at the root, and cut off every position
//!   that one of them covers, exceptions and all.
//! - **Sets, not sequences**: a transposition table knows a position whatever the order of its
//!   pixels; so a position that refutes `a, then b` refutes `b, then a`.
//! - **The last two reveals are one matrix**: with all other pixels fixed, whether `p` and `q` win
//!   is symmetric in them. If `q` answers `p`, then `p` answers `q`.
//! - **Killers and history**: moves that have won elsewhere are tried first.

use pixel_debate_game::Role;
use pixel_debate_judge::Decider;
use rustc_hash::FxHashMap;

use super::{
    Stop,
    game::{Game, Set},
    plan::{Effort, Plan},
};
use crate::Clock;

/// How a side wins from a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Means {
    /// Every set wins that holds these pixels too, which the winner has turns enough to reveal.
    Plan(Vec<usize>),
    /// By this move, if the winner is to move; otherwise whatever the other side does.
    Move(Option<usize>),
    /// The other side makes the last move but one: the winner answers with the first of these that
    /// wins.
    Answers(Vec<usize>),
}

/// The value of a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) winner: Role,
    pub(super) means: Means,
}

/// The search of one game.
pub(super) struct Search<'a> {
    pub(super) game: &'a Game,
    pub(super) decider: Box<dyn Decider + 'a>,
    clock: Clock,
    /// The candidates revealed so far, in order; the decider's stem.
    pub(super) revealed: Vec<usize>,
    pub(super) table: FxHashMap<Set, Value>,
    pub(super) plans: Vec<Plan>,
    /// For each role and candidate, how often it won as a move, weighed by the depth below.
    history: [Vec<u64>; 2],
}

/// What the search does before it expands the game's first position.
const AT_ROOT: Effort = Effort { mends: 6, exceptions: 0 };
/// How it looks for plans further down.
const BELOW: Effort = Effort { mends: 1, exceptions: 0 };
/// Exceptions that a plan of the first position may have to be of use as a guide.
const EXCEPTIONS: usize = 2000;
/// Plans that are remembered.
const PLANS: usize = 256;

impl<'a> Search<'a> {
    pub(super) fn new(game: &'a Game, decider: Box<dyn Decider + 'a>, clock: Clock) -> Self {
        let history = std::array::from_fn(|_| vec![0; game.candidates.len()]);
        let (table, plans) = (FxHashMap::default(), Vec::new());
        Self { game, decider, clock, revealed: Vec::new(), table, plans, history }
    }

    pub(super) fn check_time(&self) -> Result<(), Stop> {
        if self.clock.is_over() { Err(Stop) } else { Ok(()) }
    }

    pub(super) fn push(&mut self, candidate: usize) {
        self.decider.push(candidate);
        self.revealed.push(candidate);
    }

    pub(super) fn pop(&mut self, count: usize) {
        for _ in 0..count {
            self.decider.pop();
            self.revealed.pop();
        }
    }

    /// Goes back to the first position, after a search that was stopped.
    pub(super) fn rewind(&mut self) {
        self.pop(self.revealed.len());
    }

    /// The candidates that are not revealed, with the margin for `role` that each would lead to.
    pub(super) fn margins(&mut self, role: Role) -> Result<Vec<(usize, f32)>, Stop> {
        self.check_time()?;
        Ok(self.every_margin(role))
    }

    /// As [`margins`](Self::margins), whatever the time.
    pub(super) fn every_margin(&mut self, role: Role) -> Vec<(usize, f32)> {
        let mut margins = Vec::with_capacity(self.game.candidates.len());
        for candidate in 0..self.game.candidates.len() {
            if !self.revealed.contains(&candidate) {
                let margin = self.decider.margin_with(candidate);
                margins.push((candidate, if role == Role::Honest { margin } else { -margin }));
            }
        }
        margins
    }

    /// Solves the first position.
    pub(super) fn solve(&mut self) -> Result<Value, Stop> {
        if self.game.turns.len() < 3 {
            return self.value();
        }
        for role in [Role::Honest, Role::Liar] {
            if let Some(value) = self.plan_for(role, AT_ROOT)? {
                return Ok(value);
            }
        }
        // Neither side has a plan that always works: plans that mostly do are guides.
        for role in [Role::Honest, Role::Liar] {
            let effort = Effort { exceptions: EXCEPTIONS, ..AT_ROOT };
            self.try_plan(role, effort)?;
        }
        self.value()
    }

    /// The first position's value, if a plan of that role is it.
    pub(super) fn plan_for(&mut self, role: Role, effort: Effort) -> Result<Option<Value>, Stop> {
        let value = self.try_plan(role, effort)?;
        if let Some(value) = &value {
            self.table.insert(Set::default(), value.clone());
        }
        Ok(value)
    }

    /// Looks for a plan and remembers it; if it has no exceptions, that is the position's value.
    fn try_plan(&mut self, role: Role, effort: Effort) -> Result<Option<Value>, Stop> {
        let Some(plan) = self.find_plan(role, effort)? else { return Ok(None) };
        let proven = plan.exceptions.is_empty();
        let missing = plan.missing(&self.revealed);
        self.plans.insert(0, plan);
        self.plans.truncate(PLANS);
        Ok(proven.then_some(Value { winner: role, means: Means::Plan(missing) }))
    }

    /// The value of the position at hand.
    fn value(&mut self) -> Result<Value, Stop> {
        let set = Set::of(&self.revealed);
        if let Some(value) = self.table.get(&set) {
            return Ok(value.clone());
        }
        let value = self.find_value()?;
        self.table.insert(set, value.clone());
        Ok(value)
    }

    fn find_value(&mut self) -> Result<Value, Stop> {
        self.check_time()?;
        let turn = self.revealed.len();
        let turns = &self.game.turns[turn..];
        match turns {
            [] => {
                let honest = self.decider.honest_wins();
                Ok(Value { winner: winner(honest), means: Means::Move(None) })
            }
            [mover] => Ok(self.last_reveal(*mover)),
            [mover, last] if mover != last => self.last_two_reveals(*mover),
            [mover, ..] => {
                let mover = *mover;
                if let Some(value) = self.covered() {
                    return Ok(value);
                }
                if turn > 0 && turns.len() > 2 {
                    // A side with most of the turns, or with the last one, is the likelier.
                    for role in [mover.other(), mover] {
                        if self.game.turns_of(role.other(), turn) <= 2
                            && let Some(value) = self.try_plan(role, BELOW)?
                        {
                            return Ok(value);
                        }
                    }
                }
                self.expand(mover)
            }
        }
    }

    /// The position's value if a known plan covers it.
    fn covered(&self) -> Option<Value> {
        let plan = self.plans.iter().find(|plan| {
            plan.covers(&self.revealed, self.game.turns_of(plan.role, self.revealed.len()))
        })?;
        let means = Means::Plan(plan.missing(&self.revealed));
        Some(Value { winner: plan.role, means })
    }

    /// The candidates in the order in which `mover` tries them.
    fn ordered(&mut self, mover: Role) -> Result<Vec<usize>, Stop> {
        let mut margins = self.margins(mover)?;
        let plan = self.plans.iter().find(|plan| plan.role == mover).cloned();
        let history = &self.history[mover as usize];
        let planned =
            |candidate| plan.as_ref().is_some_and(|plan| plan.pixels.contains(&candidate));
        margins.sort_by(|(a, x), (b, y)| {
            (planned(*b), history[*b]).cmp(&(planned(*a), history[*a])).then(y.total_cmp(x))
        });
        Ok(margins.into_iter().map(|(candidate, _)| candidate).collect())
    }

    fn expand(&mut self, mover: Role) -> Result<Value, Stop> {
        let below = self.game.turns.len() - self.revealed.len();
        for candidate in self.ordered(mover)? {
            self.push(candidate);
            let value = self.value()?;
            self.pop(1);
            if value.winner == mover {
                self.history[mover as usize][candidate] += 1 << (2 * below.min(20));
                return Ok(Value { winner: mover, means: Means::Move(Some(candidate)) });
            }
        }
        Ok(Value { winner: mover.other(), means: Means::Move(None) })
    }

    fn last_reveal(&mut self, mover: Role) -> Value {
        let all = 0..self.game.candidates.len();
        let mut free = all.filter(|candidate| !self.revealed.contains(candidate));
        let winning =
            free.find(|candidate| winner(self.decider.honest_wins_with(*candidate)) == mover);
        let winner = if winning.is_some() { mover } else { mover.other() };
        Value { winner, means: Means::Move(winning) }
    }

    /// `mover` reveals, then the other side, and the debate is over.
    fn last_two_reveals(&mut self, mover: Role) -> Result<Value, Stop> {
        let last = mover.other();
        let rows = self.ordered(mover)?;
        // Answers that have served before come first.
        let mut answers: Vec<usize> = rows.iter().rev().copied().collect();
        let mut serving: Vec<usize> = Vec::new();
        let mut answered = vec![false; self.game.candidates.len()];
        for row in rows {
            if answered[row] {
                continue;
            }
            let place = answers.iter().position(|answer| {
                *answer != row && winner(self.decider.honest_wins_with_both([row, *answer])) == last
            });
            let Some(place) = place else {
                self.history[mover as usize][row] += 1;
                return Ok(Value { winner: mover, means: Means::Move(Some(row)) });
            };
            let answer = answers.remove(place);
            answers.insert(0, answer);
            for (reveal, answer) in [(row, answer), (answer, row)] {
                if !answered[reveal] && !serving.contains(&answer) {
                    serving.push(answer);
                }
                answered[reveal] = true;
            }
            self.history[last as usize][answer] += 1;
        }
        Ok(Value { winner: last, means: Means::Answers(serving) })
    }
}

/// The winner of a complete set.
fn winner(honest_wins: bool) -> Role {
    if honest_wins { Role::Honest } else { Role::Liar }
}
