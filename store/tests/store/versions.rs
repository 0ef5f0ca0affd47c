//! A store of an earlier version is brought up to date, and keeps what it holds.

use pixel_debate_store::{Finish, Place, Prune, Store, StoreError, StoredResult};
use rusqlite::Connection;
use tokio_postgres::Client;

use crate::database::connect;
use crate::places::NewPlace;

/// Two debates that have ended and one that has not, as version 1 had them.
const DEBATES: [(u32, &str, bool); 3] = [(1, "a", true), (2, "b", false), (3, "c", true)];

/// What the store holds once it is of the newest version.
async fn test(place: NewPlace) {
    let store = place.open().await;
    let unfinished = store.unfinished(0, 9).await.unwrap().items;
    assert_eq!(unfinished.iter().map(|stored| &*stored.debate.id).collect::<Vec<_>>(), ["b"]);
    let known = |results: Vec<StoredResult>| -> Vec<_> {
        results.into_iter().map(|stored| (stored.debate, stored.result.is_some())).collect()
    };
    let before = [("a".to_owned(), false), ("c".to_owned(), false)];
    assert_eq!(known(store.results(0, 9).await.unwrap().items), before);
    store.append("b", 1, "end", Some(Finish::default())).await.unwrap();
    let after = store.results(0, 9).await.unwrap().items;
    assert_eq!(known(after)[2], ("b".to_owned(), true));
    store.close().await.unwrap();
    place.open().await.close().await.unwrap();
}

/// What makes each version of a file before all was sealed.
const STEPS: [&str; 3] = [
    include_str!("../../migrations/sqlite/1-debates-and-events.sql"),
    include_str!("../../migrations/sqlite/2-results.sql"),
    include_str!("../../migrations/sqlite/3-chains-of-events.sql"),
];

fn old_file(place: &NewPlace) -> Connection {
    let old = Connection::open(&place.text).unwrap();
    old.pragma_update(None, "application_id", 0x7069_7864).unwrap();
    bring(&old, 1);
    old
}

/// Brings an old file to that version.
fn bring(old: &Connection, version: i64) {
    let found: i64 = old.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    for (number, step) in (1..=version).zip(STEPS).skip(found as usize) {
        old.execute_batch(step).unwrap();
        old.pragma_update(None, "user_version", number).unwrap();
    }
}

#[tokio::test]
async fn a_file_of_version_1() {
    let place = NewPlace::file();
    let old = old_file(&place);
    for debate in DEBATES {
        old.execute("INSERT INTO debates VALUES (?1, ?2, 7, x'', x'', x'', ?3)", debate).unwrap();
    }
    old.close().unwrap();
    test(place).await;
}

/// Three debates under way at once in a file of version 1: `a` goes on, `b` has ended, `c` has no
/// event.
const EVENTS: &str = "
    INSERT INTO debates VALUES (1, 'a', 5, x'01', x'02', x'03', 0), (2, 'b', 6, x'', x'', x'', 1),
        (3, 'c', 7, x'', x'', x'', 0);
    INSERT INTO events (debate, seq, event) VALUES
        (2, 1, x'21'), (1, 1, x'11'), (2, 2, x'22'), (1, 2, x'12'), (2, 3, x'23');";

#[tokio::test]
async fn the_events_of_a_file_of_every_version() {
    for version in 1..=3 {
        let place = NewPlace::file();
        let old = old_file(&place);
        old.execute_batch(EVENTS).unwrap();
        bring(&old, version);
        old.close().unwrap();
        events_are_kept(place).await;
    }
}

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
    let place = NewPlace::file();
    place.open().await.close().await.unwrap();
    let file = Connection::open(&place.text).unwrap();
    file.execute_batch("DROP INDEX results_on_a_topic").unwrap();
    let error = place.try_open().await.unwrap_err().to_string();
    assert!(error.contains("lacks \"results_on_a_topic\", an index of results"), "{error}");
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

async fn events_are_kept(place: NewPlace) {
    let read = async |store: &Store, debate| -> Vec<_> {
        let events = store.events(debate, 0).await.unwrap();
        events.iter().map(|event| (event.seq, event.event.to_vec())).collect()
    };
    let event = |seq: u64, byte: u8| (seq, vec![byte]);
    let store = place.open().await;
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
    assert_eq!(read(&store, "a").await, [event(1, 0x11), event(2, 0x12)]);
    assert_eq!(read(&store, "b").await, [event(1, 0x21), event(2, 0x22), event(3, 0x23)]);
    assert_eq!(store.events("b", 1).await.unwrap().len(), 2);
    let unfinished = store.unfinished(0, 9).await.unwrap().items;
    let standing: Vec<_> =
        unfinished.iter().map(|stored| (stored.place, stored.last_seq)).collect();
    assert_eq!(standing, [(1, 2), (3, 0)]);
    assert_eq!(unfinished[0].debate.setup, vec![1]);
    let ended = store.debate("b").await.unwrap().unwrap();
    // When it ended is not known: not before it was created.
    assert_eq!((ended.ended, ended.last_seq, ended.ended_ms), (true, 3, Some(6)));

    store.append("a", 3, vec![0x13], Some(Finish::default())).await.unwrap();
    store.append("c", 1, vec![0x31], None).await.unwrap();
    store.close().await.unwrap();
    let store = place.open().await;
    assert_eq!(read(&store, "a").await, [event(1, 0x11), event(2, 0x12), event(3, 0x13)]);
    store.append("c", 2, vec![0x32], None).await.unwrap();
    assert_eq!(read(&store, "c").await, [event(1, 0x31), event(2, 0x32)]);
    // What the old file had is sealed.
    let what = Prune { before_ms: 7, unfinished: false, most: 9 };
    assert_eq!(store.prune(what).await.unwrap().debates, 2);
    assert_eq!(read(&store, "c").await.len(), 2);
    assert_eq!(store.faults().await.unwrap(), [""; 0]);
    store.close().await.unwrap();
    let file = Connection::open(&place.text).unwrap();
    file.execute_batch("UPDATE events SET event = x'00' WHERE debate = 3 AND seq = 1").unwrap();
    let store = place.open().await;
    assert!(matches!(store.events("c", 0).await, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn a_database_of_version_1() {
    let Some(place) = NewPlace::database().await else { return };
    let old = connect(&place.text).await;
    old.batch_execute(include_str!("../../migrations/postgres/1-debates-and-events.sql"))
        .await
        .unwrap();
    old.batch_execute(
        "CREATE TABLE pixel_debate_schema (version BIGINT PRIMARY KEY);
         INSERT INTO pixel_debate_schema VALUES (1)",
    )
    .await
    .unwrap();
    for (number, id, ended) in DEBATES {
        let row = format!("INSERT INTO debates VALUES ({number}, '{id}', 7, '', '', '', {ended})");
        old.batch_execute(&row).await.unwrap();
    }
    test(place).await;
}
