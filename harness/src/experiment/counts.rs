//! Numbers of which not all are allowed.

use toml::de::DeValue;

use super::ExperimentError;
use super::fields::{Field, Given, Value};

/// A whole number from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count<const LEAST: u64, const MOST: u64>(u64);

impl<const LEAST: u64, const MOST: u64> Count<LEAST, MOST> {
    /// The number.
    pub(super) fn get(self) -> u64 {
        self.0
    }

    /// The number, of which `MOST` is one byte's at most.
    pub(super) fn byte(self) -> u8 {
        const { assert!(MOST <= u8::MAX as u64) };
        self.0 as u8
    }
}

impl<const LEAST: u64, const MOST: u64> Value for Count<LEAST, MOST> {
    fn allowed() -> String {
        format!("a whole number from {LEAST} to {MOST}")
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let number = integer(value.get_ref()).filter(|number| (LEAST..=MOST).contains(number));
        number.map(Self).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

/// A whole number.
pub(super) fn integer<T: TryFrom<i64>>(value: &DeValue<'_>) -> Option<T> {
    let number = value.as_integer()?;
    let number = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
    T::try_from(number).ok()
}
