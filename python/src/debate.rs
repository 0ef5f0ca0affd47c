//! A debate.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use numpy::{PyArray2, PyUntypedArray, PyUntypedArrayMethods};
use pixel_debate_game::{
    self as game, ForfeitReason, Image, ImageSource, Move, Outcome, Pixel, Players, Transcript,
    Verdict,
};
use pyo3::prelude::*;

use crate::{
    arrays::{copied, pixel, places, plane},
    dataset::Dataset,
    errors::{IllegalMove, SetupError, TranscriptError, raise, wrong},
    numbers,
    own::check_logits,
    rules::{self, Rules},
    view::{Shown, View, evidence},
};

/// One debate over one image, from the claims to the outcome (section 3.1).
///
/// Parameters
/// ----------
/// rules : Rules
/// image : numpy.ndarray of uint8, shape (height, width)
///     The whole image, as the debaters see it; both sides 1 to 255.
/// label : int
///     The true label, which the honest debater claims.
/// lie : int, optional
///     The liar's claim: another label with precommit, none without.
/// classes : int
///     The number of classes, 2 to 255; labels are below it.
///
/// Raises
/// ------
/// SetupError
///     If these make no debate.
#[pyclass(frozen, module = "pixel_debate")]
pub(crate) struct Debate {
    state: Mutex<game::Debate>,
    pub(crate) source: Option<ImageSource>,
}

