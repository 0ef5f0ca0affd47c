//! Proofs of who wins, and their check.

use std::sync::Arc;

use pixel_debate_agents::solver::{self, JudgeMark};
use pixel_debate_game::{self as game, Claims, Role};
use pixel_debate_judge::{DIGITS, Evaluator, Logits, PixelSet};
use pyo3::prelude::*;

use crate::{
    calling::{attribute, forgotten, text},
    debate::Debate,
    errors::{Flaw, SetupError, raise},
    interrupt::{detached, is_stopped},
    numbers,
    players::AnyJudge,
};

/// Sets that are judged between one look at the signals and the next.
const CHUNK: usize = 256;

/// A proof of who wins a debate if both sides play as well as can be: a strategy for every reveal of the
/// other side. It can be checked without the search that found it: :func:`verify`. It pickles.
#[pyclass(frozen, eq, module = "pixel_debate")]
#[derive(PartialEq)]
pub(crate) struct Certificate(pub(crate) solver::Certificate);

#[pymethods]
impl Certificate {
    /// str: Who wins, ``"honest"`` or ``"liar"``.
    #[getter]
    fn winner(&self) -> String {
        self.0.winner.to_string()
    }

    /// str: The name of the judge that it is about.
    #[getter]
    fn judge(&self) -> &str {
        &self.0.judge.name
    }

    /// str: The SHA-256 of that judge's numbers; of a judge that is a callable, the version that it declares.
    #[getter]
    fn judge_sha256(&self) -> &str {
        &self.0.judge.hash
    }

    /// The debate that it is about, before its first reveal.
    ///
    /// Returns
    /// -------
    /// Debate
    ///
    /// Raises
    /// ------
    /// SetupError
    ///     If it is about none.
    fn debate(&self) -> PyResult<Debate> {
        let Claims { honest, liar } = self.0.claims;
        let image = Arc::new(self.0.image.clone());
        let debate = game::Debate::new(self.0.rules, image, honest, liar, self.0.classes);
        Ok(Debate::with(debate.map_err(raise::<SetupError>)?, self.0.source.clone()))
    }

    /// The certificate as JSON, as the program writes it and ``pixel-debate verify`` reads it.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.0).map_err(raise::<Flaw>)
    }

    /// A certificate from its JSON.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///
    /// Returns
    /// -------
    /// Certificate
    ///
    /// Raises
    /// ------
    /// Flaw
    ///     If it is none.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        serde_json::from_str(text).map(Self).map_err(raise::<Flaw>)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json()?,)))
    }

    fn __repr__(&self) -> String {
        format!("<Certificate that the {} wins before {}>", self.0.winner, self.0.judge.name)
    }
}

/// What a certificate says of its judge.
pub(crate) fn mark(py: Python<'_>, judge: &AnyJudge) -> JudgeMark {
    let hash = match judge {
        AnyJudge::Ours(judge) => py.detach(|| judge.get().0.hash()),
        AnyJudge::Batches(own) | AnyJudge::Decides(own) => {
            let version = attribute(own.bind(py), "version").and_then(|version| text(&version));
            version.unwrap_or_else(|error| {
                forgotten(py, error);
                String::new()
            })
        }
    };
    JudgeMark { name: judge.name(py), hash }
}

/// Checks a certificate by the judge alone: every way that the debate can go while the winner follows the
/// strategy is tried, and every complete set of pixels that it can end with is judged.
///
/// Parameters
/// ----------
/// certificate : Certificate
/// judge : Judge or callable
///     The judge that it is about. A judge of the package is asked by the plain network, which shares
///     nothing with the solver.
/// engine : bool
///     Whether a judge of the package is asked by its faster engine instead.
/// classes : int, optional
///     How many classes the debate must have. Unless given, as many as a judge of the package tells apart, and ten of
///     others: with fewer, another label might have been believed.
///
/// Returns
/// -------
/// (int, int)
///     How many sets the judge was asked about, and how many of them it gave to the other side by less than
///     rounding (1e-4), which are accepted.
///
/// Raises
/// ------
/// Flaw
///     If it proves nothing: the first flaw that is found.
#[pyfunction]
#[pyo3(signature = (certificate, judge, *, engine = false, classes = None))]
pub(crate) fn verify(
    py: Python<'_>,
    certificate: &Certificate,
    judge: &Bound<'_, PyAny>,
    engine: bool,
    #[pyo3(from_py_with = numbers::perhaps_classes)] classes: Option<u8>,
) -> PyResult<(u64, u64)> {
    let judge = AnyJudge::read(judge)?;
    let proof = &certificate.0;
    let known = match &judge {
        AnyJudge::Ours(ours) => ours.get().0.classes() as u8,
        AnyJudge::Batches(_) | AnyJudge::Decides(_) => DIGITS as u8,
    };
    let (is, must) = (proof.classes, classes.unwrap_or(known));
    if is != must {
        return Err(raise::<Flaw>(format!("the certificate is about {is} classes, not {must}")));
    }
    let mark = mark(py, &judge);
    if mark != proof.judge {
        return Err(raise::<Flaw>(format!(
            "the certificate is about judge {} ({}), not {} ({})",
            proof.judge.name, proof.judge.hash, mark.name, mark.hash
        )));
    }
    let image = Arc::new(proof.image.clone());
    let mut evaluator: Box<dyn Evaluator> = match &judge {
        AnyJudge::Ours(ours) if !engine => {
            Box::new(ours.get().0.reference(image).map_err(raise::<Flaw>)?)
        }
        _ => judge.searched(py, &image, proof.classes)?,
    };
    // What ends the check: logits by which the winner loses.
    let mut lost = vec![0.0; evaluator.classes()];
    let honest = usize::from(proof.claims.honest);
    if let Some(logit) = lost.get_mut(honest) {
        *logit = if proof.winner == Role::Honest { -1.0 } else { 1.0 };
    }
    let mut ask = |sets: &[PixelSet]| {
        let mut logits = Logits::new(lost.len());
        for sets in sets.chunks(CHUNK) {
            if is_stopped() {
                logits.append(&Logits::of(lost.len(), std::iter::repeat_n(&lost, sets.len())));
            } else {
                logits.append(&evaluator.evaluate(sets));
            }
        }
        logits
    };
    let checked = detached(py, "the certificate", || proof.verify(&mut ask, &mut |_| {}))?;
    let verified = checked.map_err(raise::<Flaw>)?;
    Ok((verified.sets, verified.within_rounding))
}
