//! The package's own debaters, asked move by move.

use std::sync::{Arc, Mutex, TryLockError};

use pixel_debate_agents::{self as agents, AgentSpec, Choice as Chosen, Mcts, Proof};
use pixel_debate_game::{self as game, Seat};
use pixel_debate_judge::{Evaluator, Indifferent};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::{
    arrays::pair,
    debate::Debate,
    errors::{Error, raise},
    interrupt::detached,
    numbers,
    players::{AnyJudge, clock},
    view::View,
};

/// The most rollouts that are gathered: a batch of complete sets that a judge can be given.
const MOST_GATHERED: u32 = 4096;

/// An agent that asks the judge about the ends of so many rollouts at once, if it makes any.
pub(crate) fn built(spec: AgentSpec, seed: u64, gather: u32) -> Box<dyn agents::Agent> {
    match spec {
        AgentSpec::Mcts { rollouts, value, shape } if gather > 1 => {
            Box::new(Mcts::new(rollouts, value, shape, seed).gathering(gather))
        }
        _ => spec.build(seed),
    }
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
/// gather : int
///     How many rollouts of ``mcts:N`` are under way before the judge is asked about all their ends at once,
///     from 1 to 4096. A judge of your own that answers batches faster is asked less often. With more than one
///     the search is another: rollouts under way count as lost until the judge has answered.
///
/// Raises
/// ------
/// Error
///     If no agent has that name, or the agent makes no rollouts that could be gathered.
#[pyclass(frozen, module = "pixel_debate")]
pub(crate) struct Agent {
    pub(crate) spec: AgentSpec,
    pub(crate) seed: u64,
    pub(crate) gather: u32,
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
    #[pyo3(signature = (name, seed = 0, *, gather = 1))]
    fn new(
        name: &str,
        #[pyo3(from_py_with = numbers::seed)] seed: u64,
        #[pyo3(from_py_with = numbers::any)] gather: i128,
    ) -> PyResult<Self> {
        let spec = name.parse().map_err(raise::<Error>)?;
        let gathered = u32::try_from(gather).ok();
        let Some(gather) = gathered.filter(|gather| (1..=MOST_GATHERED).contains(gather)) else {
            return Err(raise::<Error>(format!(
                "gather must be a whole number from 1 to {MOST_GATHERED}, not {}",
                numbers::told(gather)
            )));
        };
        if gather > 1 && !matches!(spec, AgentSpec::Mcts { .. }) {
            return Err(raise::<Error>(format!("{spec} makes no rollouts that could be gathered")));
        }
        Ok(Self { spec, seed, gather, thinking: Mutex::new(None) })
    }

    /// int: How many rollouts' ends the judge is asked about at once.
    #[getter]
    fn gather(&self) -> u32 {
        self.gather
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
        #[pyo3(from_py_with = numbers::perhaps_real)] seconds: Option<f64>,
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
        let mut thinking = match self.thinking.try_lock() {
            Ok(thinking) => thinking,
            Err(TryLockError::Poisoned(thinking)) => thinking.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return Err(raise::<Error>("this agent is thinking already, on another thread"));
            }
        };
        let goes_on = thinking.as_ref().is_some_and(|thinking| {
            follows(&thinking.view, &view) && is_same(thinking.judge.as_ref(), judge.as_ref())
        });
        let mut mind = match thinking.take().filter(|_| goes_on) {
            Some(mind) => mind,
            None => Thinking {
                agent: built(self.spec, self.seed, self.gather),
                view: view.clone(),
                judge: None,
            },
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

    fn __getnewargs_ex__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<((String, u64), Bound<'py, PyDict>)> {
        let named = PyDict::new(py);
        named.set_item("gather", self.gather)?;
        Ok(((self.name(), self.seed), named))
    }

    fn __repr__(&self) -> String {
        let gather =
            if self.gather > 1 { format!(", gather={}", self.gather) } else { String::new() };
        format!("Agent('{}', seed={}{gather})", self.spec, self.seed)
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
