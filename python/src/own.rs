//! A judge written in Python, asked where ours are.

use std::fmt;
use std::sync::Arc;

use numpy::{
    PyArray1, PyArray3, PyArrayDyn, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods,
};
use pixel_debate_game::Image;
use pixel_debate_judge::{Decider, Evaluator, Gathering, Logits, PixelSet, Question};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple, PyType};

use crate::arrays::is_masked;
use crate::calling::{Held, attached, attribute, called, called_method, forgotten, text, words};
use crate::interrupt::{Failure, fail, has_failed};

/// Sets that a callable is asked about at once.
const BATCH: usize = 1024;
/// The greatest logit.
const MOST: f64 = 1e38;
/// The least probability that is told from 0.
const LEAST: f32 = 1e-30;
/// The most dimensions of an answer: what has more is no answer, whatever it hides.
const DEPTH: u8 = 2;

/// A callable of `(values, masks)` that answers for a batch, as the judge of one image.
pub(crate) struct OwnEvaluator {
    judge: Py<PyAny>,
    image: Arc<Image>,
    /// How many labels it is to tell apart.
    classes: u8,
}

impl OwnEvaluator {
    pub(crate) fn new(judge: Py<PyAny>, image: Arc<Image>, classes: u8) -> Self {
        Self { judge, image, classes }
    }

    /// Asks the callable about some sets.
    fn ask(&self, py: Python<'_>, sets: &[PixelSet]) -> Result<Logits, Failure> {
        let (columns, rows) = (usize::from(self.image.width()), usize::from(self.image.height()));
        let area = columns * rows;
        let (mut values, mut masks) =
            (vec![0_u8; sets.len() * area], vec![false; sets.len() * area]);
        for (number, set) in sets.iter().enumerate() {
            for pixel in set.pixels() {
                let at = usize::from(pixel.y) * columns + usize::from(pixel.x);
                values[number * area + at] = self.image.pixels()[at];
                masks[number * area + at] = true;
            }
        }
        let shape = [sets.len(), rows, columns];
        let arrays = || -> PyResult<_> {
            let values = PyArray1::from_vec(py, values).reshape(shape)?;
            Ok((values, PyArray1::from_vec(py, masks).reshape(shape)?))
        };
        let (values, masks) = arrays().map_err(Failure::Raised)?;
        asked(self.judge.bind(py), values, masks, self.classes)
    }
}

/// Asks a callable about sets of pixels; a failure says which callable it was.
pub(crate) fn asked<'py>(
    judge: &Bound<'py, PyAny>,
    values: Bound<'py, PyArray3<u8>>,
    masks: Bound<'py, PyArray3<bool>>,
    classes: u8,
) -> Result<Logits, Failure> {
    let (py, count) = (judge.py(), values.shape()[0]);
    let answer = called(judge, (values, masks)).map_err(|error| {
        Failure::of(py, format!("{} {}", named(judge), raised(judge, &error)), error)
    })?;
    let declared = declared(judge, "answers");
    let read = scores(&answer, count, classes).and_then(|(mut scores, has)| {
        if let Some(declared) = &declared
            && (declared == "labels") != (has == Has::Labels)
        {
            return Err(Unread::from(format!(
                "it declares that it answers {declared}, and answers {has}"
            )));
        }
        if declared.as_deref() == Some("probabilities") {
            for (set, row) in scores.chunks_exact_mut(classes.into()).enumerate() {
                logarithms(row, set)?;
            }
        }
        let width = usize::from(classes);
        Ok(Logits::of(width, scores.chunks_exact(width)))
    });
    read.map_err(|unread| match unread {
        Unread::Raised(error) => Failure::Raised(error),
        Unread::Wrong(wrong, cause) => Failure::Player(format!("{}: {wrong}", named(judge)), cause),
    })
}

impl Evaluator for OwnEvaluator {
    fn classes(&self) -> usize {
        self.classes.into()
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let mut logits = Logits::new(self.classes());
        for sets in sets.chunks(BATCH) {
            // After a failure nobody is asked any more, and the search is about to end.
            let asked = if has_failed() {
                None
            } else {
                match attached(|py| self.ask(py, sets)) {
                    Ok(asked) => Some(asked),
                    Err(failure) => {
                        fail(failure);
                        None
                    }
                }
            };
            let lost = || Logits::zeros(self.classes(), sets.len());
            logits.append(&asked.unwrap_or_else(lost));
        }
        logits
    }

