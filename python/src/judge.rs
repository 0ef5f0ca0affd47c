//! The judges that are classifiers of the paper's kind.

use std::path::PathBuf;
use std::sync::Arc;

use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pixel_debate_datasets::Dataset as Images;
use pixel_debate_game::{Image, Pixel};
use pixel_debate_judge::{
    self as judge, Evaluator, Logits, ManyEvaluator, PixelSet, SHIPPED_PIXELS,
    masks::{Masks, measuring_rng},
    network::SIDE,
};
use pixel_debate_validation::check_labels;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::{
    arrays::{self, Numbers, copied, table},
    calling,
    dataset::Dataset,
    errors::{JudgeError, raise, wrong},
    interrupt::{detached, is_stopped},
    numbers,
    own::asked,
    players::AnyJudge,
    rules::legal_pixels,
    vector::classes_of,
};

/// What makes a judge again: a function, and a name and bytes for it.
type Again<'py> = (Bound<'py, PyAny>, (String, Bound<'py, PyBytes>));

/// Images that are judged between one look at the signals and the next.
const CHUNK: usize = 256;
/// Pixels of an image.
const AREA: usize = SIDE * SIDE;
/// What is at work, in errors.
const JUDGING: &str = "judging";

/// A judge of the paper's kind: a convolutional network that sees revealed pixels only (section 3.1).
///
/// A judge may be called as a function of ``(values, masks)``, as :meth:`logits` is: it is one of the
/// callables that are taken for a judge.
#[pyclass(frozen, module = "pixel_debate")]
pub(crate) struct Judge(pub(crate) judge::Judge);

#[pymethods]
impl Judge {
    /// The judge of the package that was trained for so many random pixels.
    ///
    /// Parameters
    /// ----------
    /// pixels : {4, 6}
    ///     The paper's K.
    ///
    /// Returns
    /// -------
    /// Judge
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     If there is no such judge.
    #[staticmethod]
    fn shipped(
        py: Python<'_>,
        #[pyo3(from_py_with = numbers::any)] pixels: i128,
    ) -> PyResult<Self> {
        let known = u8::try_from(pixels).ok();
        let judge = py.detach(|| known.and_then(judge::Judge::shipped));
        judge.map(Self).ok_or_else(|| {
            let known = SHIPPED_PIXELS.map(|pixels| pixels.to_string()).join(" and ");
            wrong(format!(
                "no judge for {} pixels is in the package: there are judges for {known}",
                numbers::told(pixels)
            ))
        })
    }

    /// Reads a judge's file: ``safetensors`` with the layers ``conv1`` to ``fc2`` as PyTorch has them.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///     The file. The judge is called after it, without folder and ending.
    ///
    /// Returns
    /// -------
    /// Judge
    ///
    /// Raises
    /// ------
    /// JudgeError
    ///     If the file cannot be read, or holds no judge of a known kind: the tensor or the line of the metadata
    ///     is named, with what is allowed.
    #[staticmethod]
    fn load(py: Python<'_>, #[pyo3(from_py_with = calling::path)] path: PathBuf) -> PyResult<Self> {
        let judge = py.detach(|| judge::Judge::read(&path));
        judge.map(Self).map_err(raise::<JudgeError>)
    }

    /// str: What the judge is called, ``"judge-6"`` for example.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// str: SHA-256 of all its numbers, in hexadecimal: tells judges apart whatever they are called.
    #[getter]
    fn sha256(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.hash())
    }

    /// int: How many labels it tells apart, 2 to 255.
    #[getter]
    fn classes(&self) -> usize {
        self.0.classes()
    }

    /// dict of str to str: What the judge's file says of where it comes from.
    ///
    /// Judges that this project trained say ``pixels``, ``legal``, ``seed``, ``batches``, ``data``,
    /// ``classes``, ``planes``, ``accuracy`` and ``program``.
    #[getter]
    fn provenance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let said = PyDict::new(py);
        let mut lines: Vec<_> = self.0.provenance().0.iter().collect();
        lines.sort();
        for (key, value) in lines {
            said.set_item(key, value)?;
        }
        Ok(said)
    }

    /// What the judge makes of many images, of each of which it sees some pixels.
    ///
    /// Runs without the interpreter's lock, on the thread that calls.
    ///
    /// Parameters
    /// ----------
    /// images : numpy.ndarray of uint8, shape (n, 28, 28)
    ///     The images; what the mask hides is not looked at.
    /// masks : numpy.ndarray of bool, shape (n, 28, 28)
    ///     Which pixels are revealed.
    ///
    /// Returns
    /// -------
    /// numpy.ndarray of float32, shape (n, classes)
    ///     The logits by label. An image's do not depend on what else is asked, to the last bit.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     If an array has another type or shape.
    fn logits<'py>(
        &self,
        py: Python<'py>,
        images: &Bound<'py, PyAny>,
        masks: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let shape = [None, Some(SIDE), Some(SIDE)];
        let Numbers { numbers: images, shape } = copied::<u8>("images", images, &shape)?;
        let shape = [Some(shape[0]), Some(SIDE), Some(SIDE)];
        let masks = copied::<bool>("masks", masks, &shape)?.numbers;
        let logits = detached(py, JUDGING, || {
            let mut many = self.0.many();
            let mut logits = Logits::new(self.0.classes());
            let chunks = images.chunks(CHUNK * AREA).zip(masks.chunks(CHUNK * AREA));
            for (images, masks) in chunks {
                let each = images.chunks_exact(AREA).zip(masks.chunks_exact(AREA));
                logits.append(&many.logits(each.map(|(image, mask)| shown(image, mask))));
                if is_stopped() {
                    break;
                }
            }
            logits
        })?;
        table(py, &logits)
    }

    /// What the judge makes of many sets of pixels of one image.
    ///
    /// The same bits as :meth:`logits` of that image with these masks; what searches are told of them agrees up to
    /// rounding, some 1e-6.
    ///
    /// Parameters
    /// ----------
    /// image : numpy.ndarray of uint8, shape (28, 28)
    ///     The image.
    /// sets : sequence of sequences of (int, int), or numpy.ndarray of bool, shape (n, 28, 28)
    ///     The sets of revealed pixels, each pixel as ``(column, row)`` from 0 at the top left; or their
    ///     masks.
    ///
    /// Returns
    /// -------
    /// numpy.ndarray of float32, shape (n, classes)
    ///     The logits by label.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     If the array or a set is not as it must be, or a pixel lies outside of the image.
    fn logits_of<'py>(
        &self,
        py: Python<'py>,
        image: &Bound<'py, PyAny>,
        sets: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let image = copied::<u8>("image", image, &[Some(SIDE), Some(SIDE)])?.numbers;
        let sets = arrays::sets(sets, (SIDE as u8, SIDE as u8))?;
        let value = |pixel: &Pixel| image[usize::from(pixel.y) * SIDE + usize::from(pixel.x)];
        let logits = detached(py, JUDGING, || {
            // A search's engine keeps what it learns of an image, which takes longer than it saves here.
            let mut many = self.0.many();
            let mut logits = Logits::new(self.0.classes());
            for sets in sets.chunks(CHUNK) {
                let shown = |set: &PixelSet| -> Vec<(Pixel, u8)> {
                    set.pixels().iter().map(|pixel| (*pixel, value(pixel))).collect()
                };
                logits.append(&many.logits(sets.iter().map(shown)));
                if is_stopped() {
                    break;
                }
            }
            logits
        })?;
        table(py, &logits)
    }

    /// How often the judge is right about random pixels (section 3.1): the share of images, 0 to 1.
    ///
    /// Parameters
    /// ----------
    /// dataset : Dataset
    ///     The images.
    /// pixels : int, optional
    ///     How many random pixels it sees of each: the number that it was trained for, if none is given.
    /// seed : int
    ///     What the masks are drawn from; an image's depends on it and on the image's number alone.
    /// legal : {"nonzero", "any"}, optional
    ///     Which pixels are drawn: those that it was trained on, if nothing is said.
    ///
    /// Returns
    /// -------
    /// float
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     If there are no images, or the judge cannot judge them by its labels.
    #[pyo3(signature = (dataset, *, pixels = None, seed = 0, legal = None))]
    fn accuracy(
        &self,
        py: Python<'_>,
        dataset: &Dataset,
        #[pyo3(from_py_with = numbers::perhaps_pixels)] pixels: Option<usize>,
        #[pyo3(from_py_with = numbers::seed)] seed: u64,
        legal: Option<&str>,
    ) -> PyResult<f64> {
        let provenance = self.0.provenance();
        let pixels = pixels.or(provenance.pixels()).ok_or_else(|| {
            wrong("pixels must be given: the judge's file does not say how many it was trained for")
        })?;
        let legal = legal.map_or(Ok(provenance.legal()), legal_pixels)?;
        let dataset = dataset.inner();
        check_labels(self.0.weights(), dataset).map_err(raise::<JudgeError>)?;
        if dataset.is_empty() {
            return Err(wrong("there are no images"));
        }
        let masks = Masks { pixels, legal };
        let right = detached(py, JUDGING, || right(&mut self.0.many(), dataset, masks, seed))?;
        Ok(right as f64 / dataset.len() as f64)
    }

    fn __call__<'py>(
        &self,
        py: Python<'py>,
        values: &Bound<'py, PyAny>,
        masks: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        self.logits(py, values, masks)
    }

    fn __repr__(&self) -> String {
        format!("<Judge {}>", self.0.name())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Again<'py>> {
        let again = py.get_type::<Self>().getattr("_from_bytes")?;
        let bytes = py.detach(|| self.0.to_bytes());
        Ok((again, (self.0.name().to_owned(), PyBytes::new(py, &bytes))))
    }

    #[staticmethod]
    fn _from_bytes(py: Python<'_>, name: &str, bytes: Vec<u8>) -> PyResult<Self> {
        let judge = py.detach(|| judge::Judge::from_bytes(name, &bytes));
        judge.map(Self).map_err(raise::<JudgeError>)
    }
}

