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
//! - **One plan for many siblings**: a plan that answers one reveal is tried against all the others
//!   at once.
//! - **Killers and history**: moves that have won elsewhere are tried first.

use pixel_debate_game::Role;
use pixel_debate_judge::Decider;
use rustc_hash::FxHashMap;

use super::{
    Stop,
    game::{Game, Set},
    plan::{Found, Plan, Yield},
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
    /// For each number of pixels revealed and each role, how often plans were found there.
    yields: Vec<[Yield; 2]>,
}

/// How often the search mends a plan before it expands the game's first position.
const MENDS_AT_ROOT: usize = 6;
/// How often it mends plans further down.
const MENDS_BELOW: usize = 1;
/// Exceptions that a plan of the first position may have to be of use as a guide.
const EXCEPTIONS: usize = 2000;
/// Plans that are remembered.
const PLANS: usize = 256;

impl<'a> Search<'a> {
    pub(super) fn new(game: &'a Game, decider: Box<dyn Decider + 'a>, clock: Clock) -> Self {
        let history = std::array::from_fn(|_| vec![0; game.candidates.len()]);
        let yields = vec![[Yield::default(); 2]; game.turns.len()];
        let (table, plans) = (FxHashMap::default(), Vec::new());
        Self { game, decider, clock, revealed: Vec::new(), table, plans, history, yields }
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

    /// The candidates that are not revealed, with roughly the margin for `role` that each would lead
    /// to: what to try first.
    pub(super) fn guesses(&mut self, role: Role) -> Result<Vec<(usize, f32)>, Stop> {
        self.check_time()?;
        Ok(self.each_free(role, Decider::guess_with))
    }

    /// The candidates that are not revealed, with the margin for `role` that each would lead to.
    pub(super) fn margins(&mut self, role: Role) -> Vec<(usize, f32)> {
        self.each_free(role, Decider::margin_with)
    }

    fn each_free(
        &mut self,
        role: Role,
        honest_margin: impl Fn(&mut (dyn Decider + 'a), usize) -> f32,
    ) -> Vec<(usize, f32)> {
        let decider = &mut *self.decider;
        let free = (0..self.game.candidates.len()).filter(|one| !self.revealed.contains(one));
        let margins = free.map(|candidate| {
            let margin = honest_margin(decider, candidate);
            (candidate, if role == Role::Honest { margin } else { -margin })
        });
        margins.collect()
    }

    /// Solves the first position.
    pub(super) fn solve(&mut self) -> Result<Value, Stop> {
        if self.game.turns.len() < 3 {
            return self.value();
        }
        let mut failed = Vec::new();
        for role in [Role::Honest, Role::Liar] {
            match self.find_plan(role, MENDS_AT_ROOT)? {
                Found::Proven(plan) => return Ok(self.first_value(plan)),
                Found::Failed(pixels) => failed.push((role, pixels)),
            }
        }
        // Neither side has a plan that always works: plans that mostly do are guides.
        for (role, pixels) in failed {
            if !pixels.is_empty()
                && let Some(plan) = self.with_exceptions(role, pixels, EXCEPTIONS)?
            {
                self.remember(plan);
            }
        }
        self.value()
    }

    /// The first position's value, which that plan of it has proven.
    pub(super) fn first_value(&mut self, plan: Plan) -> Value {
        let value = self.remember(plan);
        self.table.insert(Set::default(), value.clone());
        value
    }

    /// Keeps a plan of the position at hand, whose value it is if it has no exceptions.
    fn remember(&mut self, plan: Plan) -> Value {
        let value = Value { winner: plan.role, means: Means::Plan(plan.missing(&self.revealed)) };
        self.plans.insert(0, plan);
        self.plans.truncate(PLANS);
        value
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
                if turn > 0
                    && turns.len() > 2
                    && let Some(plan) = self.plan_below(mover)?
                {
                    return Ok(self.remember(plan));
                }
                self.expand(mover)
            }
        }
    }

    /// Looks for a plan where one costs no more than to expand a few moves, of the likelier side
    /// first and of none that has hardly ever had one at that depth.
    fn plan_below(&mut self, mover: Role) -> Result<Option<Plan>, Stop> {
        let turn = self.revealed.len();
        // If nothing is known: the side with most of the turns, or with the last one.
        let mut roles = [mover.other(), mover];
        let [first, second] = roles.map(|role| self.yields[turn][role as usize]);
        if second.is_above(first) {
            roles.reverse();
        }
        for role in roles {
            if self.game.turns_of(role.other(), turn) <= 2
                && self.yields[turn][role as usize].is_worth_it()
            {
                let found = self.find_plan(role, MENDS_BELOW)?;
                let proven = matches!(found, Found::Proven(_));
                self.yields[turn][role as usize].count(proven);
                if let Found::Proven(plan) = found {
                    return Ok(Some(plan));
                }
            }
        }
        Ok(None)
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
        let mut margins = self.guesses(mover)?;
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
        let set = Set::of(&self.revealed);
        for candidate in self.ordered(mover)? {
            let known = self.table.contains_key(&set.with(candidate));
            self.push(candidate);
            let value = self.value()?;
            self.pop(1);
            if value.winner == mover {
                self.history[mover as usize][candidate] += 1 << (2 * below.min(20));
                return Ok(Value { winner: mover, means: Means::Move(Some(candidate)) });
            }
            if let Means::Plan(plan) = &value.means
                && !known
            {
                self.settle_siblings(mover.other(), plan)?;
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
