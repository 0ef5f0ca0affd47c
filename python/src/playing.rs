//! A debate played to its end.

use pixel_debate_agents::{Choice, Clock};
use pixel_debate_game::{Role, Seat};
use pixel_debate_judge::{Evaluator, Indifferent};
use pixel_debate_play::{self as debates, Answer, Asked, Player, Seats, Setup, Stall};
use pixel_debate_statistics::Rate;
use pyo3::prelude::*;

use crate::{
    debate::Debate,
    errors::{Error, PlayerError, raise, wrong},
    interrupt::{detached, is_stopped},
    numbers,
    players::{AnyDebater, AnyJudge},
    rules::role,
};

/// Plays a debate to its end, and leaves the one that is given as it stands.
///
/// Parameters
/// ----------
/// debate : Debate
///     Where to begin.
/// judge : Judge, callable or object with ``decide``
///     Who gives the verdict, and whom the debaters ask: a judge of the package; a callable of ``(values,
///     masks)``, uint8 and bool of shape ``(n, height, width)``, that answers logits or probabilities, floats
///     of shape ``(n, classes)``, or labels, ints of shape ``(n,)``; or an object whose ``decide(view)``
///     answers a label, a pair of a label and its probability, or logits.
/// honest, liar : str, Agent, callable or object with ``choose``, optional
///     The debaters, ``"greedy"`` unless given: an agent's name; or a callable of a :class:`View` that answers ``(column, row)``, or an
///     object with such a method ``choose``. Its method ``reset()``, if it has one, is called first.
/// search_judge : Judge or callable, optional
///     Whom the debaters ask instead of the judge. Where the judge decides view by view, agents that
///     search need one.
/// seed : int
///     What agents draw from that are given by name, from 0 to 2**64 - 1: the honest debater this number, the
///     liar the next.
/// liar_seed : int, optional
///     What the liar draws from instead.
///
/// Returns
/// -------
/// Debate
///     The debate after its end.
///
/// Raises
/// ------
/// PlayerError
///     If a judge or a debater of Python's raises, or answers what is no answer or an illegal move. It names
///     the debate, and what was raised is the cause.
#[pyfunction]
#[pyo3(signature = (
    debate, judge, *, honest = None, liar = None, search_judge = None, seed = 0, liar_seed = None
))]
#[expect(clippy::too_many_arguments, reason = "named ones")]
pub(crate) fn play(
    py: Python<'_>,
    debate: &Debate,
    judge: &Bound<'_, PyAny>,
    honest: Option<&Bound<'_, PyAny>>,
    liar: Option<&Bound<'_, PyAny>>,
    search_judge: Option<&Bound<'_, PyAny>>,
    #[pyo3(from_py_with = numbers::seed)] seed: u64,
    #[pyo3(from_py_with = numbers::perhaps_seed)] liar_seed: Option<u64>,
) -> PyResult<Debate> {
    let judge = AnyJudge::read(judge)?;
    let search_judge = search_judge.map(AnyJudge::read).transpose()?;
    let debater = |given: Option<&Bound<'_, PyAny>>| match given {
        Some(given) => AnyDebater::read(given),
        None => Ok(AnyDebater::Agent(pixel_debate_agents::AgentSpec::Greedy, None, 1)),
    };
    let (honest, liar) = (debater(honest)?, debater(liar)?);
    let mut now = debate.now();
    let (image, classes) = (std::sync::Arc::clone(now.image()), now.classes());
    let mut verdict = judge.player(py, &image, classes)?;
    let name = debate.name();
    let liar_seed = liar_seed.unwrap_or(seed.wrapping_add(1));
    let seated = |debater: AnyDebater, role, seed| {
        debater.player(py, role, seed).map_err(|failure| failure.into_error(py, &name))
    };
    let mut honest = seated(honest, Role::Honest, seed)?;
    let mut liar = seated(liar, Role::Liar, liar_seed)?;
    let asks = honest.asks_judge() || liar.asks_judge();
    let mut evaluator: Box<dyn Evaluator> = if asks {
        search_judge.as_ref().unwrap_or(&judge).searched(py, &image, classes)?
    } else {
        Box::new(Indifferent)
    };
    let played = detached(py, &name, || {
        let (first, second): (&mut dyn Player, &mut dyn Player) = match now.rules().first {
            Role::Honest => (&mut *honest, &mut *liar),
            Role::Liar => (&mut *liar, &mut *honest),
        };
        let mut seats = Seats { first, second, judge: &mut *verdict };
        let clock = || Clock::unlimited().unless(is_stopped);
        seats.play(&mut now, &mut *evaluator, clock, |_, _, _| {})
    })?;
    played.map_err(|stall| raise::<PlayerError>(format!("{name}: {stall}")))?;
    Ok(Debate::with(now, debate.source.clone()))
}

