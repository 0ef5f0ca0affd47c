//! The writer's side of the database.

use std::collections::HashMap;
use std::time::Duration;

use backon::{ExponentialBuilder, RetryableWithContext};
use tokio_postgres::types::Type;

use super::migrate::migrate;
use super::session::{Lock, Session};
use super::target::Target;
use crate::error::StoreError;
use crate::ledger::{Group, Known, NewEvent, Repeat, Repeated};
use crate::page::{Prune, Pruned, bound};
use crate::records::{Finish, NewDebate};
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

    async fn look_up(&mut self, names: &[&str]) -> LookedUp {
        let session = self.session().await?;
        // Every name has one row, in the order of the names.
        let rows = session
            .query(
                "SELECT place, ended, last, closing,
                     coalesce((SELECT max(seq) FROM events WHERE debate = place), 0)
                 FROM unnest($1) WITH ORDINALITY AS names (id, number) LEFT JOIN debates USING (id)
                 ORDER BY number",
                &[(&names, Type::TEXT_ARRAY)],
            )
            .await?;
        let known = |(row, name): (_, &&str)| {
            let Some(place) = session.column::<Option<i64>>(row, 0)? else { return Ok(Ok(None)) };
            let (ended, last) = (session.column(row, 1)?, session.column(row, 2)?);
            if !seal::closes(place, ended, last, session.column(row, 3)?) {
                let detail = "its end has been altered".into();
                return Ok(Err(StoreError::Damaged { debate: (*name).to_owned(), detail }));
            }
            let last_seq = session.column::<i64>(row, 4)?.cast_unsigned();
            Ok(Ok(Some(Known { place: place.cast_unsigned(), ended, last_seq })))
        };
        rows.iter().zip(names).map(known).collect()
    }

    async fn last_place(&mut self) -> Result<u64, StoreError> {
        let session = self.session().await?;
        let rows = session.query("SELECT coalesce(max(place), 0) FROM debates", &[]).await?;
        let place: i64 = rows.first().map_or(Ok(0), |row| session.column(row, 0))?;
        Ok(place.cast_unsigned())
    }

    async fn commit(&mut self, plan: &Group<'_>) -> Result<Vec<bool>, StoreError> {
        self.transact(async |session| carry_out(session, plan).await).await
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
    let Group { debates, events, ends, repeats, check, refusals: _ } = plan;
    if !debates.is_empty() {
        insert_debates(session, debates).await?;
    }
    if !events.is_empty() {
        insert_events(session, events).await?;
    }
    if !ends.is_empty() {
        finish_debates(session, ends, events).await?;
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
    let seal =
        |(place, debate): &(u64, &NewDebate)| seal::of_debate(place.cast_signed(), debate, 0);
    let sealed: Vec<_> = debates.iter().map(seal).collect();
    session
        .query(
            "INSERT INTO debates (place, id, created_ms, setup, secret, seats, seal)
             SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)",
            &[
                (&places, Type::INT8_ARRAY),
                (&ids, Type::TEXT_ARRAY),
                (&created, Type::INT8_ARRAY),
                (&setups, Type::BYTEA_ARRAY),
                (&secrets, Type::BYTEA_ARRAY),
                (&seats, Type::BYTEA_ARRAY),
                (&sealed, Type::INT8_ARRAY),
            ],
        )
        .await?;
    Ok(())
}

async fn insert_events(session: &Session, events: &[NewEvent<'_>]) -> Result<(), StoreError> {
    let debates: Vec<_> = events.iter().map(|event| event.debate.cast_signed()).collect();
    let seqs: Vec<_> = events.iter().map(|event| event.seq.cast_signed()).collect();
    let bytes: Vec<_> = events.iter().map(|event| &**event.event).collect();
    let seal = |event: &NewEvent<'_>| {
        let (debate, seq) = (event.debate.cast_signed(), event.seq.cast_signed());
        seal::of_event(debate, seq, event.event, Link::default())
    };
    let seals: Vec<_> = events.iter().map(seal).collect();
    session
        .query(
            "INSERT INTO events (debate, seq, event, seal) SELECT * FROM unnest($1, $2, $3, $4)",
            &[
                (&debates, Type::INT8_ARRAY),
                (&seqs, Type::INT8_ARRAY),
                (&bytes, Type::BYTEA_ARRAY),
                (&seals, Type::INT8_ARRAY),
            ],
        )
        .await?;
    Ok(())
}

