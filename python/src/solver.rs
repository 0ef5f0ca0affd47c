//! Debates solved, and positions looked into.

use numpy::{PyArray1, PyArray2};
use pixel_debate_agents::solver::{self, Game, Solved};
use pixel_debate_game::{self as game, Debater, Move, Pixel, Role, honest_margin};
use pixel_debate_judge::{Evaluator, PixelSet};
use pyo3::prelude::*;

use crate::{
    arrays::{pair, places},
    certificate::{Certificate, mark},
    debate::Debate,
    errors::{Error, raise},
    interrupt::{detached, is_stopped},
    numbers,
    players::{AnyJudge, clock},
};

/// A debate that can be searched: with a judge that can be asked.
struct Searched {
    debate: game::Debate,
    judge: AnyJudge,
    evaluator: Box<dyn Evaluator>,
    name: String,
}

impl Searched {
    fn open(py: Python<'_>, debate: &Debate, judge: &Bound<'_, PyAny>) -> PyResult<Self> {
        let name = debate.name();
        let debate = debate.now();
        if debate.outcome().is_some() {
            return Err(raise::<Error>("the debate has ended: nothing is left to play"));
        }
        let judge = AnyJudge::read(judge)?;
        let evaluator = judge.searched(py, debate.image(), debate.classes())?;
        Ok(Self { debate, judge, evaluator, name })
    }
}

/// What :func:`solve` has found.
#[pyclass(frozen, module = "pixel_debate")]
pub(crate) struct Solution {
    winner: Option<Role>,
    line: Vec<Pixel>,
    best: Option<Pixel>,
    evaluations: u64,
    certificate: Option<Py<Certificate>>,
}

#[pymethods]
impl Solution {
    /// str or None: Who wins if both play as well as can be, ``"honest"`` or ``"liar"``; ``None`` if the
    /// time was over before that was known.
    #[getter]
    fn winner(&self) -> Option<String> {
        self.winner.map(|role| role.to_string())
    }

    /// numpy.ndarray of int64, shape (n, 2): What both sides may reveal from here on, the winner by its
    /// strategy; none if nobody is known to win.
    #[getter]
    fn line<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i64>>> {
        places(py, &self.line)
    }

    /// (int, int) or None: The first reveal of the line, or the best that was known when the time was over.
    #[getter]
    fn best(&self) -> Option<(u8, u8)> {
        self.best.map(pair)
    }

    /// int: How many complete sets of pixels the judge decided.
    #[getter]
    fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// Certificate or None: The proof, of a debate that was solved before its first reveal.
    #[getter]
    fn certificate(&self, py: Python<'_>) -> Option<Py<Certificate>> {
        self.certificate.as_ref().map(|proof| proof.clone_ref(py))
    }

    fn __repr__(&self) -> String {
        match self.winner {
            Some(winner) => format!("<Solution: the {winner} wins>"),
            None => "<Solution: open>".to_owned(),
        }
    }
}

/// Finds out who wins a debate from here on if both sides play as well as can be.
///
/// Parameters
/// ----------
/// debate : Debate
/// judge : Judge or callable
///     The judge, a function of the revealed pixels alone.
/// seconds : float, optional
///     How long that may take; as long as it takes, if nothing is said.
///
/// Returns
/// -------
/// Solution
///
/// Raises
/// ------
/// Error
///     If the debate has ended, or the judge cannot be asked.
#[pyfunction]
#[pyo3(signature = (debate, judge, *, seconds = None))]
pub(crate) fn solve(
    py: Python<'_>,
    debate: &Debate,
    judge: &Bound<'_, PyAny>,
    #[pyo3(from_py_with = numbers::perhaps_real)] seconds: Option<f64>,
) -> PyResult<Solution> {
    let source = debate.source.clone();
    let Searched { debate, judge, mut evaluator, name } = Searched::open(py, debate, judge)?;
    let clock = clock(seconds)?;
    let game = Game::of(&debate);
    let solved = detached(py, &name, || solver::solve(&game, &mut *evaluator, clock))?;
    match solved {
        solver::Solution::Open { best, evaluations } => {
            Ok(Solution { winner: None, line: Vec::new(), best, evaluations, certificate: None })
        }
        solver::Solution::Solved(Solved { winner, strategy, variation, evaluations }) => {
            let whole = debate.evidence().is_empty();
            let certificate = whole.then(|| {
                Py::new(
                    py,
                    Certificate(solver::Certificate {
                        version: solver::Certificate::VERSION,
                        judge: mark(py, &judge),
                        source,
                        rules: *debate.rules(),
                        image: game::Image::clone(debate.image()),
                        classes: debate.classes(),
                        claims: *debate.claims(),
                        winner,
                        strategy,
                    }),
                )
            });
            Ok(Solution {
                winner: Some(winner),
                best: variation.first().copied(),
                line: variation,
                evaluations,
                certificate: certificate.transpose()?,
            })
        }
    }
}

