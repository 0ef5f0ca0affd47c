//! Judgments as they are written.

use std::collections::HashMap;

use tokio_postgres::types::Type;

use super::debates::Ends;
use super::session::Session;
use crate::error::StoreError;
use crate::ledger::{End, Placed};
use crate::seal;

/// From that time on the age of a debate counts, if it has ended earlier. The times of each follow.
const KEEP: &str = "UPDATE results SET since_ms = new.at FROM (
    SELECT debate, max(at) AS at FROM times GROUP BY debate) AS new
    WHERE results.debate = new.debate AND since_ms < new.at";

/// Adds judgments.
pub(super) async fn insert(session: &Session, judgments: &[Placed<'_>]) -> Result<(), StoreError> {
    let places: Vec<_> = judgments.iter().map(|new| new.place.cast_signed()).collect();
    let debates: Vec<_> = judgments.iter().map(|new| new.debate.cast_signed()).collect();
    let all = || judgments.iter().map(|new| new.judgment);
    let ids: Vec<_> = all().map(|judgment| judgment.id.as_str()).collect();
    let judges: Vec<_> = all().map(|judgment| judgment.judge.as_deref()).collect();
    let created: Vec<_> = all().map(|judgment| judgment.created_ms.cast_signed()).collect();
    let setups: Vec<_> = all().map(|judgment| &*judgment.setup).collect();
    let secrets: Vec<_> = all().map(|judgment| &*judgment.secret).collect();
    let seal = |new: &Placed<'_>| {
        seal::of_judgment(new.place.cast_signed(), new.debate.cast_signed(), new.judgment, 0)
    };
    let seals: Vec<_> = judgments.iter().map(seal).collect();
    let sql = format!(
        "WITH times AS (INSERT INTO judgments
             (place, debate, id, judge, created_ms, setup, secret, seal)
             SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
             RETURNING debate, created_ms AS at) {KEEP}"
    );
    session
        .query(
            &sql,
            &[
                (&places, Type::INT8_ARRAY),
                (&debates, Type::INT8_ARRAY),
                (&ids, Type::TEXT_ARRAY),
                (&judges, Type::TEXT_ARRAY),
                (&created, Type::INT8_ARRAY),
                (&setups, Type::BYTEA_ARRAY),
                (&secrets, Type::BYTEA_ARRAY),
                (&seals, Type::INT8_ARRAY),
            ],
        )
        .await?;
    Ok(())
}

/// Notes that judgments have ended, with their last events, and what came of them.
pub(super) async fn finish(
    session: &Session,
    ends: &[End<'_>],
    lasts: &HashMap<u64, i64>,
) -> Result<(), StoreError> {
    let Ends { places, lasts, closings, results, times, seals } = Ends::of(ends, lasts);
    let sql = format!(
        "WITH times AS (UPDATE judgments SET ended = TRUE, last = new.last, closing = new.closing,
                 result = new.result, ended_ms = new.ended_ms, result_seal = new.seal
             FROM unnest($1, $2, $3, $4, $5, $6)
                 AS new (place, last, closing, result, ended_ms, seal)
             WHERE judgments.place = new.place
             RETURNING debate, judgments.ended_ms AS at) {KEEP}"
    );
    session
        .query(
            &sql,
            &[
                (&places, Type::INT8_ARRAY),
                (&lasts, Type::INT8_ARRAY),
                (&closings, Type::INT8_ARRAY),
                (&results, Type::BYTEA_ARRAY),
                (&times, Type::INT8_ARRAY),
                (&seals, Type::INT8_ARRAY),
            ],
        )
        .await?;
    Ok(())
}
