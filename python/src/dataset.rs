//! Images with labels.

use std::sync::Arc;

use numpy::{PyArray, PyArray1, PyArray3, ndarray};
use pixel_debate_datasets::{self as datasets, Reading, Split, mnist};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::{
    arrays::copied,
    calling::{self, each, refused},
    errors::{DatasetError, raise, wrong},
    numbers,
};

/// What makes a dataset again: a function, and what it is called with.
type Again<'py> = (Bound<'py, PyAny>, Bound<'py, PyTuple>);

/// Where a dataset's bytes are.
#[derive(Clone)]
enum Images {
    /// In the package.
    Mnist,
    Read(Arc<datasets::Dataset>),
}

/// Grey images of one size with their labels.
///
/// See Also
/// --------
/// pixel_debate.datasets.load : opens one.
#[pyclass(frozen, module = "pixel_debate")]
pub(crate) struct Dataset(Images);

impl Dataset {
    pub(crate) fn inner(&self) -> &datasets::Dataset {
        match &self.0 {
            Images::Mnist => mnist::test(),
            Images::Read(dataset) => dataset,
        }
    }
}

#[pymethods]
impl Dataset {
    /// str: What the dataset is called, ``"mnist-test"`` for example.
    #[getter]
    fn name(&self) -> &str {
        self.inner().name()
    }

    /// tuple of str: The names of the classes; a label is an index into it.
    #[getter]
    fn classes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.inner().classes())
    }

    /// numpy.ndarray of uint8, shape (n, height, width): The images, 0 black to 255 white.
    ///
    /// The array shows the dataset's own memory, without a copy, and cannot be written to.
    #[getter]
    fn images<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray3<u8>>> {
        let inner = this.get().inner();
        let shape = (inner.len(), inner.height(), inner.width());
        shown(this, inner.pixels(), shape)
    }

    /// numpy.ndarray of uint8, shape (n,): The labels, without a copy.
    #[getter]
    fn labels<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray1<u8>>> {
        let labels = this.get().inner().labels();
        shown(this, labels, labels.len())
    }

    /// str: SHA-256 of all pixels followed by all labels, in hexadecimal.
    #[getter]
    fn sha256(&self, py: Python<'_>) -> String {
        py.detach(|| self.inner().hash())
    }

    /// list of str: What is odd about the files that it was read from.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.inner().warnings().iter().map(ToString::to_string).collect()
    }

    /// A dataset of arrays in memory.
    ///
    /// Parameters
    /// ----------
    /// name : str
    ///     What it is called.
    /// images : numpy.ndarray of uint8, shape (n, height, width)
    ///     0 black to 255 white; both sides 1 to 255. They are copied.
    /// labels : numpy.ndarray of uint8, shape (n,)
    ///     Each an index into the classes.
    /// classes : sequence of str
    ///     The names of the classes, 1 to 256.
    ///
    /// Returns
    /// -------
    /// Dataset
    ///
    /// Raises
    /// ------
    /// DatasetError
    ///     If a side is 0 or over 255, or a label names no class.
    /// ValueError
    ///     If there are more classes, or an array has another type or shape.
    #[staticmethod]
    fn from_arrays(
        name: String,
        images: &Bound<'_, PyAny>,
        labels: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = class_names)] classes: Vec<String>,
    ) -> PyResult<Self> {
        let images = copied::<u8>("images", images, &[None, None, None])?;
        let labels = copied::<u8>("labels", labels, &[Some(images.shape[0])])?;
        let sides = (images.shape[2], images.shape[1]);
        let dataset = datasets::Dataset::new(name, sides, images.numbers, labels.numbers, classes);
        dataset.map(|dataset| Self(Images::Read(Arc::new(dataset)))).map_err(raise::<DatasetError>)
    }

    fn __reduce__<'py>(this: &Bound<'py, Self>) -> PyResult<Again<'py>> {
        let py = this.py();
        let dataset = this.get();
        if matches!(dataset.0, Images::Mnist) {
            let load = py.import("pixel_debate._native")?.getattr("load")?;
            return Ok((load, ("mnist",).into_pyobject(py)?));
        }
        let again = py.get_type::<Self>().getattr("from_arrays")?;
        let (images, labels) = (Self::images(this)?, Self::labels(this)?);
        let parts = (dataset.name(), images, labels, dataset.inner().classes().to_vec());
        Ok((again, parts.into_pyobject(py)?))
    }

    fn __len__(&self) -> usize {
        self.inner().len()
    }

    fn __repr__(&self) -> String {
        let dataset = self.inner();
        let (width, height) = (dataset.width(), dataset.height());
        let (len, classes) = (dataset.len(), dataset.classes().len());
        let name = dataset.name();
        format!("<Dataset {name}: {len} images of {width}x{height}, {classes} classes>")
    }
}

