//! What a list of debates may be asked for, in the query of its address.

use pixel_debate_protocol::{DebateList, Phase, Refusal, RefusalCode};

use crate::lobby::list::Filter;

/// The most characters of a value that is looked for.
pub(super) const LONGEST: usize = 200;

/// What a list is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) before: Option<u64>,
    pub(super) limit: usize,
    pub(super) wanted: Filter,
}

impl Listing {
    /// Reads a query: each name at most once.
    pub(super) fn read(query: &str) -> Result<Self, Refusal> {
        let mut listing = Self { before: None, limit: DebateList::MOST, wanted: Filter::default() };
        let mut read = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if read.contains(&name) {
                return Err(malformed(format!("{name:?} is there twice"), "each parameter once"));
            }
            let wanted = &mut listing.wanted;
            match &*name {
                "limit" => {
                    let most = DebateList::MOST;
                    listing.limit = number(&name, &value, 1, most as u64)? as usize;
                }
                "before" => {
                    // Beyond what any store counts.
                    listing.before = Some(number(&name, &value, 0, i64::MAX as u64)?);
                }
                "phase" => wanted.phase = Some(phase(&value)?),
                "pixels" => wanted.pixels = Some(number(&name, &value, 1, 128)? as u8),
                "image" => {
                    wanted.image = Some(number(&name, &value, 0, u32::MAX.into())? as u32);
                }
                "player" => wanted.player = Some(player(&value)?),
                "since" => wanted.since_ms = Some(number(&name, &value, 0, u64::MAX)?),
                "until" => wanted.until_ms = Some(number(&name, &value, 0, u64::MAX)?),
                _ => {
                    let name: String = name.chars().take(LONGEST).collect();
                    return Err(malformed(
                        format!("there is no parameter {name:?}"),
                        "\"limit\", \"before\", \"phase\", \"pixels\", \"image\", \"player\", \
                         \"since\" or \"until\"",
                    ));
                }
            }
            read.push(name);
        }
        Ok(listing)
    }
}

pub(super) fn malformed(message: String, expected: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Malformed, message, expected)
}

pub(super) fn number(name: &str, value: &str, least: u64, most: u64) -> Result<u64, Refusal> {
    let digits = !value.is_empty() && value.bytes().all(|letter| letter.is_ascii_digit());
    let number = value.parse().ok().filter(|number| digits && (least..=most).contains(number));
    number.ok_or_else(|| {
        let value: String = value.chars().take(LONGEST).collect();
        malformed(format!("{name:?} is {value:?}"), format!("{name}: {least} to {most}"))
    })
}

fn phase(value: &str) -> Result<Phase, Refusal> {
    match value {
        "waiting" => Ok(Phase::Waiting),
        "revealing" => Ok(Phase::Revealing),
        "judging" => Ok(Phase::Judging),
        "over" => Ok(Phase::Over),
        _ => {
            let value: String = value.chars().take(LONGEST).collect();
            Err(malformed(
                format!("\"phase\" is {value:?}"),
                "phase: waiting, revealing, judging or over",
            ))
        }
    }
}

fn player(value: &str) -> Result<String, Refusal> {
    if (1..=LONGEST).contains(&value.chars().count()) {
        return Ok(value.into());
    }
    let message = format!("\"player\" has {} characters", value.chars().count());
    Err(malformed(message, format!("player: a name of 1 to {LONGEST} characters")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_by_name() {
        let read = Listing::read("limit=7&player=outside%3AAda+L.&phase=over&since=5").unwrap();
        let wanted = Filter {
            phase: Some(Phase::Over),
            player: Some("outside:Ada L.".into()),
            since_ms: Some(5),
            ..Filter::default()
        };
        assert_eq!(read, Listing { before: None, limit: 7, wanted });
        let plain = Listing { before: None, limit: 100, wanted: Filter::default() };
        assert_eq!(Listing::read("").unwrap(), plain);
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_allowed() {
        for (query, message, expected) in [
            ("limit=0", "\"limit\" is \"0\"", "limit: 1 to 100"),
            ("limit=+1", "\"limit\" is \" 1\"", "limit: 1 to 100"),
            ("before=-1", "\"before\" is \"-1\"", "before: 0 to 9223372036854775807"),
            ("pixels=200", "\"pixels\" is \"200\"", "pixels: 1 to 128"),
            ("image=", "\"image\" is \"\"", "image: 0 to 4294967295"),
            ("phase=now", "\"phase\" is \"now\"", "phase: waiting, revealing, judging or over"),
            ("limit=1&limit=1", "\"limit\" is there twice", "each parameter once"),
            ("player=", "\"player\" has 0 characters", "player: a name of 1 to 200 characters"),
        ] {
            let refusal = Listing::read(query).unwrap_err();
            assert_eq!((&*refusal.message, &*refusal.expected), (message, expected));
        }
        let refusal = Listing::read("after=1").unwrap_err();
        assert!(refusal.message.contains("\"after\"") && refusal.expected.contains("\"until\""));
    }
}
