//! What is read of a store in parts, and what it cannot vouch for.

use std::ops::AddAssign;

use crate::fault::Fault;

/// A part of what was asked for, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What was read.
    pub items: Vec<T>,
    /// What should have been among it, and is damaged.
    pub damaged: Vec<Damaged>,
    /// The number after which the next part begins; `None` at the end.
    pub next: Option<u64>,
}

impl<T> Page<T> {
    /// What was read of rows, each with its number; where nothing was, the row has gone meanwhile. The
    /// next part begins after the number `next`.
    pub(crate) fn of<E>(
        rows: impl IntoIterator<Item = (i64, Result<Option<T>, Fault<E>>)>,
        next: Option<i64>,
    ) -> Result<Self, Fault<E>> {
        let (mut items, mut damaged) = (Vec::new(), Vec::new());
        for (number, read) in rows {
            match read {
                Ok(found) => items.extend(found),
                Err(Fault::Damaged(detail)) => {
                    damaged.push(Damaged { number: number.cast_unsigned(), detail });
                }
                Err(failed) => return Err(failed),
            }
        }
        Ok(Self { items, damaged, next: next.map(i64::cast_unsigned) })
    }
}

/// The last of the numbers on a page if there are as many as were asked for: then more may come after it.
pub(crate) fn last_of_full(numbers: &[i64], limit: u32) -> Option<i64> {
    numbers.last().copied().filter(|_| numbers.len() == limit as usize)
}

/// A debate or judgment, or what came of one, that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The place of the debate or judgment, or the result's number; 0 where it is not known.
    pub number: u64,
    /// What is wrong.
    pub detail: String,
}

/// What is wrong with a store as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// In words.
    pub(crate) said: Vec<String>,
    pub(crate) lost: Lost,
}

/// How many rows are not there at all that were written and not removed, so that it is not known which
/// they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Debates.
    pub debates: u64,
    /// Results of debates.
    pub results: u64,
    /// Judgments.
    pub judgments: u64,
}

/// How old the debates must be that are removed, with all judgments of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prune {
    /// Those that ended before, in milliseconds since 1970, and of which no judgment was created or
    /// ended since. One of which a judgment has not ended stays however old it is.
    pub before_ms: u64,
    /// Also those that were created before and have not ended, or of which a judgment has not, unless they
    /// were judged since. Nobody may go on with them.
    pub unfinished: bool,
    /// How many debates are removed at most, and forty times as many events, so that other writes
    /// do not wait. Once forty times as many judgments have gone with their debates, no further debate
    /// does.
    pub most: u32,
}

impl Prune {
    /// So many events, and judgments, are removed at most for each debate that may be.
    const EACH: u32 = 40;

    /// How many events are removed at most.
    pub(crate) fn events(&self) -> u64 {
        u64::from(Self::EACH) * u64::from(self.most)
    }

    /// How many judgments are removed before no further debate is.
    pub(crate) fn judgments(&self) -> u64 {
        self.events()
    }
}

/// What has been removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many debates.
    pub debates: u64,
    /// How many judgments of them.
    pub judgments: u64,
    /// How many events of both, some of which were of debates that had been removed before.
    pub events: u64,
}

impl AddAssign for Pruned {
    fn add_assign(&mut self, more: Self) {
        self.debates += more.debates;
        self.judgments += more.judgments;
        self.events += more.events;
    }
}

/// A number as both stores count, which have no larger ones.
pub(crate) fn bound(number: u64) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
