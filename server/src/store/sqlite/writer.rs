//! The writer's side of the file.

use std::collections::HashMap;
use std::fs::File;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::failure;
use super::tails::{CHAIN, Tails};
use crate::store::ledger::{Known, Plan, Repeat, Repeated};
use crate::store::writer::Backend;
use crate::store::{Finish, NewDebate, StoreError};

pub(super) struct Writer {
    place: String,
    connection: Connection,
    tails: Tails,
    /// Whether a failure has left it open what the file holds, and so which events are the last.
    doubtful: bool,
    /// Held as long as the store is open; it is given back after the connection is closed.
    _lock: File,
}

impl Writer {
    pub(super) fn new(
        place: String,
        lock: File,
        mut connection: Connection,
        tails: Tails,
    ) -> Result<Self, StoreError> {
        connection.set_transaction_behavior(TransactionBehavior::Immediate);
        connection.set_prepared_statement_cache_capacity(16);
        tails.read(&connection).map_err(|error| failure(&place, &error))?;
        Ok(Self { place, connection, tails, doubtful: false, _lock: lock })
    }
}

impl Backend for Writer {
    async fn look_up(&mut self, names: &[&str]) -> Result<Vec<Option<Known>>, StoreError> {
        let result = self.settle_doubts().and_then(|()| {
            let Self { connection, tails, .. } = self;
            names.iter().map(|name| look_up(connection, tails, name)).collect()
        });
        result.map_err(|error| failure(&self.place, &error))
    }

    async fn last_place(&mut self) -> Result<u64, StoreError> {
        self.connection
            .query_row("SELECT coalesce(max(place), 0) FROM debates", [], |row| row.get(0))
            .map(i64::cast_unsigned)
            .map_err(|error| failure(&self.place, &error))
    }

    async fn commit(&mut self, plan: &Plan<'_>) -> Result<Vec<bool>, StoreError> {
        self.settle_doubts().map_err(|error| failure(&self.place, &error))?;
        let Self { connection, tails, .. } = self;
        // A transaction that is dropped is rolled back.
        let result = connection.transaction().and_then(|transaction| {
            let (equal, last) = carry_out(&transaction, tails, plan)?;
            transaction.commit()?;
            tails.note(last, plan.ends.iter().map(|(place, _)| place.cast_signed()));
            Ok(equal)
        });
        self.doubtful = result.is_err();
        result.map_err(|error| failure(&self.place, &error))
    }

    async fn recover(&mut self, _: u32, _: &StoreError) -> bool {
        // The database has waited for others as long as makes sense, and no other failure goes away
        // by itself.
        false
    }

    async fn close(self) -> Result<(), StoreError> {
        // So that the file alone holds everything, and may be copied.
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .and_then(|()| self.connection.close().map_err(|(_, error)| error))
            .map_err(|error| failure(&self.place, &error))
    }
}

impl Writer {
    fn settle_doubts(&mut self) -> rusqlite::Result<()> {
        if self.doubtful {
            self.tails.read(&self.connection)?;
            self.doubtful = false;
        }
        Ok(())
    }
}

fn look_up(connection: &Connection, tails: &Tails, name: &str) -> rusqlite::Result<Option<Known>> {
    let mut statement =
        connection.prepare_cached("SELECT place, ended, last FROM debates WHERE id = ?1")?;
    let found = statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let Some((place, ended, last)) = found.optional()? else { return Ok(None) };
    let mut statement = connection.prepare_cached("SELECT seq FROM events WHERE row = ?1")?;
    let last_seq = match tails.of(place).or(last) {
        Some(row) => statement.query_row([row], |row| row.get::<_, i64>(0))?,
        None => 0,
    };
    let (place, last_seq) = (place.cast_unsigned(), last_seq.cast_unsigned());
    Ok(Some(Known { place, last_seq, ended }))
}

/// Says of each repeat whether the store holds just that, and which events are the last of their
/// debates now, by the debates' places.
fn carry_out(
    transaction: &Transaction<'_>,
    tails: &Tails,
    plan: &Plan<'_>,
) -> rusqlite::Result<(Vec<bool>, HashMap<i64, i64>)> {
    let Plan { debates, events, ends, repeats, check, refusals: _ } = plan;
    if !debates.is_empty() {
        let mut statement = transaction.prepare_cached(
            "INSERT INTO debates (place, id, created_ms, setup, secret, seats, began)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(row), 0) FROM events))",
        )?;
        for (place, NewDebate { id, created_ms, setup, secret, seats }) in debates {
            let (place, created_ms) = (place.cast_signed(), created_ms.cast_signed());
            statement.execute(params![place, id, created_ms, &**setup, &**secret, &**seats])?;
        }
    }
    let mut last = HashMap::with_capacity(events.len());
    let mut statement = transaction.prepare_cached(
        "INSERT INTO events (debate, seq, event, previous) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for event in events {
        let debate = event.debate.cast_signed();
        let previous = last.get(&debate).copied().or_else(|| tails.of(debate));
        let seq = event.seq.cast_signed();
        let row = statement.insert(params![debate, seq, &**event.event, previous])?;
        last.insert(debate, row);
    }
    let mut statement =
        transaction.prepare_cached("UPDATE debates SET ended = 1, last = ?2 WHERE place = ?1")?;
    for (place, _) in ends {
        let place = place.cast_signed();
        statement.execute(params![place, last.get(&place)])?;
    }
    let mut statement = transaction
        .prepare_cached("INSERT INTO results (debate, topic, result) VALUES (?1, ?2, ?3)")?;
    for (place, Finish { topic, result }) in ends {
        statement.execute(params![place.cast_signed(), topic, &**result])?;
    }
    if *check {
        transaction.execute("UPDATE checks SET number = number + 1", [])?;
    }
    let equal = repeats.iter().map(|repeat| is_stored(transaction, tails, &last, repeat));
    Ok((equal.collect::<rusqlite::Result<_>>()?, last))
}

/// Whether the store holds just that.
fn is_stored(
    transaction: &Transaction<'_>,
    tails: &Tails,
    last: &HashMap<i64, i64>,
    repeat: &Repeat<'_>,
) -> rusqlite::Result<bool> {
    let place = repeat.place.cast_signed();
    match repeat.what {
        Repeated::Debate(NewDebate { id, created_ms, setup, secret, seats }) => {
            let mut statement = transaction.prepare_cached(
                "SELECT 1 FROM debates WHERE place = ?1 AND id = ?2 AND created_ms = ?3
                 AND setup = ?4 AND secret = ?5 AND seats = ?6",
            )?;
            let created_ms = created_ms.cast_signed();
            statement.exists(params![place, id, created_ms, &**setup, &**secret, &**seats])
        }
        Repeated::Event { seq, event, .. } => {
            let last = match last.get(&place).copied().or_else(|| tails.of(place)) {
                Some(row) => Some(row),
                None => transaction
                    .prepare_cached("SELECT last FROM debates WHERE place = ?1")?
                    .query_row([place], |row| row.get(0))?,
            };
            let mut statement = transaction.prepare_cached(CHAIN)?;
            let stored = statement.query_row(params![last, seq.cast_signed() - 1], |row| {
                Ok(row.get_ref(1)?.as_blob()? == &**event)
            });
            Ok(stored.optional()?.unwrap_or(false))
        }
    }
}