async fn finish_debates(
    session: &Session,
    ends: &[(u64, &str, &Finish)],
    events: &[NewEvent<'_>],
) -> Result<(), StoreError> {
    let places: Vec<_> = ends.iter().map(|(place, ..)| place.cast_signed()).collect();
    let seqs: HashMap<_, _> = events.iter().map(|event| (event.debate, event.seq)).collect();
    let lasts = ends.iter().map(|(place, ..)| seqs.get(place).map(|seq| seq.cast_signed()));
    let lasts: Vec<_> = lasts.collect();
    let closing = |(place, last): (&i64, &Option<i64>)| seal::of_end(*place, *last);
    let closings: Vec<_> = places.iter().zip(&lasts).map(closing).collect();
    session
        .query(
            "UPDATE debates SET ended = TRUE, last = new.last, closing = new.closing
             FROM unnest($1, $2, $3) AS new (place, last, closing) WHERE debates.place = new.place",
            &[
                (&places, Type::INT8_ARRAY),
                (&lasts, Type::INT8_ARRAY),
                (&closings, Type::INT8_ARRAY),
            ],
        )
        .await?;
    let topics: Vec<_> = ends.iter().map(|(.., finish)| finish.topic.as_deref()).collect();
    let results: Vec<_> = ends.iter().map(|(.., finish)| &*finish.result).collect();
    let times: Vec<_> = ends.iter().map(|(.., finish)| finish.ended_ms.cast_signed()).collect();
    // The database numbers them: the seal is over all but the number.
    let seal = |(place, id, finish): &(u64, &str, &Finish)| {
        seal::of_finish(0, (place.cast_signed(), id), finish)
    };
    let seals: Vec<_> = ends.iter().map(seal).collect();
    session
        .query(
            "INSERT INTO results (debate, topic, result, ended_ms, seal)
             SELECT * FROM unnest($1, $2, $3, $4, $5)",
            &[
                (&places, Type::INT8_ARRAY),
                (&topics, Type::TEXT_ARRAY),
                (&results, Type::BYTEA_ARRAY),
                (&times, Type::INT8_ARRAY),
                (&seals, Type::INT8_ARRAY),
            ],
        )
        .await?;
    Ok(())
}

/// Removes debates as far as one transaction goes. The newest stays, so that its place is given to no
/// other.
async fn prune(session: &Session, what: &Prune) -> Result<Pruned, StoreError> {
    let (before, most) = (bound(what.before_ms), i64::from(what.most));
    let sql = "SELECT debate FROM (SELECT * FROM results ORDER BY number LIMIT $2) AS oldest
        WHERE ended_ms < $1 AND debate < (SELECT max(place) FROM debates)";
    let rows = session.query(sql, &[(&before, Type::INT8), (&most, Type::INT8)]).await?;
    let mut places: Vec<i64> =
        rows.iter().map(|row| session.column(row, 0)).collect::<Result<_, _>>()?;
    // What has ended and lacks its result would stay for ever.
    let sql = "SELECT place FROM (SELECT * FROM debates ORDER BY place LIMIT $2) AS oldest
        WHERE ended AND created_ms < $1 AND place < (SELECT max(place) FROM debates)
            AND NOT EXISTS (SELECT 1 FROM results WHERE debate = place)";
    for row in session.query(sql, &[(&before, Type::INT8), (&most, Type::INT8)]).await? {
        places.push(session.column(&row, 0)?);
    }
    if what.unfinished && places.is_empty() {
        let sql = "SELECT place FROM debates WHERE NOT ended AND created_ms < $1
            AND place < (SELECT max(place) FROM debates) ORDER BY place LIMIT $2";
        let rows = session.query(sql, &[(&before, Type::INT8), (&most, Type::INT8)]).await?;
        places = rows.iter().map(|row| session.column(row, 0)).collect::<Result<_, _>>()?;
    }
    let removed = async |sql| {
        let rows = session.query(sql, &[(&places, Type::INT8_ARRAY)]).await?;
        let number: i64 = rows.first().map_or(Ok(0), |row| session.column(row, 0))?;
        Ok::<_, StoreError>(number.cast_unsigned())
    };
    removed(
        "WITH gone AS (DELETE FROM results WHERE debate = ANY ($1) RETURNING 1)
         SELECT count(*) FROM gone",
    )
    .await?;
    let events = removed(
        "WITH gone AS (DELETE FROM events WHERE debate = ANY ($1) RETURNING 1)
         SELECT count(*) FROM gone",
    )
    .await?;
    let debates = removed(
        "WITH gone AS (DELETE FROM debates WHERE place = ANY ($1) RETURNING 1)
         SELECT count(*) FROM gone",
    )
    .await?;
    Ok(Pruned { debates, events })
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
