//! Who sits in a debate: agents by name, and whatever Python offers as a judge or a debater.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pixel_debate_agents::{self as agents, AgentSpec, Choice as Chosen, Clock, Proof};
use pixel_debate_game::{self as game, Image, Seat, Verdict};
use pixel_debate_judge::{Evaluator, Indifferent};
use pixel_debate_play::{AgentPlayer, Answer, Asked, Classifier, NoAnswer, Player};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::{
    arrays::{pair, pixel},
    debate::Debate,
    errors::{Error, raise, wrong},
    interrupt::{Failure, detached, fail, is_stopped},
    judge::Judge,
    own::{OwnEvaluator, named, said, scores_of_one},
    view::View,
};

/// How long a search may take: so many seconds, or as long as it takes; until Ctrl-C in either case.
pub(crate) fn clock(seconds: Option<f64>) -> PyResult<Clock> {
    let Some(seconds) = seconds else { return Ok(Clock::unlimited().unless(is_stopped)) };
    let time = Duration::try_from_secs_f64(seconds).ok();
    let deadline = time.and_then(|time| Instant::now().checked_add(time));
    let deadline = deadline.ok_or_else(|| {
        wrong(format!("seconds must be a number from 0 on that a clock can count, not {seconds}"))
    })?;
    Ok(Clock::until(deadline).unless(is_stopped))
}

/// A judge as Python gives it.
pub(crate) enum AnyJudge {
    /// A classifier of ours.
    Ours(Py<Judge>),
    /// A callable of `(values, masks)`.
    Batches(Py<PyAny>),
    /// An object with `decide(view)`.
    Decides(Py<PyAny>),
}

impl AnyJudge {
    pub(crate) fn read(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(judge) = value.cast::<Judge>() {
            return Ok(Self::Ours(judge.clone().unbind()));
        }
        if value.getattr("decide").is_ok_and(|decide| decide.is_callable()) {
            return Ok(Self::Decides(value.clone().unbind()));
        }
        if value.is_callable() {
            return Ok(Self::Batches(value.clone().unbind()));
        }
        Err(PyTypeError::new_err(format!(
            "a judge is a Judge, a callable of (values, masks), or an object with decide(view), not {}",
            value.get_type().name()?
        )))
    }

    /// The judge for one image, if it can be asked about any set of pixels.
    pub(crate) fn evaluator(
        &self,
        py: Python<'_>,
        image: &Arc<Image>,
        classes: u8,
    ) -> PyResult<Option<Box<dyn Evaluator>>> {
        Ok(match self {
            Self::Ours(judge) => Some(judge.get().evaluator(image)?),
            Self::Batches(judge) => {
                let judge = judge.clone_ref(py);
                Some(Box::new(OwnEvaluator::new(judge, Arc::clone(image), classes)))
            }
            Self::Decides(_) => None,
        })
    }

    /// As [`evaluator`](Self::evaluator), for whoever needs one.
    pub(crate) fn searched(
        &self,
        py: Python<'_>,
        image: &Arc<Image>,
        classes: u8,
    ) -> PyResult<Box<dyn Evaluator>> {
        self.evaluator(py, image, classes)?.ok_or_else(|| {
            raise::<Error>(
                "a judge that decides one view after the other cannot be asked what it would make of \
                 any set of pixels: name one that can, a Judge or a callable of (values, masks)",
            )
        })
    }

    /// The judge in its seat.
    pub(crate) fn player(
        &self,
        py: Python<'_>,
        image: &Arc<Image>,
        classes: u8,
    ) -> PyResult<Box<dyn Player>> {
        Ok(match self {
            Self::Decides(judge) => Box::new(Deciding(judge.clone_ref(py))),
            _ => Box::new(ByOwn(self.searched(py, image, classes)?)),
        })
    }

    pub(crate) fn name(&self, py: Python<'_>) -> String {
        match self {
            Self::Ours(judge) => judge.get().0.name().to_owned(),
            Self::Batches(judge) | Self::Decides(judge) => named(judge.bind(py)),
        }
    }
}

/// A classifier that judges by itself, whatever judge the debaters ask.
struct ByOwn(Box<dyn Evaluator>);

impl Player for ByOwn {
    fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer> {
        Classifier.answer(Asked { evaluator: &mut *self.0, ..asked })
    }
}

/// A judge with `decide(view)`.
struct Deciding(Py<PyAny>);

impl Player for Deciding {
    fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer> {
        let view = asked.view;
        ask(&self.0, "decide", view, |answer| {
            if let Ok(label) = answer.extract::<u8>() {
                return Ok(Answer::Verdict(Verdict::label(label)));
            }
            if let Ok((label, probability)) = answer.extract::<(u8, f32)>()
                && !answer.hasattr("dtype")?
                && view.classes > 2
            {
                let probability = Some(probability);
                let verdict = Verdict::Label { label, probability, explanation: None };
                return Ok(Answer::Verdict(verdict));
            }
            let logits = scores_of_one(answer)?;
            Ok(Answer::Verdict(Verdict::Logits { logits }))
        })
    }
}

