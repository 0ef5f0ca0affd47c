//! The search for plans.
//!
//! Plans are found by counterexample-guided search: begin with the greedy pixels, try to prove, and
//! where a completion refutes the plan, exchange one pixel such that the refutations met so far no
//! longer hold. What to begin with and to try first is guessed, what is proven is decided.

use pixel_debate_game::Role;

use super::{
    Stop,
    game::Set,
    plan::{Found, Plan},
    search::{Means, Search, Value},
};

impl Search<'_> {
    /// Looks for a plan of `role` from the position at hand, which the decider's stem is, and mends
    /// it up to `mends` times.
    pub(super) fn find_plan(&mut self, role: Role, mends: usize) -> Result<Found, Stop> {
        let own = self.game.turns_of(role, self.revealed.len());
        let rival = self.game.turns_of(role.other(), self.revealed.len());
        if own == 0 {
            return Ok(Found::Failed(Vec::new()));
        }
        let mut pixels = self.greedy(role, own)?;
        let mut refutations: Vec<Vec<usize>> = Vec::new();
        for mend in 0.. {
            let found = self.refute(role, &pixels, rival, 1)?;
            let Some(refutation) = found.into_iter().next() else {
                pixels.extend(&self.revealed);
                return Ok(Found::Proven(Plan { role, pixels, exceptions: Vec::new() }));
            };
            refutations.push(refutation);
            if mend == mends {
                break;
            }
            let Some(mended) = self.mend(role, &pixels, &refutations)? else { break };
            pixels = mended;
        }
        Ok(Found::Failed(pixels))
    }

    /// The plan to reveal `pixels`, of which there are some, with all its exceptions, if there are not
    /// more than `most`.
    pub(super) fn with_exceptions(
        &mut self,
        role: Role,
        mut pixels: Vec<usize>,
        most: usize,
    ) -> Result<Option<Plan>, Stop> {
        let rival = self.game.turns_of(role.other(), self.revealed.len());
        let exceptions = self.refute(role, &pixels, rival, most + 1)?;
        pixels.extend(&self.revealed);
        Ok((exceptions.len() <= most).then_some(Plan { role, pixels, exceptions }))
    }

    /// Enters into the table the reveals that `plan`, found in answer to one of them, answers too.
    ///
    /// The other side is to move. Where it has two reveals left, `role` has answered one of them if
    /// it wins all sets of the plan, that pixel and any other; each pair is tried once for both of its
    /// pixels. With more reveals left there are too many sets, and with one there is nothing to gain.
    pub(super) fn settle_siblings(&mut self, role: Role, plan: &[usize]) -> Result<(), Stop> {
        let turns = |role| self.game.turns_of(role, self.revealed.len());
        if turns(role.other()) != 2 || turns(role) != plan.len() {
            return Ok(());
        }
        let set = Set::of(&self.revealed);
        for pixel in plan {
            self.push(*pixel);
        }
        let order = self.hurting(role)?;
        let unknown = |candidate: &usize| !self.table.contains_key(&set.with(*candidate));
        let mut answered: Vec<bool> = order.iter().map(unknown).collect();
        for (i, first) in order.iter().enumerate() {
            self.check_time()?;
            for (j, second) in order.iter().enumerate().skip(i + 1) {
                if (answered[i] || answered[j])
                    && self.decider.honest_wins_with_both([*first, *second])
                        != (role == Role::Honest)
                {
                    answered[i] = false;
                    answered[j] = false;
                }
            }
        }
        self.pop(plan.len());
        for (candidate, _) in order.iter().zip(answered).filter(|(_, answered)| *answered) {
            let value = Value { winner: role, means: Means::Plan(plan.to_vec()) };
            self.table.insert(set.with(*candidate), value);
        }
        Ok(())
    }

    /// The pixels that `role` would reveal if it alone revealed, each the best at once.
    fn greedy(&mut self, role: Role, count: usize) -> Result<Vec<usize>, Stop> {
        let mut pixels = Vec::new();
        for _ in 0..count {
            let best = self.best(role)?;
            self.push(best);
            pixels.push(best);
        }
        self.pop(count);
        Ok(pixels)
    }

    /// The candidate after which the judge favours `role` most, as far as guessed.
    fn best(&mut self, role: Role) -> Result<usize, Stop> {
        let best = self.guesses(role)?.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let (candidate, _) = best.expect("a position with turns left has candidates left");
        Ok(candidate)
    }

    /// The candidates that are not revealed, the one first after which the judge favours `role`
    /// least.
    fn hurting(&mut self, role: Role) -> Result<Vec<usize>, Stop> {
        let mut margins = self.guesses(role)?;
        margins.sort_by(|a, b| a.1.total_cmp(&b.1));
        Ok(margins.into_iter().map(|(candidate, _)| candidate).collect())
    }

    /// Completions of `size` candidates by which `role` does not win with `plan`: all, or the first
    /// `most` that are found. What hurts the plan most is tried first.
    fn refute(
        &mut self,
        role: Role,
        plan: &[usize],
        size: usize,
        most: usize,
    ) -> Result<Vec<Vec<usize>>, Stop> {
        for pixel in plan {
            self.push(*pixel);
        }
        let order = self.hurting(role)?;
        let mut found = Vec::new();
        self.refute_from(role, &order, size, most, &mut Vec::new(), &mut found)?;
        self.pop(plan.len());
        Ok(found)
    }

    fn refute_from(
        &mut self,
        role: Role,
        order: &[usize],
        size: usize,
        most: usize,
        completion: &mut Vec<usize>,
        found: &mut Vec<Vec<usize>>,
    ) -> Result<(), Stop> {
        let mut fails = |wins: bool, more: &[usize]| {
            if wins != (role == Role::Honest) {
                found.push([completion.as_slice(), more].concat());
            }
            found.len() >= most
        };
        match size {
            0 => {
                fails(self.decider.honest_wins(), &[]);
            }
            1 => {
                for one in order {
                    if fails(self.decider.honest_wins_with(*one), &[*one]) {
                        break;
                    }
                }
            }
            2 => {
                for (index, first) in order.iter().enumerate() {
                    self.check_time()?;
                    for second in &order[index + 1..] {
                        let wins = self.decider.honest_wins_with_both([*first, *second]);
                        if fails(wins, &[*first, *second]) {
                            return Ok(());
                        }
                    }
                }
            }
            _ => {
                for (index, first) in order.iter().enumerate() {
                    self.push(*first);
                    completion.push(*first);
                    let rest = &order[index + 1..];
                    self.refute_from(role, rest, size - 1, most, completion, found)?;
                    completion.pop();
                    self.pop(1);
                    if found.len() >= most {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// The plan with one pixel exchanged, such that `role` wins by all `refutations`, by as much as
    /// possible.
    fn mend(
        &mut self,
        role: Role,
        plan: &[usize],
        refutations: &[Vec<usize>],
    ) -> Result<Option<Vec<usize>>, Stop> {
        let mut best: Option<(f32, Vec<usize>)> = None;
        for exchanged in 0..plan.len() {
            let mut kept = plan.to_vec();
            kept.remove(exchanged);
            let mut least = vec![f32::INFINITY; self.game.candidates.len()];
            for refutation in refutations {
                let before = self.revealed.len();
                for pixel in kept.iter().chain(refutation) {
                    if !self.revealed.contains(pixel) {
                        self.push(*pixel);
                    }
                }
                let mut margins = vec![f32::NEG_INFINITY; least.len()];
                for (candidate, margin) in self.guesses(role)? {
                    margins[candidate] = margin;
                }
                self.pop(self.revealed.len() - before);
                least
                    .iter_mut()
                    .zip(margins)
                    .for_each(|(least, margin)| *least = least.min(margin));
            }
            let each = least.iter().enumerate().filter(|(candidate, _)| !kept.contains(candidate));
            if let Some((candidate, least)) = each.max_by(|a, b| a.1.total_cmp(b.1))
                && best.as_ref().map_or(0.0, |(margin, _)| *margin) < *least
            {
                kept.insert(exchanged, candidate);
                best = Some((*least, kept));
            }
        }
        Ok(best.map(|(_, plan)| plan))
    }
}

impl Plan {
    /// Whether the plan wins from a position of its game: `revealed` are revealed, and its side has
    /// `own` turns left.
    pub(super) fn covers(&self, revealed: &[usize], own: usize) -> bool {
        let missing = self.pixels.iter().filter(|pixel| !revealed.contains(pixel)).count();
        let others = || revealed.iter().filter(|pixel| !self.pixels.contains(pixel));
        missing <= own
            && !self
                .exceptions
                .iter()
                .any(|exception| others().all(|pixel| exception.contains(pixel)))
    }

    /// The plan's pixels that are not revealed.
    pub(super) fn missing(&self, revealed: &[usize]) -> Vec<usize> {
        self.pixels.iter().copied().filter(|pixel| !revealed.contains(pixel)).collect()
    }
}
