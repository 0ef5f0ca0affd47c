//! A judge's record.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use pixel_debate_protocol::{JudgeKey, JudgeRecord, Refusal, RefusalCode};

use super::App;
use super::debates::key;
use super::listing::{LONGEST, malformed, number};
use super::refused::Refused;
use crate::owner::Owner;
use crate::table::Key;

/// `GET /api/judge`: what whoever has the key has made of debates that have an outcome. A key that no judge's seat
/// was taken with has a record as well, in which there is nothing.
pub(super) async fn record(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Json<JudgeRecord>, Refused> {
    let given = match key(&app, &headers)? {
        Key::Token(Some(token)) => JudgeKey::new(token.0),
        Key::Token(None) | Key::Administrator => None,
    };
    let key = given.ok_or_else(|| {
        let refusal = Refusal::new(
            RefusalCode::WrongToken,
            "this is for whoever has the key to a judge's record",
            "the key of 43 letters, digits, \"-\" and \"_\" with which judges' seats were taken, in the header \
             \"Authorization: Bearer KEY\"",
        );
        Refused(StatusCode::UNAUTHORIZED, refusal)
    })?;
    let Part { before, limit } = Part::read(query.as_deref().unwrap_or_default())?;
    Ok(Json(app.lobby.judge_record(&Owner::of(&key), before, limit).await?))
}

/// Which part of a record is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    before: Option<u64>,
    limit: usize,
}

impl Part {
    /// Reads a query: each name at most once.
    fn read(query: &str) -> Result<Self, Refusal> {
        let (mut before, mut limit) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let (field, least, most) = match &*name {
                "limit" => (&mut limit, 1, JudgeRecord::MOST as u64),
                // Beyond what any store counts.
                "before" => (&mut before, 0, i64::MAX as u64),
                _ => {
                    let name: String = name.chars().take(LONGEST).collect();
                    let message = format!("there is no parameter {name:?}");
                    return Err(malformed(message, "\"limit\" or \"before\""));
                }
            };
            if field.is_some() {
                return Err(malformed(format!("{name:?} is there twice"), "each parameter once"));
            }
            *field = Some(number(&name, &value, least, most)?);
        }
        let limit = limit.map_or(JudgeRecord::MOST, |limit| limit as usize);
        Ok(Self { before, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_by_name_and_what_is_wrong_is_named() {
        assert_eq!(Part::read("").unwrap(), Part { before: None, limit: 50 });
        let read = Part::read("limit=7&before=12").unwrap();
        assert_eq!(read, Part { before: Some(12), limit: 7 });
        for (query, message, expected) in [
            ("limit=51", "\"limit\" is \"51\"", "limit: 1 to 50"),
            ("before=x", "\"before\" is \"x\"", "before: 0 to 9223372036854775807"),
            ("limit=1&limit=1", "\"limit\" is there twice", "each parameter once"),
            ("judge=1", "there is no parameter \"judge\"", "\"limit\" or \"before\""),
        ] {
            let refusal = Part::read(query).unwrap_err();
            assert_eq!((&*refusal.message, &*refusal.expected), (message, expected));
        }
    }
}
