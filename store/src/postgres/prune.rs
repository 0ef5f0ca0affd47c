//! Removing debates that ended long ago, and their judgments with them.

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::session::Session;
use crate::error::StoreError;
use crate::page::{Prune, Pruned, bound};

/// The debates that have not ended, and were created and last judged before.
const UNFINISHED: &str = "FROM debates WHERE NOT ended AND created_ms < $1 AND NOT EXISTS (
    SELECT 1 FROM judgments WHERE debate = debates.place AND greatest(created_ms, ended_ms) >= $1)";

/// How many debates that are not damaged would be removed, with the parameter when they are too old: `$1`.
pub(super) fn removable() -> String {
    format!(
        "SELECT (SELECT count(*) FROM results WHERE since_ms < $1) + (SELECT count(*) {UNFINISHED})"
    )
}

/// The debate that has the newest place, or of which a judgment has it: it stays, so that its place is given
/// to no other.
const NEWEST: &str = "SELECT coalesce((SELECT debate FROM judgments WHERE place = newest), newest)
    FROM (SELECT greatest((SELECT max(place) FROM debates), (SELECT max(place) FROM judgments)) AS newest)
        AS places";

/// Removes debates as far as one transaction goes.
pub(super) async fn prune(session: &Session, what: &Prune) -> Result<Pruned, StoreError> {
    let (before, most) = (bound(what.before_ms), i64::from(what.most));
    let params = [(&before as _, Type::INT8), (&most as _, Type::INT8)];
    let ended = if what.unfinished {
        "true"
    } else {
        "NOT EXISTS (SELECT 1 FROM judgments WHERE judgments.debate = results.debate AND NOT ended)"
    };
    let judged = "(SELECT count(*) FROM judgments WHERE judgments.debate = old.place)";
    let sql = format!(
        "SELECT place, {judged} FROM (SELECT debate AS place FROM results
             WHERE since_ms < $1 AND debate <> ({NEWEST}) AND {ended} ORDER BY since_ms, number LIMIT $2) AS old"
    );
    let mut going = Going { session, places: Vec::new(), judgments: 0, most: what.judgments() };
    going.add(&session.query(&sql, &params).await?)?;
    // What has ended and lacks its result would stay for ever.
    let sql = format!(
        "SELECT place, {judged} FROM (SELECT * FROM debates ORDER BY place LIMIT $2) AS old
         WHERE ended AND created_ms < $1 AND place <> ({NEWEST})
             AND NOT EXISTS (SELECT 1 FROM results WHERE debate = place)
             AND NOT EXISTS (SELECT 1 FROM judgments
                 WHERE judgments.debate = old.place AND greatest(created_ms, ended_ms) >= $1)"
    );
    going.add(&session.query(&sql, &params).await?)?;
    if what.unfinished && going.places.is_empty() {
        let sql = format!(
            "SELECT place, {judged} FROM (SELECT place {UNFINISHED} AND place <> ({NEWEST})
                 ORDER BY place LIMIT $2) AS old"
        );
        going.add(&session.query(&sql, &params).await?)?;
    }
    let places = going.places;
    let removed = async |what, places: &[i64]| -> Result<Vec<Row>, StoreError> {
        let sql = format!("DELETE FROM {what} = ANY ($1) RETURNING 1");
        session.query(&sql, &[(&places, Type::INT8_ARRAY)]).await
    };
    removed("results WHERE debate", &places).await?;
    let sql = "DELETE FROM judgments WHERE debate = ANY ($1) RETURNING place";
    let judgments = session.query(sql, &[(&places, Type::INT8_ARRAY)]).await?;
    let mut streams = places.clone();
    for row in &judgments {
        streams.push(session.column(row, 0)?);
    }
    let events = removed("events WHERE debate", &streams).await?.len() as u64;
    let debates = removed("debates WHERE place", &places).await?.len() as u64;
    Ok(Pruned { debates, judgments: judgments.len() as u64, events })
}

/// The debates that a transaction removes.
struct Going<'a> {
    session: &'a Session,
    places: Vec<i64>,
    /// How many judgments they have.
    judgments: u64,
    /// From how many judgments on no further debate goes.
    most: u64,
}

impl Going<'_> {
    /// Adds debates, each with how many judgments it has.
    fn add(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        for row in rows {
            if self.judgments >= self.most {
                break;
            }
            self.places.push(self.session.column(row, 0)?);
            self.judgments += self.session.column::<i64>(row, 1)?.cast_unsigned();
        }
        Ok(())
    }
}
