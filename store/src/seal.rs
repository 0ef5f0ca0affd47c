//! A checksum over what a row says, stored with it: what was altered behind the program's back, by a
//! failing disk say, is not taken for what was written.
//!
//! Both stores seal the same: a debate as it was created, how it ended, each event, and what came of
//! it. What names a row is sealed with it, so that a row in another's place is noticed.

use crc32fast::Hasher;

use crate::records::{Finish, NewDebate};

/// A checksum that is being made.
struct Seal(Hasher);

impl Seal {
    /// One of a kind of row.
    fn of(kind: u8) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(&[kind]);
        Self(hasher)
    }

    fn number(mut self, number: i64) -> Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// A number that may be missing; such numbers are positive.
    fn perhaps(self, number: Option<i64>) -> Self {
        self.number(number.unwrap_or(-1))
    }

    fn done(self) -> i64 {
        i64::from(self.0.finalize())
    }
}

/// The seal of a debate as it was created. `began` says where its events begin.
pub(crate) fn of_debate(place: i64, debate: &NewDebate, began: i64) -> i64 {
    let NewDebate { id, created_ms, setup, secret, seats } = debate;
    Seal::of(b'd')
        .number(place)
        .bytes(id.as_bytes())
        .number(created_ms.cast_signed())
        .bytes(setup)
        .bytes(secret)
        .bytes(seats)
        .number(began)
        .done()
}

/// The seal of a debate's end, with its last event.
pub(crate) fn of_end(place: i64, last: Option<i64>) -> i64 {
    Seal::of(b'x').number(place).perhaps(last).done()
}

/// Whether that is how the debate at that place ended, or that it has not.
pub(crate) fn closes(place: i64, ended: bool, last: Option<i64>, closing: Option<i64>) -> bool {
    closing == ended.then(|| of_end(place, last)) && (ended || last.is_none())
}

/// Where an event lies in a SQLite file: its row, and that of the event before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) row: i64,
    pub(crate) previous: Option<i64>,
}

/// The seal of an event.
pub(crate) fn of_event(debate: i64, seq: i64, event: &[u8], link: Link) -> i64 {
    Seal::of(b'e')
        .number(debate)
        .number(seq)
        .bytes(event)
        .number(link.row)
        .perhaps(link.previous)
        .done()
}

/// The seal of what came of the debate with that place and name. Until results are kept there is
/// none of some debates that ended.
pub(crate) fn of_result(
    number: i64,
    (place, id): (i64, &str),
    ended_ms: i64,
    topic: Option<&str>,
    result: Option<&[u8]>,
) -> i64 {
    let text = |text: Option<&[u8]>, seal: Seal| match text {
        Some(text) => seal.number(1).bytes(text),
        None => seal.number(0),
    };
    let seal = Seal::of(b'r').number(number).number(place).bytes(id.as_bytes()).number(ended_ms);
    text(result, text(topic.map(str::as_bytes), seal)).done()
}

/// The seal of what comes with a debate's last event.
pub(crate) fn of_finish(number: i64, debate: (i64, &str), finish: &Finish) -> i64 {
    let Finish { topic, result, ended_ms } = finish;
    of_result(number, debate, ended_ms.cast_signed(), topic.as_deref(), Some(result))
}

/// The seal of numbers.
pub(crate) fn of_numbers(numbers: &[i64]) -> i64 {
    numbers.iter().fold(Seal::of(b't'), |seal, number| seal.number(*number)).done()
}
