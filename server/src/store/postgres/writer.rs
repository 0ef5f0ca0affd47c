//! The writer's side of the database.

use std::time::Duration;

use tokio::time::sleep;
use tokio_postgres::Config;
use tokio_postgres::types::Type;
use tracing::warn;

use super::session::Session;
use crate::store::ledger::{Known, NewEvent, Plan, Repeat, Repeated};
use crate::store::writer::Backend;
use crate::store::{Finish, NewDebate, StoreError};

/// What makes each version of the schema from the one before; the first makes version 1.
const MIGRATIONS: [&str; 2] = [
    include_str!("../../../migrations/postgres/1-debates-and-events.sql"),
    include_str!("../../../migrations/postgres/2-results.sql"),
];

/// The advisory lock that the writer holds: "pixd".
const LOCK: i64 = 0x7069_7864;

/// How often a group is tried again when the connection is lost: with the pauses between, for about
/// five seconds.
const TRIES: u32 = 8;

pub(super) struct Writer {
    config: Config,
    place: String,
    /// None when it is lost.
    session: Option<Session>,
}

impl Writer {
    pub(super) async fn open(config: Config, place: String) -> Result<Self, StoreError> {
        let mut writer = Self { config, place, session: None };
        let mut failures = 0;
        while let Err(error) = writer.migrate().await {
            failures += 1;
            if !writer.recover(failures, &error).await {
                return Err(error);
            }
        }
        Ok(writer)
    }

    /// The connection, which is made anew if need be, with the lock.
    async fn session(&mut self) -> Result<&mut Session, StoreError> {
        if self.session.as_ref().is_none_or(Session::is_closed) {
            self.session = None;
            let session = Session::open(&self.config, &self.place).await?;
            let rows =
                session.query("SELECT pg_try_advisory_lock($1)", &[(&LOCK, Type::INT8)]).await?;
            if !rows.first().map_or(Ok(false), |row| session.column(row, 0))? {
                return Err(StoreError::Busy {
                    place: self.place.clone(),
                    detail: "another server has locked it".into(),
                });
            }
            return Ok(self.session.insert(session));
        }
        self.session.as_mut().ok_or(StoreError::Closed)
    }

    /// Brings the schema to the newest version, each step as a whole or not at all.
    async fn migrate(&mut self) -> Result<(), StoreError> {
        let place = self.place.clone();
        let session = self.session().await?;
        session
            .run("CREATE TABLE IF NOT EXISTS pixel_debate_schema (version BIGINT PRIMARY KEY)")
            .await?;
        let rows =
            session.query("SELECT coalesce(max(version), 0) FROM pixel_debate_schema", &[]).await?;
        let found: i64 = rows.first().map_or(Ok(0), |row| session.column(row, 0))?;
        let known = MIGRATIONS.len() as i64;
        let done = usize::try_from(found).ok().filter(|&found| found <= MIGRATIONS.len());
        let Some(done) = done else {
            return Err(StoreError::TooNew { place, found, known });
        };
        for (version, step) in (1..).zip(MIGRATIONS).skip(done) {
            let version: i64 = version;
            session
                .run(&format!(
                    "BEGIN; {step} INSERT INTO pixel_debate_schema VALUES ({version}); COMMIT"
                ))
                .await?;
        }
        Ok(())
    }
}

impl Backend for Writer {
    async fn look_up(&mut self, names: &[&str]) -> Result<Vec<Option<Known>>, StoreError> {
        let session = self.session().await?;
        // Every name has one row, in the order of the names.
        let rows = session
            .query(
                "SELECT place, ended,
                     coalesce((SELECT max(seq) FROM events WHERE debate = place), 0)
                 FROM unnest($1) WITH ORDINALITY AS names (id, number) LEFT JOIN debates USING (id)
                 ORDER BY number",
                &[(&names, Type::TEXT_ARRAY)],
            )
            .await?;
        let known = |row| {
            let Some(place) = session.column::<Option<i64>>(row, 0)? else { return Ok(None) };
            Ok(Some(Known {
                place: place.cast_unsigned(),
                ended: session.column(row, 1)?,
                last_seq: session.column::<i64>(row, 2)?.cast_unsigned(),
            }))
        };
        rows.iter().map(known).collect()
    }

    async fn last_place(&mut self) -> Result<u64, StoreError> {
        let session = self.session().await?;
        let rows = session.query("SELECT coalesce(max(place), 0) FROM debates", &[]).await?;
        let place: i64 = rows.first().map_or(Ok(0), |row| session.column(row, 0))?;
        Ok(place.cast_unsigned())
    }

    async fn commit(&mut self, plan: &Plan<'_>) -> Result<Vec<bool>, StoreError> {
        let session = self.session().await?;
        session.run("BEGIN").await?;
        match carry_out(session, plan).await {
            Ok(equal) => session.run("COMMIT").await.map(|()| equal),
            Err(error) => {
                // Where even this fails the connection goes, and the transaction with it.
                if session.run("ROLLBACK").await.is_err() {
                    self.session = None;
                }
                Err(error)
            }
        }
    }

    async fn recover(&mut self, failures: u32, error: &StoreError) -> bool {
        // Whatever the transaction came to: a new connection begins without one. Another session may
        // hold the lock for a moment, if it is our own that the database has not missed yet.
        self.session = None;
        let hopeful = matches!(error, StoreError::Unreachable { .. } | StoreError::Busy { .. });
        if !hopeful || failures > TRIES {
            return false;
        }
        if failures == 1 {
            warn!(%error, "the database failed: trying again");
        }
        sleep(Duration::from_millis(50 << failures.min(4))).await;
        true
    }

