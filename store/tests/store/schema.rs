//! A store with something in its schema that is of another program, or made otherwise than by this one, is
//! refused by name.

use pixel_debate_store::{Place, Store, StoreError};
use rusqlite::Connection;
use tokio_postgres::Client;

use crate::database::connect;
use crate::places::NewPlace;

#[tokio::test]
async fn a_file_with_something_of_another_program_in_its_schema_is_refused_by_name() {
    for (alteration, name, undo) in [
        (
            "CREATE TRIGGER thief AFTER INSERT ON debates BEGIN DELETE FROM debates; END",
            "\"thief\", a trigger of debates",
            "DROP TRIGGER thief",
        ),
        (
            "ALTER TABLE checks RENAME TO others; CREATE VIEW checks AS SELECT * FROM others",
            "\"checks\", a view",
            "DROP VIEW checks; ALTER TABLE others RENAME TO checks",
        ),
        ("CREATE TABLE mine (x)", "\"mine\", a table of x", "DROP TABLE mine"),
        ("CREATE INDEX slow ON events (event)", "\"slow\", an index", "DROP INDEX slow"),
        (
            "ALTER TABLE results ADD COLUMN note TEXT",
            "\"results\", a table of number INTEGER",
            "ALTER TABLE results DROP COLUMN note",
        ),
        (
            "ALTER TABLE holder RENAME TO nobody",
            "\"nobody\"",
            "ALTER TABLE nobody RENAME TO holder",
        ),
        (
            "CREATE TRIGGER thief BEFORE DELETE ON judgments BEGIN SELECT RAISE(IGNORE); END",
            "\"thief\", a trigger of judgments",
            "DROP TRIGGER thief",
        ),
        (
            "ALTER TABLE judgments ADD COLUMN note TEXT",
            "\"judgments\", a table of place INTEGER",
            "ALTER TABLE judgments DROP COLUMN note",
        ),
    ] {
        let place = NewPlace::file();
        place.open().await.close().await.unwrap();
        let file = Connection::open(&place.text).unwrap();
        file.execute_batch(alteration).unwrap();
        let error = place.try_open().await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{alteration}: {error}");
        assert!(error.to_string().contains(name), "{error}");
        file.execute_batch(undo).unwrap();
        // What SQLite counts for itself does no harm.
        file.execute_batch("ANALYZE").unwrap();
        place.open().await.close().await.unwrap();
    }
    for (name, table) in [
        ("results_on_a_topic", "results"),
        ("results_by_age", "results"),
        ("unfinished_judgments", "judgments"),
        ("judgments_of_a_debate", "judgments"),
        ("judgments_by_a_judge", "judgments"),
    ] {
        let place = NewPlace::file();
        place.open().await.close().await.unwrap();
        let file = Connection::open(&place.text).unwrap();
        file.execute_batch(&format!("DROP INDEX {name}")).unwrap();
        let error = place.try_open().await.unwrap_err().to_string();
        assert!(error.contains(&format!("lacks {name:?}, an index of {table}")), "{error}");
    }
}

