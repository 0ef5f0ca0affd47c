//! The writer's side of the database.

use std::time::Duration;

use backon::{ExponentialBuilder, RetryableWithContext};
use tokio_postgres::types::Type;

use super::migrate::migrate;
use super::prune::prune;
use super::remove::{LAST_REMOVED, remove_judgment};
use super::rows::{self, known};
use super::session::{Lock, Session};
use super::target::Target;
use super::{debates, judgments};
use crate::error::StoreError;
use crate::fault::Fault;
use crate::ledger::{Group, NewEvent, Repeat, Repeated};
use crate::name::Kind;
use crate::page::{Prune, Pruned};
use crate::records::{NewDebate, NewJudgment};
use crate::seal::{self, Link};
use crate::writer::{Backend, LookedUp, may_pass, warn_once};

pub(super) struct PostgresWriter {
    target: Target,
    place: String,
    /// None when it is lost.
    session: Option<Session>,
}

impl PostgresWriter {
    pub(super) async fn open(target: Target, place: String) -> Result<Self, StoreError> {
        let writer = Self { target, place, session: None };
        let attempt = |mut writer: Self| async {
            let migrated = writer.migrate().await;
            if migrated.is_err() {
                writer.reset();
            }
            (writer, migrated)
        };
        let retry = attempt.retry(Self::PAUSES).context(writer).when(may_pass);
        let (writer, migrated) = retry.notify(warn_once()).await;
        migrated.map(|()| writer)
    }

    /// The connection, which is made anew if need be, with the lock.
    async fn session(&mut self) -> Result<&mut Session, StoreError> {
        if self.session.as_ref().is_none_or(Session::is_closed) {
            self.session = None;
            let session = Session::open(&self.target, &self.place).await?;
            session.lock(Lock::Alone).await?;
            return Ok(self.session.insert(session));
        }
        self.session.as_mut().ok_or(StoreError::Closed)
    }

    async fn migrate(&mut self) -> Result<(), StoreError> {
        let place = self.place.clone();
        migrate(self.session().await?, &place).await
    }

    /// Carries out one transaction.
    async fn transact<T>(
        &mut self,
        work: impl AsyncFnOnce(&Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let session = self.session().await?;
        session.run("BEGIN").await?;
        match work(session).await {
            Ok(done) => session.run("COMMIT").await.map(|()| done),
            Err(error) => {
                // Where even this fails the connection goes, and the transaction with it.
                if session.run("ROLLBACK").await.is_err() {
                    self.session = None;
                }
                Err(error)
            }
        }
    }
}

impl Backend for PostgresWriter {
    // For about five seconds. Another session may hold the lock for a moment, if it is our own that the
    // database has not missed yet.
    const PAUSES: ExponentialBuilder = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_millis(800))
        .with_max_times(8);

    async fn look_up(&mut self, kind: Kind, names: &[&str]) -> LookedUp {
        let session = self.session().await?;
        let sql = rows::with_names(kind);
        let rows = session.query(&sql, &[(&names, Type::TEXT_ARRAY)]).await?;
        let known = rows.iter().zip(names).map(|(row, name)| match known(session, kind, row) {
            Ok(known) => Ok(Ok(known)),
            Err(Fault::Damaged(detail)) => {
                Ok(Err(StoreError::Damaged { of: kind.named(*name), detail }))
            }
            Err(Fault::Failed(error)) => Err(error),
        });
        known.collect()
    }

