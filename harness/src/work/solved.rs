//! Debates that are solved instead of played.

use std::sync::Arc;

use pixel_debate_agents::solver::{Proven, Several, Solved};
use pixel_debate_game::{Debate, Role};
use pixel_debate_judge::{CLASSES, Evaluator, PixelSet};
use pixel_debate_play::{PlayError, Setup};

use super::{Work, row};
use crate::rows::Row;

impl Work<'_> {
    /// Who wins each debate over an image by optimal play.
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
        let mut several = Several::new(&debates, &mut *judge, None);
        let mut rows = Vec::new();
        while let Some(solved) = several.next_solved() {
            let Ok(Proven { debate, solved, reused }) = solved else {
                unreachable!("the time has no end");
            };
            rows.push(if reused {
                proven(image, debate, solved.winner)
            } else {
                with_variation(image, debate, &solved, several.evaluator())
            });
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