/// A debater as Python gives it.
pub(crate) enum AnyDebater {
    Agent(AgentSpec, Option<u64>),
    Calls(Py<PyAny>),
    Chooses(Py<PyAny>),
}

impl AnyDebater {
    pub(crate) fn read(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(name) = value.extract::<&str>() {
            return Ok(Self::Agent(name.parse().map_err(raise::<Error>)?, None));
        }
        if let Ok(agent) = value.cast::<Agent>() {
            let agent = agent.get();
            return Ok(Self::Agent(agent.spec, Some(agent.seed)));
        }
        if value.getattr("choose").is_ok_and(|choose| choose.is_callable()) {
            return Ok(Self::Chooses(value.clone().unbind()));
        }
        if value.is_callable() {
            return Ok(Self::Calls(value.clone().unbind()));
        }
        Err(PyTypeError::new_err(format!(
            "a debater is an agent's name, an Agent, a callable of a view, or an object with \
             choose(view), not {}",
            value.get_type().name()?
        )))
    }

    /// The debater in its seat, at the beginning of a debate.
    pub(crate) fn player(&self, py: Python<'_>, seed: u64) -> PyResult<Box<dyn Player>> {
        Ok(match self {
            Self::Agent(spec, own) => Box::new(AgentPlayer::new(*spec, own.unwrap_or(seed))),
            Self::Calls(debater) => Box::new(Revealing(debater.clone_ref(py), "__call__")),
            Self::Chooses(debater) => {
                if let Ok(reset) = debater.bind(py).getattr("reset") {
                    reset.call0()?;
                }
                Box::new(Revealing(debater.clone_ref(py), "choose"))
            }
        })
    }
}