    fn batch(&self) -> usize {
        BATCH
    }

    fn decider(&mut self, question: Question) -> Box<dyn Decider + '_> {
        Box::new(Gathering::new(self, question))
    }
}

/// Why an answer cannot be read.
enum Unread {
    /// By an exception that is not about it: Ctrl-C, while it was asked for its numbers.
    Raised(PyErr),
    /// What is wrong with it, and what numpy has raised, if it did.
    Wrong(String, Option<PyErr>),
}

impl From<String> for Unread {
    fn from(wrong: String) -> Self {
        Self::Wrong(wrong, None)
    }
}

/// What an answer has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Has {
    Floats,
    Labels,
}

impl fmt::Display for Has {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Floats => "floats",
            Self::Labels => "labels",
        })
    }
}

/// The logits of probabilities.
fn logarithms(probabilities: &mut [f32], set: usize) -> Result<(), String> {
    for (label, probability) in probabilities.iter_mut().enumerate() {
        if !(0.0..=1.0).contains(probability) {
            return Err(format!(
                "its answer for label {label} of set {set} is {probability}: it declares that it answers \
                 probabilities, which are from 0 to 1"
            ));
        }
        *probability = probability.max(LEAST).ln();
    }
    Ok(())
}

/// What a callable or an object is called in errors: the name that it declares, its own, or its type's.
pub(crate) fn named(object: &Bound<'_, PyAny>) -> String {
    declared(object, "name").or_else(|| declared(object, "__name__")).unwrap_or_else(|| {
        object.get_type().name().map_or_else(|_| "it".to_owned(), |name| name.to_string())
    })
}

/// What is said of an exception that a player has raised.
pub(crate) fn raised(player: &Bound<'_, PyAny>, error: &PyErr) -> String {
    let said = said(player.py(), error);
    if player.is_instance_of::<PyType>() {
        let class = named(player);
        return format!("has raised {said} (the class itself was given: {class}() is one of it)");
    }
    format!("has raised {said}")
}

/// An exception in words.
pub(crate) fn said(py: Python<'_>, error: &PyErr) -> String {
    let kind = error.get_type(py).name().map_or_else(|_| "it".to_owned(), |name| name.to_string());
    format!("{kind}: {}", words(py, error))
}

/// A text that somebody's callable or object has as an attribute.
pub(crate) fn declared(object: &Bound<'_, PyAny>, name: &str) -> Option<String> {
    match attribute(object, name) {
        Ok(attribute) => attribute.extract().ok(),
        Err(error) => {
            forgotten(object.py(), error);
            None
        }
    }
}

/// Reads what a judge answers for `count` sets: a row of logits or probabilities each, or a label each. One row
/// follows the other.
fn scores(answer: &Bound<'_, PyAny>, count: usize, classes: u8) -> Result<(Vec<f32>, Has), Unread> {
    let width = usize::from(classes);
    let must = format!(
        "it must answer an array of floats and shape ({count}, {width}), logits or probabilities, or of \
         {count} labels from 0 to {}",
        width.saturating_sub(1)
    );
    let unreadable = |error: PyErr| {
        if !error.is_instance_of::<PyException>(answer.py()) {
            return Unread::Raised(error);
        }
        let (kind, said) = (named(answer.get_type().as_any()), said(answer.py(), &error));
        let wrong = format!("{must}, not {kind}, of which numpy makes no such array: {said}");
        Unread::Wrong(wrong, Some(error))
    };
    if hides(answer).map_err(unreadable)? {
        return Err(Unread::from(format!("{must}, not a masked array, of which some is hidden")));
    }
    let array = as_array(answer).map_err(unreadable)?;
    let untyped = array.cast::<PyUntypedArray>().map_err(|error| unreadable(error.into()))?;
    let shape = untyped.shape().to_vec();
    let kind: String =
        untyped.dtype().getattr("kind").and_then(|kind| kind.extract()).map_err(unreadable)?;
    match (kind.as_str(), shape.as_slice()) {
        ("f", [rows, columns]) if (*rows, *columns) == (count, width) => {
            // Rounded here: numpy would warn of what is too large.
            let numbers = numbers::<f64>(&array, "float64").map_err(unreadable)?;
            // Twice as much is a number still: the margin of two logits.
            if let Some(at) = numbers.iter().position(|number| !(-MOST..=MOST).contains(number)) {
                return Err(Unread::from(format!(
                    "its answer for label {} of set {} is {:e}: it must be a number from -{MOST:e} to {MOST:e}",
                    at % width,
                    at / width,
                    numbers[at]
                )));
            }
            Ok((numbers.into_iter().map(|number| number as f32).collect(), Has::Floats))
        }
        ("i" | "u", [rows]) if *rows == count => {
            let labels: Vec<i128> = if kind == "u" {
                let labels = numbers::<u64>(&array, "uint64").map_err(unreadable)?;
                labels.into_iter().map(i128::from).collect()
            } else {
                let labels = numbers::<i64>(&array, "int64").map_err(unreadable)?;
                labels.into_iter().map(i128::from).collect()
            };
            let mut scores = vec![0.0; count * width];
            for (number, (label, row)) in
                labels.iter().zip(scores.chunks_exact_mut(width)).enumerate()
            {
                let known = usize::try_from(*label).ok().filter(|label| *label < width);
                let Some(label) = known else {
                    let wrong = format!("it names label {label} for set {number}: {must}");
                    return Err(Unread::from(wrong));
                };
                row[label] = 1.0;
            }
            Ok((scores, Has::Labels))
        }
        _ => {
            let shape = attribute(&array, "shape").and_then(|shape| text(&shape));
            let (shape, kind) = (shape.map_err(unreadable)?, text(&untyped.dtype()));
            let kind = kind.map_err(unreadable)?;
            Err(Unread::from(format!("{must}, not {kind} of shape {shape}")))
        }
    }
}

