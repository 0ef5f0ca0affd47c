//! Who sits in a debate: agents by name, and whatever Python offers as a judge or a debater.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pixel_debate_agents::{AgentSpec, Choice as Chosen, Clock};
use pixel_debate_game::{self as game, Image, Role, Verdict};
use pixel_debate_judge::{Evaluator, Logits, PixelSet};
use pixel_debate_play::{AgentPlayer, Answer, Asked, Classifier, NoAnswer, Player};
use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::{
    agent::{self, Agent},
    arrays::pixel,
    calling::{
        attached, attribute_if_any, called, called_method, forgotten, has_method, index, real,
        representation, words,
    },
    errors::{Error, raise, wrong},
    interrupt::{Failure, fail, is_stopped},
    judge::Judge,
    numbers,
    own::{OwnEvaluator, named, raised, scores_of_one},
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

/// Says what is no judge; whether it can be asked about any set of pixels.
#[pyfunction]
#[pyo3(name = "_is_asked")]
pub(crate) fn is_asked(judge: &Bound<'_, PyAny>) -> PyResult<bool> {
    AnyJudge::read(judge).map(|judge| !matches!(judge, AnyJudge::Decides(_)))
}

/// Says what is no debater; whether it asks a judge.
#[pyfunction]
#[pyo3(name = "_asks_judge")]
pub(crate) fn asks_judge(debater: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(match AnyDebater::read(debater)? {
        AnyDebater::Agent(spec, ..) => spec.build(0).asks_judge(),
        AnyDebater::Calls(_) | AnyDebater::Chooses(_) => false,
    })
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
        if let Some(answers) = attribute_if_any(value, "answers")? {
            let known = ["logits", "probabilities", "labels"];
            let declared = answers.extract::<&str>().ok();
            if !declared.is_some_and(|declared| known.contains(&declared)) {
                return Err(wrong(format!(
                    "a judge's attribute answers is \"logits\", \"probabilities\" or \"labels\", not {}",
                    representation(&answers)?
                )));
            }
        }
        if has_method(value, "decide") {
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
            Self::Ours(judge) => {
                let judge = judge.get().evaluator(image)?;
                let known = judge.classes();
                match known.cmp(&classes.into()) {
                    Ordering::Equal => Some(judge),
                    Ordering::Greater => Some(Box::new(Fewer { judge, classes })),
                    Ordering::Less => {
                        return Err(raise::<Error>(format!(
                            "a debate of {classes} classes: the judge tells {known} apart"
                        )));
                    }
                }
            }
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

    /// The judge in its seat, where it is lent what debaters ask of it.
    pub(crate) fn seated(&self, py: Python<'_>) -> Box<dyn Player> {
        match self {
            Self::Decides(judge) => Box::new(Deciding(judge.clone_ref(py))),
            _ => Box::new(Classifier),
        }
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

/// A network where there are fewer classes than it knows: of the others nothing is said, as in its verdict.
struct Fewer {
    judge: Box<dyn Evaluator>,
    classes: u8,
}

impl Evaluator for Fewer {
    fn classes(&self) -> usize {
        self.classes.into()
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let (logits, classes) = (self.judge.evaluate(sets), self.classes());
        Logits::of(classes, logits.rows().map(|row| &row[..classes]))
    }

    fn batch(&self) -> usize {
        self.judge.batch()
    }

    fn bytes(&self) -> usize {
        self.judge.bytes()
    }
}

/// A judge with `decide(view)`.
struct Deciding(Py<PyAny>);

impl Player for Deciding {
    fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer> {
        let view = asked.view;
        ask(&self.0, "decide", view, |answer| {
            match numbers::any(answer) {
                Ok(_) => return Ok(Answer::Verdict(Verdict::label(numbers::label(answer)?))),
                Err(error) if !error.is_instance_of::<PyException>(answer.py()) => {
                    return Err(error);
                }
                Err(error) => forgotten(answer.py(), error),
            }
            // A float in its place makes two numbers two logits.
            if let Some((label, probability)) = labelled(answer)
                && attribute_if_any(answer, "dtype")?.is_none()
            {
                if view.classes == 2 && numbers::any(&answer.get_item(1)?).is_ok() {
                    return Err(wrong(
                        "of two classes two whole numbers may be a label and its probability, or two logits: write the \
                         probability, or the logits, as floats",
                    ));
                }
                let probability = Some(probability);
                let verdict = Verdict::Label { label, probability, explanation: None };
                return Ok(Answer::Verdict(verdict));
            }
            let logits = scores_of_one(answer)?;
            Ok(Answer::Verdict(Verdict::Logits { logits }))
        })
    }
}

/// A label with its probability, if an answer is such a pair.
fn labelled(answer: &Bound<'_, PyAny>) -> Option<(u8, f32)> {
    let pair = answer.cast::<PyTuple>().ok().filter(|pair| pair.len() == 2)?;
    let read = || -> PyResult<(u8, f32)> {
        let label = index(&pair.get_item(0)?)?.extract()?;
        Ok((label, real(&pair.get_item(1)?)? as f32))
    };
    read().map_err(|error| forgotten(answer.py(), error)).ok()
}

/// A debater as Python gives it.
pub(crate) enum AnyDebater {
    /// One of ours, with a seed of its own, perhaps, and how many rollouts it gathers.
    Agent(AgentSpec, Option<u64>, u32),
    Calls(Py<PyAny>),
    Chooses(Py<PyAny>),
}

impl AnyDebater {
    pub(crate) fn read(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(name) = value.extract::<&str>() {
            return Ok(Self::Agent(name.parse().map_err(raise::<Error>)?, None, 1));
        }
        if let Ok(agent) = value.cast::<Agent>() {
            let agent = agent.get();
            return Ok(Self::Agent(agent.spec, Some(agent.seed), agent.gather));
        }
        if has_method(value, "choose") {
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

    /// The debater in its seat, at the beginning of a debate in which it has that role.
    pub(crate) fn player(
        &self,
        py: Python<'_>,
        role: Role,
        seed: u64,
    ) -> Result<Box<dyn Player>, Failure> {
        if let Self::Calls(debater) | Self::Chooses(debater) = self {
            let debater = debater.bind(py);
            let spoilt = |error| {
                let who = format!("the {role} debater ({})", named(debater));
                Failure::of(py, format!("{who} {}", raised(debater, &error)), error)
            };
            let reset = attribute_if_any(debater, "reset").map_err(spoilt)?;
            if let Some(reset) = reset.filter(|reset| reset.is_callable()) {
                called(&reset, ()).map_err(spoilt)?;
            }
        }
        Ok(self.amid(py, seed))
    }

    /// The debater in its seat in the middle of a debate.
    pub(crate) fn amid(&self, py: Python<'_>, seed: u64) -> Box<dyn Player> {
        match self {
            Self::Agent(spec, own, gather) => {
                Box::new(AgentPlayer::from(agent::built(*spec, own.unwrap_or(seed), *gather)))
            }
            Self::Calls(debater) => Box::new(Revealing(debater.clone_ref(py), "__call__")),
            Self::Chooses(debater) => Box::new(Revealing(debater.clone_ref(py), "choose")),
        }
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
    if is_stopped() {
        // Nobody waits for its answer any more.
        return Err(NoAnswer::because("the debate is stopped"));
    }
    attached(|py| {
        let player = player.bind(py);
        let who = match view.role {
            Some(role) => format!("the {role} debater ({})", named(player)),
            None => format!("the judge ({})", named(player)),
        };
        let told = |failure: Failure| {
            fail(failure);
            NoAnswer::because("it has failed")
        };
        let answer = called_method(player, method, (View(view.clone()),)).map_err(|error| {
            told(Failure::of(py, format!("{who} {}", raised(player, &error)), error))
        })?;
        read(&answer).map_err(|error| {
            let kind = named(answer.get_type().as_any());
            let what =
                format!("{who} has answered {kind}, which is no answer: {}", words(py, &error));
            told(Failure::of(py, what, error))
        })
    })
}
