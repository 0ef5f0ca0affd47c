//! Reading what a client says, to the letter.
//!
//! Serde takes a list for an object, a number for the name of a variant, and the last of two equal
//! fields; and where it refuses, it does not say in which field. What comes from outside is read
//! through this instead, whatever its type: an object is an object with each field once, a word is
//! text, `null` is as good as leaving a field out, and a [`Mistake`] says where it is, what is there,
//! and what may be.

use std::fmt;

use serde::Deserialize;
use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

/// The most characters of a client's text that a refusal repeats.
const REPEATED: usize = 60;

/// What is wrong with something that a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The field, as `clock.move_ms` or `logits[3]`; empty for all of it.
    at: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// A value that is not allowed in its place, and what is.
    Value { found: String, allowed: String },
    /// A field that there is not, and those that there are.
    Unknown { field: String, known: Vec<String> },
    /// A field that has to be there.
    Missing { field: String },
    /// A field that is there twice.
    Twice { field: String },
    /// What a type says of itself.
    Other { message: String },
}

impl Mistake {
    /// A value that is not allowed in a field.
    pub(crate) fn value(at: &str, found: impl Into<String>, allowed: impl Into<String>) -> Self {
        let kind = Kind::Value { found: found.into(), allowed: allowed.into() };
        Self { at: at.into(), kind }
    }

    /// A field that has to be there.
    pub(crate) fn missing(field: &str) -> Self {
        Self::of(Kind::Missing { field: field.into() })
    }

    const fn of(kind: Kind) -> Self {
        Self { at: String::new(), kind }
    }

    /// The same mistake, in the field with that name.
    fn within(mut self, field: &str) -> Self {
        let dot = if self.at.is_empty() || self.at.starts_with('[') { "" } else { "." };
        self.at = format!("{}{dot}{}", shortened(field), self.at);
        self
    }

    /// The same mistake, in the item with that number.
    fn item(mut self, number: usize) -> Self {
        let dot = if self.at.is_empty() || self.at.starts_with('[') { "" } else { "." };
        self.at = format!("[{number}]{dot}{}", self.at);
        self
    }

    /// The field with that name, of where the mistake is.
    fn field(&self, field: &str) -> String {
        if self.at.is_empty() {
            format!("{field:?}")
        } else {
            format!("{:?}", format!("{}.{field}", self.at))
        }
    }

    /// What is wrong, as a sentence.
    pub(crate) fn message(&self) -> String {
        let place = || if self.at.is_empty() { "this".into() } else { format!("{:?}", self.at) };
        match &self.kind {
            Kind::Value { found, .. } => format!("{} is {found}", place()),
            Kind::Unknown { field, .. } => {
                format!("there is no field {}", self.field(&shortened(field)))
            }
            Kind::Missing { field } => format!("the field {} is missing", self.field(field)),
            Kind::Twice { field } => {
                format!("the field {} is there twice", self.field(&shortened(field)))
            }
            Kind::Other { message } => format!("{}: {message}", place()),
        }
    }

    /// What would have been right; `of` says of what the fields are.
    pub(crate) fn expected(&self, of: &str) -> String {
        match &self.kind {
            Kind::Value { allowed, .. } if self.at.is_empty() => allowed.clone(),
            Kind::Value { allowed, .. } => format!("{:?}: {allowed}", self.at),
            Kind::Unknown { known, .. } if known.is_empty() => "no field there".into(),
            Kind::Unknown { known, .. } => {
                let whose = if self.at.is_empty() { of.into() } else { format!("{:?}", self.at) };
                format!(
                    "the fields of {whose}: {}",
                    listed(known.iter().map(String::as_str), "and")
                )
            }
            Kind::Missing { field } => format!("{of} with the field {}", self.field(field)),
            Kind::Twice { field } => format!("the field {} once", self.field(&shortened(field))),
            Kind::Other { .. } => format!("{of} as the protocol's page describes it"),
        }
    }
}

/// Reads JSON in which every object has each field once.
pub(crate) fn json(text: &[u8]) -> Result<Value, Mistake> {
    let read = serde_json::from_slice::<Once>(text);
    read.map(|Once(value)| value).map_err(|error| {
        // The one mistake that is not one of syntax.
        let message = error.to_string();
        match message.strip_prefix(TWICE).and_then(|rest| rest.split_once(" at line ")) {
            Some((field, _)) => Mistake::of(Kind::Twice { field: field.into() }),
            None => Mistake::of(Kind::Value {
                found: format!("no JSON: {message}"),
                allowed: "a JSON object".into(),
            }),
        }
    })
}

/// Reads an object's fields.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Mistake> {
    T::deserialize(Strict(value))
}

/// Reads one of several kinds of object, of which the kind is named apart from the fields.
pub(crate) fn read_as<T: DeserializeOwned>(
    kind: String,
    fields: Map<String, Value>,
) -> Result<T, Mistake> {
    T::deserialize(Kinds { kind, fields })
}

/// An object of any fields.
pub(crate) fn object(value: Value) -> Result<Map<String, Value>, Mistake> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => Err(Mistake::value("", found(&other), "a JSON object")),
    }
}

/// A value in words, as a refusal repeats it.
pub(crate) fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".into(),
        Value::String(text) => format!("the text {:?}", shortened(text)),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(REPEATED) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}

/// The words in quotation marks, the last after that word.
fn listed<'a>(words: impl ExactSizeIterator<Item = &'a str>, last: &str) -> String {
    let number = words.len();
    let word = |(place, word)| match place {
        0 => format!("{word:?}"),
        place if place + 1 == number => format!(" {last} {word:?}"),
        _ => format!(", {word:?}"),
    };
    words.enumerate().map(word).collect()
}

