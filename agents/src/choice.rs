//! What an agent answers.

use pixel_debate_game::{Pixel, Role};

/// A move, and how sure of it the agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The pixel to reveal.
    pub pixel: Pixel,
    /// What the agent knows of how the debate will end.
    pub proof: Proof,
    /// Whether the time was over before the agent had searched as long as its name says: then
    /// another agent might as well have made the move.
    pub cut_short: bool,
}

impl Choice {
    /// The choice of an agent that proves nothing.
    ///
    /// ```
    /// use pixel_debate_agents::{Choice, Proof};
    /// use pixel_debate_game::Pixel;
    ///
    /// let choice = Choice::unproven(Pixel::new(14, 9));
    /// assert_eq!((choice.proof, choice.cut_short), (Proof::NotSought, false));
    /// ```
    pub const fn unproven(pixel: Pixel) -> Self {
        Self { pixel, proof: Proof::NotSought, cut_short: false }
    }
}

/// What an agent has proven of the debate with its move.
///
/// ```
/// use pixel_debate_agents::{AgentSpec, Clock, Proof};
/// use pixel_debate_game::{Debater, Role, Seat};
/// use pixel_debate_judge::Indifferent;
/// # use pixel_debate_game::{Debate, Image, Rules};
/// # let image = std::sync::Arc::new(Image::new(3, 1, vec![200; 3])?);
/// # let debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 7, Some(1), 10)?;
///
/// // A judge that finds everything alike is always a tie, which is the liar's.
/// let view = debate.view(Seat::Debater(Debater::First));
/// let proof = |agent: AgentSpec| {
///     let choice = agent.build(1).choose(&view, &mut Indifferent, Clock::unlimited());
///     choice.map(|choice| choice.proof)
/// };
/// assert_eq!(proof(AgentSpec::Exact), Ok(Proof::Proven(Role::Liar)));
/// assert_eq!(proof(AgentSpec::Greedy), Ok(Proof::NotSought));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Nothing: the agent guesses, samples or averages, and never proves anything.
    NotSought,
    /// After this move that role wins under optimal play of both, which an agent that finds a
    /// winning move says of its own role, and one that finds none of the opponent's.
    Proven(Role),
    /// Nothing yet: the time was over before the search was, and the move is the best that it knew.
    Open,
}
