//! Debates that are solved instead of played.

use pixel_debate_agents::solver::{Proven, Several, Solved};
use pixel_debate_game::{Debate, Role};
use pixel_debate_judge::{Evaluator, PixelSet};
use pixel_debate_play::{PlayError, Setup};

use super::{Work, row_of_logits, unplayed};
use crate::rows::Row;

impl Work<'_> {
    /// Who wins each debate over an image by optimal play.
    pub(super) fn solved(&self, image: usize) -> Result<Vec<Row>, PlayError> {
        let series = self.series(0);
        let (mut setups, mut debates) = (Vec::new(), Vec::new());
        for lie in self.lies(image) {
            for first in &self.play.first {
                let setup = Setup { image, lie, first: *first };
                debates.push(series.open(&setup)?);
                setups.push(setup);
            }
        }
        let Some(debate) = debates.first() else { return Ok(Vec::new()) };
        let mut judge = self.judge.asked_about(debate.image(), debate.classes())?;
        let clock = self.custom.clock();
        let mut several = Several::new(&debates, &mut *judge, || clock);
        let mut rows = Vec::new();
        for setup in setups {
            let Some(Ok(Proven { debate, solved, reused })) = several.next_solved() else {
                return Err(PlayError::Stopped { what: setup.to_string() });
            };
            rows.push(if reused {
                proven(image, debate, solved.winner)
            } else {
                with_variation(image, debate, &solved, several.evaluator())
            });
            if clock.is_over() {
                return Err(PlayError::Stopped { what: setup.to_string() });
            }
        }
        Ok(rows)
    }
}

/// A debate whose winner is known.
fn proven(image: usize, debate: &Debate, winner: Role) -> Row {
    unplayed(image, *debate.claims(), Some(debate.rules().first), winner)
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
    let logits = judge.evaluate(&[set]);
    let first = Some(debate.rules().first);
    let evidence = solved.variation.clone();
    Row {
        winner: solved.winner,
        evidence,
        ..row_of_logits(image, *debate.claims(), first, &logits[0])
    }
}
