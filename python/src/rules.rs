//! The rules of a debate.

use pixel_debate_game::{Debater, LegalPixels, Role, Seat, TurnOrder};
use pyo3::prelude::*;

use crate::errors::{SetupError, raise, wrong};
use crate::numbers;

/// The rules of a debate (section 3.1). They do not change, compare and hash by value, and pickle.
///
/// Parameters
/// ----------
/// pixels : int
///     How many pixels both debaters together reveal, 1 to 128: the paper's K.
/// precommit : bool
///     Whether the liar states its label before the first reveal.
/// first : {"honest", "liar"}
///     Who makes the first reveal.
/// order : {"alternating", "blocks", "alone"}
///     One pixel each in turn, as in the paper; each half of them at once; or all by the first debater,
///     which is consultancy.
/// legal : {"nonzero", "any"}
///     Which pixels may be revealed: in the paper those that are not black.
///
/// Raises
/// ------
/// SetupError
///     If the number of pixels is out of range.
/// ValueError
///     If a word is none of those above.
#[pyclass(frozen, eq, hash, module = "pixel_debate")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Rules(pub(crate) pixel_debate_game::Rules);

/// What [`Rules::__getnewargs__`] gives.
type Arguments = (u8, bool, String, &'static str, String);

#[pymethods]
impl Rules {
    #[new]
    #[pyo3(signature = (
        pixels = 6, precommit = true, first = "honest", order = "alternating", legal = "nonzero"
    ))]
    fn new(
        #[pyo3(from_py_with = numbers::any)] pixels: i128,
        precommit: bool,
        first: &str,
        order: &str,
        legal: &str,
    ) -> PyResult<Self> {
        let order = match order {
            "alternating" => TurnOrder::Alternating,
            "blocks" => TurnOrder::Blocks,
            "alone" => TurnOrder::Alone,
            _ => {
                return Err(wrong(format!(
                    "order must be \"alternating\", \"blocks\" or \"alone\", not {order:?}"
                )));
            }
        };
        let (first, legal) = (role(first)?, legal_pixels(legal)?);
        // What does not fit is out of range as well.
        let Ok(count) = u8::try_from(pixels) else {
            let most = pixel_debate_game::Rules::MAX_PIXELS;
            let have = numbers::told(pixels);
            let sentence = format!("a debate of {have} pixels: the number must be 1 to {most}");
            return Err(raise::<SetupError>(sentence));
        };
        let rules = pixel_debate_game::Rules { pixels: count, precommit, first, order, legal };
        rules.check().map_err(raise::<SetupError>)?;
        Ok(Self(rules))
    }

    /// int: How many pixels both debaters together reveal.
    #[getter]
    fn pixels(&self) -> u8 {
        self.0.pixels
    }

    /// bool: Whether the liar's label is fixed before the first reveal.
    #[getter]
    fn precommit(&self) -> bool {
        self.0.precommit
    }

    /// str: The role of the debater that makes the first reveal, ``"honest"`` or ``"liar"``.
    #[getter]
    fn first(&self) -> String {
        self.0.first.to_string()
    }

    /// str: In what order the debaters reveal: ``"alternating"``, ``"blocks"`` or ``"alone"``.
    #[getter]
    fn order(&self) -> &'static str {
        order_name(self.0.order)
    }

    /// str: Which pixels may be revealed, ``"nonzero"`` or ``"any"``.
    #[getter]
    fn legal(&self) -> String {
        self.0.legal.to_string()
    }

    fn __getnewargs__(&self) -> Arguments {
        (self.pixels(), self.precommit(), self.first(), self.order(), self.legal())
    }

    fn __repr__(&self) -> String {
        let precommit = if self.0.precommit { "True" } else { "False" };
        format!(
            "Rules(pixels={}, precommit={precommit}, first='{}', order='{}', legal='{}')",
            self.0.pixels,
            self.0.first,
            self.order(),
            self.0.legal
        )
    }
}

pub(crate) fn order_name(order: TurnOrder) -> &'static str {
    match order {
        TurnOrder::Alternating => "alternating",
        TurnOrder::Blocks => "blocks",
        TurnOrder::Alone => "alone",
    }
}

/// A role by its name.
pub(crate) fn role(name: &str) -> PyResult<Role> {
    name.parse().map_err(|error: pixel_debate_game::UnknownName| wrong(error.to_string()))
}

/// A seat by its name.
pub(crate) fn seat(name: &str) -> PyResult<Seat> {
    name.parse().map_err(|error: pixel_debate_game::UnknownName| wrong(error.to_string()))
}

/// A debater's place by its name.
pub(crate) fn debater(name: &str) -> PyResult<Debater> {
    match seat(name) {
        Ok(Seat::Debater(debater)) => Ok(debater),
        _ => Err(wrong(format!("unknown debater {name:?}: it must be \"first\" or \"second\""))),
    }
}

/// Which pixels may be revealed, by name.
pub(crate) fn legal_pixels(name: &str) -> PyResult<LegalPixels> {
    match name {
        "nonzero" => Ok(LegalPixels::Nonzero),
        "any" => Ok(LegalPixels::Any),
        _ => Err(wrong(format!("legal must be \"nonzero\" or \"any\", not {name:?}"))),
    }
}
