//! A value or a list of values.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BoolDeserializer, I64Deserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// The values that a setting takes: one, or a list of different ones. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis<T>(Vec<T>);

impl<T> Axis<T> {
    /// One value.
    pub fn one(value: T) -> Self {
        Self(vec![value])
    }

    /// The values.
    pub fn values(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de> + PartialEq> Deserialize<'de> for Axis<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AxisVisitor(PhantomData))
    }
}

struct AxisVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + PartialEq> Visitor<'de> for AxisVisitor<T> {
    type Value = Axis<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a list of values")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Axis<T>, E> {
        T::deserialize(StrDeserializer::new(value)).map(Axis::one)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Axis<T>, E> {
        T::deserialize(I64Deserializer::new(value)).map(Axis::one)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Axis<T>, E> {
        T::deserialize(BoolDeserializer::new(value)).map(Axis::one)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Axis<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            if values.contains(&value) {
                return Err(A::Error::custom("a list with the same value twice"));
            }
            values.push(value);
        }
        if values.is_empty() {
            return Err(A::Error::custom("an empty list: there must be one value at least"));
        }
        Ok(Axis(values))
    }
}
