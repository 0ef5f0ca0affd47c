//! Each limit by its name, with what it may be: limits are read, and held against their own bounds,
//! by these rows alone.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::Limits;
use super::error::LimitsError;

/// The longest time that a limit may be, in seconds: the milliseconds that the protocol can tell.
const LONGEST: f64 = 4_294_967.0;

/// A limit.
struct Row<'a> {
    name: &'static str,
    slot: Slot<'a>,
}

/// Where its value is, and what it may be.
enum Slot<'a> {
    Count(&'a mut dyn Count, RangeInclusive<u64>),
    /// In seconds.
    Time(&'a mut Duration, RangeInclusive<f64>),
}

/// A whole number of one of the types that limits have.
trait Count {
    fn get(&self) -> u64;
    fn set(&mut self, number: u64);
}

macro_rules! counts {
    ($($kind:ty)*) => { $(
        impl Count for $kind {
            #[allow(clippy::cast_lossless, reason = "some of them are no smaller")]
            fn get(&self) -> u64 {
                *self as u64
            }

            fn set(&mut self, number: u64) {
                *self = <$kind>::try_from(number).unwrap_or(<$kind>::MAX);
            }
        }
    )* };
}

counts!(u32 u64 usize);

/// What somebody says that a limit is.
#[derive(Clone, Debug, PartialEq)]
enum Given {
    Whole(i128),
    Part(f64),
    Other(String),
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Part(number) => write!(f, "{number}"),
            Self::Other(text) => write!(f, "{text:?}"),
        }
    }
}

impl Slot<'_> {
    fn allowed(&self) -> String {
        match self {
            Self::Count(_, range) => {
                format!("a whole number from {} to {}", range.start(), range.end())
            }
            Self::Time(_, range) => format!("{} to {} seconds", range.start(), range.end()),
        }
    }

    /// What it is now.
    fn given(&self) -> Given {
        match self {
            Self::Count(count, _) => Given::Whole(count.get().into()),
            Self::Time(time, _) => Given::Part(time.as_secs_f64()),
        }
    }

    /// Whether it took that value.
    fn take(&mut self, given: &Given) -> bool {
        match (self, given) {
            (Self::Count(count, range), Given::Whole(number)) => {
                let number = u64::try_from(*number).ok().filter(|number| range.contains(number));
                number.inspect(|number| count.set(*number)).is_some()
            }
            (Self::Time(time, range), Given::Whole(_) | Given::Part(_)) => {
                let seconds = match *given {
                    Given::Whole(number) => number as f64,
                    Given::Part(number) => number,
                    Given::Other(_) => return false,
                };
                let fits = range.contains(&seconds);
                if fits {
                    **time = Duration::from_secs_f64(seconds);
                }
                fits
            }
            (Self::Count(..), Given::Part(_)) | (_, Given::Other(_)) => false,
        }
    }
}

impl Row<'_> {
    fn take(&mut self, given: &Given) -> Result<(), LimitsError> {
        if self.slot.take(given) {
            return Ok(());
        }
        let given = given.to_string();
        Err(LimitsError::Range { name: self.name, given, allowed: self.slot.allowed() })
    }
}

