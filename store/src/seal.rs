//! A checksum over what a row says, stored with it: what was altered behind the program's back, by a
//! failing disk say, is not taken for what was written.
//!
//! Both stores seal the same: a debate or judgment as it was created, how it ended, each event, and
//! what came of it. What names a row is sealed with it, so that a row in another's place is noticed.

use crc32fast::Hasher;

use crate::fault::Fault;
use crate::records::{Finish, JudgmentFinish, NewDebate, NewJudgment};

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

    /// A text that may be missing.
    fn text(self, text: Option<&[u8]>) -> Self {
        match text {
            Some(text) => self.number(1).bytes(text),
            None => self.number(0),
        }
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

/// The seal of a judgment as it was created, of the debate at that place. `began` says where its events
/// begin.
pub(crate) fn of_judgment(place: i64, of: i64, judgment: &NewJudgment, began: i64) -> i64 {
    let NewJudgment { id, debate, judge, created_ms, setup, secret } = judgment;
    Seal::of(b'j')
        .number(place)
        .bytes(id.as_bytes())
        .number(of)
        .bytes(debate.as_bytes())
        .text(judge.as_deref().map(str::as_bytes))
        .number(created_ms.cast_signed())
        .bytes(setup)
        .bytes(secret)
        .number(began)
        .done()
}

/// The seal of the end of what has that place, with its last event.
pub(crate) fn of_end(place: i64, last: Option<i64>) -> i64 {
    Seal::of(b'x').number(place).perhaps(last).done()
}

/// Whether that is how what has that place ended, or that it has not.
pub(crate) fn closes(place: i64, ended: bool, last: Option<i64>, closing: Option<i64>) -> bool {
    closing == ended.then(|| of_end(place, last)) && (ended || last.is_none())
}

/// Where an event lies in a SQLite file: its row, and that of the event before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) row: i64,
    pub(crate) previous: Option<i64>,
}

/// The seal of an event of what has that place.
pub(crate) fn of_event(place: i64, seq: i64, event: &[u8], link: Link) -> i64 {
    Seal::of(b'e')
        .number(place)
        .number(seq)
        .bytes(event)
        .number(link.row)
        .perhaps(link.previous)
        .done()
}

/// The seal of what came of the debate or judgment with that place and name. Until results are kept
/// there is none of some debates that ended.
pub(crate) fn of_result(
    number: i64,
    (place, id): (i64, &str),
    ended_ms: i64,
    topic: Option<&str>,
    result: Option<&[u8]>,
) -> i64 {
    let seal = Seal::of(b'r').number(number).number(place).bytes(id.as_bytes()).number(ended_ms);
    seal.text(topic.map(str::as_bytes)).text(result).done()
}

/// The seal of what comes with the last event. The results of judgments have no numbers.
pub(crate) fn of_finish(number: i64, of: (i64, &str), finish: &Finish) -> i64 {
    let Finish { topic, result, ended_ms } = finish;
    of_result(number, of, ended_ms.cast_signed(), topic.as_deref(), Some(result))
}

/// How the judgment with that place and name ended, of which the row says when, what came of it, and the
/// seal of both.
pub(crate) fn finish_of<E>(
    ended: bool,
    of: (i64, &str),
    (ended_ms, result, sealed): (Option<i64>, Option<Vec<u8>>, Option<i64>),
) -> Result<Option<JudgmentFinish>, Fault<E>> {
    match (ended, ended_ms, result, sealed) {
        (false, None, None, None) => Ok(None),
        (true, Some(ended_ms), Some(result), Some(sealed))
            if of_result(0, of, ended_ms, None, Some(&result)) == sealed =>
        {
            let (result, ended_ms) = (result.into(), ended_ms.cast_unsigned());
            Ok(Some(JudgmentFinish { result, ended_ms }))
        }
        _ => Err(Fault::altered("its result")),
    }
}

/// The seal of numbers.
pub(crate) fn of_numbers(numbers: &[i64]) -> i64 {
    numbers.iter().fold(Seal::of(b't'), |seal, number| seal.number(*number)).done()
}
