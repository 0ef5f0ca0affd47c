//! Where a lost debate was lost.

use std::sync::Arc;

use pixel_debate_agents::solver::{Game, Solution, solve};
use pixel_debate_game::{Debate, Debater, Move, Role};
use pixel_debate_play::{PlayError, Setup};

use super::Work;
use crate::rows::Blame;

impl Work<'_> {
    /// Why the honest side lost this debate: the last of its reveals before which it would have won
    /// by optimal play. If there is none, the liar won from the start.
    ///
    /// The positions are solved from the last one back, for late ones are solved soon.
    pub(super) fn blame(&self, setup: &Setup, debate: &Debate) -> Result<Blame, PlayError> {
        let mut judge = self.judge.asked_about(debate.image(), debate.classes())?;
        let rules = *debate.rules();
        let reveals: Vec<Move> = debate
            .evidence()
            .iter()
            .map(|reveal| Move::Reveal { by: reveal.by, pixel: reveal.pixel })
            .collect();
        let honest = |revealed: usize| {
            let by: Option<Debater> = rules.debater_to_move(revealed);
            by.is_some_and(|by| rules.role_of(by) == Role::Honest)
        };
        for revealed in (0..reveals.len()).rev().filter(|revealed| honest(*revealed)) {
            let image = Arc::clone(debate.image());
            let claims = debate.claims();
            let again = Debate::new(rules, image, claims.honest, claims.liar, debate.classes());
            let mut position = again.expect("it was set up before");
            for reveal in &reveals[..revealed] {
                position.apply(reveal.clone()).expect("it was made before");
            }
            let game = Game::of(&position);
            let solution = solve(&game, &mut *judge, self.custom.clock());
            // The last reveals are solved without a look at the clock.
            let solution = if self.custom.clock().is_over() {
                Solution::Open { best: None, evaluations: 0 }
            } else {
                solution
            };
            match solution {
                Solution::Solved(solved) if solved.winner == Role::Honest => {
                    return Ok(Blame::Reveal(revealed as u8 + 1));
                }
                Solution::Solved(_) => {}
                Solution::Open { .. } => {
                    let what = format!("{setup}, solved from reveal {}", revealed + 1);
                    return Err(PlayError::Stopped { what });
                }
            }
        }
        Ok(Blame::Start)
    }
}
