//! What has been measured of a class.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::report::Percentiles;

/// What has been measured of a class.
#[derive(Clone, Debug, Serialize)]
pub struct ClassReport {
    /// Phones that voted.
    pub phones: u32,
    /// Within how many milliseconds of a reveal all of them did.
    pub within_ms: f64,
    /// Debates that came to their end.
    pub debates: u32,
    /// How long that took, in seconds.
    pub seconds: f64,
    /// From a vote to the answer that the server has taken it, of those between which the connection held.
    pub taken: Percentiles,
    /// Connections that were made again.
    pub resumes: u64,
    /// Times that the server was killed and started again.
    pub kills: u32,
    /// The most memory that the server has had, in bytes: where the tool has started it, and the system says.
    pub most_memory: Option<u64>,
    /// What went wrong, and how often.
    pub errors: BTreeMap<String, u64>,
}

/// How often each of them went wrong.
pub(super) fn counted(errors: Vec<String>) -> BTreeMap<String, u64> {
    let mut counted = BTreeMap::new();
    for error in errors {
        *counted.entry(error).or_default() += 1;
    }
    counted
}

impl fmt::Display for ClassReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { phones, within_ms, debates, seconds, taken, .. } = self;
        writeln!(f, "{:<18} {phones} phones, which vote within {within_ms:.0} ms", "class")?;
        writeln!(f, "{:<18} {debates} in {seconds:.1} s", "debates")?;
        writeln!(f, "{:<18} {}", "votes measured", taken.count)?;
        if self.kills + u32::from(self.resumes > 0) > 0 {
            writeln!(f, "{:<18} {}", "server killed", self.kills)?;
            writeln!(f, "{:<18} {}", "connected again", self.resumes)?;
        }
        writeln!(f)?;
        let titles = ["p50", "p90", "p99", "p99.9", "max"];
        write!(f, "{:<18}", "latency in ms")?;
        titles.iter().try_for_each(|title| write!(f, " {title:>9}"))?;
        write!(f, "\n{:<18}", "a vote is taken")?;
        let Percentiles { p50, p90, p99, p999, max, .. } = *taken;
        [p50, p90, p99, p999, max].iter().try_for_each(|time| write!(f, " {time:>9.2}"))?;
        writeln!(f, "\n")?;
        if let Some(most) = self.most_memory {
            writeln!(f, "{:<18} {:.1} MiB", "most memory", most as f64 / 1_048_576.0)?;
        }
        write!(f, "{:<18} {}", "errors", self.errors.values().sum::<u64>())?;
        for (error, count) in &self.errors {
            write!(f, "\n{count:>8}  {error}")?;
        }
        Ok(())
    }
}
