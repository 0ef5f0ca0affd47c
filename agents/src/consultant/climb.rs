//! Good sets by looking at logits: pixel by pixel, and by exchanging pixels.

use pixel_debate_judge::{Evaluator, PixelSet};
use rustc_hash::FxHashSet;

use super::{Best, Consultation, Limits, Wanted};

/// How many of the beam's sets are improved by exchanging pixels.
const IMPROVED: usize = 3;

/// Asks for logits and remembers the best set.
pub(super) struct Climb<'a> {
    consultation: &'a Consultation,
    evaluator: &'a mut dyn Evaluator,
    limits: Limits,
    evaluations: u64,
}

/// A set by its places among the candidates, in ascending order.
type Places = Vec<usize>;

impl<'a> Climb<'a> {
    pub(super) fn new(
        consultation: &'a Consultation,
        evaluator: &'a mut dyn Evaluator,
        limits: Limits,
    ) -> Self {
        Self { consultation, evaluator, limits, evaluations: 0 }
    }

    pub(super) fn evaluations(&self) -> u64 {
        self.evaluations
    }

    pub(super) fn is_over(&self) -> bool {
        self.limits.clock.is_over()
    }

    /// The best set that is found for a goal. There is one even where no time is left.
    pub(super) fn best(&mut self, goal: usize) -> Best {
        let mut beam: Vec<Places> = vec![Places::new()];
        for _ in 0..self.consultation.pixels {
            let larger = self.enlarged(&beam);
            let ranked = self.ranked(goal, &larger, self.limits.beam.max(1));
            beam = ranked.into_iter().map(|best| best.set).collect();
        }
        let mut best: Option<Best> = None;
        for start in beam.into_iter().take(IMPROVED) {
            let mut found = self.judged(goal, start);
            while !self.is_enough(&found) && !self.is_over() {
                let Some(better) = self.exchanged(goal, &found) else { break };
                found = better;
            }
            if best.as_ref().is_none_or(|best| found.margin > best.margin) {
                best = Some(found);
            }
            if best.as_ref().is_some_and(|best| self.is_enough(best)) || self.is_over() {
                break;
            }
        }
        best.expect("a beam has sets")
    }

    fn is_enough(&self, best: &Best) -> bool {
        self.limits.wanted == Wanted::Win && self.consultation.aim.wins(best.margin)
    }

    /// All sets with one pixel more, each once.
    fn enlarged(&self, beam: &[Places]) -> Vec<Places> {
        let mut seen = FxHashSet::default();
        for set in beam {
            for place in 0..self.consultation.candidates.len() {
                if let Err(at) = set.binary_search(&place) {
                    let mut larger = set.clone();
                    larger.insert(at, place);
                    seen.insert(larger);
                }
            }
        }
        let mut sets: Vec<Places> = seen.into_iter().collect();
        sets.sort_unstable();
        sets
    }

    /// The set with one pixel exchanged that is better than it by most.
    fn exchanged(&mut self, goal: usize, from: &Best) -> Option<Best> {
        let beams = (0..from.set.len()).map(|leaves| {
            let mut kept = from.set.clone();
            kept.remove(leaves);
            kept
        });
        let sets = self.enlarged(&beams.collect::<Vec<_>>());
        let best = self.ranked(goal, &sets, 1).into_iter().next()?;
        (best.margin > from.margin).then_some(best)
    }

    fn judged(&mut self, goal: usize, set: Places) -> Best {
        let mut judged = self.ranked(goal, &[set], 1);
        judged.pop().expect("a set was asked about")
    }

    /// The best `most` of the sets, of those that there is time to ask about.
    fn ranked(&mut self, goal: usize, sets: &[Places], most: usize) -> Vec<Best> {
        let batch = self.evaluator.batch().max(1);
        let mut ranked: Vec<Best> = Vec::new();
        for sets in sets.chunks(batch) {
            ranked.extend(judge(self.consultation, self.evaluator, sets, goal));
            self.evaluations += sets.len() as u64;
            ranked.sort_by(|a, b| b.margin.total_cmp(&a.margin).then_with(|| a.set.cmp(&b.set)));
            ranked.truncate(most);
            if self.is_over() {
                break;
            }
        }
        ranked
    }
}

/// The sets with their margins by the judge's logits.
pub(super) fn judge(
    consultation: &Consultation,
    evaluator: &mut dyn Evaluator,
    sets: &[Places],
    goal: usize,
) -> Vec<Best> {
    let Consultation { label, aim, evidence, candidates, .. } = consultation;
    let asked: Vec<PixelSet> = sets
        .iter()
        .map(|set| {
            let mut all = evidence.clone();
            for place in set {
                all.insert(candidates[*place]);
            }
            all
        })
        .collect();
    let logits = evaluator.evaluate(&asked);
    let best = |(set, logits): (&Places, &[f32])| Best {
        set: set.clone(),
        margin: aim.margin(*label, goal, logits),
        scale: logits.iter().fold(0.0, |scale, logit| logit.abs().max(scale)),
    };
    sets.iter().zip(logits.rows()).map(best).collect()
}
