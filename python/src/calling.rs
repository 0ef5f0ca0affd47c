//! Calls into Python from threads that may outlive it.
//!
//! A daemon thread may sit in somebody's judge when the interpreter ends. As soon as it wants the interpreter's
//! lock again, Python before 3.14 ends the thread by unwinding its stack, which must not go through Rust: the
//! process would abort. Python since 3.14 lets such a thread hang, and so does this module before, as PyO3
//! itself does where it takes the lock.

use std::hint::black_box;

use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

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
) -> PyResult<Bound<'py, PyAny>> {
    type Call = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    type Unwinding =
        unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    let py = callable.py();
    let arguments = arguments.into_pyobject(py).map_err(Into::into)?;
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
    unsafe { Bound::from_owned_ptr_or_err(py, answer) }
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
) -> PyResult<Bound<'py, PyAny>> {
    called(&object.getattr(method)?, arguments)
}

/// Does some work with the interpreter's lock. There is no interpreter any more where a thread outlives it.
pub(crate) fn attached<T>(work: impl for<'py> FnOnce(Python<'py>) -> T) -> T {
    Python::try_attach(work).unwrap_or_else(|| hang())
}
