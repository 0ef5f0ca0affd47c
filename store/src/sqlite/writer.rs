//! The writer's side of the file.

use std::collections::HashMap;

use backon::ExponentialBuilder;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use tracing::warn;

use super::errors::{Fault, failure};
use super::lock::Lock;
use super::prune::prune;
use super::remove::{find, remove};
use super::rows;
use super::streams::last_of;
use super::tails::{Tail, Tails};
use super::totals::Totals;
use super::{debates, judgments};
use crate::error::StoreError;
use crate::ledger::{End, Group, Known, Repeat, Repeated};
use crate::name::{Kind, Name};
use crate::page::{Prune, Pruned};
use crate::records::{Finish, NewDebate};
use crate::seal::{self, Link};
use crate::writer::{Backend, LookedUp};

/// Brings all that is in the log into the file, and empties it.
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

pub(super) struct SqliteWriter {
    place: String,
    connection: Connection,
    tails: Tails,
    totals: Totals,
    /// Whether a failure has left it open what the file holds.
    doubtful: bool,
    /// Held as long as the store is open; it is given back after the connection is closed.
    lock: Lock,
}

impl SqliteWriter {
    pub(super) fn new(
        place: String,
        lock: Lock,
        mut connection: Connection,
        tails: Tails,
        totals: Totals,
    ) -> Self {
        connection.set_transaction_behavior(TransactionBehavior::Immediate);
        connection.set_prepared_statement_cache_capacity(32);
        Self { place, connection, tails, totals, doubtful: false, lock }
    }

    /// Reads again what the file holds, if a failure has left that open.
    fn settle_doubts(&mut self) -> Result<(), Fault> {
        if self.doubtful {
            self.totals = Totals::read(&self.connection)?;
            self.tails.read(&self.connection, &self.totals)?;
            self.doubtful = false;
        }
        Ok(())
    }

    /// Carries out one transaction as a whole or not at all. What it returns is on the disk, in the
    /// file that whoever opens the store next will find.
    fn transact<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &Tails, &mut Totals) -> Result<Carried<T>, Fault>,
    ) -> Result<T, StoreError> {
        self.lock.check()?;
        let result = self.settle_doubts().and_then(|()| {
            let mut totals = self.totals;
            // A transaction that is dropped is rolled back.
            let transaction = self.connection.transaction()?;
            let Carried { answer, last, judgments, over } =
                work(&transaction, &self.tails, &mut totals)?;
            if totals != self.totals {
                totals.write(&transaction)?;
            }
            transaction.commit()?;
            self.totals = totals;
            self.tails.note(last, judgments, over);
            Ok(answer)
        });
        self.doubtful |= result.is_err();
        let answer = result.map_err(|fault| failure(&self.place, fault))?;
        self.lock.check()?;
        Ok(answer)
    }
}

/// What a transaction came to.
struct Carried<T> {
    answer: T,
    /// The events that are now the last of what goes on, by its place.
    last: HashMap<i64, Tail>,
    /// The places of new judgments.
    judgments: Vec<i64>,
    /// The places of what does not go on any more.
    over: Vec<i64>,
}

impl Backend for SqliteWriter {
    // The database has waited for others as long as makes sense, and no other failure goes away by
    // itself.
    const PAUSES: ExponentialBuilder = ExponentialBuilder::new().with_max_times(0);

    async fn look_up(&mut self, kind: Kind, names: &[&str]) -> LookedUp {
        self.settle_doubts().map_err(|fault| failure(&self.place, fault))?;
        let Self { connection, tails, .. } = self;
        let known = names.iter().map(|name| match look_up(connection, tails, kind, name) {
            Ok(known) => Ok(Ok(known)),
            Err(Fault::Damaged(detail)) => {
                Ok(Err(StoreError::Damaged { of: kind.named(*name), detail }))
            }
            Err(failed) => Err(failure(&self.place, failed)),
        });
        known.collect()
    }

    async fn last_place(&mut self) -> Result<u64, StoreError> {
        self.settle_doubts().map_err(|fault| failure(&self.place, fault))?;
        Ok(self.totals.last_place.cast_unsigned())
    }

