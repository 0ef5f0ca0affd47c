//! Arrays and pixels as Python gives them, checked and copied.

use numpy::{
    Element, PyArray1, PyArray2, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyUntypedArray,
    PyUntypedArrayMethods, dtype,
};
use pixel_debate_game::Pixel;
use pixel_debate_judge::{Logits, PixelSet};
use pyo3::exceptions::{PyException, PyMemoryError};
use pyo3::prelude::*;

use crate::{
    calling::{attribute, each, index, is_of, refused, representation, text},
    errors::wrong,
    interrupt::Reading,
};

/// A number of rows, columns or whatever else, as an array's shape has it: one that is given, or any.
pub(crate) type Side = Option<usize>;

/// The most sets of pixels of one image.
const MOST_SETS: usize = 1_000_000;
/// The most pixels in all of them together, some hundreds of megabytes.
const MOST_PIXELS: usize = 100_000_000;

/// An array's numbers in their order, the last index fastest, with its shape.
pub(crate) struct Numbers<T> {
    pub(crate) numbers: Vec<T>,
    pub(crate) shape: Vec<usize>,
}

/// Copies an array of one type of numbers and that shape; `what` names it in errors.
pub(crate) fn copied<T: Element + Copy>(
    what: &str,
    value: &Bound<'_, PyAny>,
    shape: &[Side],
) -> PyResult<Numbers<T>> {
    let py = value.py();
    let kind = dtype::<T>(py);
    // Only where something is wrong: Python's `str` lets signal handlers run, and to write what it gives into a
    // text drops what they raise.
    let refuse = |have: String| -> PyErr {
        let sides: Vec<String> =
            shape.iter().map(|side| side.map_or("n".to_owned(), |side| side.to_string())).collect();
        let comma = if sides.len() == 1 { "," } else { "" };
        let sides = sides.join(", ");
        wrong(format!(
            "{what} must be a numpy array of {kind} and shape ({sides}{comma}), not {have}"
        ))
    };
    let Ok(untyped) = value.cast::<PyUntypedArray>() else {
        return Err(refuse(value.get_type().name()?.to_string()));
    };
    if is_masked(value)? {
        return Err(refuse("a masked one, of which some is hidden".to_owned()));
    }
    if !untyped.dtype().is_equiv_to(&kind) {
        return Err(refuse(format!("of {}", text(&untyped.dtype())?)));
    }
    let have = untyped.shape();
    let fits = have.len() == shape.len()
        && have.iter().zip(shape).all(|(have, side)| side.is_none_or(|side| side == *have));
    if !fits {
        let have = text(&*attribute(untyped, "shape")?)?;
        return Err(refuse(format!("of shape {have}")));
    }
    let array = value.cast::<PyArrayDyn<T>>()?;
    let array = array.try_readonly().map_err(|_| wrong(format!("{what} is being written to")))?;
    let mut numbers = room_for(untyped.len())?;
    numbers.extend(array.as_array().iter().copied());
    Ok(Numbers { numbers, shape: untyped.shape().to_vec() })
}

/// Whether an array has a mask of its own, under which Rust would read what is hidden.
pub(crate) fn is_masked(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(array) = value.cast::<PyUntypedArray>() else { return Ok(false) };
    if value.get_type().is(array.py().get_type::<PyUntypedArray>()) {
        return Ok(false);
    }
    is_of(value, &value.py().import("numpy.ma")?.getattr("MaskedArray")?)
}

/// Memory for so many numbers: an array may say that it has more than there is memory for.
pub(crate) fn room_for<T>(count: usize) -> PyResult<Vec<T>> {
    let mut numbers = Vec::new();
    let refused = |_| PyMemoryError::new_err(format!("there is no memory for {count} numbers"));
    numbers.try_reserve_exact(count).map_err(refused)?;
    Ok(numbers)
}

/// Numbers of images, of which there are so many: an array of int64 and shape (n,).
pub(crate) fn places_of(what: &str, value: &Bound<'_, PyAny>, many: usize) -> PyResult<Vec<usize>> {
    let numbers = copied::<i64>(what, value, &[None])?.numbers;
    let place = |number: i64| {
        usize::try_from(number).ok().filter(|place| *place < many).ok_or_else(|| {
            wrong(format!("{what}: there is no image {number}: there are {many}, from 0"))
        })
    };
    numbers.into_iter().map(place).collect()
}

