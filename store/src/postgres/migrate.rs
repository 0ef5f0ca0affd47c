//! The schema, in its newest version.

use tokio_postgres::types::Type;

use super::session::Session;
use super::{rows, schema};
use crate::error::StoreError;
use crate::seal::{self, Link};

/// What makes each version of the schema from the one before; the first makes version 1.
const MIGRATIONS: [&str; 4] = [
    include_str!("../../migrations/postgres/1-debates-and-events.sql"),
    include_str!("../../migrations/postgres/2-results.sql"),
    include_str!("../../migrations/postgres/3-seals.sql"),
    include_str!("../../migrations/postgres/4-judgments.sql"),
];

/// Makes the table that says which version the schema has.
const VERSIONS: &str =
    "CREATE TABLE IF NOT EXISTS pixel_debate_schema (version BIGINT PRIMARY KEY)";

/// The version from which on all rows are sealed.
const SEALED: i64 = 3;

/// How many rows are sealed at once.
const ROWS: i64 = 2000;

/// Brings the schema to the newest version, each step as a whole or not at all.
pub(super) async fn migrate(session: &Session, place: &str) -> Result<(), StoreError> {
    let done = schema::version(session, place, MIGRATIONS.len()).await?;
    for (version, step) in (1..).zip(MIGRATIONS).skip(done) {
        // A session that is given up in the middle takes its transaction with it.
        session.run(&format!("BEGIN; {VERSIONS}; {step}")).await?;
        if version == SEALED {
            seal_debates(session).await?;
            seal_events(session).await?;
            seal_results(session).await?;
        }
        let done = format!("INSERT INTO pixel_debate_schema VALUES ({version}); COMMIT");
        session.run(&done).await?;
    }
    Ok(())
}

/// Refuses a schema that is not of the newest version, and changes nothing.
pub(super) async fn read(session: &Session, place: &str) -> Result<(), StoreError> {
    match schema::version(session, place, MIGRATIONS.len()).await? {
        0 => Err(StoreError::NoStore { place: place.into() }),
        found if found < MIGRATIONS.len() => Err(StoreError::TooOld {
            place: place.into(),
            found: found as i64,
            known: MIGRATIONS.len() as i64,
        }),
        _ => Ok(()),
    }
}

async fn seal_debates(session: &Session) -> Result<(), StoreError> {
    let mut after: i64 = 0;
    loop {
        let sql = "SELECT place, id, created_ms, setup, secret, seats, ended, last FROM debates
            WHERE place > $1 ORDER BY place LIMIT $2";
        let rows = session.query(sql, &[(&after, Type::INT8), (&ROWS, Type::INT8)]).await?;
        let (mut places, mut seals, mut closings) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            let (place, debate) = rows::created(session, row)?;
            places.push(place);
            seals.push(seal::of_debate(place, &debate, 0));
            let (ended, last): (bool, _) = (session.column(row, 6)?, session.column(row, 7)?);
            closings.push(ended.then(|| seal::of_end(place, last)));
        }
        let Some(last) = places.last() else { return Ok(()) };
        after = *last;
        let sql = "UPDATE debates SET seal = new.seal, closing = new.closing
            FROM unnest($1, $2, $3) AS new (place, seal, closing) WHERE debates.place = new.place";
        let (places, seals) = ((&places as _, Type::INT8_ARRAY), (&seals as _, Type::INT8_ARRAY));
        session.query(sql, &[places, seals, (&closings, Type::INT8_ARRAY)]).await?;
    }
}

async fn seal_events(session: &Session) -> Result<(), StoreError> {
    let (mut debate, mut seq): (i64, i64) = (0, 0);
    loop {
        let sql = "SELECT debate, seq, event FROM events WHERE (debate, seq) > ($1, $2)
            ORDER BY debate, seq LIMIT $3";
        let after = [(&debate as _, Type::INT8), (&seq as _, Type::INT8), (&ROWS as _, Type::INT8)];
        let rows = session.query(sql, &after).await?;
        let (mut debates, mut seqs, mut seals) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            let event: Vec<u8> = session.column(row, 2)?;
            (debate, seq) = (session.column(row, 0)?, session.column(row, 1)?);
            debates.push(debate);
            seqs.push(seq);
            seals.push(seal::of_event(debate, seq, &event, Link::default()));
        }
        if rows.is_empty() {
            return Ok(());
        }
        let sql = "UPDATE events SET seal = new.seal
            FROM unnest($1, $2, $3) AS new (debate, seq, seal)
            WHERE events.debate = new.debate AND events.seq = new.seq";
        let (debates, seqs) = ((&debates as _, Type::INT8_ARRAY), (&seqs as _, Type::INT8_ARRAY));
        session.query(sql, &[debates, seqs, (&seals, Type::INT8_ARRAY)]).await?;
    }
}

async fn seal_results(session: &Session) -> Result<(), StoreError> {
    let mut after: i64 = 0;
    loop {
        let sql = "SELECT number, debate, id, ended_ms, topic, result FROM results
            JOIN debates ON place = debate WHERE number > $1 ORDER BY number LIMIT $2";
        let rows = session.query(sql, &[(&after, Type::INT8), (&ROWS, Type::INT8)]).await?;
        let (mut numbers, mut seals) = (Vec::<i64>::new(), Vec::new());
        for row in &rows {
            let id: String = session.column(row, 2)?;
            let ended_ms = session.column(row, 3)?;
            let topic: Option<String> = session.column(row, 4)?;
            let result: Option<Vec<u8>> = session.column(row, 5)?;
            numbers.push(session.column(row, 0)?);
            let debate = (session.column(row, 1)?, id.as_str());
            let (topic, result) = (topic.as_deref(), result.as_deref());
            seals.push(seal::of_result(0, debate, ended_ms, topic, result));
        }
        let Some(last) = numbers.last() else { return Ok(()) };
        after = *last;
        let sql = "UPDATE results SET seal = new.seal FROM unnest($1, $2) AS new (number, seal)
            WHERE results.number = new.number";
        let numbers = (&numbers as _, Type::INT8_ARRAY);
        session.query(sql, &[numbers, (&seals, Type::INT8_ARRAY)]).await?;
    }
}
