//! What a seat may know of a debate.

use numpy::PyArray2;
use pixel_debate_game::{self as game, Evidence, Outcome, Pixel, Reveal, Truth};
use pyo3::prelude::*;

use crate::{
    arrays::{pair, places, plane},
    errors::{TranscriptError, raise},
    rules::order_name,
};

/// A reveal as Python has it: by whom, where, the value.
pub(crate) type Shown = (String, (u8, u8), u8);

/// A debate as one seat may see it, at one moment. It does not change, and pickles.
///
/// Until the outcome, the judge's and the spectators' views depend on nothing but the size of the image,
/// the evidence, the claims by place, and the rules less who is honest; without precommit they are told no
/// claim, for the only one made is the truth. After the outcome everybody sees everything.
#[pyclass(frozen, eq, module = "pixel_debate")]
#[derive(PartialEq)]
pub(crate) struct View(pub(crate) game::View);

#[pymethods]
impl View {
    /// str: Whose view this is: ``"first"``, ``"second"``, ``"judge"`` or ``"spectator"``.
    #[getter]
    fn seat(&self) -> String {
        self.0.seat.to_string()
    }

    /// str or None: A debater's own role, ``"honest"`` or ``"liar"``.
    #[getter]
    fn role(&self) -> Option<String> {
        self.0.role.map(|role| role.to_string())
    }

    /// int: How many pixels both debaters together reveal.
    #[getter]
    fn pixels(&self) -> u8 {
        self.0.rules.pixels
    }

    /// bool: Whether the liar's label is fixed before the first reveal.
    #[getter]
    fn precommit(&self) -> bool {
        self.0.rules.precommit
    }

    /// str or None: The role of the first debater, where the seat may know it.
    #[getter]
    fn first(&self) -> Option<String> {
        self.0.rules.first.map(|role| role.to_string())
    }

    /// str: In what order the debaters reveal: ``"alternating"``, ``"blocks"`` or ``"alone"``.
    #[getter]
    fn order(&self) -> &'static str {
        order_name(self.0.rules.order)
    }

    /// str: Which pixels may be revealed, ``"nonzero"`` or ``"any"``.
    #[getter]
    fn legal(&self) -> String {
        self.0.rules.legal.to_string()
    }

    /// int: The number of classes; labels are below it.
    #[getter]
    fn classes(&self) -> u8 {
        self.0.classes
    }

    /// tuple of (int or None, int or None): The claims of the first and the second debater, as far as the
    /// seat may know them.
    #[getter]
    fn claims(&self) -> (Option<u8>, Option<u8>) {
        (self.0.claims.first, self.0.claims.second)
    }

    /// int or None: A debater's own claim; ``None`` for a liar without precommit, and for other seats.
    #[getter]
    fn own_claim(&self) -> Option<u8> {
        self.claim(true)
    }

    /// int or None: What a debater's opponent claims.
    #[getter]
    fn rival_claim(&self) -> Option<u8> {
        self.claim(false)
    }

    /// list of (str, (int, int), int): The pixels revealed so far, in order: by whom, ``"first"`` or
    /// ``"second"``, ``(column, row)``, and the value from 0 to 255.
    #[getter]
    fn evidence(&self) -> Vec<Shown> {
        evidence(&self.0.evidence)
    }

    /// numpy.ndarray of uint8, shape (height, width): The values that are revealed, and 0 elsewhere.
    #[getter]
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<u8>>> {
        plane(py, self.filled(|reveal| reveal.value), self.sides())
    }

    /// numpy.ndarray of bool, shape (height, width): Which pixels are revealed.
    #[getter]
    fn mask<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<bool>>> {
        plane(py, self.filled(|_| true), self.sides())
    }

    /// numpy.ndarray of uint8, shape (height, width), or None: The whole image, for debaters alone; for
    /// everybody after the outcome.
    #[getter]
    fn image<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyArray2<u8>>>> {
        let image = self.0.image.as_ref().or(self.0.truth.as_ref().map(|truth| &truth.image));
        image.map(|image| plane(py, image.pixels().to_vec(), self.sides())).transpose()
    }

    /// str or None: Whose reveal is next, ``"first"`` or ``"second"``; ``None`` when only the verdict is
    /// left, and after the end.
    #[getter]
    fn to_move(&self) -> Option<String> {
        self.0.to_move.map(|debater| debater.to_string())
    }

    /// numpy.ndarray of int64, shape (n, 2): The pixels that the debater to move may reveal, ``(column,
    /// row)`` in reading order; none when nobody is, or where the image is not known.
    #[getter]
    fn legal_moves<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i64>>> {
        let legal: Vec<Pixel> = self.0.legal_reveals().collect();
        places(py, &legal)
    }

    /// int or None: The true label, after the outcome.
    #[getter]
    fn label(&self) -> Option<u8> {
        self.0.truth.as_ref().map(|Truth { label, .. }| *label)
    }

    /// str or None: Who has won, ``"honest"`` or ``"liar"``, once the debate has ended.
    #[getter]
    fn winner(&self) -> Option<String> {
        self.0.outcome.map(|Outcome { winner, .. }| winner.to_string())
    }

    /// The view as JSON, as the server sends it.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.0).map_err(raise::<TranscriptError>)
    }

    /// A view from its JSON.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///
    /// Returns
    /// -------
    /// View
    ///
    /// Raises
    /// ------
    /// TranscriptError
    ///     If it is none, or its parts do not fit together: what does not is named.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        serde_json::from_str(text).map(Self).map_err(raise::<TranscriptError>)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json()?,)))
    }

    fn __repr__(&self) -> String {
        let (revealed, of) = (self.0.evidence.len(), self.0.rules.pixels);
        format!("<View of the {}: {revealed} of {of} pixels>", self.0.seat)
    }
}

impl View {
    fn sides(&self) -> (u8, u8) {
        (self.0.width, self.0.height)
    }

    fn filled<T: Clone + Default>(&self, value: impl Fn(&Reveal) -> T) -> Vec<T> {
        filled(&self.0.evidence, self.sides(), value)
    }

    fn claim(&self, own: bool) -> Option<u8> {
        let game::Seat::Debater(debater) = self.0.seat else { return None };
        self.0.claims.of(if own { debater } else { debater.other() })
    }
}

/// Something for each revealed pixel of an image, and the default elsewhere, row by row.
pub(crate) fn filled<T: Clone + Default>(
    evidence: &Evidence,
    (width, height): (u8, u8),
    value: impl Fn(&Reveal) -> T,
) -> Vec<T> {
    let mut filled = vec![T::default(); usize::from(width) * usize::from(height)];
    for reveal in evidence {
        let place = usize::from(reveal.pixel.y) * usize::from(width) + usize::from(reveal.pixel.x);
        filled[place] = value(reveal);
    }
    filled
}

/// The reveals as Python has them.
pub(crate) fn evidence(evidence: &Evidence) -> Vec<Shown> {
    let shown = |reveal: &Reveal| (reveal.by.to_string(), pair(reveal.pixel), reveal.value);
    evidence.iter().map(shown).collect()
}
