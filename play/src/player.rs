//! Whoever has a seat: asked for a move or a verdict, and answering or not.

use std::error::Error;

use pixel_debate_agents::{Agent, AgentError, AgentSpec, Choice, Clock};
use pixel_debate_game::{Seat, Verdict, View};
use pixel_debate_judge::{Evaluator, PixelSet};

/// Whoever has a seat in a debate: an agent, a classifier, a program outside, a person.
///
/// A player sits in one debate and is asked there each time that it is its turn. What it sees is its own
/// view and nothing else. Whoever runs the debate lends it an evaluator, for a judge that is ready to be
/// asked is large and belongs to the thread that thinks.
///
/// ```
/// use pixel_debate_agents::Choice;
/// use pixel_debate_play::{Answer, Asked, NoAnswer, Player};
///
/// /// Reveals the first pixel that it may.
/// struct Hasty;
///
/// impl Player for Hasty {
///     fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer> {
///         let seen = |pixel| asked.view.evidence.iter().any(|reveal| reveal.pixel == pixel);
///         let image = asked.view.image.as_ref().ok_or(NoAnswer::because("there is no image"))?;
///         let pixel = image.nonzero().find(|pixel| !seen(*pixel));
///         let pixel = pixel.ok_or(NoAnswer::because("there is no pixel left"))?;
///         Ok(Answer::Reveal(Choice::unproven(pixel)))
///     }
/// }
/// ```
pub trait Player: Send {
    /// What the player does: a debater reveals, a judge gives its verdict.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`] if it does nothing, and why.
    fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer>;

    /// Whether it ever asks the evaluator. If not, it may be lent any.
    fn asks_judge(&self) -> bool {
        true
    }

    /// What the player keeps from one question to the next, in bytes.
    fn bytes(&self) -> usize {
        0
    }
}

/// What a player is asked with.
pub struct Asked<'a> {
    /// What it sees; whose seat that is says what is asked for.
    pub view: &'a View,
    /// The judge, to be asked about the debate's image as often as the player likes.
    pub evaluator: &'a mut dyn Evaluator,
    /// How long it may take.
    pub clock: Clock,
}

/// What a player does.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A debater's reveal, and what it has proven by it.
    Reveal(Choice),
    /// The judge's verdict.
    Verdict(Verdict),
}

/// Why a player does nothing.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// An agent has no move.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// A judge was asked for what is no verdict.
    #[error("a {seat} gives no verdict: a judge needs the judge's view")]
    NotAJudge {
        /// Whose view it was.
        seat: Seat,
    },
    /// A player of another kind has failed.
    #[error(transparent)]
    Failed(Box<dyn Error + Send + Sync>),
}

impl NoAnswer {
    /// A player of another kind has failed, for a reason in words or an error of its own.
    ///
    /// ```
    /// use pixel_debate_play::NoAnswer;
    ///
    /// assert_eq!(NoAnswer::because("the line went dead").to_string(), "the line went dead");
    /// ```
    pub fn because(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(reason.into())
    }
}

/// An agent in a debater's seat.
///
/// ```
/// use pixel_debate_agents::Clock;
/// use pixel_debate_game::{Debater, Seat};
/// use pixel_debate_judge::Indifferent;
/// use pixel_debate_play::{AgentPlayer, Answer, Asked, NoAnswer, Player};
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
/// # let debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 7, Some(1), 10)?;
///
/// let mut player = AgentPlayer::new("random".parse()?, 1);
/// let mut answer = |seat| {
///     let (view, clock) = (debate.view(seat), Clock::unlimited());
///     player.answer(Asked { view: &view, evaluator: &mut Indifferent, clock })
/// };
/// assert!(matches!(answer(Seat::Debater(Debater::First)), Ok(Answer::Reveal(_))));
/// // An agent is no judge.
/// assert!(matches!(answer(Seat::Judge), Err(NoAnswer::Agent(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AgentPlayer(Box<dyn Agent>);

impl AgentPlayer {
    /// The agent of that name. Given the same seed it plays the same.
    pub fn new(agent: AgentSpec, seed: u64) -> Self {
        Self(agent.build(seed))
    }
}

impl From<Box<dyn Agent>> for AgentPlayer {
    fn from(agent: Box<dyn Agent>) -> Self {
        Self(agent)
    }
}

impl Player for AgentPlayer {
    fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer> {
        Ok(Answer::Reveal(self.0.choose(asked.view, asked.evaluator, asked.clock)?))
    }

    fn asks_judge(&self) -> bool {
        self.0.asks_judge()
    }

    fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

/// The classifier in the judge's seat: its verdict is what it says of the evidence.
///
/// ```
/// use pixel_debate_agents::Clock;
/// use pixel_debate_game::{Seat, Verdict};
/// use pixel_debate_judge::Indifferent;
/// use pixel_debate_play::{Answer, Asked, Classifier, Player};
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
/// # let debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 1, Some(0), 4)?;
///
/// // Of a debate about one of four classes.
/// let (view, clock) = (debate.view(Seat::Judge), Clock::unlimited());
/// let asked = Asked { view: &view, evaluator: &mut Indifferent, clock };
/// let verdict = Verdict::Logits { logits: vec![0.0; 4] };
/// assert_eq!(Classifier.answer(asked)?, Answer::Verdict(verdict));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Classifier;

impl Player for Classifier {
    fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer> {
        let Asked { view, evaluator, .. } = asked;
        if view.seat != Seat::Judge {
            return Err(NoAnswer::NotAJudge { seat: view.seat });
        }
        let evidence: PixelSet = view.evidence.iter().map(|reveal| reveal.pixel).collect();
        let mut logits = evaluator.evaluate(&[evidence]).into_numbers();
        // A judge may know more labels than the debate has.
        logits.truncate(view.classes.into());
        Ok(Answer::Verdict(Verdict::Logits { logits }))
    }
}