    async fn commit(&mut self, plan: &Group<'_>) -> Result<Vec<bool>, StoreError> {
        self.transact(|transaction, tails, totals| carry_out(transaction, tails, totals, plan))
    }

    async fn remove_judgment(&mut self, id: &str) -> Result<bool, StoreError> {
        // The log, which may still have what is removed, is begun anew.
        let removed = self.transact(|transaction, tails, totals| {
            let (answer, over) = match find(transaction, tails, id) {
                Ok(None) => (Ok(false), None),
                Ok(Some(found)) => (Ok(true), remove(transaction, totals, &found)?),
                Err(Fault::Damaged(detail)) => {
                    let of = Name::Judgment(id.into());
                    (Err(StoreError::Damaged { of, detail }), None)
                }
                Err(failed) => return Err(failed),
            };
            let over = over.into_iter().collect();
            Ok(Carried { answer, last: HashMap::new(), judgments: Vec::new(), over })
        });
        let removed = removed??;
        if removed && let Err(error) = self.connection.execute_batch(CHECKPOINT) {
            warn!(%error, "what was removed is still in the log, until the store is closed");
        }
        Ok(removed)
    }

    async fn prune(&mut self, what: &Prune) -> Result<Pruned, StoreError> {
        self.transact(|transaction, tails, totals| {
            let (pruned, over) = prune(transaction, tails, totals, what)?;
            Ok(Carried { answer: pruned, last: HashMap::new(), judgments: Vec::new(), over })
        })
    }

    async fn compact(&mut self) -> Result<(), StoreError> {
        self.lock.check()?;
        let compacted = self
            .connection
            .execute_batch("VACUUM")
            .and_then(|()| self.connection.execute_batch(CHECKPOINT));
        compacted.map_err(|error| failure(&self.place, error.into()))
    }

    fn reset(&mut self) {
        // What the file holds is read again when it is asked for.
    }

    async fn close(self) -> Result<(), StoreError> {
        // So that the file alone holds everything, and may be copied.
        self.connection
            .query_row(CHECKPOINT, [], |_| Ok(()))
            .and_then(|()| self.connection.close().map_err(|(_, error)| error))
            .map_err(|error| failure(&self.place, error.into()))
    }
}

fn look_up(
    connection: &Connection,
    tails: &Tails,
    kind: Kind,
    name: &str,
) -> Result<Option<Known>, Fault> {
    let Some(place) = rows::place_of(connection, kind, name)? else { return Ok(None) };
    let found = match kind {
        Kind::Debate => debates::debate(connection, tails, place)?
            .map(|found| (found.debate.id, found.last_seq, found.ended)),
        Kind::Judgment => judgments::judgment(connection, tails, place)?
            .map(|found| (found.judgment.id, found.last_seq, found.finish.is_some())),
    };
    match found {
        Some((id, last_seq, ended)) if id == name => {
            Ok(Some(Known { place: place.cast_unsigned(), last_seq, ended }))
        }
        _ => Err(Fault::Damaged("it is not where its name leads".into())),
    }
}

