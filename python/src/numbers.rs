//! Numbers as Python gives them, of any size: what is out of range is a `ValueError` that says what is allowed.

use pyo3::exceptions::{PyMemoryError, PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PySequence, PySequenceMethods};

use crate::{
    calling::{self, each, index, refused},
    errors::wrong,
    interrupt::Reading,
};

/// The most numbers of a list: more are no list of shares or logits, and may not fit into memory.
pub(crate) const MOST_NUMBERS: usize = 100_000_000;

/// A whole number, the nearest that there is where it is beyond 128 bits.
pub(crate) fn any(value: &Bound<'_, PyAny>) -> PyResult<i128> {
    let whole = index(value)?;
    whole.extract::<i128>().or_else(|error| {
        if error.is_instance_of::<PyOverflowError>(value.py()) {
            return Ok(if whole.lt(0)? { i128::MIN } else { i128::MAX });
        }
        Err(error)
    })
}

/// A number in words, as far as [`any`] knows it.
pub(crate) fn told(number: i128) -> String {
    match number {
        i128::MIN => "one far below".to_owned(),
        i128::MAX => "one far above".to_owned(),
        number => number.to_string(),
    }
}

fn whole<T>(what: &str, value: &Bound<'_, PyAny>, least: T, most: T) -> PyResult<T>
where
    T: TryFrom<i128> + Into<u64> + PartialOrd + Copy,
{
    let number = any(value)?;
    let fits = T::try_from(number).ok().filter(|number| (least..=most).contains(number));
    fits.ok_or_else(|| {
        let (least, most): (u64, u64) = (least.into(), most.into());
        let have = told(number);
        wrong(format!("{what} must be a whole number from {least} to {most}, not {have}"))
    })
}

/// `whole` for what may be left out.
fn perhaps<T>(
    value: &Bound<'_, PyAny>,
    read: impl Fn(&Bound<'_, PyAny>) -> PyResult<T>,
) -> PyResult<Option<T>> {
    if value.is_none() { Ok(None) } else { read(value).map(Some) }
}

/// What seeds are: for agents, masks and environments.
pub(crate) fn seed(value: &Bound<'_, PyAny>) -> PyResult<u64> {
    whole("a seed", value, 0, u64::MAX)
}

pub(crate) fn perhaps_seed(value: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
    perhaps(value, seed)
}

pub(crate) fn label(value: &Bound<'_, PyAny>) -> PyResult<u8> {
    whole("a label", value, 0, 254)
}

pub(crate) fn perhaps_label(value: &Bound<'_, PyAny>) -> PyResult<Option<u8>> {
    perhaps(value, label)
}

pub(crate) fn perhaps_classes(value: &Bound<'_, PyAny>) -> PyResult<Option<u8>> {
    perhaps(value, classes)
}

pub(crate) fn classes(value: &Bound<'_, PyAny>) -> PyResult<u8> {
    // What is too few says a debate itself.
    index(value)?.extract::<u8>().or_else(|_| whole("classes", value, 2, u8::MAX))
}

pub(crate) fn threshold(value: &Bound<'_, PyAny>) -> PyResult<u8> {
    whole("threshold", value, 0, u8::MAX)
}

pub(crate) fn threads(value: &Bound<'_, PyAny>) -> PyResult<usize> {
    whole::<u16>("threads", value, 1, 1024).map(usize::from)
}

/// A number of an image.
pub(crate) fn image(value: &Bound<'_, PyAny>) -> PyResult<usize> {
    whole::<u32>("an image's number", value, 0, u32::MAX).map(|number| number as usize)
}

/// How many images.
pub(crate) fn perhaps_images(value: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    perhaps(value, |value| whole::<u32>("images", value, 1, u32::MAX).map(|number| number as usize))
}

/// How many pixels of an image are drawn.
pub(crate) fn perhaps_pixels(value: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    perhaps(value, |value| whole::<u32>("pixels", value, 0, 784).map(|number| number as usize))
}

/// How many debates are stepped at once.
pub(crate) fn debates(value: &Bound<'_, PyAny>) -> PyResult<usize> {
    let most = crate::vector::MOST_DEBATES;
    whole::<u32>("num_envs", value, 1, most).map(|number| number as usize)
}

/// A number with a fraction: an int of any size is one, and may be beyond all of them.
fn real(value: &Bound<'_, PyAny>) -> PyResult<f64> {
    calling::real(value).or_else(|error| {
        if error.is_instance_of::<PyOverflowError>(value.py()) {
            return Ok(if index(value)?.lt(0)? { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        Err(error)
    })
}

pub(crate) fn perhaps_real(value: &Bound<'_, PyAny>) -> PyResult<Option<f64>> {
    perhaps(value, real)
}

/// A list of numbers, of which there are not too many.
pub(crate) fn reals(value: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let refuse =
        || wrong(format!("there are more than {MOST_NUMBERS} numbers: that is no list of them"));
    // Without this a list of so many would be asked for its numbers first.
    match value.cast::<PySequence>().map(PySequenceMethods::len) {
        Ok(Ok(len)) if len > MOST_NUMBERS => return Err(refuse()),
        // Longer than a length may be.
        Ok(Err(error)) if error.is_instance_of::<PyOverflowError>(value.py()) => {
            return Err(refuse());
        }
        _ => {}
    }
    let py = value.py();
    let (mut numbers, mut read) = (Vec::new(), Reading::default());
    let each = each(value).map_err(|error| {
        refused(py, error, || {
            let kind =
                value.get_type().name().map_or_else(|_| "that".to_owned(), |name| name.to_string());
            PyTypeError::new_err(format!("a sequence of numbers is needed, not {kind}"))
        })
    })?;
    for number in each {
        if numbers.len() == MOST_NUMBERS {
            return Err(refuse());
        }
        if numbers.len() == numbers.capacity() {
            let more = numbers.len().max(1024);
            numbers.try_reserve_exact(more).map_err(|_| {
                PyMemoryError::new_err(format!("there is no memory for {more} numbers more"))
            })?;
        }
        read.goes_on(py)?;
        numbers.push(real(&*number?)?);
    }
    Ok(numbers)
}

pub(crate) fn perhaps_reals(value: &Bound<'_, PyAny>) -> PyResult<Option<Vec<f64>>> {
    perhaps(value, reals)
}