#[tokio::test]
async fn a_file_whose_schema_is_made_otherwise_is_refused_by_name() {
    let made = |name: &str, from: &str, to: &str| {
        format!(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}') WHERE name = '{name}'"
        )
    };
    let otherwise = "made otherwise than by this program";
    for (alteration, wanted) in [
        (made("checks", "INTEGER NOT NULL", "INTEGER NOT NULL CHECK (number < 2)"), otherwise),
        (made("debates", "NOT NULL UNIQUE", "NOT NULL UNIQUE ON CONFLICT REPLACE"), otherwise),
        (made("events", "STRICT", ""), otherwise),
        (made("judgments", "STRICT", ""), otherwise),
        (made("judgments", "judge TEXT", "judge TEXT COLLATE NOCASE"), otherwise),
        (
            "DROP INDEX results_on_a_topic;
             CREATE INDEX results_on_a_topic ON results (number, topic)"
                .into(),
            otherwise,
        ),
        // Its row comes before the table's, which has the same name.
        (
            "CREATE TABLE other AS SELECT * FROM holder; DROP TABLE holder;
             CREATE TRIGGER holder AFTER INSERT ON events BEGIN DELETE FROM checks; END;
             CREATE TABLE holder (process INTEGER NOT NULL, since_ms INTEGER NOT NULL) STRICT;
             INSERT INTO holder SELECT * FROM other; DROP TABLE other"
                .into(),
            "\"holder\", a trigger of events",
        ),
        (
            format!(
                "CREATE TRIGGER thief AFTER INSERT ON events BEGIN DELETE FROM checks; END; {};
                 UPDATE sqlite_schema SET name = 'sqlite_stat9' WHERE name = 'thief'",
                made("thief", "thief", "sqlite_stat9")
            ),
            "a trigger of events",
        ),
    ] {
        let place = NewPlace::file();
        place.open().await.close().await.unwrap();
        let file = Connection::open(&place.text).unwrap();
        file.execute_batch(&alteration).unwrap();
        drop(file);
        let error = place.try_open().await.map(drop).expect_err(&alteration);
        assert!(matches!(error, StoreError::Corrupt { .. }), "{alteration}: {error}");
        assert!(error.to_string().contains(wanted), "{alteration}: {error}");
    }
}