    async fn close(self) -> Result<(), StoreError> {
        // The database notices only after a moment that the connection is gone.
        match self.session {
            Some(session) => session.run("SELECT pg_advisory_unlock_all()").await,
            None => Ok(()),
        }
    }
}

async fn carry_out(session: &Session, plan: &Plan<'_>) -> Result<Vec<bool>, StoreError> {
    let Plan { debates, events, ends, repeats, check, refusals: _ } = plan;
    if !debates.is_empty() {
        insert_debates(session, debates).await?;
    }
    if !events.is_empty() {
        insert_events(session, events).await?;
    }
    if !ends.is_empty() {
        finish_debates(session, ends).await?;
    }
    if *check {
        session.query("UPDATE checks SET number = number + 1", &[]).await?;
    }
    let mut equal = Vec::with_capacity(repeats.len());
    for repeat in repeats {
        equal.push(is_stored(session, repeat).await?);
    }
    Ok(equal)
}

async fn insert_debates(
    session: &Session,
    debates: &[(u64, &NewDebate)],
) -> Result<(), StoreError> {
    let places: Vec<_> = debates.iter().map(|(place, _)| place.cast_signed()).collect();
    let ids: Vec<_> = debates.iter().map(|(_, debate)| debate.id.as_str()).collect();
    let created: Vec<_> = debates.iter().map(|(_, d)| d.created_ms.cast_signed()).collect();
    let setups: Vec<_> = debates.iter().map(|(_, debate)| &*debate.setup).collect();
    let secrets: Vec<_> = debates.iter().map(|(_, debate)| &*debate.secret).collect();
    let seats: Vec<_> = debates.iter().map(|(_, debate)| &*debate.seats).collect();
    session
        .query(
            "INSERT INTO debates (place, id, created_ms, setup, secret, seats)
             SELECT * FROM unnest($1, $2, $3, $4, $5, $6)",
            &[
                (&places, Type::INT8_ARRAY),
                (&ids, Type::TEXT_ARRAY),
                (&created, Type::INT8_ARRAY),
                (&setups, Type::BYTEA_ARRAY),
                (&secrets, Type::BYTEA_ARRAY),
                (&seats, Type::BYTEA_ARRAY),
            ],
        )
        .await?;
    Ok(())
}

async fn insert_events(session: &Session, events: &[NewEvent<'_>]) -> Result<(), StoreError> {
    let debates: Vec<_> = events.iter().map(|event| event.debate.cast_signed()).collect();
    let seqs: Vec<_> = events.iter().map(|event| event.seq.cast_signed()).collect();
    let bytes: Vec<_> = events.iter().map(|event| &**event.event).collect();
    session
        .query(
            "INSERT INTO events (debate, seq, event) SELECT * FROM unnest($1, $2, $3)",
            &[(&debates, Type::INT8_ARRAY), (&seqs, Type::INT8_ARRAY), (&bytes, Type::BYTEA_ARRAY)],
        )
        .await?;
    Ok(())
}

async fn finish_debates(session: &Session, ends: &[(u64, &Finish)]) -> Result<(), StoreError> {
    let places: Vec<_> = ends.iter().map(|(place, _)| place.cast_signed()).collect();
    let topics: Vec<_> = ends.iter().map(|(_, finish)| finish.topic.as_deref()).collect();
    let results: Vec<_> = ends.iter().map(|(_, finish)| &*finish.result).collect();
    session
        .query(
            "UPDATE debates SET ended = TRUE WHERE place = ANY ($1)",
            &[(&places, Type::INT8_ARRAY)],
        )
        .await?;
    session
        .query(
            "INSERT INTO results (debate, topic, result) SELECT * FROM unnest($1, $2, $3)",
            &[
                (&places, Type::INT8_ARRAY),
                (&topics, Type::TEXT_ARRAY),
                (&results, Type::BYTEA_ARRAY),
            ],
        )
        .await?;
    Ok(())
}

/// Whether the store holds just that.
async fn is_stored(session: &Session, repeat: &Repeat<'_>) -> Result<bool, StoreError> {
    let place = repeat.place.cast_signed();
    let rows = match repeat.what {
        Repeated::Debate(NewDebate { id, created_ms, setup, secret, seats }) => {
            session
                .query(
                    "SELECT 1 FROM debates WHERE place = $1 AND id = $2 AND created_ms = $3
                     AND setup = $4 AND secret = $5 AND seats = $6",
                    &[
                        (&place, Type::INT8),
                        (id, Type::TEXT),
                        (&created_ms.cast_signed(), Type::INT8),
                        (&&**setup, Type::BYTEA),
                        (&&**secret, Type::BYTEA),
                        (&&**seats, Type::BYTEA),
                    ],
                )
                .await?
        }
        Repeated::Event { seq, event, .. } => {
            session
                .query(
                    "SELECT 1 FROM events WHERE debate = $1 AND seq = $2 AND event = $3",
                    &[
                        (&place, Type::INT8),
                        (&seq.cast_signed(), Type::INT8),
                        (&&**event, Type::BYTEA),
                    ],
                )
                .await?
        }
    };
    Ok(!rows.is_empty())
}
