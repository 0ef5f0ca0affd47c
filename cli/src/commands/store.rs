//! `pixel-debate store`: looking after a store that no server has open.

use std::io::{self, Write};
use std::time::Duration;

use clap::{Args, Subcommand};
use pixel_debate_server::ServeError;
use pixel_debate_server::upkeep;
use pixel_debate_store::{Place, Pruned, Store, retention};
use serde_json::json;

use crate::failure::Failure;

/// Look after a store: check it, see what it holds, remove old debates; no server may have it open
#[derive(Subcommand)]
pub(crate) enum StoreCommand {
    /// Read all of it, and name each debate and judgment that is not as it was written
    ///
    /// Fails where something is damaged.
    Check(Check),
    /// Say how many debates and judgments it holds, of which days, and how much room they take up
    Stats(Stats),
    /// Remove debates that ended long ago, and those that were begun long ago and never ended, with all
    /// judgments of them
    ///
    /// One of which a judgment was created or ended since is kept.
    Prune(Prune),
}

/// Which store.
#[derive(Args)]
struct Which {
    /// A SQLite file, or a PostgreSQL database as postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(value_name = "PATH|URL")]
    store: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    which: Which,
}

#[derive(Args)]
pub(crate) struct Stats {
    #[command(flatten)]
    which: Which,
}

#[derive(Args)]
pub(crate) struct Prune {
    #[command(flatten)]
    which: Which,
    /// How long debates are kept after they ended or were last judged, as 90d or "1year 6months"
    #[arg(long, value_name = "TIME", value_parser = kept)]
    keep: Duration,
    /// Only say how many would be removed
    #[arg(long)]
    dry_run: bool,
}

/// Reads how long debates are kept.
pub(crate) fn kept(text: &str) -> Result<Duration, String> {
    let least = Duration::from_hours(1);
    let kept = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; a time is a number and a unit, as 90d, 12h or 1year"))?;
    if kept < least {
        return Err(format!("{text} is too short: debates are kept for an hour or more, as 90d"));
    }
    Ok(kept)
}

impl StoreCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
        runtime.block_on(async {
            match self {
                Self::Check(check) => check.run().await,
                Self::Stats(stats) => stats.run().await,
                Self::Prune(prune) => prune.run().await,
            }
        })
    }
}

impl Which {
    /// Opens it to change it.
    async fn open(&self) -> Result<Store, Failure> {
        Ok(Store::open(&self.place()?).await.map_err(ServeError::from)?)
    }

    /// Opens it to read it as it is, wherever it is.
    async fn open_to_read(&self) -> Result<Store, Failure> {
        Ok(Store::open_to_read(&self.place()?).await.map_err(ServeError::from)?)
    }

    fn place(&self) -> Result<Place, Failure> {
        let place = self.store.parse::<Place>()?;
        if let Place::File(path) = &place {
            // Opening would make one.
            let metadata = std::fs::metadata(path)
                .map_err(|source| Failure::File { path: path.clone(), source })?;
            if metadata.len() == 0 {
                let fault = "it is empty, and no store".to_owned();
                return Err(Failure::Setting { place: path.display().to_string(), fault });
            }
        }
        Ok(place)
    }
}

impl Check {
    async fn run(self) -> Result<(), Failure> {
        let store = self.which.open_to_read().await?;
        let checked = upkeep::check(&store).await.map_err(ServeError::from)?;
        let mut out = io::stdout().lock();
        if self.which.json {
            writeln!(out, "{}", json!(checked))?;
        } else {
            for fault in &checked.faults {
                writeln!(out, "the store: {fault}")?;
            }
            for damaged in &checked.damaged {
                let name = damaged.debate.as_deref().unwrap_or("of an unknown name");
                writeln!(out, "debate {name} (number {}): {}", damaged.place, damaged.fault)?;
            }
            for damaged in &checked.damaged_judgments {
                let name = damaged.judgment.as_deref().unwrap_or("of an unknown name");
                writeln!(out, "judgment {name} (number {}): {}", damaged.place, damaged.fault)?;
            }
            writeln!(
                out,
                "{} debates with {} events, {} of them damaged",
                checked.debates,
                checked.events,
                checked.damaged.len()
            )?;
            writeln!(
                out,
                "{} judgments with {} events, {} of them damaged",
                checked.judgments,
                checked.judgment_events,
                checked.damaged_judgments.len()
            )?;
        }
        store.close().await.map_err(ServeError::from)?;
        if checked.is_whole() { Ok(()) } else { Err(Failure::DamagedStore) }
    }
}

impl Stats {
    async fn run(self) -> Result<(), Failure> {
        let store = self.which.open_to_read().await?;
        let stats = upkeep::stats(&store).await.map_err(ServeError::from)?;
        let mut out = io::stdout().lock();
        if self.which.json {
            writeln!(out, "{}", json!(stats))?;
        } else {
            let upkeep::States { all, unfinished, decided, abandoned, damaged } = stats.debates;
            writeln!(out, "debates     {all}")?;
            writeln!(out, "  unfinished {unfinished}")?;
            writeln!(out, "  decided    {decided}")?;
            writeln!(out, "  abandoned  {abandoned}")?;
            writeln!(out, "  damaged    {damaged}")?;
            writeln!(out, "events      {}", stats.events)?;
            let upkeep::Judgments { all, unfinished, ended, damaged } = stats.judgments;
            writeln!(out, "judgments   {all}")?;
            writeln!(out, "  unfinished {unfinished}")?;
            writeln!(out, "  ended      {ended}")?;
            writeln!(out, "  damaged    {damaged}")?;
            writeln!(out, "events      {}", stats.judgment_events)?;
            writeln!(out, "bytes       {}", stats.bytes)?;
            for (day, debates) in &stats.days {
                writeln!(out, "{day}  {debates}")?;
            }
        }
        Ok(store.close().await.map_err(ServeError::from)?)
    }
}

impl Prune {
    async fn run(self) -> Result<(), Failure> {
        let failed = ServeError::from;
        let mut out = io::stdout().lock();
        let store =
            if self.dry_run { self.which.open_to_read().await? } else { self.which.open().await? };
        if self.dry_run {
            let debates = retention::removable(&store, self.keep).await.map_err(failed)?;
            if self.which.json {
                writeln!(out, "{}", json!({ "debates": debates, "dry_run": true }))?;
            } else {
                writeln!(out, "{debates} debates would be removed")?;
            }
        } else {
            let pruned = retention::remove(&store, self.keep).await.map_err(failed)?;
            store.compact().await.map_err(failed)?;
            let bytes = store.size().await.map_err(failed)?;
            if self.which.json {
                let Pruned { debates, judgments, events } = pruned;
                let said = json!({
                    "debates": debates, "judgments": judgments, "events": events, "bytes": bytes,
                });
                writeln!(out, "{said}")?;
            } else {
                writeln!(
                    out,
                    "removed {} debates with {} judgments and {} events; the store takes up {bytes} bytes",
                    pruned.debates, pruned.judgments, pruned.events
                )?;
            }
        }
        Ok(store.close().await.map_err(failed)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_debates_are_kept_is_said_with_a_unit() {
        assert_eq!(kept("90d"), Ok(Duration::from_hours(90 * 24)));
        assert_eq!(kept("1h"), Ok(Duration::from_hours(1)));
        for (text, wrong) in
            [("90", "as 90d"), ("", "as 90d"), ("90 moons", "as 90d"), ("5min", "an hour or more")]
        {
            let refusal = kept(text).unwrap_err();
            assert!(refusal.contains(wrong), "{refusal}");
        }
    }
}