/// What :func:`optimal` has found.
#[pyclass(frozen, module = "pixel_debate")]
pub(crate) struct Optimal {
    winner: Option<Role>,
    reveals: Vec<Pixel>,
    open: Vec<Pixel>,
}

#[pymethods]
impl Optimal {
    /// str or None: Who wins if both play as well as can be, ``"honest"`` or ``"liar"``; ``None`` if that was
    /// not proven in time.
    #[getter]
    fn winner(&self) -> Option<String> {
        self.winner.map(|role| role.to_string())
    }

    /// set of (int, int): The reveals that are proven to be as good as any, among which a row of ``legal_moves`` can be
    /// looked for as well: those that keep the win of whoever is to move, or all legal ones where it has lost.
    #[getter]
    fn reveals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        set_of(py, &self.reveals)
    }

    /// set of (int, int): The reveals of which that was not decided in time.
    #[getter]
    fn open<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        set_of(py, &self.open)
    }

    fn __repr__(&self) -> String {
        let winner =
            self.winner.map_or("nobody known".to_owned(), |winner| format!("the {winner}"));
        let (reveals, open) = (self.reveals.len(), self.open.len());
        format!("<Optimal: won by {winner}, {reveals} optimal reveals, {open} open>")
    }
}

/// A set in which a row of an array of moves is found as well.
fn set_of<'py>(py: Python<'py>, pixels: &[Pixel]) -> PyResult<Bound<'py, PyAny>> {
    let pixels: Vec<(u8, u8)> = pixels.iter().copied().map(pair).collect();
    py.import("pixel_debate._pixels")?.getattr("Pixels")?.call1((pixels,))
}

/// A position's value, and the reveals that keep it, as far as can be proven in the time.
///
/// An agent's regret against optimal play is measured by it: a move that is neither in ``reveals`` nor in
/// ``open`` has thrown a won debate away.
///
/// Parameters
/// ----------
/// debate : Debate
///     A debate in which somebody is to reveal a pixel.
/// judge : Judge or callable
///     The judge, a function of the revealed pixels alone.
/// seconds : float, optional
///     How long that may take, for all reveals together; as long as it takes, if nothing is said.
///
/// Returns
/// -------
/// Optimal
///
/// Raises
/// ------
/// Error
///     If nobody is to reveal a pixel, or the judge cannot be asked.
#[pyfunction]
#[pyo3(signature = (debate, judge, *, seconds = None))]
pub(crate) fn optimal(
    py: Python<'_>,
    debate: &Debate,
    judge: &Bound<'_, PyAny>,
    #[pyo3(from_py_with = numbers::perhaps_real)] seconds: Option<f64>,
) -> PyResult<Optimal> {
    let Searched { debate, mut evaluator, name, .. } = Searched::open(py, debate, judge)?;
    let by = mover(&debate)?;
    let clock = clock(seconds)?;
    let role = debate.rules().role_of(by);
    detached(py, &name, || {
        let legal: Vec<Pixel> = debate.legal_reveals().collect();
        let mut won_by = |debate: &game::Debate| match solver::solve(
            &Game::of(debate),
            &mut *evaluator,
            clock,
        ) {
            solver::Solution::Solved(solved) => Some((solved.winner, solved.variation)),
            solver::Solution::Open { .. } => None,
        };
        let Some((winner, line)) = won_by(&debate) else {
            return Optimal { winner: None, reveals: Vec::new(), open: legal };
        };
        if winner != role {
            return Optimal { winner: Some(winner), reveals: legal, open: Vec::new() };
        }
        let (mut reveals, mut open) = (Vec::new(), Vec::new());
        for pixel in legal {
            // By this one the winner wins, as has been proven.
            if line.first() == Some(&pixel) {
                reveals.push(pixel);
                continue;
            }
            // To set up a search takes some time as well, for each of hundreds of reveals.
            if clock.is_over() {
                open.push(pixel);
                continue;
            }
            let mut after = debate.clone();
            if after.apply(Move::Reveal { by, pixel }).is_err() {
                continue;
            }
            match won_by(&after) {
                Some((winner, _)) if winner == role => reveals.push(pixel),
                Some(_) => {}
                None => open.push(pixel),
            }
        }
        Optimal { winner: Some(winner), reveals, open }
    })
}