impl Limits {
    fn rows(&mut self) -> Vec<Row<'_>> {
        let count = |name, value, range| Row { name, slot: Slot::Count(value, range) };
        let at_least = |name, value, least| Row { name, slot: Slot::Time(value, least..=LONGEST) };
        let time = |name, value| at_least(name, value, 0.001);
        vec![
            count("connections", &mut self.connections, 1..=1_000_000),
            count("connections_per_address", &mut self.connections_per_address, 1..=1_000_000),
            count("debates", &mut self.debates, 1..=1_000_000),
            count("debates_per_address", &mut self.debates_per_address, 1..=1_000_000),
            count("debates_a_day", &mut self.debates_a_day, 1..=1_000_000_000),
            count("creations_a_minute", &mut self.creations_a_minute, 1..=10_000_000),
            count("creations_at_once", &mut self.creations_at_once, 1..=10_000_000),
            count("participants_a_day", &mut self.participants_a_day, 1..=1_000_000_000),
            count("reads_a_second", &mut self.reads_a_second, 1..=1_000_000),
            count("reads_at_once", &mut self.reads_at_once, 1..=1_000_000),
            count("works_a_minute", &mut self.works_a_minute, 1..=1_000_000),
            count("works_at_once", &mut self.works_at_once, 1..=1_000_000),
            count("store_bytes", &mut self.store_bytes, 100_000..=1 << 50),
            count("cache_bytes", &mut self.cache_bytes, 100_000..=1 << 40),
            count("classes", &mut self.classes, 1..=10_000),
            count("classes_per_address", &mut self.classes_per_address, 1..=10_000),
            count("class_members", &mut self.class_members, 2..=1000),
            count("seats", &mut self.seats, 1..=10_000),
            count("message_bytes", &mut self.message_bytes, 1024..=16 << 20),
            count("messages_a_second", &mut self.messages_a_second, 1..=1_000_000),
            // With fewer nobody could set up a debate and follow it.
            count("messages_at_once", &mut self.messages_at_once, 4..=65_536),
            count(
                "messages_a_second_per_address",
                &mut self.messages_a_second_per_address,
                1..=100_000_000,
            ),
            count(
                "messages_at_once_per_address",
                &mut self.messages_at_once_per_address,
                4..=100_000_000,
            ),
            // With less the system gives another size.
            count("send_buffer_bytes", &mut self.send_buffer_bytes, 4096..=16 << 20),
            // Enough for whoever follows one debate at its fastest.
            count("outbox", &mut self.outbox, 16..=65_536),
            // With less nobody at the other end of the world could connect.
            at_least("handshake", &mut self.handshake, 0.1),
            at_least("ping", &mut self.ping, 0.01),
            at_least("silence", &mut self.silence, 0.1),
            time("store_wait", &mut self.store_wait),
            // The most that the runtime has for work that blocks.
            count("threads", &mut self.threads, 1..=512),
            time("thinking", &mut self.thinking),
            count("allotment_percent", &mut self.allotment_percent, 1..=10_000),
            count("judges_bytes", &mut self.judges_bytes, 0..=1 << 40),
            count("searches_bytes", &mut self.searches_bytes, 0..=1 << 40),
            time("pace", &mut self.pace),
            time("move_time", &mut self.move_time),
            time("bank", &mut self.bank),
            time("grace", &mut self.grace),
            time("seats_time", &mut self.seats_time),
            time("longest_seats_time", &mut self.longest_seats_time),
            time("verdict", &mut self.verdict),
            time("memory", &mut self.memory),
            time("class_idle", &mut self.class_idle),
        ]
    }

    /// Whether each of them is within its bounds, and none contradicts another.
    ///
    /// # Errors
    ///
    /// [`LimitsError`] with the limit, its value and what it may be.
    pub fn check(&self) -> Result<(), LimitsError> {
        for mut row in self.clone().rows() {
            let given = row.slot.given();
            row.take(&given)?;
        }
        let outbox = |other, than: u64, why| {
            let allowed = "at least as many";
            let (name, given, than) = ("outbox", self.outbox.to_string(), than.to_string());
            Err(LimitsError::Pair { name, given, other, than, allowed, why })
        };
        if (self.outbox as u64) < u64::from(self.messages_at_once) {
            let why = "who says as much as it may is answered as much";
            return outbox("messages_at_once", self.messages_at_once.into(), why);
        }
        if self.outbox < self.seats {
            let why = "all debates that a connection follows may tell it something at once";
            return outbox("seats", self.seats as u64, why);
        }
        if self.silence <= self.ping {
            return Err(LimitsError::Pair {
                name: "silence",
                given: self.silence.as_secs_f64().to_string(),
                other: "ping",
                than: self.ping.as_secs_f64().to_string(),
                allowed: "longer",
                why: "between two pings a client may have nothing to say",
            });
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;

        impl<'de> Visitor<'de> for Table {
            type Value = Limits;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("limits by their names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Limits, A::Error> {
                let mut limits = Limits::default();
                while let Some(name) = map.next_key::<String>()? {
                    let given: Given = map.next_value()?;
                    let mut rows = limits.rows();
                    let Some(row) = rows.iter_mut().find(|row| row.name == name) else {
                        let names: Vec<_> =
                            rows.iter().map(|row| format!("`{}`", row.name)).collect();
                        let names = names.join(", ");
                        return Err(de::Error::custom(format!(
                            "unknown limit `{name}`, expected one of {names}"
                        )));
                    };
                    row.take(&given).map_err(de::Error::custom)?;
                }
                limits.check().map_err(de::Error::custom)?;
                Ok(limits)
            }
        }

        deserializer.deserialize_map(Table)
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = Given;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_i64<E>(self, number: i64) -> Result<Given, E> {
                Ok(Given::Whole(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Given, E> {
                Ok(Given::Whole(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Given, E> {
                Ok(Given::Part(number))
            }

            fn visit_bool<E>(self, word: bool) -> Result<Given, E> {
                Ok(Given::Other(word.to_string()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Given, E> {
                Ok(Given::Other(text.into()))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Limits, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn limits_are_read_by_name_with_times_in_seconds() {
        let limits = read(r#"{"debates": 7, "grace": 0.5, "silence": 60}"#).unwrap();
        let grace = Duration::from_millis(500);
        let silence = Duration::from_mins(1);
        assert_eq!(limits, Limits { debates: 7, grace, silence, ..Limits::default() });
    }

    #[test]
    fn what_a_limit_may_not_be_is_refused_with_its_name_and_its_bounds() {
        for (json, wrong) in [
            (r#"{"outbox": 0}"#, "limit outbox is 0; it may be a whole number from 16 to 65536"),
            (r#"{"outbox": 99.5}"#, "limit outbox is 99.5; it may be a whole number from 16"),
            (r#"{"threads": 0}"#, "limit threads is 0; it may be a whole number from 1 to 512"),
            (r#"{"debates": -1}"#, "limit debates is -1; it may be"),
            (r#"{"debates": 18446744073709551615}"#, "limit debates is 18446744073709551615; it"),
            (r#"{"debates": 1e99}"#, "limit debates is 1"),
            (r#"{"seats": "many"}"#, "limit seats is \"many\"; it may be a whole number"),
            (r#"{"grace": -1}"#, "limit grace is -1; it may be 0.001 to 4294967 seconds"),
            (r#"{"grace": 1e99}"#, "limit grace is 1"),
            (r#"{"gracee": 1}"#, "unknown limit `gracee`, expected one of `connections`, `"),
            (r#"{"outbox": 100}"#, "the limit outbox is 100; with messages_at_once = 200 it must"),
            (
                r#"{"outbox": 16, "messages_at_once": 9}"#,
                "the limit outbox is 16; with seats = 64 it must be at least as many, since all",
            ),
            (
                r#"{"ping": 45}"#,
                "the limit silence is 45; with ping = 45 it must be longer, since between",
            ),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(wrong), "{json}: {error}");
        }
    }

    #[test]
    fn every_limit_is_in_the_rows() {
        // Each takes another value than its default, and then nothing is left as it was.
        let mut limits = Limits::default();
        for row in limits.rows() {
            match row.slot {
                Slot::Count(count, _) => count.set(count.get() + 1),
                Slot::Time(time, _) => *time += Duration::from_millis(1),
            }
        }
        let fields = |limits: &Limits| {
            let text = format!("{limits:#?}");
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let (before, after) = (fields(&Limits::default()), fields(&limits));
        for (before, after) in before.iter().zip(&after).filter(|(one, _)| one.contains(':')) {
            assert_ne!(before, after, "this limit has no row");
        }
    }
}
