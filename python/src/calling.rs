//! Calls into Python from threads that may outlive it.
//!
//! A daemon thread may sit in somebody's judge when the interpreter ends. As soon as it wants the interpreter's
//! lock again, Python before 3.14 ends the thread by unwinding its stack, which must not go through Rust: the
//! process would abort. Python since 3.14 lets such a thread hang, and so does this module before, as PyO3
//! itself does where it takes the lock.
//!
//! It is not only a call that runs somebody's code: so does an attribute, a number, the next of an iterator, an
//! exception's text, and the end of an object. Whatever may be somebody's is asked for these by what is here.

use std::hint::black_box;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::path::PathBuf;

use pyo3::exceptions::{PyAttributeError, PyException};
use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyFloat, PyInt, PyList, PyString, PyTuple};

/// Stops the thread for good where its stack is unwound: nobody waits for it any more.
struct Hang;

impl Drop for Hang {
    fn drop(&mut self) {
        hang();
    }
}

fn hang() -> ! {
    loop {
        std::thread::park();
    }
}

/// An object that may be somebody's, and may run code of theirs when it is let go.
pub(crate) struct Held<'py>(ManuallyDrop<Bound<'py, PyAny>>);

impl<'py> From<Bound<'py, PyAny>> for Held<'py> {
    fn from(object: Bound<'py, PyAny>) -> Self {
        Self(ManuallyDrop::new(object))
    }
}

impl<'py> Deref for Held<'py> {
    type Target = Bound<'py, PyAny>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Drop for Held<'_> {
    #[expect(
        unsafe_code,
        reason = "PyO3 declares this function as one through which nothing unwinds"
    )]
    fn drop(&mut self) {
        type Release = unsafe extern "C" fn(*mut PyObject);
        type Unwinding = unsafe extern "C-unwind" fn(*mut PyObject);
        // SAFETY: the two types differ in whether a caller must reckon with unwinding, which this one does.
        let release: Unwinding =
            black_box(unsafe { std::mem::transmute::<Release, Unwinding>(ffi::Py_DecRef) });
        let guard = Hang;
        // SAFETY: this thread is attached, as there is an object bound to that, whose own reference is given up
        // here and nowhere else.
        unsafe { release(self.0.as_ptr()) };
        std::mem::forget(guard);
    }
}

/// Lets go of an exception that nobody is told of.
pub(crate) fn forgotten(py: Python<'_>, error: PyErr) {
    drop(Held::from(error.into_value(py).into_bound(py).into_any()));
}

/// Says something better than an exception does, unless that is not about it: Ctrl-C, or the interpreter's exit.
pub(crate) fn refused(py: Python<'_>, error: PyErr, instead: impl FnOnce() -> PyErr) -> PyErr {
    if !error.is_instance_of::<PyException>(py) {
        return error;
    }
    forgotten(py, error);
    instead()
}

/// Calls what somebody has written, which may take however long.
#[expect(unsafe_code, reason = "PyO3 declares this function as one through which nothing unwinds")]
pub(crate) fn called<'py>(
    callable: &Bound<'py, PyAny>,
    arguments: impl IntoPyObject<
        'py,
        Target = PyTuple,
        Output = Bound<'py, PyTuple>,
        Error: Into<PyErr>,
    >,
) -> PyResult<Held<'py>> {
    type Call = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    type Unwinding =
        unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    let py = callable.py();
    let arguments = Held::from(arguments.into_pyobject(py).map_err(Into::into)?.into_any());
    // Without the black box the compiler would remember what the function was declared as.
    // SAFETY: the two types differ in whether a caller must reckon with unwinding, which this one does.
    let call: Unwinding =
        black_box(unsafe { std::mem::transmute::<Call, Unwinding>(ffi::PyObject_Call) });
    let guard = Hang;
    // SAFETY: both objects are alive, this thread is attached, and what is returned is owned, or null with an
    // exception set.
    let answer = unsafe { call(callable.as_ptr(), arguments.as_ptr(), std::ptr::null_mut()) };
    std::mem::forget(guard);
    // SAFETY: as above.
    unsafe { Bound::from_owned_ptr_or_err(py, answer) }.map(Held::from)
}

/// Calls a method of what somebody has written.
pub(crate) fn called_method<'py>(
    object: &Bound<'py, PyAny>,
    method: &str,
    arguments: impl IntoPyObject<
        'py,
        Target = PyTuple,
        Output = Bound<'py, PyTuple>,
        Error: Into<PyErr>,
    >,
) -> PyResult<Held<'py>> {
    called(&*attribute(object, method)?, arguments)
}