/// Says of each repeat whether the store holds just that.
fn carry_out(
    transaction: &Transaction<'_>,
    tails: &Tails,
    totals: &mut Totals,
    plan: &Group<'_>,
) -> Result<Carried<Vec<bool>>, Fault> {
    let Group { debates, judgments, events, ends: _, repeats, check, refusals: _ } = plan;
    let mut last = HashMap::with_capacity(debates.len() + judgments.len() + events.len());
    for (place, debate) in debates {
        let place = place.cast_signed();
        insert_debate(transaction, place, debate, totals.last_event)?;
        totals.debates += 1;
        totals.last_place = totals.last_place.max(place);
        last.insert(place, Tail::default());
    }
    for new in judgments {
        judgments::insert(transaction, new, totals.last_event)?;
        let place = new.place.cast_signed();
        totals.judgments += 1;
        totals.last_place = totals.last_place.max(place);
        last.insert(place, Tail::default());
    }
    let mut statement = transaction.prepare_cached(
        "INSERT INTO events (row, debate, seq, event, previous, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for event in events {
        let (place, seq) = (event.place.cast_signed(), event.seq.cast_signed());
        let row = totals.last_event + 1;
        let previous = match last.get(&place) {
            Some(tail) => tail.row,
            None => tails.of(place)?.and_then(|tail| tail.row),
        };
        let seal = seal::of_event(place, seq, event.event, Link { row, previous });
        statement.execute(params![row, place, seq, &**event.event, previous, seal])?;
        totals.last_event = row;
        last.insert(place, Tail { row: Some(row), seq });
    }
    let last_row = |end: &End<'_>| last.get(&end.place.cast_signed()).and_then(|tail| tail.row);
    // In this order: a debate's age counts from the latest of its judgments.
    for ending in plan.ends_of(Kind::Judgment) {
        judgments::end(transaction, &ending, last_row(&ending))?;
        totals.ended_judgments += 1;
    }
    for ending in plan.ends_of(Kind::Debate) {
        end(transaction, &ending, last_row(&ending), totals)?;
    }
    if *check {
        transaction.execute("UPDATE checks SET number = number + 1", [])?;
    }
    let mut equal = Vec::with_capacity(repeats.len());
    for repeat in repeats {
        equal.push(is_stored(transaction, tails, &last, repeat)?);
    }
    let judgments = judgments.iter().map(|new| new.place.cast_signed()).collect();
    let over = plan.ends.iter().map(|end| end.place.cast_signed()).collect();
    Ok(Carried { answer: equal, last, judgments, over })
}

fn insert_debate(
    transaction: &Transaction<'_>,
    place: i64,
    debate: &NewDebate,
    began: i64,
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO debates (place, id, created_ms, setup, secret, seats, began, seal)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let seal = seal::of_debate(place, debate, began);
    let NewDebate { id, created_ms, setup, secret, seats } = debate;
    let created_ms = created_ms.cast_signed();
    statement
        .execute(params![place, id, created_ms, &**setup, &**secret, &**seats, began, seal])?;
    Ok(())
}

/// Notes that a debate has ended, with its event in that row, and what came of it.
fn end(
    transaction: &Transaction<'_>,
    end: &End<'_>,
    last: Option<i64>,
    totals: &mut Totals,
) -> rusqlite::Result<()> {
    let (place, id) = (end.place.cast_signed(), end.name.id);
    let mut statement = transaction
        .prepare_cached("UPDATE debates SET ended = 1, last = ?2, closing = ?3 WHERE place = ?1")?;
    statement.execute(params![place, last, seal::of_end(place, last)])?;
    totals.results += 1;
    totals.last_result += 1;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO results (number, debate, topic, result, ended_ms, seal, since_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let number = totals.last_result;
    let seal = seal::of_finish(number, (place, id), end.finish);
    let Finish { topic, result, ended_ms } = end.finish;
    let ended_ms = ended_ms.cast_signed();
    let since_ms = judgments::latest(transaction, place)?.map_or(ended_ms, |at| at.max(ended_ms));
    statement.execute(params![number, place, topic, &**result, ended_ms, seal, since_ms])?;
    Ok(())
}

/// Whether the store holds just that, with those last events beside the tails.
fn is_stored(
    transaction: &Transaction<'_>,
    tails: &Tails,
    last: &HashMap<i64, Tail>,
    repeat: &Repeat<'_>,
) -> Result<bool, Fault> {
    let place = repeat.place.cast_signed();
    let stored = || match repeat.what {
        Repeated::Debate(debate) => {
            Ok(rows::debate_row(transaction, place)?.is_some_and(|row| row.debate == *debate))
        }
        Repeated::Judgment(judgment) => {
            let row = rows::judgment_row(transaction, place)?;
            Ok(row.is_some_and(|row| row.judgment == *judgment))
        }
        Repeated::Event { of, seq, event } => {
            let last = match last.get(&place) {
                Some(Tail { row: Some(row), seq }) => Some((*row, *seq)),
                _ => last_of(transaction, tails, (of.kind, place))?,
            };
            let Some(last) = last else { return Ok(false) };
            let events = rows::chain(transaction, place, last, seq.cast_signed() - 1)?;
            Ok(events.first().is_some_and(|stored| stored.event == *event))
        }
    };
    match stored() {
        // Of what is damaged it cannot be said, and the rest of the group goes on.
        Err(Fault::Damaged(_)) => Ok(false),
        stored => stored,
    }
}
