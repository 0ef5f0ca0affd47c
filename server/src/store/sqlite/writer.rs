//! The writer's side of the file.

use std::fs::File;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::failure;
use crate::store::ledger::{Known, Plan, Repeat, Repeated};
use crate::store::writer::Backend;
use crate::store::{Finish, NewDebate, StoreError};

pub(super) struct Writer {
    place: String,
    connection: Connection,
    /// Held as long as the store is open; it is given back after the connection is closed.
    _lock: File,
}

impl Writer {
    pub(super) fn new(place: String, lock: File, mut connection: Connection) -> Self {
        connection.set_transaction_behavior(TransactionBehavior::Immediate);
        connection.set_prepared_statement_cache_capacity(16);
        Self { place, connection, _lock: lock }
    }
}

impl Backend for Writer {
    async fn look_up(&mut self, names: &[&str]) -> Result<Vec<Option<Known>>, StoreError> {
        look_up(&self.connection, names).map_err(|error| failure(&self.place, &error))
    }

    async fn last_place(&mut self) -> Result<u64, StoreError> {
        self.connection
            .query_row("SELECT coalesce(max(place), 0) FROM debates", [], |row| row.get(0))
            .map(i64::cast_unsigned)
            .map_err(|error| failure(&self.place, &error))
    }

    async fn commit(&mut self, plan: &Plan<'_>) -> Result<Vec<bool>, StoreError> {
        // A transaction that is dropped is rolled back.
        let result = self.connection.transaction().and_then(|transaction| {
            let equal = carry_out(&transaction, plan)?;
            transaction.commit()?;
            Ok(equal)
        });
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

fn look_up(connection: &Connection, names: &[&str]) -> rusqlite::Result<Vec<Option<Known>>> {
    let mut statement = connection.prepare_cached(
        "SELECT place, ended, coalesce((SELECT max(seq) FROM events WHERE debate = place), 0)
         FROM debates WHERE id = ?1",
    )?;
    let mut known = |name: &&str| {
        let row = statement.query_row([name], |row| {
            Ok(Known {
                place: row.get::<_, i64>(0)?.cast_unsigned(),
                ended: row.get(1)?,
                last_seq: row.get::<_, i64>(2)?.cast_unsigned(),
            })
        });
        row.optional()
    };
    names.iter().map(&mut known).collect()
}

fn carry_out(transaction: &Transaction<'_>, plan: &Plan<'_>) -> rusqlite::Result<Vec<bool>> {
    let Plan { debates, events, ends, repeats, check, refusals: _ } = plan;
    if !debates.is_empty() {
        let mut statement = transaction.prepare_cached(
            "INSERT INTO debates (place, id, created_ms, setup, secret, seats)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (place, NewDebate { id, created_ms, setup, secret, seats }) in debates {
            let (place, created_ms) = (place.cast_signed(), created_ms.cast_signed());
            statement.execute(params![place, id, created_ms, &**setup, &**secret, &**seats])?;
        }
    }
    let mut statement = transaction
        .prepare_cached("INSERT INTO events (debate, seq, event) VALUES (?1, ?2, ?3)")?;
    for event in events {
        statement.execute(params![
            event.debate.cast_signed(),
            event.seq.cast_signed(),
            &**event.event
        ])?;
    }
    let mut statement =
        transaction.prepare_cached("UPDATE debates SET ended = 1 WHERE place = ?1")?;
    for (place, _) in ends {
        statement.execute([place.cast_signed()])?;
    }
    let mut statement = transaction
        .prepare_cached("INSERT INTO results (debate, topic, result) VALUES (?1, ?2, ?3)")?;
    for (place, Finish { topic, result }) in ends {
        statement.execute(params![place.cast_signed(), topic, &**result])?;
    }
    if *check {
        transaction.execute("UPDATE checks SET number = number + 1", [])?;
    }
    repeats.iter().map(|repeat| is_stored(transaction, repeat)).collect()
}

/// Whether the store holds just that.
fn is_stored(transaction: &Transaction<'_>, repeat: &Repeat<'_>) -> rusqlite::Result<bool> {
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
            let mut statement = transaction.prepare_cached(
                "SELECT 1 FROM events WHERE debate = ?1 AND seq = ?2 AND event = ?3",
            )?;
            statement.exists(params![place, seq.cast_signed(), &**event])
        }
    }
}
