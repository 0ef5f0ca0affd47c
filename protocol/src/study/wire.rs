//! Objects of a type and its fields, as they are on the wire.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::strict::{self, Mistake};
use crate::{Refusal, RefusalCode};

/// What is told of a mistake in something.
pub(super) fn refusal(mistake: &Mistake, of: &str) -> Refusal {
    Refusal::new(RefusalCode::Malformed, mistake.message(), mistake.expected(of))
}

/// Takes a whole number out of an object.
pub(super) fn number(fields: &mut Map<String, Value>, name: &str) -> Result<u32, Mistake> {
    let given = fields.remove(name).ok_or_else(|| Mistake::missing(name))?;
    let number = given.as_u64().and_then(|number| u32::try_from(number).ok());
    let allowed = format!("a whole number from 0 to {}", u32::MAX);
    number.ok_or_else(|| Mistake::value(name, strict::found(&given), allowed))
}

/// Takes the type out of an object.
pub(super) fn kind(fields: &mut Map<String, Value>, types: &str) -> Result<String, Mistake> {
    match fields.remove("type") {
        Some(Value::String(kind)) => Ok(kind),
        Some(other) => Err(Mistake::value("type", strict::found(&other), types)),
        None => Err(Mistake::value("type", "missing", types)),
    }
}

/// What is an object of one field, its type, and in it all others, as one object.
pub(super) fn flat<const N: usize>(
    value: &impl Serialize,
    more: [(&str, Value); N],
) -> Result<Map<String, Value>, serde_json::Error> {
    let value = serde_json::to_value(value)?;
    let mut all = Map::new();
    for (kind, fields) in value.as_object().into_iter().flatten() {
        all.insert("type".into(), kind.as_str().into());
        all.extend(fields.as_object().cloned().unwrap_or_default());
    }
    all.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Ok(all)
}
