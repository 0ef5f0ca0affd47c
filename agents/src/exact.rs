//! Plays as well as can be.

use pixel_debate_game::{Pixel, Role, View};
use pixel_debate_judge::{Evaluator, PixelSet};

use crate::{
    Agent, AgentError, Choice, Clock, Proof,
    position::Position,
    solver::{Game, Reply, Solution, Strategy, solve, turns},
};

/// Solves the debate and plays the winning strategy if it has one.
///
/// A side that is lost reveals what makes the judge favour it most at once, counting with the
/// pixels that the winner needs. Where the clock stops the solver, the agent plays the best that the
/// solver knew, and says that nothing is proven.
#[derive(Debug, Default)]
pub struct Exact {
    /// The winning strategy, and what was revealed when it was found.
    winning: Option<(PixelSet, Strategy)>,
}

impl Exact {
    /// An agent that has solved nothing yet.
    ///
    /// ```
    /// use pixel_debate_agents::{Agent, Clock, Exact, Proof};
    /// use pixel_debate_game::{Debater, Role, Seat};
    /// use pixel_debate_judge::{Evaluator, Logits, PixelSet};
    /// # use pixel_debate_game::{Debate, Image, Rules};
    /// # let image = std::sync::Arc::new(Image::new(8, 1, vec![9; 8])?);
    /// # let debate = Debate::new(Rules::paper(4, true, Role::Honest), image, 1, Some(0), 10)?;
    ///
    /// /// Believes in label 1 once it sees the leftmost pixel.
    /// struct Left;
    ///
    /// impl Evaluator for Left {
    ///     fn classes(&self) -> usize {
    ///         10
    ///     }
    ///
    ///     fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
    ///         let left = |set: &PixelSet| set.pixels().iter().any(|pixel| pixel.x == 0);
    ///         let logits = |left| -> [f32; 10] { std::array::from_fn(|label| f32::from(left && label == 1)) };
    ///         Logits::of(10, sets.iter().map(|set| logits(left(set))))
    ///     }
    /// }
    ///
    /// let view = debate.view(Seat::Debater(Debater::First));
    /// let choice = Exact::new().choose(&view, &mut Left, Clock::unlimited())?;
    /// assert_eq!(choice.proof, Proof::Proven(Role::Honest));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// What the strategy in hand says.
    fn by_strategy(&self, position: &Position, evaluator: &mut dyn Evaluator) -> Option<Pixel> {
        let (before, strategy) = self.winning.as_ref()?;
        let since = position.revealed.iter().copied().filter(|pixel| !before.contains(*pixel));
        let since: Vec<Pixel> = since.collect();
        let turns = turns(position.rules, before.pixels().len());
        let book = strategy.book().ok()?;
        match book.reply(&since, &turns, position.role)? {
            Reply::Reveal(pixel) => Some(pixel),
            Reply::Missing(pixels) => pixels.first().or(position.candidates.first()).copied(),
            Reply::FirstThatWins(answers) => {
                let evidence = position.evidence();
                let free = answers.iter().copied().filter(|answer| !evidence.contains(*answer));
                let free: Vec<Pixel> = free.collect();
                let sets: Vec<PixelSet> =
                    free.iter().map(|answer| evidence.with(*answer)).collect();
                let logits = evaluator.evaluate(&sets);
                let wins = logits.rows().position(|logits| position.own_side_wins(logits))?;
                Some(free[wins])
            }
        }
    }
}

impl Agent for Exact {
    fn choose(
        &mut self,
        view: &View,
        evaluator: &mut dyn Evaluator,
        clock: Clock,
    ) -> Result<Choice, AgentError> {
        let position = Position::of(view)?;
        if let Some(pixel) = self.by_strategy(&position, evaluator) {
            return Ok(proven(pixel, position.role));
        }
        let game = Game {
            claims: position.claims,
            evidence: position.evidence(),
            candidates: position.candidates.clone(),
            turns: turns(position.rules, position.revealed.len()),
        };
        if game.candidates.len() < game.turns.len() {
            return Err(AgentError::NothingToReveal);
        }
        match solve(&game, evaluator, clock) {
            Solution::Solved(solved) => {
                let pixel = *solved.variation.first().ok_or(AgentError::NothingToReveal)?;
                if solved.winner == position.role {
                    self.winning = Some((position.evidence(), solved.strategy));
                }
                Ok(proven(pixel, solved.winner))
            }
            Solution::Open { best, .. } => {
                let pixel = best.ok_or(AgentError::NothingToReveal)?;
                Ok(Choice { pixel, proof: Proof::Open, cut_short: true })
            }
        }
    }

    fn bytes(&self) -> usize {
        self.winning.as_ref().map_or(0, |(_, strategy)| strategy.bytes())
    }
}

fn proven(pixel: Pixel, winner: Role) -> Choice {
    Choice { pixel, proof: Proof::Proven(winner), cut_short: false }
}

impl Position {
    /// Whether the agent's own side wins by these logits.
    fn own_side_wins(&self, logits: &[f32]) -> bool {
        pixel_debate_game::honest_wins(logits, &self.claims) == (self.role == Role::Honest)
    }
}