#[tokio::test]
async fn a_database_with_something_of_another_program_in_its_schema_is_refused_by_name() {
    let Some(place) = NewPlace::database().await else { return };
    place.open().await.close().await.unwrap();
    let other = connect(&place.text).await;
    for (alteration, name, undo) in [
        (
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
             CREATE TRIGGER thief BEFORE INSERT ON debates FOR EACH ROW EXECUTE FUNCTION nothing()",
            "thief, a trigger of debates",
            "DROP TRIGGER thief ON debates",
        ),
        (
            "CREATE RULE thief AS ON INSERT TO events DO INSTEAD NOTHING",
            "thief, a rule of events",
            "DROP RULE thief ON events",
        ),
        (
            "ALTER TABLE checks RENAME TO others; CREATE VIEW checks AS SELECT * FROM others",
            "checks, a view, where this program makes a table",
            "DROP VIEW checks; ALTER TABLE others RENAME TO checks",
        ),
        (
            "ALTER TABLE results ADD COLUMN note TEXT COLLATE \"C\"",
            "results.note, a column of text COLLATE C, which is none of this program's",
            "ALTER TABLE results DROP COLUMN note",
        ),
        (
            "CREATE INDEX slow ON events (event)",
            "slow, an index of events, btree (event), which is none",
            "DROP INDEX slow",
        ),
        (
            "ALTER TABLE debates ADD CHECK (place < 2)",
            "CHECK ((place < 2)), a constraint of debates",
            "ALTER TABLE debates DROP CONSTRAINT debates_place_check",
        ),
        (
            "CREATE TABLE more (debate BIGINT REFERENCES debates)",
            "FOREIGN KEY (debate) REFERENCES debates(place), a constraint of more",
            "DROP TABLE more",
        ),
        (
            "ALTER TABLE events SET UNLOGGED",
            "events, a table that a crash empties, where",
            "ALTER TABLE events SET LOGGED",
        ),
        (
            "ALTER TABLE events ENABLE ROW LEVEL SECURITY",
            "events, a table that shows rows by rules, where",
            "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        ),
        (
            "CREATE TRIGGER thief BEFORE INSERT ON judgments FOR EACH ROW EXECUTE FUNCTION nothing()",
            "thief, a trigger of judgments",
            "DROP TRIGGER thief ON judgments",
        ),
        (
            "CREATE TABLE heir () INHERITS (events)",
            "events, a table with heirs or parents, where",
            "DROP TABLE heir",
        ),
    ] {
        is_refused(&place, &other, alteration, name).await;
        other.batch_execute(undo).await.unwrap();
        place.open().await.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_database_whose_schema_is_made_otherwise_is_refused_by_name() {
    let Some(server) = NewPlace::database().await else { return };
    for (alteration, name) in [
        ("ALTER TABLE events DROP COLUMN seal", "lacks events.seal, a column of bigint NOT NULL"),
        (
            "ALTER TABLE debates ALTER created_ms TYPE INTEGER",
            "debates.created_ms, a column of integer NOT NULL, where this program makes a column of bigint",
        ),
        (
            "ALTER TABLE debates ALTER ended DROP DEFAULT",
            "debates.ended, a column of boolean NOT NULL, where this program makes",
        ),
        ("ALTER TABLE events ALTER event DROP NOT NULL", "events.event, a column of bytea, where"),
        (
            "ALTER TABLE results ALTER number SET GENERATED BY DEFAULT",
            "results.number, a column of bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, where",
        ),
        (
            "ALTER TABLE events DROP CONSTRAINT events_pkey",
            "lacks PRIMARY KEY (debate, seq), a constraint of events",
        ),
        ("ALTER TABLE debates DROP CONSTRAINT debates_id_key", "lacks UNIQUE (id)"),
        ("DROP INDEX results_on_a_topic", "lacks results_on_a_topic, an index of results"),
        (
            "DROP INDEX unfinished_debates; CREATE INDEX unfinished_debates ON debates (place)",
            "unfinished_debates, an index of debates, btree (place), where this program makes",
        ),
        ("DROP TABLE checks", "lacks checks, a table"),
        ("DROP TABLE judgments", "lacks judgments, a table"),
        (
            "ALTER TABLE judgments ALTER judge SET NOT NULL",
            "judgments.judge, a column of text NOT NULL, where this program makes a column of text",
        ),
        (
            "ALTER TABLE judgments DROP COLUMN result_seal",
            "lacks judgments.result_seal, a column of",
        ),
        ("ALTER TABLE judgments DROP CONSTRAINT judgments_id_key", "lacks UNIQUE (id)"),
        ("DROP INDEX judgments_of_a_debate", "lacks judgments_of_a_debate, an index of judgments"),
        ("DROP INDEX judgments_by_a_judge", "lacks judgments_by_a_judge, an index of judgments"),
        ("DROP INDEX unfinished_judgments", "lacks unfinished_judgments, an index of judgments"),
        ("DROP INDEX results_by_age", "lacks results_by_age, an index of results"),
        (
            "DROP TABLE pixel_debate_schema; CREATE TABLE pixel_debate_schema (version TEXT)",
            "pixel_debate_schema.version, a column of text, where",
        ),
    ] {
        let place = server.again().await;
        place.open().await.close().await.unwrap();
        is_refused(&place, &connect(&place.text).await, alteration, name).await;
    }
}

async fn is_refused(place: &NewPlace, other: &Client, alteration: &str, name: &str) {
    other.batch_execute(alteration).await.unwrap();
    let text = place.text.parse::<Place>().unwrap();
    for open in [Store::open(&text).await, Store::open_to_read(&text).await] {
        let error = open.map(drop).expect_err(alteration);
        assert!(matches!(error, StoreError::Corrupt { .. }), "{alteration}: {error}");
        assert!(error.to_string().contains(name), "{alteration}: {error}");
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_as_it_is() {
    const MADE: &str =
        "SELECT relname::TEXT FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1";
    let Some(server) = NewPlace::database().await else { return };
    for (alteration, name) in [
        (
            "CREATE TABLE events (at DATE)",
            "events, a table, is there already, and of another program",
        ),
        ("CREATE VIEW checks AS SELECT 1 AS one", "checks, a view, is there already"),
        // A schema that fails in the middle.
        ("CREATE TABLE unfinished_debates (one INT)", "\"unfinished_debates\" already exists"),
    ] {
        let place = server.again().await;
        let other = connect(&place.text).await;
        other.batch_execute(alteration).await.unwrap();
        let made = async || -> Vec<String> {
            let rows = other.query(MADE, &[]).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        };
        let before = made().await;
        let error = place.try_open().await.map(drop).expect_err(alteration);
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(made().await, before);
        // In a schema of its own it is in nobody's way.
        let own = format!("{}?options=-c%20search_path%3Down,public", place.text);
        other.batch_execute("CREATE SCHEMA own").await.unwrap();
        Store::open(&own.parse().unwrap()).await.unwrap().close().await.unwrap();
        Store::open(&own.parse().unwrap()).await.unwrap().close().await.unwrap();
    }
}
