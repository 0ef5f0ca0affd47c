//! Plays as well as can be.

use pixel_debate_game::{Pixel, Role, TurnOrder, View};
use pixel_debate_judge::{Evaluator, PixelSet};

use crate::{
    Agent, AgentError, Choice, Clock, Proof,
    consultant::{Advice, Aim, Case, Consultation, Limits, Wanted, consult},
    position::Position,
    solver::{Game, Reply, Solution, Strategy, solve, turns},
};

/// Sets that a consultant tries, at the most, to be sure that none has a greater margin.
const FOR_THE_GREATEST: u64 = 1_000_000;
/// Sets that a consultant tries, at the most, where it knows none that wins: those of four of 220 pixels.
const FOR_A_WIN: u64 = 100_000_000;
/// Sets that a consultant keeps from pixel to pixel.
const BEAM: usize = 8;

/// Solves the debate and plays the winning strategy if it has one.
///
/// A side that is lost reveals what makes the judge favour it most at once, counting with the
/// pixels that the winner needs. Where the clock stops the solver, the agent plays the best that the
/// solver knew, and says that nothing is proven.
///
/// A consultant has nobody to play against, and reveals the [best set](crate::consultant) that it finds. That it
/// wins is proven by the set. That none wins is proven where there are at most a hundred million sets, and that no
/// set has a greater margin where there are at most a million.
#[derive(Debug, Default)]
pub struct Exact {
    /// The winning strategy, and what was revealed when it was found.
    winning: Option<(PixelSet, Strategy)>,
    /// What a consultant has decided to reveal, and who wins by that.
    case: Option<(PixelSet, Proof)>,
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

/// A consultant.
impl Exact {
    fn advise(
        &mut self,
        position: &Position,
        evaluator: &mut dyn Evaluator,
        clock: Clock,
    ) -> Result<Choice, AgentError> {
        let evidence = position.evidence();
        let agreed = |(set, _): &(PixelSet, Proof)| {
            evidence.pixels().iter().all(|pixel| set.contains(*pixel))
        };
        let mut cut_short = false;
        if !self.case.as_ref().is_some_and(agreed) {
            let left = turns(position.rules, position.revealed.len()).len();
            if position.candidates.len() < left {
                return Err(AgentError::NothingToReveal);
            }
            let (case, is_cut_short) = best_case(position, left, evaluator, clock);
            let all = evidence.pixels().iter().fold(case.set, |set, pixel| set.with(*pixel));
            self.case = Some((all, case.winner.map_or(Proof::Open, Proof::Proven)));
            cut_short = is_cut_short;
        }
        let (set, proof) = self.case.as_ref().expect("there is a case now");
        let next = set.pixels().iter().find(|pixel| !evidence.contains(**pixel));
        Ok(Choice { pixel: *next.ok_or(AgentError::NothingToReveal)?, proof: *proof, cut_short })
    }
}

/// The best set of so many pixels for the agent's side, and whether the clock ended the search for it.
fn best_case(
    position: &Position,
    pixels: usize,
    evaluator: &mut dyn Evaluator,
    clock: Clock,
) -> (Case, bool) {
    let claims = position.claims;
    let aim = match (position.role, claims.liar) {
        (Role::Honest, against) => Aim::Truth { against },
        (Role::Liar, Some(lie)) => Aim::Lies(vec![lie]),
        (Role::Liar, None) => Aim::AnyLie,
    };
    let (evidence, candidates) = (position.evidence(), position.candidates.clone());
    let consultation = Consultation { label: claims.honest, aim, evidence, candidates, pixels };
    let limits = Limits { wanted: Wanted::Greatest, beam: BEAM, sets: FOR_THE_GREATEST, clock };
    let mut only = |limits| {
        let Advice { mut cases, cut_short, .. } = consult(&consultation, evaluator, limits);
        (cases.pop().expect("a case for the only aim"), cut_short)
    };
    let (greatest, cut_short) = only(limits);
    if greatest.winner.is_some() || cut_short {
        return (greatest, cut_short);
    }
    let (any, cut_short) = only(Limits { wanted: Wanted::Win, sets: FOR_A_WIN, ..limits });
    // What does not win had better not lose by more than it must.
    let better = if any.margin > greatest.margin { any.set } else { greatest.set };
    (Case { set: better, margin: any.margin.max(greatest.margin), ..any }, cut_short)
}

impl Agent for Exact {
    fn choose(
        &mut self,
        view: &View,
        evaluator: &mut dyn Evaluator,
        clock: Clock,
    ) -> Result<Choice, AgentError> {
        let position = Position::of(view)?;
        if position.rules.order == TurnOrder::Alone {
            return self.advise(&position, evaluator, clock);
        }
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
        let case = self.case.as_ref().map_or(0, |(set, _)| size_of_val(set.pixels()));
        case + self.winning.as_ref().map_or(0, |(_, strategy)| strategy.bytes())
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