/// What a type expects, in words that do not depend on the program's language.
fn allowed(expected: &dyn de::Expected) -> String {
    let said = expected.to_string();
    match said.as_str() {
        "u8" => format!("a whole number from 0 to {}", u8::MAX),
        "u16" => format!("a whole number from 0 to {}", u16::MAX),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "u64" | "usize" => "a whole number from 0".into(),
        "f32" | "f64" => "a number".into(),
        "a boolean" => "true or false".into(),
        "a string" => "text".into(),
        "a sequence" => "a list".into(),
        "an array of length 2" => "a list of 2".into(),
        said if said.starts_with("struct ") => "a JSON object".into(),
        said => said.into(),
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Mistake {}

impl de::Error for Mistake {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::of(Kind::Other { message: message.to_string() })
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match unexpected {
            Unexpected::Bool(value) => value.to_string(),
            Unexpected::Unsigned(number) => number.to_string(),
            Unexpected::Signed(number) => number.to_string(),
            Unexpected::Float(number) => number.to_string(),
            Unexpected::Str(text) => format!("the text {:?}", shortened(text)),
            Unexpected::Unit | Unexpected::Option => "null".into(),
            Unexpected::Seq => "a list".into(),
            Unexpected::Map => "an object".into(),
            other => other.to_string(),
        };
        Self::of(Kind::Value { found, allowed: allowed(expected) })
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        let found = format!("a list of {length}");
        Self::of(Kind::Value { found, allowed: allowed(expected) })
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let allowed = listed(known.iter().copied(), "or");
        Self::of(Kind::Value { found: format!("the text {:?}", shortened(variant)), allowed })
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let known = known.iter().map(|&known| known.into()).collect();
        Self::of(Kind::Unknown { field: field.into(), known })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::missing(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::of(Kind::Twice { field: field.into() })
    }
}

/// How the refusal of a field that is there twice begins.
const TWICE: &str = "a field is there twice: ";

/// JSON in which every object has each field once.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut all = Vec::new();
                while let Some(Once(item)) = items.next_element()? {
                    all.push(item);
                }
                Ok(all.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
                let mut all = Map::new();
                while let Some((field, Once(value))) = fields.next_entry::<String, Once>()? {
                    if all.contains_key(&field) {
                        let field = shortened(&field);
                        return Err(de::Error::custom(format_args!("{TWICE}{field}")));
                    }
                    all.insert(field, value);
                }
                Ok(all.into())
            }
        }

        deserializer.deserialize_any(Any).map(Self)
    }
}

/// A value that is read to the letter.
struct Strict(Value);

impl Strict {
    fn mistaken(self, expected: &dyn de::Expected) -> Mistake {
        Mistake::value("", found(&self.0), allowed(expected))
    }

    /// The fields of an object, for a type that has those.
    fn fields<'de, V: Visitor<'de>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Object(mut fields) => {
                // `null` is as good as leaving out a field that there is.
                fields.retain(|name, value| !value.is_null() || !known.contains(&name.as_str()));
                visitor.visit_map(Fields { left: fields.into_iter(), value: None })
            }
            other => Err(Self(other).mistaken(&visitor)),
        }
    }
}

impl<'de> Deserializer<'de> for Strict {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::String(text) => visitor.visit_string(text),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::Array(items) => {
                let number = items.len();
                let mut items = Items { left: items.into_iter().enumerate() };
                let expected = format!("a list of fewer than {number}");
                let read = visitor.visit_seq(&mut items)?;
                if items.left.next().is_some() {
                    return Err(de::Error::invalid_length(number, &expected.as_str()));
                }
                Ok(read)
            }
            Value::Object(fields) => {
                visitor.visit_map(Fields { left: fields.into_iter(), value: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.fields(fields, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match &self.0 {
            Value::Array(items) if items.len() == length => self.deserialize_any(visitor),
            _ => Err(self.mistaken(&format!("a list of {length}").as_str())),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.into_deserializer()),
            other => Err(Self(other).mistaken(&listed(variants.iter().copied(), "or").as_str())),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple_struct map identifier ignored_any
    }
}

/// The items of a list that have not been read yet.
struct Items {
    left: std::iter::Enumerate<std::vec::IntoIter<Value>>,
}

impl<'de> SeqAccess<'de> for &mut Items {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mistake> {
        let Some((number, item)) = self.left.next() else { return Ok(None) };
        seed.deserialize(Strict(item)).map(Some).map_err(|mistake| mistake.item(number))
    }
}

/// The fields of an object that have not been read yet.
struct Fields {
    left: serde_json::map::IntoIter,
    value: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mistake> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        let key: StringDeserializer<Mistake> = name.clone().into_deserializer();
        self.value = Some((name, value));
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let (name, value) = self.value.take().unwrap_or_default();
        seed.deserialize(Strict(value)).map_err(|mistake| mistake.within(&name))
    }
}

/// One of several kinds of object.
struct Kinds {
    kind: String,
    fields: Map<String, Value>,
}

impl<'de> Deserializer<'de> for Kinds {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Kinds {
    type Error = Mistake;
    type Variant = Strict;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Strict), Mistake> {
        let kind: StringDeserializer<Mistake> = self.kind.into_deserializer();
        let kind = seed.deserialize(kind).map_err(|mistake| mistake.within("type"))?;
        Ok((kind, Strict(self.fields.into())))
    }
}

impl<'de> VariantAccess<'de> for Strict {
    type Error = Mistake;

    fn unit_variant(self) -> Result<(), Mistake> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mistake> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mistake> {
        Err(self.mistaken(&visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.fields(fields, visitor)
    }
}
