//! The exceptions, each a `ValueError`, with the sentences that the Rust errors have.

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(
    pixel_debate,
    Error,
    PyValueError,
    "What this package refuses, or cannot do. All its other exceptions are of this one."
);
create_exception!(
    pixel_debate,
    IllegalMove,
    Error,
    "A move that the rules forbid. The debate has not changed."
);
create_exception!(pixel_debate, SetupError, Error, "Rules, image, label and lie make no debate.");
create_exception!(pixel_debate, TranscriptError, Error, "A text that is no sound transcript.");
create_exception!(pixel_debate, DatasetError, Error, "Images that cannot be read.");
create_exception!(pixel_debate, JudgeError, Error, "A judge that cannot be read, or not be asked.");
create_exception!(
    pixel_debate,
    Flaw,
    Error,
    "What a certificate does not hold for: it proves nothing."
);
create_exception!(
    pixel_debate,
    RunError,
    Error,
    "A folder that is no finished run, or a frame that is no run's."
);
create_exception!(
    pixel_debate,
    PlayerError,
    Error,
    "A judge or a debater written in Python has raised, or answered what is no answer. The debate is \
     named, and what was raised is the cause."
);

/// The exception `E` with an error's sentence.
pub(crate) fn raise<E: pyo3::PyTypeInfo>(error: impl std::fmt::Display) -> PyErr {
    PyErr::new::<E, _>(error.to_string())
}

/// A `ValueError` for an argument.
pub(crate) fn wrong(sentence: impl Into<String>) -> PyErr {
    PyValueError::new_err(sentence.into())
}
