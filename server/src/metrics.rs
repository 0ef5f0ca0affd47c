//! What the server counts and measures, for Prometheus.

use std::fmt::Write as _;
use std::time::Duration;

use pixel_debate_protocol::Phase;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The counters and histograms of one server.
pub(crate) struct Metrics {
    registry: Registry,
    /// Open websockets.
    pub(crate) sockets: Gauge,
    /// Debates at hand, by how far they have come.
    debates: Family<PhaseLabel, Gauge>,
    /// Events that clients were told of.
    pub(crate) events: Counter,
    /// From an outside player's move to the event, stored and told.
    pub(crate) move_seconds: Histogram,
    /// Writes to the store, each until it was on the disk.
    pub(crate) store_seconds: Histogram,
    /// Writes that the store did not take.
    pub(crate) store_failures: Counter,
    /// Questions to a classifier, apart from those of searches.
    pub(crate) evaluations: Counter,
    /// Moves that built-in agents have chosen.
    pub(crate) searches: Counter,
    /// Messages and requests that were refused.
    pub(crate) refusals: Counter,
    /// Clients that were cut off.
    dropped: Family<ReasonLabel, Counter>,
}

/// Why a client was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Dropped {
    /// It did not read what it was sent.
    Slow,
    /// It was silent, and answered no ping.
    Silent,
    /// It said too much.
    Flood,
    /// What it sent was not the websocket's protocol, or too large.
    Frames,
    /// There was no place for it.
    Full,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PhaseLabel {
    phase: PhaseName,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PhaseName(Phase);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    reason: Dropped,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        // From a tenth of a millisecond to half a minute.
        let seconds = || Histogram::new(exponential_buckets(0.0001, 2.0, 19));
        let metrics = Self {
            registry: Registry::with_prefix("pixel_debate"),
            sockets: Gauge::default(),
            debates: Family::default(),
            events: Counter::default(),
            move_seconds: seconds(),
            store_seconds: seconds(),
            store_failures: Counter::default(),
            evaluations: Counter::default(),
            searches: Counter::default(),
            refusals: Counter::default(),
            dropped: Family::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let r = &mut self.registry;
        r.register("connections", "Open websockets", self.sockets.clone());
        r.register("debates", "Debates at hand, by phase", self.debates.clone());
        r.register("events", "Events told", self.events.clone());
        r.register_with_unit(
            "move",
            "From an outside player's move to the event, stored and told",
            Unit::Seconds,
            self.move_seconds.clone(),
        );
        r.register_with_unit(
            "store_write",
            "Writes to the store, until they were on the disk",
            Unit::Seconds,
            self.store_seconds.clone(),
        );
        r.register(
            "store_failures",
            "Writes that the store did not take",
            self.store_failures.clone(),
        );
        r.register(
            "judge_evaluations",
            "Questions to a classifier, apart from those of searches",
            self.evaluations.clone(),
        );
        r.register("searches", "Moves that built-in agents chose", self.searches.clone());
        r.register("refusals", "Messages and requests refused", self.refusals.clone());
        r.register("dropped_clients", "Clients cut off, by reason", self.dropped.clone());
        self
    }

    /// All of them in the text format of Prometheus.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Text does not fail to be written to memory.
            text.clear();
        }
        text
    }

    /// Counts a debate from one phase to the next: from none when it comes, to none when it goes.
    pub(crate) fn debate(&self, from: Option<Phase>, to: Option<Phase>) {
        let gauge = |phase| self.debates.get_or_create(&PhaseLabel { phase: PhaseName(phase) });
        if let Some(phase) = from {
            gauge(phase).dec();
        }
        if let Some(phase) = to {
            gauge(phase).inc();
        }
    }

    /// Counts a client that was cut off.
    pub(crate) fn dropped(&self, reason: Dropped) {
        self.dropped.get_or_create(&ReasonLabel { reason }).inc();
    }

    /// Counts a write to the store.
    pub(crate) fn stored(&self, took: Duration, succeeded: bool) {
        self.store_seconds.observe(took.as_secs_f64());
        if !succeeded {
            self.store_failures.inc();
        }
    }
}

impl EncodeLabelValue for PhaseName {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(match self.0 {
            Phase::Waiting => "waiting",
            Phase::Revealing => "revealing",
            Phase::Judging => "judging",
            Phase::Over => "over",
        })
    }
}

impl EncodeLabelValue for Dropped {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(match self {
            Self::Slow => "slow",
            Self::Silent => "silent",
            Self::Flood => "flood",
            Self::Frames => "frames",
            Self::Full => "full",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_written() {
        let metrics = Metrics::new();
        metrics.debate(None, Some(Phase::Waiting));
        metrics.debate(None, Some(Phase::Waiting));
        metrics.debate(Some(Phase::Waiting), Some(Phase::Revealing));
        metrics.dropped(Dropped::Slow);
        metrics.stored(Duration::from_millis(3), false);
        let text = metrics.text();
        for line in [
            "pixel_debate_debates{phase=\"waiting\"} 1",
            "pixel_debate_debates{phase=\"revealing\"} 1",
            "pixel_debate_dropped_clients_total{reason=\"slow\"} 1",
            "pixel_debate_store_failures_total 1",
            "pixel_debate_store_write_seconds_count 1",
            "pixel_debate_connections 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
