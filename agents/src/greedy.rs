//! Looks one move ahead.

use pixel_debate_game::View;
use pixel_debate_judge::{Evaluator, PixelSet};
use rand::{SeedableRng, seq::IteratorRandom};
use rand_chacha::ChaCha8Rng;

use crate::{Agent, AgentError, Choice, Clock, position::Position};

/// How many pixels are tried before the clock is looked at.
const CHUNK: usize = 16;

/// Reveals the pixel after which the judge favours the own side most, as if the debate ended there.
/// Ties are broken at random.
pub struct Greedy {
    rng: ChaCha8Rng,
}

impl Greedy {
    /// Breaks ties by `seed`.
    ///
    /// ```
    /// use pixel_debate_agents::{Agent, Clock, Greedy};
    /// use pixel_debate_game::{Debater, Pixel, Seat};
    /// use pixel_debate_judge::{Evaluator, Logits, PixelSet};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(8, 1, vec![9; 8])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 1, Some(0), 10)?;
    ///
    /// /// Believes in label 1 the more, the further to the right it sees.
    /// struct Right;
    ///
    /// impl Evaluator for Right {
    ///     fn classes(&self) -> usize {
    ///         10
    ///     }
    ///
    ///     fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
    ///         let place = |pixel: &Pixel| f32::from(pixel.x);
    ///         let sum = |set: &PixelSet| set.pixels().iter().map(place).sum();
    ///         let logits = |sum| -> [f32; 10] { std::array::from_fn(|label| if label == 1 { sum } else { 0.0 }) };
    ///         Logits::of(10, sets.iter().map(|set| logits(sum(set))))
    ///     }
    /// }
    ///
    /// let view = debate.view(Seat::Debater(Debater::First));
    /// let choice = Greedy::new(1).choose(&view, &mut Right, Clock::unlimited())?;
    /// assert_eq!(choice.pixel, Pixel::new(7, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed) }
    }
}

impl Agent for Greedy {
    fn choose(
        &mut self,
        view: &View,
        evaluator: &mut dyn Evaluator,
        clock: Clock,
    ) -> Result<Choice, AgentError> {
        let position = Position::of(view)?;
        let evidence = position.evidence();
        let sets: Vec<PixelSet> =
            position.candidates.iter().map(|pixel| evidence.with(*pixel)).collect();
        let mut margins: Vec<f32> = Vec::with_capacity(sets.len());
        for sets in sets.chunks(CHUNK) {
            let logits = evaluator.evaluate(sets);
            margins.extend(logits.rows().map(|logits| position.own_margin(logits)));
            if clock.is_over() {
                break;
            }
        }
        let best = margins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let ties = position.candidates.iter().zip(&margins).filter(|(_, margin)| **margin >= best);
        let (pixel, _) = ties.choose(&mut self.rng).ok_or(AgentError::NothingToReveal)?;
        let cut_short = margins.len() < sets.len();
        Ok(Choice { cut_short, ..Choice::unproven(*pixel) })
    }
}
