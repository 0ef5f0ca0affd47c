//! Reveals any legal pixel.

use pixel_debate_game::View;
use pixel_debate_judge::Evaluator;
use rand::{SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use crate::{Agent, AgentError, Choice, Clock, position::Position};

/// Reveals a legal pixel drawn uniformly at random.
#[derive(Debug, Clone)]
pub struct Random {
    rng: ChaCha8Rng,
}

impl Random {
    /// Draws from `seed`.
    ///
    /// ```
    /// use pixel_debate_agents::{Agent, Clock, Random};
    /// use pixel_debate_game::{Debater, Pixel, Seat};
    /// use pixel_debate_judge::Indifferent;
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 7, Some(1), 10)?;
    ///
    /// let view = debate.view(Seat::Debater(Debater::First));
    /// let choice = Random::new(1).choose(&view, &mut Indifferent, Clock::unlimited())?;
    /// assert_ne!(choice.pixel, Pixel::new(0, 0), "it is black");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed) }
    }
}

impl Agent for Random {
    fn choose(
        &mut self,
        view: &View,
        _evaluator: &mut dyn Evaluator,
        _clock: Clock,
    ) -> Result<Choice, AgentError> {
        let position = Position::of(view)?;
        let pixel = position.candidates.choose(&mut self.rng);
        pixel.copied().map(Choice::unproven).ok_or(AgentError::NothingToReveal)
    }

    fn asks_judge(&self) -> bool {
        false
    }
}