/// How often any judge is right about random pixels: the share of images, 0 to 1.
///
/// Judges that are asked with the same numbers see the same pixels, those of :meth:`Judge.accuracy`.
///
/// Parameters
/// ----------
/// judge : Judge or callable
///     A callable is asked about the dataset's classes, in batches.
/// dataset : Dataset
///     The images, of 2 to 255 classes.
/// pixels : int
///     How many random pixels it sees of each.
/// seed : int
///     What the masks are drawn from; an image's depends on it and on the image's number alone.
/// legal : {"nonzero", "any"}
///     Which pixels are drawn.
///
/// Returns
/// -------
/// float
///     A label that only ties with another is not right.
///
/// Raises
/// ------
/// ValueError
///     If there are no images, or the judge cannot be asked in batches.
/// PlayerError
///     If a callable raises, or answers what is no answer.
#[pyfunction]
#[pyo3(signature = (judge, dataset, *, pixels, seed = 0, legal = "nonzero"))]
pub(crate) fn accuracy(
    py: Python<'_>,
    judge: &Bound<'_, PyAny>,
    dataset: &Dataset,
    #[pyo3(from_py_with = numbers::perhaps_pixels)] pixels: Option<usize>,
    #[pyo3(from_py_with = numbers::seed)] seed: u64,
    legal: &str,
) -> PyResult<f64> {
    let pixels = pixels.ok_or_else(|| wrong("pixels must be a whole number, not None"))?;
    let own = match AnyJudge::read(judge)? {
        AnyJudge::Ours(ours) => {
            return ours.get().accuracy(py, dataset, Some(pixels), seed, Some(legal));
        }
        AnyJudge::Batches(own) => own,
        AnyJudge::Decides(_) => {
            return Err(raise::<JudgeError>(
                "a judge that decides one view after the other cannot be asked in batches",
            ));
        }
    };
    let masks = Masks { pixels, legal: legal_pixels(legal)? };
    let data = dataset.inner();
    if data.is_empty() {
        return Err(wrong("there are no images"));
    }
    let classes = classes_of(data)?;
    let (area, mut right) = (data.width() * data.height(), 0);
    let numbers: Vec<usize> = (0..data.len()).collect();
    for images in numbers.chunks(CHUNK) {
        let (mut values, mut shown) =
            (vec![0_u8; images.len() * area], vec![false; images.len() * area]);
        for (row, index) in images.iter().enumerate() {
            let image = data.image(*index);
            for at in masks.draw(image, &mut measuring_rng(seed, *index)) {
                values[row * area + at] = image[at];
                shown[row * area + at] = true;
            }
        }
        let shape = [images.len(), data.height(), data.width()];
        let values = PyArray1::from_vec(py, values).reshape(shape)?;
        let shown = PyArray1::from_vec(py, shown).reshape(shape)?;
        let logits = asked(own.bind(py), values, shown, classes)
            .map_err(|failure| failure.into_error(py, JUDGING))?;
        let rows = images.iter().zip(logits.rows());
        right += rows.filter(|(index, row)| is_right(row, data.label(**index))).count();
        py.check_signals()?;
    }
    Ok(right as f64 / data.len() as f64)
}

