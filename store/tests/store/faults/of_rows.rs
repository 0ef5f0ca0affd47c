//! Rows of which one column is not what was written, though the database takes it: each column, with
//! values that are likely and some that are not. Whatever it is, every answer is what it was, or an error,
//! or counted among what is damaged; or the check of the whole store says that it is damaged.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::answers::{DEBATES, ENDED, EVENTS, JUDGMENTS, answers, fill, lies};
use crate::places::on_both_stores;

/// What is altered: all that a row says, but not which row it is, and by what it is listed.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("debates", &["created_ms", "setup", "secret", "seats", "ended", "last", "closing", "seal"]),
    ("events", &["event", "previous", "seal"]),
    ("results", &["result", "ended_ms", "seal"]),
    ("judgments", &["created_ms", "setup", "secret", "ended", "last", "closing", "seal"]),
    ("judgments", &["result", "ended_ms", "result_seal"]),
];

const TABLES: [&str; 4] = ["debates", "events", "results", "judgments"];

/// What stands there then, unless the column cannot hold it. The first is what another row has.
const VALUES: [&str; 7] = ["OTHER", "NULL", "0", "-1", "9223372036854775807", "X'00'", "'words'"];

/// Some row of that table, as a condition.
fn some_row(table: &str, random: &mut StdRng) -> String {
    match table {
        "debates" => format!("place = {}", random.random_range(1..=DEBATES)),
        "judgments" => {
            // They were created after all debates.
            format!("place = {}", DEBATES + random.random_range(1..=JUDGMENTS))
        }
        "events" => {
            let (debate, seq) = (random.random_range(1..=DEBATES), random.random_range(1..=EVENTS));
            format!("debate = {debate} AND seq = {seq}")
        }
        _ => format!("debate = {}", random.random_range(1..=ENDED)),
    }
}

on_both_stores!(no_altered_column_is_told_as_the_truth, |place| {
    fill(&place).await;
    let store = place.open().await;
    let was = answers(&store).await;
    assert!(lies(&was, &was).is_empty() && !was.tell_of_damage());
    let other = place.connect().await;
    for table in TABLES {
        let copy = format!("CREATE TABLE {table}_as_written AS SELECT * FROM {table}");
        other.run(&copy).await.unwrap();
    }
    let mut random = StdRng::seed_from_u64(17);
    let (mut tried, mut told) = (0, 0);
    for (table, columns) in COLUMNS {
        for column in columns {
            for value in VALUES {
                let row = some_row(table, &mut random);
                let another = some_row(table, &mut random);
                let another = format!("(SELECT {column} FROM {table} WHERE {another})");
                let value = value.replace("OTHER", &another);
                let damage = format!("UPDATE {table} SET {column} = {value} WHERE {row}");
                if other.run(&damage).await.is_err() {
                    continue;
                }
                let is = answers(&store).await;
                let (lies, faults) = (lies(&was, &is), store.faults().await.unwrap());
                assert!(lies.is_empty() || !faults.is_empty(), "{damage}: {lies:?} in silence");
                tried += 1;
                told += u32::from(is.tell_of_damage());
                let written = format!("(SELECT {column} FROM {table}_as_written WHERE {row})");
                let undo = format!("UPDATE {table} SET {column} = {written} WHERE {row}");
                other.run(&undo).await.unwrap();
            }
        }
    }
    assert!(tried >= 30 && told > tried / 2, "{told} of {tried} were told");
    for table in TABLES {
        other.run(&format!("DROP TABLE {table}_as_written")).await.unwrap();
    }
    // What was once found wrong with the store as a whole is forgotten when it is opened again.
    store.close().await.unwrap();
    let is = answers(&place.open().await).await;
    assert!(!is.tell_of_damage(), "{is:?}");
});