/// Anything that numpy takes for an array.
fn as_array<'py>(value: &Bound<'py, PyAny>) -> PyResult<Held<'py>> {
    called_method(value.py().import("numpy")?.as_any(), "asarray", (value,))
}

/// Whether an answer is a masked array, or a list of some, which numpy would make one array of without its masks.
fn hides(answer: &Bound<'_, PyAny>) -> PyResult<bool> {
    fn hides(value: &Bound<'_, PyAny>, depth: u8) -> PyResult<bool> {
        let Some(items) = listed(value).filter(|_| depth < DEPTH) else { return is_masked(value) };
        for item in items {
            if hides(&item, depth + 1)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
    hides(answer, 0)
}

/// The items of a list or a tuple.
fn listed<'py>(value: &Bound<'py, PyAny>) -> Option<Vec<Bound<'py, PyAny>>> {
    if let Ok(list) = value.cast::<PyList>() {
        return Some(list.iter().collect());
    }
    value.cast::<PyTuple>().ok().map(|tuple| tuple.iter().collect())
}

fn numbers<T: numpy::Element + Copy>(array: &Bound<'_, PyAny>, kind: &str) -> PyResult<Vec<T>> {
    // A copy, unless it is told otherwise.
    let array = called_method(array, "astype", (kind,))?;
    let array = array.cast::<PyArrayDyn<T>>()?;
    Ok(array
        .try_readonly()
        .map_err(|error| crate::errors::wrong(error.to_string()))?
        .as_array()
        .iter()
        .copied()
        .collect())
}

/// Refuses logits so great that their margins would be no numbers. What is no number itself the rules refuse.
pub(crate) fn check_logits(logits: &[f64]) -> Result<(), String> {
    let wrong = logits.iter().position(|logit| logit.is_finite() && logit.abs() > MOST);
    wrong.map_or(Ok(()), |label| {
        let logit = logits[label];
        Err(format!(
            "the logit of label {label} is {logit:e}: it must be a number from -{MOST:e} to {MOST:e}"
        ))
    })
}

/// The scores that a single answer gives, for whoever decides one view after the other.
pub(crate) fn scores_of_one(answer: &Bound<'_, PyAny>) -> PyResult<Vec<f32>> {
    if hides(answer)? {
        return Err(crate::errors::wrong("it is a masked array, of which some is hidden"));
    }
    let array = as_array(answer)?;
    // Before it is taken for an array of Rust's, which has not as many dimensions as numpy's may have.
    let dimensions: usize = array.getattr("ndim")?.extract()?;
    if dimensions != 1 {
        return Err(crate::errors::wrong(format!(
            "it must be a label, a label with its probability, or a row of logits, not of {dimensions} dimensions"
        )));
    }
    let numbers = numbers::<f64>(&array, "float64")?;
    check_logits(&numbers).map_err(crate::errors::wrong)?;
    Ok(numbers.into_iter().map(|number| number as f32).collect())
}