impl Judge {
    /// The engine for one image.
    pub(crate) fn evaluator(&self, image: &Arc<Image>) -> PyResult<Box<dyn Evaluator>> {
        self.0.evaluator(Arc::clone(image)).map_err(raise::<JudgeError>)
    }
}

/// The pixels that a mask shows of an image.
fn shown<'a>(image: &'a [u8], mask: &'a [bool]) -> impl Iterator<Item = (Pixel, u8)> + 'a {
    let shown = image.iter().zip(mask).enumerate().filter(|(_, (_, shown))| **shown);
    shown.map(|(at, (value, _))| (Pixel::new((at % SIDE) as u8, (at / SIDE) as u8), *value))
}

/// How many images are labelled right through random pixels.
fn right(many: &mut ManyEvaluator, dataset: &Images, masks: Masks, seed: u64) -> usize {
    let mut right = 0;
    let images: Vec<usize> = (0..dataset.len()).collect();
    for images in images.chunks(CHUNK) {
        let logits = many.logits(images.iter().map(|index| {
            let image = dataset.image(*index);
            let drawn = masks.draw(image, &mut measuring_rng(seed, *index));
            drawn
                .into_iter()
                .map(move |at| (Pixel::new((at % SIDE) as u8, (at / SIDE) as u8), image[at]))
        }));
        let rows = images.iter().zip(logits.rows());
        right += rows.filter(|(index, row)| is_right(row, dataset.label(**index))).count();
        if is_stopped() {
            break;
        }
    }
    right
}

/// Whether a label is believed more than any other.
fn is_right(logits: &[f32], label: u8) -> bool {
    let label = usize::from(label);
    logits.iter().enumerate().all(|(at, logit)| at == label || logits[label] > *logit)
}