/// Has a debater forget the debate before: for environments, in which it plays move by move.
#[pyfunction]
#[pyo3(name = "_begin")]
pub(crate) fn begin(
    py: Python<'_>,
    debate: &Debate,
    debater: &Bound<'_, PyAny>,
    role: &str,
) -> PyResult<()> {
    let debater = AnyDebater::read(debater)?;
    let player = debater.player(py, self::role(role)?, 0);
    player.map(|_| ()).map_err(|failure| failure.into_error(py, &debate.name()))
}

/// Has a debater of Python's, who is in the middle of its debate, make its reveal there: for environments.
#[pyfunction]
#[pyo3(name = "_reveal")]
pub(crate) fn reveal(py: Python<'_>, debate: &Debate, debater: &Bound<'_, PyAny>) -> PyResult<()> {
    let mut player = AnyDebater::read(debater)?.amid(py, 0);
    let (now, name) = (debate.now(), debate.name());
    let Some(by) = now.to_move() else {
        return Err(raise::<Error>("nobody is to reveal a pixel"));
    };
    let (view, role) = (now.view(Seat::Debater(by)), Some(now.rules().role_of(by)));
    let answer = detached(py, &name, || {
        let clock = Clock::unlimited().unless(is_stopped);
        player.answer(Asked { view: &view, evaluator: &mut Indifferent, clock })
    })?;
    let stalled = |stall: Stall| raise::<PlayerError>(format!("{name}: {stall}"));
    let answer = answer.map_err(|source| stalled(Stall::NoAnswer { role, source }))?;
    let Answer::Reveal(Choice { pixel, .. }) = answer else {
        return Err(stalled(Stall::NotItsMove { role }));
    };
    debate.reveal(by, pixel).map_err(|source| stalled(Stall::Illegal { role, source }))
}

/// The seed of a debater in a debate of a series, as the program draws it.
#[pyfunction]
#[pyo3(name = "_agent_seed")]
pub(crate) fn agent_seed(
    #[pyo3(from_py_with = numbers::seed)] seed: u64,
    #[pyo3(from_py_with = numbers::image)] image: usize,
    #[pyo3(from_py_with = numbers::perhaps_label)] lie: Option<u8>,
    first: &str,
    of: &str,
) -> PyResult<u64> {
    let setup = Setup { image, lie, first: role(first)? };
    Ok(debates::agent_seed(seed, &setup, role(of)?))
}

/// The mean of shares that independent units, such as images, have, with its 95 % interval after Wilson.
///
/// Parameters
/// ----------
/// shares : sequence of float
///     A number from 0 to 1 for each unit: 1 where it was a success, or what share of its trials was.
///
/// Returns
/// -------
/// (float, float, float)
///     The rate, and the interval's lower and upper end. Of no units nothing is known: a half, 0 and 1.
///
/// Raises
/// ------
/// ValueError
///     If a share is not from 0 to 1, or there are more than 100 million.
#[pyfunction]
pub(crate) fn rate(
    #[pyo3(from_py_with = numbers::reals)] shares: Vec<f64>,
) -> PyResult<(f64, f64, f64)> {
    if let Some(share) = shares.iter().find(|share| !(0.0..=1.0).contains(*share)) {
        return Err(wrong(format!("a share is a number from 0 to 1, not {share}")));
    }
    let rate = Rate::of_shares(&shares);
    Ok((rate.rate, rate.low, rate.high))
}
