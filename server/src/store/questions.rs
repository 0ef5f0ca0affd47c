//! What both stores are asked for, in the SQL that both understand: SQLite numbers `$1` and `$2` in
//! the order in which they stand.

/// A debate's columns, the last of them what came of it. What says how many events it has follows,
/// then the table, and then which debates are asked for.
pub(super) const DEBATE: &str = "SELECT place, id, created_ms, setup, secret, seats, ended, \
    (SELECT result FROM results WHERE debate = place)";

/// The one named `$1`.
pub(super) const NAMED: &str = "WHERE id = $1";

/// Up to `$2` with places below `$1`, the newest first.
pub(super) const RECENT: &str = "WHERE place < $1 ORDER BY place DESC LIMIT $2";

/// Up to `$2` results with numbers above `$1`, in order.
pub(super) const RESULTS: &str = "SELECT number, id, result FROM results \
    JOIN debates ON place = debate WHERE number > $1 ORDER BY number LIMIT $2";

/// Up to `$2` results on the topic `$1`, the latest first.
pub(super) const RESULTS_ON: &str = "SELECT number, id, result FROM results \
    JOIN debates ON place = debate WHERE topic = $1 ORDER BY number DESC LIMIT $2";

/// A number as both stores count, which have no larger ones.
pub(super) fn bound(number: u64) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
