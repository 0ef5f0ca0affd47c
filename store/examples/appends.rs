//! How many events a second a store takes, by how many debates are under way at once.
//!
//! `cargo run --release -p pixel-debate-store --example appends -- [FILE or postgres:// URL]`;
//! without a place, a file in a temporary folder. A disk's own pace stands beside it: writes of a
//! page, each flushed, by one thread.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use pixel_debate_store::{NewDebate, Place, Store, StoreError};

/// As long as what a server stores of a reveal.
const EVENT: &str = r#"{"event":{"type":"reveal","by":"first","pixel":[12,7],"value":253},"at_ms":1700000000000,"left_ms":[60000,60000]}"#;

const SPELL: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let place = match std::env::args().nth(1) {
        Some(place) => place.parse()?,
        None => Place::File(folder.path().join("appends.db")),
    };
    if let Place::File(file) = &place {
        let flushes = flushes_a_second(file.parent().unwrap_or(Path::new(".")))?;
        println!("the disk alone: {flushes:.0} flushed pages a second");
    }
    let store = Store::open(&place).await?;
    println!("{:>8}  {:>12}  {:>11}", "debates", "events/s", "mean wait");
    for (round, debates) in [1_u32, 10, 100, 1_000, 5_000].into_iter().enumerate() {
        let (events, waited) = append(&store, round, debates).await?;
        let rate = events as f64 / SPELL.as_secs_f64();
        let wait = waited.as_secs_f64() * 1e3 / events as f64;
        println!("{debates:>8}  {rate:>12.0}  {wait:>8.2} ms");
    }
    store.close().await?;
    Ok(())
}

/// The number of events that so many debates have appended, each one after the other, and how long
/// they have waited in all.
async fn append(store: &Store, round: usize, debates: u32) -> Result<(u64, Duration), StoreError> {
    let names: Vec<_> = (0..debates).map(|debate| format!("{round}-{debate}")).collect();
    for id in &names {
        let debate = NewDebate { id: id.clone(), ..NewDebate::default() };
        store.create(debate).await?;
    }
    let end = Instant::now() + SPELL;
    let tasks: Vec<_> = names
        .into_iter()
        .map(|id| {
            let store = store.clone();
            tokio::spawn(async move {
                let (mut seq, mut waited) = (0, Duration::ZERO);
                while Instant::now() < end {
                    let begin = Instant::now();
                    store.append(&id, seq + 1, EVENT, None).await?;
                    (seq, waited) = (seq + 1, waited + begin.elapsed());
                }
                Ok((seq, waited))
            })
        })
        .collect();
    let (mut events, mut waited) = (0, Duration::ZERO);
    for task in tasks {
        let (seq, wait) = task.await.map_err(|_| StoreError::Closed)??;
        (events, waited) = (events + seq, waited + wait);
    }
    Ok((events, waited))
}

fn flushes_a_second(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join("flushes");
    let mut file = File::create(&path)?;
    let begin = Instant::now();
    let mut count = 0;
    while begin.elapsed() < Duration::from_secs(1) {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    std::fs::remove_file(path)?;
    Ok(f64::from(count) / begin.elapsed().as_secs_f64())
}
