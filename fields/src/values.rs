//! What may stand in a field, where it is nobody's in particular.

use toml::de::DeValue;

use crate::numbers::integer;
use crate::{Field, Given, Refusal, Value};

/// The value of that name, of a type with few values, each with a name.
///
/// ```
/// use pixel_debate_fields::{name_in, names_of};
///
/// let names = [("both", 2), ("one", 1), ("none", 0)];
/// assert_eq!(name_in(&names, "one"), Some(1));
/// assert_eq!(names_of(&names), r#""both", "one" or "none""#);
/// ```
pub fn name_in<T: Copy>(names: &[(&str, T)], name: &str) -> Option<T> {
    names.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// "`a`, `b` or `c`", of the names of [`name_in`].
pub fn names_of<T>(names: &[(&str, T)]) -> String {
    let names: Vec<String> = names.iter().map(|(name, _)| format!("{name:?}")).collect();
    match &names[..] {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        _ => names.concat(),
    }
}

/// Makes a type with few values, each with a name, what may stand in a field of files of that context.
///
/// ```
/// use pixel_debate_fields::{Fields, Source, document};
///
/// struct Ours;
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Side {
///     Left,
///     Right,
/// }
///
/// pixel_debate_fields::named!(Ours; Side: "left" => Side::Left, "right" => Side::Right);
///
/// let text = "side = \"right\"";
/// let file = document(text)?;
/// let fields = Fields::of(Source { text, context: &Ours }, "the file", 0..0, file.get_ref(), &["side"])?;
/// assert_eq!(fields.required::<Side>("side")?.into_inner(), Side::Right);
/// # Ok::<(), pixel_debate_fields::Refusal>(())
/// ```
#[macro_export]
macro_rules! named {
    ($context:ty; $type:ty: $($name:literal => $value:expr),+ $(,)?) => {
        impl $crate::Value<$context> for $type {
            fn allowed() -> String {
                $crate::names_of::<$type>(&[$(($name, $value)),+])
            }

            fn read(
                field: &$crate::Field<'_, $context>,
                value: &$crate::Given<'_>,
            ) -> Result<Self, $crate::Refusal> {
                let name = value.get_ref().as_str();
                let read = name.and_then(|name| $crate::name_in(&[$(($name, $value)),+], name));
                read.ok_or_else(|| {
                    field.must_be(value, <Self as $crate::Value<$context>>::allowed())
                })
            }
        }
    };
}

macro_rules! integers {
    ($($type:ty: $allowed:literal),*) => {$(
        impl<C> Value<C> for $type {
            fn allowed() -> String {
                $allowed.to_owned()
            }

            fn read(field: &Field<'_, C>, value: &Given<'_>) -> Result<Self, Refusal> {
                integer(value.get_ref())
                    .ok_or_else(|| field.must_be(value, <Self as Value<C>>::allowed()))
            }
        }
    )*};
}

integers! {
    u64: "a whole number from 0 to 9223372036854775807",
    usize: "a whole number from 0 to 9223372036854775807"
}

impl<C> Value<C> for bool {
    fn allowed() -> String {
        "true or false".to_owned()
    }

    fn read(field: &Field<'_, C>, value: &Given<'_>) -> Result<Self, Refusal> {
        let read = value.get_ref().as_bool();
        read.ok_or_else(|| field.must_be(value, <Self as Value<C>>::allowed()))
    }
}

impl<C> Value<C> for String {
    fn allowed() -> String {
        "text in quotes".to_owned()
    }

    fn read(field: &Field<'_, C>, value: &Given<'_>) -> Result<Self, Refusal> {
        let text = value.get_ref().as_str().map(str::to_owned);
        text.ok_or_else(|| field.must_be(value, <Self as Value<C>>::allowed()))
    }
}

/// Text that is not blank, of `MOST` characters at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const MOST: usize>(String);

impl<const MOST: usize> Text<MOST> {
    /// The text.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl<C, const MOST: usize> Value<C> for Text<MOST> {
    fn allowed() -> String {
        format!("text in quotes, 1 to {MOST} characters and not blank")
    }

    fn read(field: &Field<'_, C>, value: &Given<'_>) -> Result<Self, Refusal> {
        let text = value.get_ref().as_str();
        let text = text.filter(|text| !text.trim().is_empty() && text.chars().count() <= MOST);
        text.map(|text| Self(text.to_owned()))
            .ok_or_else(|| field.must_be(value, <Self as Value<C>>::allowed()))
    }
}

impl<C, T: Value<C>> Value<C> for Vec<T> {
    fn allowed() -> String {
        format!("a list, of which each must be {}", T::allowed())
    }

    fn read(field: &Field<'_, C>, value: &Given<'_>) -> Result<Self, Refusal> {
        let DeValue::Array(values) = value.get_ref() else {
            return Err(field.must_be(value, <Self as Value<C>>::allowed()));
        };
        values.iter().map(|value| T::read(field, value)).collect()
    }
}
