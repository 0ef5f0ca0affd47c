//! All sets, each decided once: is it better than the best known?

use pixel_debate_game::Role;
use pixel_debate_judge::{Decider, Evaluator, Question};

use super::{Best, Consultation, Limits, Wanted, climb::judge};

/// How many sets that look better are gathered before their logits are asked for and the bars raised.
const GATHERED: usize = 64;

/// How far below the best margin the bars are, so that a better set is above them whatever the rounding errors of
/// shifted margins; times the greatest logit where that is above 1.
const ROUNDING: f32 = 1e-5;

/// Goes through all sets in the order of their places.
pub(super) struct Enumeration<'a> {
    consultation: &'a Consultation,
    evaluator: &'a mut dyn Evaluator,
    limits: Limits,
    best: &'a mut [Best],
    at: Place,
    gathered: Vec<Vec<usize>>,
    evaluations: u64,
}

/// Where an enumeration stands: the sets that begin with `beginning`, and `next`.
struct Place {
    /// All but the last two places, ascending; of sets of one pixel none.
    beginning: Vec<usize>,
    next: usize,
}

impl<'a> Enumeration<'a> {
    pub(super) fn new(
        consultation: &'a Consultation,
        evaluator: &'a mut dyn Evaluator,
        limits: Limits,
        best: &'a mut [Best],
    ) -> Self {
        let beginning: Vec<usize> = (0..consultation.pixels.saturating_sub(2)).collect();
        let at = Place { next: beginning.len(), beginning };
        Self { consultation, evaluator, limits, best, at, gathered: Vec::new(), evaluations: 0 }
    }

    pub(super) fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// Whether there was time for all sets.
    pub(super) fn run(&mut self) -> bool {
        loop {
            let bars: Vec<Option<f32>> = self.best.iter().map(|best| self.bar(best)).collect();
            if bars.iter().all(Option::is_none) {
                return true;
            }
            let done = self.gather(&bars);
            self.look_closer();
            match done {
                Some(done) => return done,
                None => self.gathered.clear(),
            }
        }
    }

    /// The margin that a set must exceed to be looked at; none if nothing more is wanted.
    fn bar(&self, best: &Best) -> Option<f32> {
        match self.limits.wanted {
            Wanted::Greatest => Some(best.margin - ROUNDING * best.scale.max(1.0)),
            Wanted::Win if self.consultation.aim.wins(best.margin) => None,
            Wanted::Win => Some(0.0),
        }
    }

    /// Gathers sets above the bars: `None` once there are enough of them, otherwise whether all sets were decided.
    fn gather(&mut self, bars: &[Option<f32>]) -> Option<bool> {
        let Consultation { label, aim, evidence, candidates, pixels } = self.consultation;
        let count = candidates.len();
        let (claims, head_starts) = aim.question(*label, self.evaluator.classes(), bars);
        let (evidence, candidates) = (evidence.clone(), candidates.clone());
        let question = Question { claims, evidence, candidates };
        let mut decider = self.evaluator.decider_with_head_starts(question, head_starts);
        let is_better = |honest: bool| honest == (aim.side() == Role::Honest);
        let mut pushed: Vec<usize> = Vec::new();
        let done = loop {
            follow(&mut *decider, &mut pushed, &self.at.beginning);
            let first = self.at.next;
            if *pixels == 1 {
                if is_better(decider.honest_wins_with(first)) {
                    self.gathered.push(vec![first]);
                }
            } else {
                for second in first + 1..count {
                    if is_better(decider.honest_wins_with_both([first, second])) {
                        let set = [&self.at.beginning[..], &[first, second]].concat();
                        self.gathered.push(set);
                    }
                }
            }
            if !self.at.advance(count, *pixels) {
                break Some(true);
            }
            if self.limits.clock.is_over() {
                break Some(false);
            }
            if self.gathered.len() >= GATHERED {
                break None;
            }
        };
        self.evaluations += decider.decisions();
        done
    }

    /// Asks for the logits of what was gathered.
    fn look_closer(&mut self) {
        let batch = self.evaluator.batch().max(1);
        for goal in 0..self.best.len() {
            for sets in self.gathered.chunks(batch) {
                for found in judge(self.consultation, self.evaluator, sets, goal) {
                    if found.margin > self.best[goal].margin {
                        self.best[goal] = found;
                    }
                }
            }
        }
        self.evaluations += self.gathered.len() as u64;
    }
}

impl Place {
    /// Goes on to the next row of sets; false where there is none.
    fn advance(&mut self, count: usize, pixels: usize) -> bool {
        self.next += 1;
        let last_pair = usize::from(pixels > 1);
        if self.next + last_pair < count {
            return true;
        }
        // The last place of the beginning that can move on with room for all that follow it.
        for index in (0..self.beginning.len()).rev() {
            let following = pixels - index - 1;
            if self.beginning[index] + 1 + following < count {
                let from = self.beginning[index] + 1;
                for (step, place) in self.beginning[index..].iter_mut().enumerate() {
                    *place = from + step;
                }
                self.next = self.beginning.last().map_or(0, |last| last + 1);
                return true;
            }
        }
        false
    }
}

/// Makes `beginning` the decider's stem, which `pushed` is.
fn follow(decider: &mut dyn Decider, pushed: &mut Vec<usize>, beginning: &[usize]) {
    let common = pushed.iter().zip(beginning).take_while(|(a, b)| a == b).count();
    for _ in common..pushed.len() {
        decider.pop();
    }
    pushed.truncate(common);
    for place in &beginning[common..] {
        decider.push(*place);
        pushed.push(*place);
    }
}
