//! What has been measured.

use std::collections::BTreeMap;
use std::fmt;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::crowd::CrowdReport;

/// What has been measured.
#[derive(Clone, Debug, Serialize)]
pub struct LoadReport {
    /// Whether it was a relay, not a server.
    pub relay: bool,
    /// Debates at once.
    pub debates: u32,
    /// The measured time in seconds.
    pub seconds: f64,
    /// Reveals in the measured time.
    pub moves: u64,
    /// Reveals a second.
    pub moves_per_second: f64,
    /// Debates that were played to their end at every seat, in all.
    pub finished: u64,
    /// Messages that were received and checked, in all.
    pub messages: u64,
    /// From a debater's move to the other debater's socket.
    pub to_debater: Percentiles,
    /// From a debater's move to the judge's socket.
    pub to_judge: Percentiles,
    /// Connections that were dropped by the tool.
    pub drops: u64,
    /// Connections that were made again.
    pub resumes: u64,
    /// Times that the server was killed and started again.
    pub kills: u32,
    /// The server's memory in bytes before anybody connected, and at the end of the measured time:
    /// where the tool has started it, and the system says.
    pub memory: Option<(u64, u64)>,
    /// The most memory that the server has had, in bytes.
    pub most_memory: Option<u64>,
    /// The crowd of debates between the server's own agents, if there was one.
    pub crowd: Option<CrowdReport>,
    /// The memory a socket, in bytes.
    pub memory_per_socket: Option<u64>,
    /// What went wrong, and how often.
    pub errors: BTreeMap<String, u64>,
}

/// Latencies in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Percentiles {
    /// How many were measured.
    pub count: u64,
    /// Half are at most this.
    pub p50: f64,
    /// Nine of ten.
    pub p90: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1000.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

impl Percentiles {
    /// Of a histogram of microseconds.
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1e3;
        Self {
            count: histogram.len(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: histogram.max() as f64 / 1e3,
        }
    }
}

const MIB: f64 = 1_048_576.0;

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.relay { "relay" } else { "server" };
        writeln!(f, "{:<18} {}", what, format_args!("{} debates at once", self.debates))?;
        writeln!(
            f,
            "{:<18} {:.0} a second ({} in {:.1} s)",
            "moves", self.moves_per_second, self.moves, self.seconds
        )?;
        writeln!(f, "{:<18} {}", "debates finished", self.finished)?;
        writeln!(f, "{:<18} {}", "messages checked", self.messages)?;
        if self.drops + self.resumes > 0 {
            writeln!(f, "{:<18} {}", "dropped", self.drops)?;
            writeln!(f, "{:<18} {}", "connected again", self.resumes)?;
        }
        if self.kills > 0 {
            writeln!(f, "{:<18} {}", "server killed", self.kills)?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "{:<18} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "latency in ms", "p50", "p90", "p99", "p99.9", "max"
        )?;
        for (whose, p) in [("to the debater", self.to_debater), ("to the judge", self.to_judge)] {
            writeln!(
                f,
                "{whose:<18} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>9.2}",
                p.p50, p.p90, p.p99, p.p999, p.max
            )?;
        }
        writeln!(f)?;
        if let Some(CrowdReport { debates, waiting, revealing, searches }) = self.crowd {
            writeln!(
                f,
                "{:<18} {debates} debates, at the end {revealing} go on and {waiting} wait; {searches} moves",
                "crowd"
            )?;
        }
        if let Some(most) = self.most_memory {
            writeln!(f, "{:<18} {:.1} MiB", "most memory", most as f64 / MIB)?;
        }
        match (self.memory, self.memory_per_socket) {
            (Some((before, after)), Some(socket)) => writeln!(
                f,
                "{:<18} {:.1} MiB, before {:.1} MiB: {:.1} KiB a socket",
                "memory",
                after as f64 / MIB,
                before as f64 / MIB,
                socket as f64 / 1024.0
            )?,
            _ => writeln!(f, "{:<18} not known of a server that runs elsewhere", "memory")?,
        }
        write!(f, "{:<18} {}", "errors", self.errors.values().sum::<u64>())?;
        for (error, count) in &self.errors {
            write!(f, "\n{count:>8}  {error}")?;
        }
        Ok(())
    }
}
