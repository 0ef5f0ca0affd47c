//! Debates that are solved instead of played.

use std::sync::Arc;

use pixel_debate_agents::{
    Clock,
    solver::{Game, Solution, Solved, solve, solve_for_every_lie},
};
use pixel_debate_game::{Claims, Debate, Role};
use pixel_debate_judge::{CLASSES, Evaluator, PixelSet};

use super::{Work, row};
use crate::rows::Row;
use crate::{PlayError, Setup};

impl Work<'_> {
    /// Who wins each debate over an image by optimal play. What one proof says of several debates
    /// is not proven again: pixels by which the honest side wins whatever else is revealed settle
    /// every lie and both orders, those of either side for one lie settle both orders.
    pub(super) fn solved(&self, image: usize) -> Result<Vec<Row>, PlayError> {
        let series = self.series(0);
        let mut debates = Vec::new();
        for lie in self.lies(image) {
            for first in &self.play.first {
                debates.push(series.open(&Setup { image, lie, first: *first })?);
            }
        }
        let Some(debate) = debates.first() else { return Ok(Vec::new()) };
        let mut judge = self.judge.evaluator(Arc::clone(debate.image()))?;
        if debates.len() > 2
            && solve_for_every_lie(&Game::of(debate), &mut *judge, Clock::unlimited()).is_some()
        {
            return Ok(debates.iter().map(|debate| proven(image, debate, Role::Honest)).collect());
        }
        let mut rows: Vec<Row> = Vec::new();
        // Claims with the winner in either order.
        let mut settled: Vec<(Claims, Role)> = Vec::new();
        for debate in &debates {
            if let Some((_, winner)) = settled.iter().find(|(claims, _)| claims == debate.claims())
            {
                rows.push(proven(image, debate, *winner));
                continue;
            }
            let Solution::Solved(solved) =
                solve(&Game::of(debate), &mut *judge, Clock::unlimited())
            else {
                unreachable!("the clock has no end");
            };
            if solved.strategy.plans.first().is_some_and(|plan| plan.after.pixels().is_empty()) {
                settled.push((*debate.claims(), solved.winner));
            }
            rows.push(with_variation(image, debate, &solved, &mut *judge));
        }
        Ok(rows)
    }
}

/// A debate whose winner is known.
fn proven(image: usize, debate: &Debate, winner: Role) -> Row {
    let first = Some(debate.rules().first);
    let logits = &[0.0; CLASSES];
    let unplayed = row(image, *debate.claims(), first, logits);
    Row { winner, margin: None, believed: None, logits: None, ..unplayed }
}

/// A solved debate, with what both sides may reveal and what the judge then says.
fn with_variation(
    image: usize,
    debate: &Debate,
    solved: &Solved,
    judge: &mut dyn Evaluator,
) -> Row {
    let set: PixelSet = solved.variation.iter().copied().collect();
    if set.pixels().len() < usize::from(debate.rules().pixels) {
        return proven(image, debate, solved.winner);
    }
    let [logits] = judge.evaluate(&[set])[..] else { unreachable!("one set, one answer") };
    let first = Some(debate.rules().first);
    let evidence = solved.variation.clone();
    Row { winner: solved.winner, evidence, ..row(image, *debate.claims(), first, &logits) }
}
