//! What a debater is asked.

use std::time::Instant;

use pixel_debate_game::View;
use pixel_debate_judge::{Evaluator, failing::has_failed};

use crate::Choice;

/// How long a debater may think about a move.
///
/// ```
/// use pixel_debate_agents::Clock;
///
/// let clock = Clock::unlimited();
/// assert!(!clock.is_over());
/// assert!(clock.unless(|| true).is_over());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    deadline: Option<Instant>,
    is_stopped: Option<fn() -> bool>,
}

impl Clock {
    /// As long as it takes.
    ///
    /// ```
    /// use pixel_debate_agents::Clock;
    ///
    /// assert!(!Clock::unlimited().is_over());
    /// ```
    pub const fn unlimited() -> Self {
        Self { deadline: None, is_stopped: None }
    }

    /// Until `deadline`: a search stops there and plays the best that it knows.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// use pixel_debate_agents::Clock;
    ///
    /// let clock = |time| Clock::until(Instant::now() + time);
    /// assert!(clock(Duration::ZERO).is_over());
    /// assert!(!clock(Duration::from_secs(3600)).is_over());
    /// ```
    pub const fn until(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), is_stopped: None }
    }

    /// The same, and over as well once `is_stopped` says so: for whoever may be interrupted. It is asked
    /// as often as a search looks at its clock, many times a millisecond.
    #[must_use]
    pub const fn unless(self, is_stopped: fn() -> bool) -> Self {
        Self { is_stopped: Some(is_stopped), ..self }
    }

    /// Whether the time is over. It is as well once the judge that this thread has asked has
    /// [failed](pixel_debate_judge::failing): what it says is worth nothing, and no search goes on with it.
    pub fn is_over(self) -> bool {
        has_failed()
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
            || self.is_stopped.is_some_and(|is_stopped| is_stopped())
    }
}

/// Why an agent has no move.
///
/// ```
/// use pixel_debate_agents::{AgentError, AgentSpec, Clock};
/// use pixel_debate_game::{Debater, Seat};
/// use pixel_debate_judge::Indifferent;
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
/// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
///
/// // The debate has just begun.
/// let mut agent = AgentSpec::Random.build(1);
/// let mut choose = |seat| agent.choose(&debate.view(seat), &mut Indifferent, Clock::unlimited());
/// assert!(choose(Seat::Debater(Debater::First)).is_ok());
/// assert_eq!(choose(Seat::Debater(Debater::Second)), Err(AgentError::NotToMove));
/// assert_eq!(choose(Seat::Judge), Err(AgentError::NotADebater { seat: Seat::Judge }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// The view is a judge's or a spectator's, who have no moves.
    #[error("a {seat} makes no moves: an agent needs a debater's view")]
    NotADebater {
        /// Whose view it is.
        seat: pixel_debate_game::Seat,
    },
    /// It is the opponent's turn, or nobody's.
    #[error("it is not this debater's turn")]
    NotToMove,
    /// There is nothing to reveal.
    #[error("no legal pixel is left to reveal")]
    NothingToReveal,
}

/// A debater: chooses moves.
///
/// An agent sits in one debate and is asked for each of its moves there in order. Built with the
/// same seed it repeats itself exactly, unless a clock cuts it short.
///
/// It owns no judge, for a judge that is ready to be asked is large: whoever asks for a move lends one,
/// which must give the debate's image the same answers each time.
///
/// An agent of one's own needs a way to choose:
///
/// ```
/// use pixel_debate_agents::{Agent, AgentError, Choice, Clock};
/// use pixel_debate_game::{Debater, Pixel, Seat, View};
/// use pixel_debate_judge::{Evaluator, Indifferent};
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
/// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
///
/// /// Reveals the last pixel that it may.
/// struct Last;
///
/// impl Agent for Last {
///     fn choose(
///         &mut self,
///         view: &View,
///         _: &mut dyn Evaluator,
///         _: Clock,
///     ) -> Result<Choice, AgentError> {
///         view.legal_reveals().last().map(Choice::unproven).ok_or(AgentError::NothingToReveal)
///     }
/// }
///
/// let view = debate.view(Seat::Debater(Debater::First));
/// let choice = Last.choose(&view, &mut Indifferent, Clock::unlimited())?;
/// assert_eq!(choice.pixel, Pixel::new(2, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Agent: Send {
    /// The pixel to reveal, given the own view of the debate, and what is proven with it. What the
    /// agent wants to know of the judge it asks `evaluator`.
    ///
    /// # Errors
    ///
    /// [`AgentError`] if the view is none of a debater whose turn it is, or nothing is left to reveal.
    fn choose(
        &mut self,
        view: &View,
        evaluator: &mut dyn Evaluator,
        clock: Clock,
    ) -> Result<Choice, AgentError>;

    /// Whether it ever asks the judge. If not, it may be lent any.
    fn asks_judge(&self) -> bool {
        true
    }

    /// What the agent keeps from one move to the next, in bytes.
    fn bytes(&self) -> usize {
        0
    }
}