#[pymethods]
impl Debate {
    #[new]
    #[pyo3(signature = (rules, image, label, lie = None, classes = 10))]
    fn new(
        rules: &Rules,
        image: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = numbers::label)] label: u8,
        #[pyo3(from_py_with = numbers::perhaps_label)] lie: Option<u8>,
        #[pyo3(from_py_with = numbers::classes)] classes: u8,
    ) -> PyResult<Self> {
        let read = copied::<u8>("image", image, &[None, None])?;
        let side = |side: usize| {
            u8::try_from(side).map_err(|_| {
                let sides = image.cast::<PyUntypedArray>().map(|array| array.shape().to_vec());
                wrong(format!("an image of {sides:?} pixels: both sides must be 1 to 255"))
            })
        };
        let (height, width) = (side(read.shape[0])?, side(read.shape[1])?);
        let image = Image::new(width, height, read.numbers).map_err(raise::<SetupError>)?;
        Self::open(rules, image, label, lie, classes, None)
    }

    /// The debate about an image of a dataset, whose label is the true one. Errors and transcripts name
    /// the image.
    ///
    /// Parameters
    /// ----------
    /// rules : Rules
    /// dataset : Dataset
    /// index : int
    ///     The image's number, from 0.
    /// lie : int, optional
    ///     The liar's claim: another label with precommit, none without.
    /// classes : int, optional
    ///     The number of classes: the dataset's, unless given. The shipped judges know 10, and judge fewer as well.
    ///
    /// Returns
    /// -------
    /// Debate
    ///
    /// Raises
    /// ------
    /// SetupError
    ///     If there is no such image, or these make no debate.
    #[staticmethod]
    #[pyo3(signature = (rules, dataset, index, lie = None, classes = None))]
    fn of(
        rules: &Rules,
        dataset: &Dataset,
        #[pyo3(from_py_with = numbers::any)] index: i128,
        #[pyo3(from_py_with = numbers::perhaps_label)] lie: Option<u8>,
        #[pyo3(from_py_with = numbers::perhaps_classes)] classes: Option<u8>,
    ) -> PyResult<Self> {
        let dataset = dataset.inner();
        let known = usize::try_from(index).ok().filter(|index| *index < dataset.len());
        let Some(place) = known else {
            return Err(raise::<SetupError>(format!(
                "there is no image {}: {} has images 0 to {}",
                numbers::told(index),
                dataset.name(),
                dataset.len().saturating_sub(1)
            )));
        };
        let have = dataset.classes().len();
        let Some(classes) = classes.or(u8::try_from(have).ok()) else {
            return Err(raise::<SetupError>(format!(
                "{} has {have} classes: a debate is about 2 to 255",
                dataset.name()
            )));
        };
        let source = ImageSource { dataset: dataset.name().to_owned(), index: place as u32 };
        let (image, label) = (dataset.to_image(place), dataset.label(place));
        Self::open(rules, image, label, lie, classes, Some(source))
    }

    /// A debate from its transcript, each event played by the rules and compared with the record.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///     One line of JSON, as :meth:`transcript` gives it and the program writes it.
    ///
    /// Returns
    /// -------
    /// Debate
    ///
    /// Raises
    /// ------
    /// TranscriptError
    ///     If it is no sound transcript: the event is named.
    #[staticmethod]
    fn from_transcript(text: &str) -> PyResult<Self> {
        let transcript: Transcript = text.parse().map_err(raise::<TranscriptError>)?;
        let debate = transcript.replay().map_err(raise::<TranscriptError>)?;
        Ok(Self::with(debate, transcript.source))
    }

    /// The record of the debate as it stands: one line of JSON, enough to replay and to check it.
    ///
    /// Parameters
    /// ----------
    /// honest, liar, judge : str, optional
    ///     The names of those who took part.
    ///
    /// Returns
    /// -------
    /// str
    #[pyo3(signature = (*, honest = None, liar = None, judge = None))]
    fn transcript(
        &self,
        honest: Option<String>,
        liar: Option<String>,
        judge: Option<String>,
    ) -> String {
        let players = Players { honest, liar, judge };
        Transcript::of(&self.lock(), self.source.clone(), players).to_string()
    }

    /// Rules: The rules.
    #[getter]
    fn rules(&self) -> Rules {
        Rules(*self.lock().rules())
    }

    /// str or None: The name of the dataset that the image comes from, if the debate is :meth:`of` one, or its
    /// transcript says so.
    #[getter]
    fn dataset(&self) -> Option<&str> {
        self.source.as_ref().map(|source| &*source.dataset)
    }

    /// int or None: The image's number in that dataset, from 0.
    #[getter]
    fn index(&self) -> Option<u32> {
        self.source.as_ref().map(|source| source.index)
    }

    /// numpy.ndarray of uint8, shape (height, width): The whole image, a copy.
    #[getter]
    fn image<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<u8>>> {
        let image = Arc::clone(self.lock().image());
        plane(py, image.pixels().to_vec(), (image.width(), image.height()))
    }

    /// int: The true label.
    #[getter]
    fn label(&self) -> u8 {
        self.lock().label()
    }

    /// int or None: The liar's claim; ``None`` without precommit.
    #[getter]
    fn lie(&self) -> Option<u8> {
        self.lock().claims().liar
    }

    /// int: The number of classes; labels are below it.
    #[getter]
    fn classes(&self) -> u8 {
        self.lock().classes()
    }

    /// list of (str, (int, int), int): The pixels revealed so far, in order: by whom, ``"first"`` or
    /// ``"second"``, ``(column, row)``, and the value from 0 to 255.
    #[getter]
    fn evidence(&self) -> Vec<Shown> {
        evidence(self.lock().evidence())
    }

    /// str or None: Whose reveal is next, ``"first"`` or ``"second"``; ``None`` when only the verdict is
    /// left, and after the end.
    #[getter]
    fn to_move(&self) -> Option<String> {
        self.lock().to_move().map(|debater| debater.to_string())
    }

    /// str or None: The role of whoever's reveal is next, ``"honest"`` or ``"liar"``.
    #[getter]
    fn role_to_move(&self) -> Option<String> {
        let debate = self.lock();
        debate.to_move().map(|debater| debate.rules().role_of(debater).to_string())
    }

    /// numpy.ndarray of int64, shape (n, 2): The pixels that the debater to move may reveal, ``(column,
    /// row)`` in reading order; none when nobody is.
    #[getter]
    fn legal_moves<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i64>>> {
        let legal: Vec<Pixel> = self.lock().legal_reveals().collect();
        places(py, &legal)
    }

    /// str or None: Who has won, ``"honest"`` or ``"liar"``, once the debate has ended.
    #[getter]
    fn winner(&self) -> Option<String> {
        self.lock().outcome().map(|Outcome { winner, .. }| winner.to_string())
    }

    /// str or None: What ended the debate: ``"verdict"``, ``"time"``, ``"illegal_move"``, ``"absent"`` or
    /// ``"resignation"``.
    #[getter]
    fn reason(&self) -> PyResult<Option<String>> {
        let Some(Outcome { reason, .. }) = self.lock().outcome() else { return Ok(None) };
        let reason = serde_json::to_string(&reason).map_err(raise::<TranscriptError>)?;
        Ok(Some(reason.trim_matches('"').to_owned()))
    }

    /// list of float or None: The logits of a verdict that had some, by label.
    #[getter]
    fn verdict_logits(&self) -> Option<Vec<f32>> {
        match self.lock().verdict()? {
            Verdict::Logits { logits } => Some(logits.clone()),
            Verdict::Label { .. } => None,
        }
    }

    /// int or None: The label that the judge believes, if that is how the debate ended: with precommit
    /// the claim with the higher logit, without it the label with the highest, or the label it named.
    #[getter]
    fn verdict_label(&self) -> Option<u8> {
        let debate = self.lock();
        match debate.verdict()? {
            Verdict::Logits { logits } => Some(game::believed_label(logits, debate.claims())),
            Verdict::Label { label, .. } => Some(*label),
        }
    }

    /// Reveals a pixel for the debater to move.
    ///
    /// Parameters
    /// ----------
    /// pixel : (int, int)
    ///     Column and row, from 0 at the top left.
    /// by : {"first", "second"}, optional
    ///     Who reveals it: whoever is to move, if nothing is said.
    ///
    /// Returns
    /// -------
    /// int
    ///     The pixel's value, 1 to 255, or 0 where black ones are legal.
    ///
    /// Raises
    /// ------
    /// IllegalMove
    ///     If the rules forbid it, and which of them. The debate has not changed.
    #[pyo3(signature = (pixel, by = None))]
    fn apply(&self, pixel: &Bound<'_, PyAny>, by: Option<&str>) -> PyResult<u8> {
        let pixel = self::pixel(pixel)?;
        let by = by.map(rules::debater).transpose()?;
        let mut debate = self.lock();
        let by = by.or(debate.to_move()).unwrap_or(game::Debater::First);
        match debate.apply(Move::Reveal { by, pixel }).map_err(raise::<IllegalMove>)? {
            game::Event::Reveal { value, .. } => Ok(value),
            _ => Ok(0),
        }
    }

    /// The judge answers, once all pixels are revealed.
    ///
    /// Parameters
    /// ----------
    /// logits : sequence of float, optional
    ///     One number a class, from -1e38 to 1e38.
    /// label : int, optional
    ///     The label that it believes, instead of logits; with precommit one of the claims.
    /// probability : float, optional
    ///     How sure it is of the label, 0 to 1.
    /// explanation : str, optional
    ///     Why, in at most 2,000 characters.
    ///
    /// Returns
    /// -------
    /// {"honest", "liar"}
    ///     Who has won.
    ///
    /// Raises
    /// ------
    /// IllegalMove
    ///     If it is too early, or no verdict.
    #[pyo3(signature = (logits = None, *, label = None, probability = None, explanation = None))]
    fn verdict(
        &self,
        #[pyo3(from_py_with = numbers::perhaps_reals)] logits: Option<Vec<f64>>,
        #[pyo3(from_py_with = numbers::perhaps_label)] label: Option<u8>,
        #[pyo3(from_py_with = numbers::perhaps_real)] probability: Option<f64>,
        explanation: Option<String>,
    ) -> PyResult<String> {
        let verdict = match (logits, label) {
            (Some(logits), None) if probability.is_none() && explanation.is_none() => {
                check_logits(&logits).map_err(raise::<IllegalMove>)?;
                Verdict::Logits { logits: logits.into_iter().map(|logit| logit as f32).collect() }
            }
            (None, Some(label)) => {
                let probability = probability.map(|probability| probability as f32);
                Verdict::Label { label, probability, explanation }
            }
            _ => return Err(wrong("a verdict is logits alone, or a label")),
        };
        self.end(Move::Verdict(verdict))
    }

    /// A debater gives up; the other has won.
    ///
    /// Parameters
    /// ----------
    /// by : {"first", "second"}
    ///
    /// Returns
    /// -------
    /// {"honest", "liar"}
    ///     Who has won.
    ///
    /// Raises
    /// ------
    /// IllegalMove
    ///     If the debate has ended.
    fn resign(&self, by: &str) -> PyResult<String> {
        self.end(Move::Resign { by: rules::debater(by)? })
    }

    /// A debater is ruled to have lost; the other has won.
    ///
    /// Parameters
    /// ----------
    /// by : {"first", "second"}
    /// reason : {"time", "illegal_move", "absent"}
    ///
    /// Returns
    /// -------
    /// {"honest", "liar"}
    ///     Who has won.
    ///
    /// Raises
    /// ------
    /// IllegalMove
    ///     If the debate has ended.
    fn forfeit(&self, by: &str, reason: &str) -> PyResult<String> {
        let reason = match reason {
            "time" => ForfeitReason::Time,
            "illegal_move" => ForfeitReason::IllegalMove,
            "absent" => ForfeitReason::Absent,
            _ => {
                return Err(wrong(format!(
                    "reason must be \"time\", \"illegal_move\" or \"absent\", not {reason:?}"
                )));
            }
        };
        self.end(Move::Forfeit { by: rules::debater(by)?, reason })
    }

    /// What a seat may know now.
    ///
    /// Parameters
    /// ----------
    /// seat : {"first", "second", "judge", "spectator"}
    ///
    /// Returns
    /// -------
    /// View
    fn view(&self, seat: &str) -> PyResult<View> {
        Ok(View(self.lock().view(rules::seat(seat)?)))
    }

    /// Another debate that stands where this one does. The image is shared.
    ///
    /// Returns
    /// -------
    /// Debate
    fn copy(&self) -> Self {
        Self::with(self.now(), self.source.clone())
    }

    fn __copy__(&self) -> Self {
        self.copy()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.copy()
    }

    fn __eq__(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || (self.now() == other.now() && self.source == other.source)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let again = py.get_type::<Self>().getattr("from_transcript")?;
        Ok((again, (self.transcript(None, None, None),)))
    }

    fn __repr__(&self) -> String {
        let debate = self.lock();
        let (revealed, of) = (debate.evidence().len(), debate.rules().pixels);
        let end = debate.outcome();
        let end = end.map_or(String::new(), |outcome| format!(", won by the {}", outcome.winner));
        drop(debate);
        format!("<Debate about {}: {revealed} of {of} pixels{end}>", self.name())
    }
}