/// A pixel: `(column, row)`, each 0 to 255.
pub(crate) fn pixel(value: &Bound<'_, PyAny>) -> PyResult<Pixel> {
    let py = value.py();
    let must = || {
        let said = representation(value).or_else(|error| {
            let unsaid = refused(py, error, || wrong("that"));
            if unsaid.is_instance_of::<PyException>(py) {
                Ok("that".to_owned())
            } else {
                Err(unsaid)
            }
        });
        said.map_or_else(
            |error| error,
            |said| {
                wrong(format!(
                    "a pixel is (column, row), two whole numbers from 0 to 255, not {said}"
                ))
            },
        )
    };
    let mut sides = each(value).map_err(|error| refused(py, error, must))?;
    let mut side = || -> PyResult<u8> {
        let side = sides.next().ok_or_else(must)??;
        let side = index(&side).map_err(|error| refused(py, error, must))?;
        side.extract().map_err(|_| must())
    };
    let pixel = Pixel::new(side()?, side()?);
    match sides.next() {
        None => Ok(pixel),
        Some(more) => {
            drop(more?);
            Err(must())
        }
    }
}

/// A pixel as Python has it.
pub(crate) fn pair(pixel: Pixel) -> (u8, u8) {
    (pixel.x, pixel.y)
}

/// Sets of pixels of an image: a sequence of sequences of `(column, row)`, or an array of masks.
pub(crate) fn sets(value: &Bound<'_, PyAny>, (width, height): (u8, u8)) -> PyResult<Vec<PixelSet>> {
    let (columns, rows) = (usize::from(width), usize::from(height));
    if value.cast::<PyUntypedArray>().is_ok() {
        let masks = copied::<bool>("sets", value, &[None, Some(rows), Some(columns)])?;
        check_all(masks.numbers.iter().filter(|shown| **shown).count())?;
        let masks = masks.numbers.chunks_exact(rows * columns);
        let set = |mask: &[bool]| {
            let shown = mask.iter().enumerate().filter(|(_, shown)| **shown);
            shown.map(|(at, _)| Pixel::new((at % columns) as u8, (at / columns) as u8)).collect()
        };
        return Ok(masks.map(set).collect());
    }
    let must = || {
        wrong(
            "sets must be a sequence of sets of pixels, each a sequence of (column, row), or a numpy \
             array of bool and shape (n, height, width)",
        )
    };
    let py = value.py();
    let (mut sets, mut read, mut all) = (Vec::new(), Reading::default(), 0);
    for set in each(value).map_err(|error| refused(py, error, must))? {
        if sets.len() == MOST_SETS {
            return Err(wrong(format!("there are more than {MOST_SETS} sets: ask in parts")));
        }
        let set = set?;
        let mut pixels = PixelSet::default();
        for (count, place) in each(&set).map_err(|error| refused(py, error, must))?.enumerate() {
            if count == columns * rows {
                let (set, area) = (sets.len(), columns * rows);
                return Err(wrong(format!("set {set}: there are more than {area} pixels in it")));
            }
            read.goes_on(py)?;
            let pixel = pixel(&*place?)?;
            if pixel.x >= width || pixel.y >= height {
                return Err(wrong(format!(
                    "pixel {pixel} of set {} is outside the image: a column is 0 to {}, a row 0 to {}",
                    sets.len(),
                    width - 1,
                    height - 1
                )));
            }
            pixels.insert(pixel);
        }
        read.goes_on(py)?;
        all += pixels.pixels().len();
        check_all(all)?;
        sets.push(pixels);
    }
    Ok(sets)
}

/// Refuses more pixels of sets than there may be.
fn check_all(pixels: usize) -> PyResult<()> {
    if pixels > MOST_PIXELS {
        return Err(wrong(format!(
            "there are more than {MOST_PIXELS} pixels in all sets together: ask in parts"
        )));
    }
    Ok(())
}

/// Logits as an array of float32 and shape (sets, labels).
pub(crate) fn table<'py>(py: Python<'py>, logits: &Logits) -> PyResult<Bound<'py, PyArray2<f32>>> {
    PyArray1::from_slice(py, logits.numbers()).reshape([logits.len(), logits.classes()])
}

/// Pixels as an array of int64 and shape (n, 2): column, row. Of bytes, `row * width + column` would wrap round.
pub(crate) fn places<'py>(
    py: Python<'py>,
    pixels: &[Pixel],
) -> PyResult<Bound<'py, PyArray2<i64>>> {
    let sides: Vec<i64> =
        pixels.iter().flat_map(|pixel| [pixel.x.into(), pixel.y.into()]).collect();
    PyArray1::from_vec(py, sides).reshape([pixels.len(), 2])
}

/// Numbers as an array of height × width.
pub(crate) fn plane<T: Element>(
    py: Python<'_>,
    numbers: Vec<T>,
    (width, height): (u8, u8),
) -> PyResult<Bound<'_, PyArray2<T>>> {
    PyArray1::from_vec(py, numbers).reshape([usize::from(height), usize::from(width)])
}