/// What :func:`analyse` has found.
#[pyclass(frozen, module = "pixel_debate")]
pub(crate) struct Analysis {
    pixels: Vec<Pixel>,
    margins: Vec<f32>,
    replies: Vec<Pixel>,
    reply_margins: Vec<f32>,
}

#[pymethods]
impl Analysis {
    /// numpy.ndarray of int64, shape (n, 2): Every legal reveal, column and row, in reading order.
    #[getter]
    fn pixels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i64>>> {
        places(py, &self.pixels)
    }

    /// numpy.ndarray of float32, shape (n,): By how much the judge would favour whoever is to move, in
    /// logits, if the debate ended with that reveal.
    #[getter]
    fn margins<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f32>> {
        PyArray1::from_slice(py, &self.margins)
    }

    /// numpy.ndarray of int64, shape (n, 2): The opponent's best answer to each, if it is to answer: the
    /// reveal after which the judge would favour it most. Otherwise of shape (0, 2).
    #[getter]
    fn replies<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i64>>> {
        places(py, &self.replies)
    }

    /// numpy.ndarray of float32, shape (n,): By how much the judge would favour whoever is to move now, after
    /// that answer. Otherwise of shape (0,).
    #[getter]
    fn reply_margins<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f32>> {
        PyArray1::from_slice(py, &self.reply_margins)
    }

    /// (int, int): The reveal with the greatest margin.
    #[getter]
    fn best(&self) -> Option<(u8, u8)> {
        let best = self.margins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let place = self.margins.iter().position(|margin| *margin == best)?;
        self.pixels.get(place).copied().map(pair)
    }

    fn __repr__(&self) -> String {
        format!("<Analysis of {} legal reveals>", self.pixels.len())
    }
}

/// What every legal reveal would do to the judge, and what the opponent could answer.
///
/// Parameters
/// ----------
/// debate : Debate
///     A debate in which somebody is to reveal a pixel.
/// judge : Judge or callable
/// replies : bool
///     Whether the opponent's best answers are looked for as well, which asks the judge about the square of
///     the number of legal pixels.
///
/// Returns
/// -------
/// Analysis
///
/// Raises
/// ------
/// Error
///     If nobody is to reveal a pixel, or the judge cannot be asked.
#[pyfunction]
#[pyo3(signature = (debate, judge, *, replies = true))]
pub(crate) fn analyse(
    py: Python<'_>,
    debate: &Debate,
    judge: &Bound<'_, PyAny>,
    replies: bool,
) -> PyResult<Analysis> {
    let Searched { debate, mut evaluator, name, .. } = Searched::open(py, debate, judge)?;
    let by = mover(&debate)?;
    let rules = debate.rules();
    let sign = if rules.role_of(by) == Role::Honest { 1.0 } else { -1.0 };
    let answers = rules.debater_to_move(debate.evidence().len() + 1) == Some(by.other());
    let pixels: Vec<Pixel> = debate.legal_reveals().collect();
    detached(py, &name, || {
        let evidence: PixelSet = debate.evidence().iter().map(|reveal| reveal.pixel).collect();
        let mut margins_after = |sets: &[PixelSet]| -> Vec<f32> {
            let logits = evaluator.evaluate(sets);
            logits.rows().map(|logits| sign * honest_margin(logits, debate.claims())).collect()
        };
        let sets: Vec<PixelSet> = pixels.iter().map(|pixel| evidence.with(*pixel)).collect();
        let margins = margins_after(&sets);
        let (mut best, mut reply_margins) = (Vec::new(), Vec::new());
        if replies && answers {
            for (pixel, set) in pixels.iter().zip(&sets) {
                let others: Vec<Pixel> =
                    pixels.iter().copied().filter(|other| other != pixel).collect();
                let sets: Vec<PixelSet> = others.iter().map(|other| set.with(*other)).collect();
                let least = others.iter().zip(margins_after(&sets));
                let least = least.min_by(|(_, one), (_, other)| one.total_cmp(other));
                if let Some((other, margin)) = least {
                    best.push(*other);
                    reply_margins.push(margin);
                }
                if is_stopped() {
                    break;
                }
            }
        }
        Analysis { pixels, margins, replies: best, reply_margins }
    })
}

fn mover(debate: &game::Debate) -> PyResult<Debater> {
    debate.to_move().ok_or_else(|| raise::<Error>("nobody is to reveal a pixel"))
}