/// A function of Python's own, looked up once.
macro_rules! function {
    ($py:expr, $module:literal, $name:literal) => {{
        static FUNCTION: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        FUNCTION.import($py, $module, $name)
    }};
}

/// An attribute, which may be a property.
pub(crate) fn attribute<'py>(object: &Bound<'py, PyAny>, name: &str) -> PyResult<Held<'py>> {
    called(function!(object.py(), "builtins", "getattr")?, (object, name))
}

/// An attribute, if there is one.
pub(crate) fn attribute_if_any<'py>(
    object: &Bound<'py, PyAny>,
    name: &str,
) -> PyResult<Option<Held<'py>>> {
    let py = object.py();
    match attribute(object, name) {
        Ok(attribute) => Ok(Some(attribute)),
        Err(error) if error.is_instance_of::<PyAttributeError>(py) => {
            forgotten(py, error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A method that can be called, if there is one.
pub(crate) fn has_method(object: &Bound<'_, PyAny>, name: &str) -> bool {
    match attribute(object, name) {
        Ok(method) => method.is_callable(),
        Err(error) => {
            forgotten(object.py(), error);
            false
        }
    }
}

/// What an object says of itself by `str`.
pub(crate) fn text(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let text = called(function!(object.py(), "builtins", "str")?, (object,))?;
    Ok(text.cast::<PyString>()?.to_string_lossy().into_owned())
}

/// What an object says of itself by `repr`.
pub(crate) fn representation(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let text = called(function!(object.py(), "builtins", "repr")?, (object,))?;
    Ok(text.cast::<PyString>()?.to_string_lossy().into_owned())
}

/// Whether an object is of a class, by what it says of itself.
pub(crate) fn is_of(object: &Bound<'_, PyAny>, class: &Bound<'_, PyAny>) -> PyResult<bool> {
    called(function!(object.py(), "builtins", "isinstance")?, (object, class))?.extract()
}

/// A path, of what stands for one.
pub(crate) fn path(object: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    called(function!(object.py(), "os", "fspath")?, (object,))?.extract()
}

/// What an exception says, or that it says nothing.
pub(crate) fn words(py: Python<'_>, error: &PyErr) -> String {
    text(error.value(py).as_any()).unwrap_or_else(|unsaid| {
        forgotten(py, unsaid);
        "it cannot say what".to_owned()
    })
}

/// A whole number, an `int` and nothing else, of what counts as one.
pub(crate) fn index<'py>(value: &Bound<'py, PyAny>) -> PyResult<Held<'py>> {
    if value.is_exact_instance_of::<PyInt>() {
        return Ok(value.clone().into());
    }
    called(function!(value.py(), "operator", "index")?, (value,))
}

/// A number with a fraction, of what counts as one; no text does.
pub(crate) fn real(value: &Bound<'_, PyAny>) -> PyResult<f64> {
    if value.is_exact_instance_of::<PyFloat>() || value.is_exact_instance_of::<PyInt>() {
        return value.extract();
    }
    called(function!(value.py(), "math", "ldexp")?, (value, 0))?.extract()
}

/// The objects of an iterable, one after the other.
pub(crate) enum Each<'py> {
    /// Those of Python's own list, which nobody has written.
    List(Bound<'py, PyList>, usize),
    /// An iterator, and what it is told to give at its end.
    Asked(Held<'py>, Bound<'py, PyList>),
}

/// The objects of an iterable.
pub(crate) fn each<'py>(value: &Bound<'py, PyAny>) -> PyResult<Each<'py>> {
    let py = value.py();
    if let Ok(list) = value.cast_exact::<PyList>() {
        return Ok(Each::List(list.clone(), 0));
    }
    let iterator = called(function!(py, "builtins", "iter")?, (value,))?;
    Ok(Each::Asked(iterator, PyList::empty(py)))
}

impl<'py> Iterator for Each<'py> {
    type Item = PyResult<Held<'py>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::List(list, at) => {
                // Its length is asked for each time: somebody's number may change it.
                let next = (*at < list.len()).then(|| list.get_item(*at).map(Held::from));
                *at += 1;
                next
            }
            Self::Asked(iterator, end) => {
                let next = function!(end.py(), "builtins", "next")
                    .and_then(|next| called(next, (&**iterator, &*end)));
                match next {
                    Ok(last) if last.is(&*end) => None,
                    next => Some(next),
                }
            }
        }
    }
}

/// Does some work with the interpreter's lock. There is no interpreter any more where a thread outlives it.
pub(crate) fn attached<T>(work: impl for<'py> FnOnce(Python<'py>) -> T) -> T {
    Python::try_attach(work).unwrap_or_else(|| hang())
}
