//! Removing one judgment, whatever becomes of its debate.

use tokio_postgres::types::Type;

use super::rows::{self, known};
use super::session::Session;
use crate::error::StoreError;
use crate::fault::Fault;
use crate::ledger::Known;
use crate::name::{Kind, Name};
use crate::seal::{self, Link};

/// The highest place of a judgment that was removed by its name: it is given to no other. It is the number of the
/// only event of nobody, whose place is 0.
pub(super) const LAST_REMOVED: &str = "SELECT seq FROM events WHERE debate = 0";

/// Removes the judgment of that name with its events, and says whether there was one.
pub(super) async fn remove_judgment(session: &Session, id: &str) -> Result<bool, StoreError> {
    let sql = rows::with_names(Kind::Judgment);
    let found = session.query(&sql, &[(&[id].as_slice(), Type::TEXT_ARRAY)]).await?;
    let Some(row) = found.first() else { return Ok(false) };
    let place = match known(session, Kind::Judgment, row) {
        Ok(None) => return Ok(false),
        Ok(Some(Known { place, .. })) => place.cast_signed(),
        Err(Fault::Damaged(detail)) => {
            return Err(StoreError::Damaged { of: Name::Judgment(id.into()), detail });
        }
        Err(Fault::Failed(error)) => return Err(error),
    };
    let of_it: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 1] = [(&place, Type::INT8)];
    session.query("DELETE FROM events WHERE debate = $1", &of_it).await?;
    let last = session.query(LAST_REMOVED, &[]).await?;
    let last: i64 = last.first().map_or(Ok(0), |row| session.column(row, 0))?;
    let last = last.max(place);
    let sealed = seal::of_event(0, last, &[], Link::default());
    session.query("DELETE FROM events WHERE debate = 0", &[]).await?;
    let sql = "INSERT INTO events (debate, seq, event, seal) VALUES (0, $1, '', $2)";
    session.query(sql, &[(&last, Type::INT8), (&sealed, Type::INT8)]).await?;
    // From the latest of the other judgments on the debate's age counts.
    let sql = "WITH removed AS (DELETE FROM judgments WHERE place = $1 RETURNING debate)
        UPDATE results SET since_ms = greatest(ended_ms, (
            SELECT max(greatest(judgments.created_ms, judgments.ended_ms)) FROM judgments
            WHERE judgments.debate = results.debate AND judgments.place <> $1))
        FROM removed WHERE results.debate = removed.debate";
    session.query(sql, &of_it).await?;
    Ok(true)
}
