//! Numbers of which not all are allowed.

use toml::de::DeValue;

use crate::{Field, Given, Refusal, Value};

/// A whole number from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count<const LEAST: u64, const MOST: u64>(u64);

impl<const LEAST: u64, const MOST: u64> Count<LEAST, MOST> {
    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }

    /// The number, of which `MOST` is one byte's at most.
    pub fn byte(self) -> u8 {
        const { assert!(MOST <= u8::MAX as u64) };
        self.0 as u8
    }
}

impl<C, const LEAST: u64, const MOST: u64> Value<C> for Count<LEAST, MOST> {
    fn allowed() -> String {
        format!("a whole number from {LEAST} to {MOST}")
    }

    fn read(field: &Field<'_, C>, value: &Given<'_>) -> Result<Self, Refusal> {
        let number = integer(value.get_ref()).filter(|number| (LEAST..=MOST).contains(number));
        number.map(Self).ok_or_else(|| field.must_be(value, <Self as Value<C>>::allowed()))
    }
}

/// A number, with or without a fraction, from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number<const LEAST: i64, const MOST: i64>(f64);

impl<const LEAST: i64, const MOST: i64> Number<LEAST, MOST> {
    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl<C, const LEAST: i64, const MOST: i64> Value<C> for Number<LEAST, MOST> {
    fn allowed() -> String {
        format!("a number from {LEAST} to {MOST}")
    }

    fn read(field: &Field<'_, C>, value: &Given<'_>) -> Result<Self, Refusal> {
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            whole => integer::<i64>(whole).map(|number| number as f64),
        };
        let allowed = |number: &f64| (LEAST as f64..=MOST as f64).contains(number);
        // Minus zero is zero, and is written so.
        number
            .filter(allowed)
            .map(|number| Self(number + 0.0))
            .ok_or_else(|| field.must_be(value, <Self as Value<C>>::allowed()))
    }
}

/// A whole number, if it is one that the type has.
pub fn integer<T: TryFrom<i64>>(value: &DeValue<'_>) -> Option<T> {
    let number = value.as_integer()?;
    let number = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
    T::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fields, Source, document};

    fn number(text: &str) -> Result<f64, String> {
        let file = document(text).unwrap();
        let source = Source { text, context: &() };
        let fields = Fields::of(source, "the file", 0..0, file.get_ref(), &["n"]).unwrap();
        let read = fields.required::<Number<-1, 1>>("n");
        read.map(|number| number.into_inner().get()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_number_may_have_a_fraction_and_must_be_within_its_bounds() {
        for (text, wanted) in
            [("n = 0.25", 0.25), ("n = 1", 1.0), ("n = -1.0", -1.0), ("n = 5e-1", 0.5)]
        {
            assert_eq!(number(text), Ok(wanted));
        }
        assert!(number("n = -0.0").unwrap().is_sign_positive());
        for text in ["n = 1.01", "n = -2", "n = nan", "n = inf", "n = \"0.5\"", "n = true"] {
            let refusal = number(text).unwrap_err();
            assert!(refusal.starts_with("line 1: `n` is "), "{refusal}");
            assert!(refusal.ends_with(": it must be a number from -1 to 1"), "{refusal}");
        }
    }
}
