//! What a schema is made of, held to the letter against what the migrations make: anything else could alter
//! what is written, or what is read, or lose it.
//!
//! What belongs to which version is written down here and not asked of a database, since who only reads may
//! make nothing to compare with, not even for a moment. The tests hold it against the migrations.

use tokio_postgres::types::Type;

use super::session::Session;
use crate::error::StoreError;

/// The table that says which version the schema has.
const VERSIONS: &str = "pixel_debate_schema";

/// What it is made of: names, and what they are.
const OF_VERSIONS: [(&str, &str); 3] = [
    (VERSIONS, "a table"),
    ("pixel_debate_schema.version", "a column of bigint NOT NULL"),
    ("PRIMARY KEY (version)", "a constraint of pixel_debate_schema"),
];

/// The other tables.
const TABLES: [&str; 5] = ["debates", "events", "checks", "results", "judgments"];

/// What they are made of: the version since which it is there, its name, and what it is.
const PARTS: [(i64, &str, &str); 54] = [
    (1, "debates", "a table"),
    (1, "events", "a table"),
    (1, "checks", "a table"),
    (2, "results", "a table"),
    (4, "judgments", "a table"),
    (1, "debates.place", "a column of bigint NOT NULL"),
    (1, "debates.id", "a column of text NOT NULL"),
    (1, "debates.created_ms", "a column of bigint NOT NULL"),
    (1, "debates.setup", "a column of bytea NOT NULL"),
    (1, "debates.secret", "a column of bytea NOT NULL"),
    (1, "debates.seats", "a column of bytea NOT NULL"),
    (1, "debates.ended", "a column of boolean NOT NULL DEFAULT false"),
    (3, "debates.seal", "a column of bigint NOT NULL DEFAULT 0"),
    (3, "debates.last", "a column of bigint"),
    (3, "debates.closing", "a column of bigint"),
    (1, "events.debate", "a column of bigint NOT NULL"),
    (1, "events.seq", "a column of bigint NOT NULL"),
    (1, "events.event", "a column of bytea NOT NULL"),
    (3, "events.seal", "a column of bigint NOT NULL DEFAULT 0"),
    (1, "checks.number", "a column of bigint NOT NULL"),
    (2, "results.number", "a column of bigint NOT NULL GENERATED ALWAYS AS IDENTITY"),
    (2, "results.debate", "a column of bigint NOT NULL"),
    (2, "results.topic", "a column of text"),
    (2, "results.result", "a column of bytea"),
    (3, "results.ended_ms", "a column of bigint NOT NULL DEFAULT 0"),
    (3, "results.seal", "a column of bigint NOT NULL DEFAULT 0"),
    (4, "results.since_ms", "a column of bigint NOT NULL DEFAULT 0"),
    (4, "judgments.place", "a column of bigint NOT NULL"),
    (4, "judgments.id", "a column of text NOT NULL"),
    (4, "judgments.debate", "a column of bigint NOT NULL"),
    (4, "judgments.judge", "a column of text"),
    (4, "judgments.created_ms", "a column of bigint NOT NULL"),
    (4, "judgments.setup", "a column of bytea NOT NULL"),
    (4, "judgments.secret", "a column of bytea NOT NULL"),
    (4, "judgments.seal", "a column of bigint NOT NULL"),
    (4, "judgments.ended", "a column of boolean NOT NULL DEFAULT false"),
    (4, "judgments.last", "a column of bigint"),
    (4, "judgments.closing", "a column of bigint"),
    (4, "judgments.result", "a column of bytea"),
    (4, "judgments.ended_ms", "a column of bigint"),
    (4, "judgments.result_seal", "a column of bigint"),
    (1, "PRIMARY KEY (place)", "a constraint of debates"),
    (1, "UNIQUE (id)", "a constraint of debates"),
    (1, "PRIMARY KEY (debate, seq)", "a constraint of events"),
    (2, "PRIMARY KEY (number)", "a constraint of results"),
    (2, "UNIQUE (debate)", "a constraint of results"),
    (4, "PRIMARY KEY (place)", "a constraint of judgments"),
    (4, "UNIQUE (id)", "a constraint of judgments"),
    (1, "unfinished_debates", "an index of debates, btree (place) WHERE (NOT ended)"),
    (2, "results_on_a_topic", "an index of results, btree (topic, number)"),
    (4, "results_by_age", "an index of results, btree (since_ms, number)"),
    (4, "unfinished_judgments", "an index of judgments, btree (place) WHERE (NOT ended)"),
    (4, "judgments_of_a_debate", "an index of judgments, btree (debate, place)"),
    (4, "judgments_by_a_judge", "an index of judgments, btree (judge, place)"),
];

/// What the tables of these names are made of, in the words of [`PARTS`]; with the second parameter only those
/// where a new table would come to be. Constraints go by what they demand, for their names say nothing, and
/// their indices belong to them.
const FOUND: &str = "
WITH known AS (
    SELECT oid, relname::TEXT AS name, relkind, relpersistence, relrowsecurity FROM pg_class
    WHERE relname = ANY ($1) AND pg_table_is_visible(oid) AND (NOT $2 OR relnamespace =
        (SELECT oid FROM pg_namespace WHERE nspname = current_schema()))
)
SELECT 1, name, CASE relkind
        WHEN 'r' THEN 'a table' WHEN 'p' THEN 'a table in parts' WHEN 'f' THEN 'a table elsewhere'
        WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a view that is kept' WHEN 'S' THEN 'a sequence'
        WHEN 'c' THEN 'a type' ELSE 'an index' END
    || CASE relpersistence
        WHEN 'u' THEN ' that a crash empties' WHEN 't' THEN ' of one session' ELSE '' END
    || CASE WHEN relrowsecurity THEN ' that shows rows by rules' ELSE '' END
    || CASE WHEN EXISTS (SELECT 1 FROM pg_inherits WHERE oid IN (inhparent, inhrelid))
        THEN ' with heirs or parents' ELSE '' END