    async fn last_place(&mut self) -> Result<u64, StoreError> {
        let session = self.session().await?;
        let sql = format!(
            "SELECT coalesce(greatest((SELECT max(place) FROM debates),
                (SELECT max(place) FROM judgments), ({LAST_REMOVED})), 0)"
        );
        let rows = session.query(&sql, &[]).await?;
        let place: i64 = rows.first().map_or(Ok(0), |row| session.column(row, 0))?;
        Ok(place.cast_unsigned())
    }

    async fn commit(&mut self, plan: &Group<'_>) -> Result<Vec<bool>, StoreError> {
        self.transact(async |session| carry_out(session, plan).await).await
    }

    async fn remove_judgment(&mut self, id: &str) -> Result<bool, StoreError> {
        self.transact(async |session| remove_judgment(session, id).await).await
    }

    async fn prune(&mut self, what: &Prune) -> Result<Pruned, StoreError> {
        self.transact(async |session| prune(session, what).await).await
    }

    async fn compact(&mut self) -> Result<(), StoreError> {
        // The database gives the room to new rows by itself.
        Ok(())
    }

    fn reset(&mut self) {
        // Whatever the transaction came to: a new connection begins without one.
        self.session = None;
    }

    async fn close(self) -> Result<(), StoreError> {
        // The database notices only after a moment that the connection is gone.
        match self.session {
            Some(session) => session.run("SELECT pg_advisory_unlock_all()").await,
            None => Ok(()),
        }
    }
}

async fn carry_out(session: &Session, plan: &Group<'_>) -> Result<Vec<bool>, StoreError> {
    let Group { debates, judgments, events, ends: _, repeats, check, refusals: _ } = plan;
    if !debates.is_empty() {
        debates::insert(session, debates).await?;
    }
    if !judgments.is_empty() {
        judgments::insert(session, judgments).await?;
    }
    if !events.is_empty() {
        insert_events(session, events).await?;
    }
    let lasts = events.iter().map(|event| (event.place, event.seq.cast_signed())).collect();
    // In this order: a debate's age counts from the latest of its judgments.
    for kind in [Kind::Judgment, Kind::Debate] {
        let ends = plan.ends_of(kind);
        match kind {
            _ if ends.is_empty() => {}
            Kind::Judgment => judgments::finish(session, &ends, &lasts).await?,
            Kind::Debate => debates::finish(session, &ends, &lasts).await?,
        }
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

async fn insert_events(session: &Session, events: &[NewEvent<'_>]) -> Result<(), StoreError> {
    let places: Vec<_> = events.iter().map(|event| event.place.cast_signed()).collect();
    let seqs: Vec<_> = events.iter().map(|event| event.seq.cast_signed()).collect();
    let bytes: Vec<_> = events.iter().map(|event| &**event.event).collect();
    let seal = |event: &NewEvent<'_>| {
        let (place, seq) = (event.place.cast_signed(), event.seq.cast_signed());
        seal::of_event(place, seq, event.event, Link::default())
    };
    let seals: Vec<_> = events.iter().map(seal).collect();
    session
        .query(
            "INSERT INTO events (debate, seq, event, seal) SELECT * FROM unnest($1, $2, $3, $4)",
            &[
                (&places, Type::INT8_ARRAY),
                (&seqs, Type::INT8_ARRAY),
                (&bytes, Type::BYTEA_ARRAY),
                (&seals, Type::INT8_ARRAY),
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
        Repeated::Judgment(NewJudgment { id, debate, judge, created_ms, setup, secret }) => {
            session
                .query(
                    "SELECT 1 FROM judgments WHERE place = $1 AND id = $2 AND created_ms = $3
                     AND setup = $4 AND secret = $5 AND judge IS NOT DISTINCT FROM $6
                     AND debate = (SELECT place FROM debates WHERE id = $7)",
                    &[
                        (&place, Type::INT8),
                        (id, Type::TEXT),
                        (&created_ms.cast_signed(), Type::INT8),
                        (&&**setup, Type::BYTEA),
                        (&&**secret, Type::BYTEA),
                        (judge, Type::TEXT),
                        (debate, Type::TEXT),
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

#[cfg(test)]
mod tests {
    use backon::BackoffBuilder;

    use super::*;

    #[test]
    fn a_group_is_tried_again_for_about_five_seconds() {
        let pauses: Vec<_> =
            PostgresWriter::PAUSES.build().map(|pause| pause.as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 800, 800, 800, 800]);
    }
}