/// A debater written in Python, by the method that it is asked by.
struct Revealing(Py<PyAny>, &'static str);

impl Player for Revealing {
    fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer> {
        ask(&self.0, self.1, asked.view, |answer| {
            Ok(Answer::Reveal(Chosen::unproven(pixel(answer)?)))
        })
    }

    fn asks_judge(&self) -> bool {
        false
    }
}

/// Has a player written in Python look at its view, and reads its answer.
fn ask(
    player: &Py<PyAny>,
    method: &'static str,
    view: &game::View,
    read: impl Fn(&Bound<'_, PyAny>) -> PyResult<Answer>,
) -> Result<Answer, NoAnswer> {
    Python::attach(|py| {
        let player = player.bind(py);
        let who = match view.role {
            Some(role) => format!("the {role} debater ({})", named(player)),
            None => format!("the judge ({})", named(player)),
        };
        let told = |failure: Failure| {
            fail(failure);
            NoAnswer::because("it has failed")
        };
        let answer = player.call_method1(method, (View(view.clone()),)).map_err(|error| {
            told(Failure::of(py, format!("{who} has raised {}", said(py, &error)), error))
        })?;
        read(&answer).map_err(|error| {
            let kind = named(answer.get_type().as_any());
            let what =
                format!("{who} has answered {kind}, which is no answer: {}", error.value(py));
            told(Failure::of(py, what, error))
        })
    })
}

/// What an agent reveals, and how sure of it it is.
#[pyclass(frozen, module = "pixel_debate")]
pub(crate) struct Choice(Chosen);

#[pymethods]
impl Choice {
    /// (int, int): The pixel, column and row.
    #[getter]
    fn pixel(&self) -> (u8, u8) {
        pair(self.0.pixel)
    }

    /// str or None: Who wins from here on if both play as well as can be, ``"honest"`` or ``"liar"``,
    /// where the agent has proven it.
    #[getter]
    fn proven(&self) -> Option<String> {
        match self.0.proof {
            Proof::Proven(role) => Some(role.to_string()),
            Proof::NotSought | Proof::Open => None,
        }
    }

    /// bool: Whether the time was over before the agent had searched as long as its name says.
    #[getter]
    fn cut_short(&self) -> bool {
        self.0.cut_short
    }

    fn __repr__(&self) -> String {
        format!("<Choice of {}>", self.0.pixel)
    }
}

/// One of the package's debaters: ``random``, ``greedy``, the paper's tree search ``mcts:N`` with N
/// rollouts a move (section 3.1), after which ``:margin``, ``:graph`` or ``:margin:graph`` may follow, and
/// ``exact``, which plays as well as can be.
///
/// Parameters
/// ----------
/// name : str
/// seed : int
///     What all that is random is drawn from, from 0 to 2**64 - 1. With the same seed, an agent that is
///     asked for all its moves of a debate in order repeats itself.
///
/// Raises
/// ------
/// Error
///     If no agent has that name.
#[pyclass(frozen, module = "pixel_debate")]
pub(crate) struct Agent {
    pub(crate) spec: AgentSpec,
    pub(crate) seed: u64,
    thinking: Mutex<Option<Thinking>>,
}

/// What an agent has in mind of a debate.
struct Thinking {
    agent: Box<dyn agents::Agent>,
    /// What it has seen of it.
    view: game::View,
    judge: Option<AnyJudge>,
}

#[pymethods]
impl Agent {
    #[new]
    #[pyo3(signature = (name, seed = 0))]
    fn new(name: &str, seed: u64) -> PyResult<Self> {
        let spec = name.parse().map_err(raise::<Error>)?;
        Ok(Self { spec, seed, thinking: Mutex::new(None) })
    }

    /// str: The agent's name.
    #[getter]
    fn name(&self) -> String {
        self.spec.to_string()
    }

    /// int: What all that is random is drawn from.
    #[getter]
    fn seed(&self) -> u64 {
        self.seed
    }

    /// What the agent reveals for the debater to move.
    ///
    /// Parameters
    /// ----------
    /// position : Debate or View
    ///     The debate, or the view of the debater whose turn it is.
    /// judge : Judge or callable, optional
    ///     Whom the agent asks. ``random`` asks nobody.
    /// seconds : float, optional
    ///     How long it may think: then it plays the best that it knows. As long as it takes, if nothing
    ///     is said.
    ///
    /// Returns
    /// -------
    /// Choice
    ///
    /// Raises
    /// ------
    /// Error
    ///     If it is nobody's turn, or the agent needs a judge.
    /// PlayerError
    ///     If the judge is a callable, and has failed.
    #[pyo3(signature = (position, judge = None, *, seconds = None))]
    fn choose(
        &self,
        py: Python<'_>,
        position: &Bound<'_, PyAny>,
        judge: Option<&Bound<'_, PyAny>>,
        seconds: Option<f64>,
    ) -> PyResult<Choice> {
        let (view, name) = if let Ok(debate) = position.cast::<Debate>() {
            let now = debate.get().now();
            let Some(debater) = now.to_move() else {
                return Err(raise::<Error>("nobody is to reveal a pixel"));
            };
            (now.view(Seat::Debater(debater)), debate.get().name())
        } else if let Ok(view) = position.cast::<View>() {
            (view.get().0.clone(), "the debate".to_owned())
        } else {
            return Err(PyTypeError::new_err(format!(
                "a position is a Debate or a View, not {}",
                position.get_type().name()?
            )));
        };
        let judge = judge.map(AnyJudge::read).transpose()?;
        let Ok(mut thinking) = self.thinking.try_lock() else {
            return Err(raise::<Error>("this agent is thinking already, on another thread"));
        };
        let goes_on = thinking.as_ref().is_some_and(|thinking| {
            follows(&thinking.view, &view) && is_same(thinking.judge.as_ref(), judge.as_ref())
        });
        let mut mind = match thinking.take().filter(|_| goes_on) {
            Some(mind) => mind,
            None => Thinking { agent: self.spec.build(self.seed), view: view.clone(), judge: None },
        };
        let mut evaluator: Box<dyn Evaluator> = match (&judge, view.image.as_ref()) {
            (Some(judge), Some(image)) => {
                judge.searched(py, &Arc::new(image.clone()), view.classes)?
            }
            (None, _) if mind.agent.asks_judge() => {
                return Err(raise::<Error>(format!("{} asks a judge: name one", self.spec)));
            }
            _ => Box::new(Indifferent),
        };
        let clock = clock(seconds)?;
        let chosen = detached(py, &name, || mind.agent.choose(&view, &mut *evaluator, clock))?;
        let choice = chosen.map_err(raise::<Error>)?;
        *thinking = Some(Thinking { view, judge, ..mind });
        Ok(Choice(choice))
    }

    fn __getnewargs__(&self) -> (String, u64) {
        (self.name(), self.seed)
    }

    fn __repr__(&self) -> String {
        format!("Agent('{}', seed={})", self.spec, self.seed)
    }
}

/// Whether a view is a later one of the same seat of the same debate, as far as can be told.
fn follows(before: &game::View, now: &game::View) -> bool {
    let known = before.evidence.len();
    known < now.evidence.len()
        && now.evidence.first(known) == before.evidence
        && (before.seat, before.rules, before.claims, before.classes)
            == (now.seat, now.rules, now.claims, now.classes)
        && before.image == now.image
}

fn is_same(one: Option<&AnyJudge>, other: Option<&AnyJudge>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(AnyJudge::Ours(one)), Some(AnyJudge::Ours(other))) => one.is(other),
        (Some(AnyJudge::Batches(one)), Some(AnyJudge::Batches(other))) => one.is(other),
        _ => false,
    }
}