impl Debate {
    pub(crate) fn with(debate: game::Debate, source: Option<ImageSource>) -> Self {
        Self { state: Mutex::new(debate), source }
    }

    fn open(
        rules: &Rules,
        image: Image,
        label: u8,
        lie: Option<u8>,
        classes: u8,
        source: Option<ImageSource>,
    ) -> PyResult<Self> {
        let debate = game::Debate::new(rules.0, Arc::new(image), label, lie, classes);
        Ok(Self::with(debate.map_err(raise::<SetupError>)?, source))
    }

    /// The debate as it stands. Nobody holds the lock for longer than a move takes.
    pub(crate) fn now(&self) -> game::Debate {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, game::Debate> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reveals a pixel for a debater, if that is legal.
    pub(crate) fn reveal(&self, by: game::Debater, pixel: Pixel) -> Result<(), game::IllegalMove> {
        self.lock().apply(Move::Reveal { by, pixel }).map(|_| ())
    }

    fn end(&self, r#move: Move) -> PyResult<String> {
        let mut debate = self.lock();
        debate.apply(r#move).map_err(raise::<IllegalMove>)?;
        Ok(debate.outcome().map_or(String::new(), |outcome| outcome.winner.to_string()))
    }

    /// What errors call the debate.
    pub(crate) fn name(&self) -> String {
        let debate = self.lock();
        let image = match &self.source {
            Some(ImageSource { dataset, index }) => format!("image {index} of {dataset}"),
            None => format!("an image of label {}", debate.label()),
        };
        let lie = debate.claims().liar;
        let lie = lie.map_or("no precommit".to_owned(), |lie| format!("lie {lie}"));
        format!("{image}, {lie}, {} first", debate.rules().first)
    }
}