FROM known
UNION ALL
SELECT 2, name || '.' || attname, 'a column of ' || format_type(atttypid, atttypmod)
    || coalesce((SELECT ' COLLATE ' || collname FROM pg_collation, pg_type WHERE pg_type.oid = atttypid
        AND pg_collation.oid = attcollation AND attcollation <> typcollation), '')
    || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
    || CASE attidentity WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY'
        WHEN 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY' ELSE '' END
    || CASE WHEN atthasdef
        THEN CASE attgenerated WHEN '' THEN ' DEFAULT ' ELSE ' GENERATED ALWAYS AS ' END
            || replace(replace((SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
                WHERE adrelid = attrelid AND adnum = attnum), '''', ''), '::bigint', '')
        ELSE '' END
FROM pg_attribute JOIN known ON attrelid = known.oid
WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'f', 'v', 'm')
UNION ALL
SELECT 3, pg_get_constraintdef(pg_constraint.oid), 'a constraint of ' || conrelid::regclass
FROM pg_constraint JOIN known ON known.oid IN (conrelid, confrelid)
WHERE contype <> 'n'
UNION ALL
SELECT 4, relname::TEXT, 'an index of ' || name
    || CASE WHEN indisvalid THEN ', ' ELSE ' that is not valid, ' END
    || CASE WHEN indisunique THEN 'unique ' ELSE '' END
    || substring(pg_get_indexdef(indexrelid) FROM ' USING (.*)$')
FROM pg_index JOIN known ON indrelid = known.oid JOIN pg_class ON pg_class.oid = indexrelid
WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
UNION ALL
SELECT 5, tgname::TEXT, 'a trigger of ' || name
FROM pg_trigger JOIN known ON tgrelid = known.oid WHERE NOT tgisinternal
UNION ALL
SELECT 6, rulename::TEXT, 'a rule of ' || name FROM pg_rewrite JOIN known ON ev_class = known.oid
ORDER BY 1";

/// Something in a schema: its name, and what it is.
type Part = (String, String);

/// The version of the schema, once it is known to be made of what belongs to that version and of nothing else;
/// 0 where there is none, and nothing where it would come to be.
pub(super) async fn version(
    session: &Session,
    place: &str,
    known: usize,
) -> Result<usize, StoreError> {
    let refused = |detail| StoreError::Corrupt { place: place.into(), detail };
    let versions = parts(session, &[VERSIONS], false).await?;
    let mut found: i64 = 0;
    if !versions.is_empty() {
        fault(&versions, &OF_VERSIONS).map_or(Ok(()), |fault| Err(refused(fault)))?;
        let sql = "SELECT coalesce(max(version), 0) FROM pixel_debate_schema";
        let rows = session.query(sql, &[]).await?;
        found = rows.first().map_or(Ok(0), |row| session.column(row, 0))?;
    }
    let Some(done) = usize::try_from(found).ok().filter(|&found| found <= known) else {
        return Err(StoreError::TooNew { place: place.into(), found, known: known as i64 });
    };
    let parts = parts(session, &TABLES, done == 0).await?;
    if let (0, Some((name, what))) = (done, parts.first()) {
        let detail = format!("{name}, {what}, is there already, and of another program");
        return Err(refused(detail));
    }
    let expected: Vec<_> = PARTS
        .iter()
        .filter(|(since, ..)| *since <= found)
        .map(|&(_, name, what)| (name, what))
        .collect();
    fault(&parts, &expected).map_or(Ok(done), |fault| Err(refused(fault)))
}

/// What these tables are made of, as far as they are there; or as far as they are where a new table would come
/// to be.
async fn parts(session: &Session, tables: &[&str], here: bool) -> Result<Vec<Part>, StoreError> {
    let params = [(&tables as _, Type::TEXT_ARRAY), (&here as _, Type::BOOL)];
    let rows = session.query(FOUND, &params).await?;
    rows.iter().map(|row| Ok((session.column(row, 1)?, session.column(row, 2)?))).collect()
}

/// What is wrong with a schema that is made of this where that is expected.
fn fault(found: &[Part], expected: &[(&str, &str)]) -> Option<String> {
    let is = |found: &Part, (name, what): (&str, &str)| found.0 == name && found.1 == what;
    let strange = |part: &&Part| !expected.iter().any(|&expected| is(part, expected));
    if let Some((name, what)) = found.iter().find(strange) {
        return Some(match expected.iter().find(|(expected, _)| expected == name) {
            Some((_, meant)) => {
                format!("its schema has {name}, {what}, where this program makes {meant}")
            }
            None => format!("its schema has {name}, {what}, which is none of this program's"),
        });
    }
    let lacking = expected.iter().find(|&&expected| !found.iter().any(|found| is(found, expected)));
    lacking.map(|(name, what)| format!("its schema lacks {name}, {what}"))
}
