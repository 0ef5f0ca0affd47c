//! Debates as they are written.

use std::collections::HashMap;

use tokio_postgres::types::Type;

use super::session::Session;
use crate::error::StoreError;
use crate::ledger::End;
use crate::records::NewDebate;
use crate::seal;

/// Adds debates.
pub(super) async fn insert(
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

/// Notes that debates have ended, with their last events, and what came of them.
pub(super) async fn finish(
    session: &Session,
    ends: &[End<'_>],
    lasts: &HashMap<u64, i64>,
) -> Result<(), StoreError> {
    let Ends { places, lasts, closings, results, times, seals } = Ends::of(ends, lasts);
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
    let topics: Vec<_> = ends.iter().map(|end| end.finish.topic.as_deref()).collect();
    // Its age counts from the latest of its judgments, if that is later.
    session
        .query(
            "INSERT INTO results (debate, topic, result, ended_ms, seal, since_ms)
             SELECT *, greatest(ended_ms, (SELECT max(greatest(created_ms, judgments.ended_ms))
                 FROM judgments WHERE judgments.debate = new.debate))
             FROM unnest($1, $2, $3, $4, $5) AS new (debate, topic, result, ended_ms, seal)",
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

/// The columns of what ends, debates or judgments.
pub(super) struct Ends<'a> {
    pub(super) places: Vec<i64>,
    pub(super) lasts: Vec<Option<i64>>,
    pub(super) closings: Vec<i64>,
    pub(super) results: Vec<&'a [u8]>,
    pub(super) times: Vec<i64>,
    pub(super) seals: Vec<i64>,
}

impl<'a> Ends<'a> {
    /// Those of ends, with the numbers of the last events by place.
    pub(super) fn of(ends: &[End<'a>], lasts: &HashMap<u64, i64>) -> Self {
        let places: Vec<_> = ends.iter().map(|end| end.place.cast_signed()).collect();
        let lasts: Vec<_> = ends.iter().map(|end| lasts.get(&end.place).copied()).collect();
        let closing = |(place, last): (&i64, &Option<i64>)| seal::of_end(*place, *last);
        // Nothing numbers the results of judgments, and the database those of debates: the seal is over
        // all but the number.
        let seal =
            |end: &End<'_>| seal::of_finish(0, (end.place.cast_signed(), end.name.id), end.finish);
        Self {
            closings: places.iter().zip(&lasts).map(closing).collect(),
            results: ends.iter().map(|end| &*end.finish.result).collect(),
            times: ends.iter().map(|end| end.finish.ended_ms.cast_signed()).collect(),
            seals: ends.iter().map(seal).collect(),
            places,
            lasts,
        }
    }
}