/// Names of classes, of which there are no more than there are labels.
fn class_names(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    if value.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("classes must be a sequence of names, not one text"));
    }
    for name in each(value)? {
        if names.len() == 256 {
            return Err(wrong("there are more than 256 classes: a label is 0 to 255"));
        }
        let name = name?;
        names.push(name.extract().map_err(|_| wrong("classes must be names, each a str"))?);
    }
    Ok(names)
}

/// A read-only array of the dataset's own memory.
#[expect(unsafe_code, reason = "what numpy borrows is kept by the object that it is told of")]
fn shown<'py, I: ndarray::IntoDimension>(
    dataset: &Bound<'py, Dataset>,
    bytes: &[u8],
    shape: I,
) -> PyResult<Bound<'py, PyArray<u8, I::Dim>>> {
    let view = ndarray::ArrayView::from_shape(shape.into_dimension(), bytes)
        .map_err(|error| wrong(error.to_string()))?;
    // SAFETY: the bytes are the dataset's, which is frozen, never changes them, and is kept alive by the
    // array. The array is made read-only before anybody else sees it, and numpy refuses to undo that,
    // since the object that it is based on offers no memory to write to.
    let array = unsafe { PyArray::borrow_from_array(&view, dataset.clone().into_any()) };
    let options = pyo3::types::PyDict::new(dataset.py());
    options.set_item("write", false)?;
    array.call_method("setflags", (), Some(&options))?;
    Ok(array)
}

/// Reads images with their labels.
///
/// Parameters
/// ----------
/// source : str, os.PathLike, or a pair of them
///     ``"mnist"`` is MNIST's test set, which is part of the package. Any other name is a folder: MNIST's
///     IDX files, gzipped or not, or pictures in one subfolder a class. A pair is an IDX file of images
///     and one of labels from 0 to 9.
/// split : {"test", "train"}
///     Which part of a folder that has both. MNIST's training images are no part of the package.
/// invert : bool
///     Whether black becomes white, for dark ink on light paper. For folders.
/// resize : bool
///     Whether images of another size are stretched to 28 x 28. For folders.
/// threshold : int
///     Values below this become 0; 0 to 255. For folders.
///
/// Returns
/// -------
/// Dataset
///
/// Raises
/// ------
/// DatasetError
///     If a file is not what it should be: it is named, with what is wrong and what is allowed.
#[pyfunction]
#[pyo3(signature = (source, *, split = "test", invert = false, resize = false, threshold = 0))]
pub(crate) fn load(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    split: &str,
    invert: bool,
    resize: bool,
    #[pyo3(from_py_with = numbers::threshold)] threshold: u8,
) -> PyResult<Dataset> {
    let part = match split {
        "test" => Split::Test,
        "train" => Split::Train,
        _ => {
            return Err(wrong(format!("split must be \"test\" or \"train\", not {split:?}")));
        }
    };
    let reading = Reading { invert, resize, threshold };
    let as_is = reading == Reading::default();
    if source.extract::<&str>().is_ok_and(|name| name == "mnist") {
        if part == Split::Train {
            return Err(raise::<DatasetError>(
                "MNIST's training images are no part of the package: name the folder of their files",
            ));
        }
        if !as_is {
            return Err(wrong("invert, resize and threshold are for folders"));
        }
        py.detach(mnist::test);
        return Ok(Dataset(Images::Mnist));
    }
    let read = |dataset: Result<datasets::Dataset, datasets::DatasetError>| {
        let dataset = dataset.map_err(raise::<DatasetError>)?;
        Ok(Dataset(Images::Read(Arc::new(dataset))))
    };
    let must = || {
        wrong(
            "source must be \"mnist\", a folder's path, or the paths of an IDX file of images and one of labels",
        )
    };
    let path =
        |source: &Bound<'_, PyAny>| calling::path(source).map_err(|error| refused(py, error, must));
    if let Ok(pair) = source.cast::<PyTuple>() {
        if pair.len() != 2 {
            return Err(must());
        }
        let (images, labels) = (path(&pair.get_item(0)?)?, path(&pair.get_item(1)?)?);
        if !as_is {
            return Err(wrong("invert, resize and threshold are for folders"));
        }
        let name = images.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let digits = (0..10).map(|digit| digit.to_string()).collect();
        return read(py.detach(|| datasets::Dataset::from_idx(name, &images, &labels, digits)));
    }
    let folder = path(source)?;
    read(py.detach(|| datasets::Dataset::open_as(&folder, part, reading)))
}
