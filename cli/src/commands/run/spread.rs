//! A run spread over other machines.

use std::time::Duration;

use clap::Args;

use crate::options::AccessOptions;

/// How a run is spread over machines.
#[derive(Args)]
pub(crate) struct Spread {
    /// Have the shards done by workers (pixel-debate worker) on any machines, by these NATS servers
    /// of one cluster: nats://HOST:PORT or tls://HOST:PORT, separated by commas
    ///
    /// The folder is the same as without, byte for byte. docs/cluster.md says how to set it up.
    #[arg(long, value_name = "URL", conflicts_with = "threads")]
    pub(super) nats: Option<String>,
    #[command(flatten)]
    access: AccessOptions,
    /// The share of the shards that is done by two workers and compared, as 2%; a machine that
    /// computes wrongly is named and sent away, and what it has done is done again
    #[arg(
        long,
        value_name = "SHARE",
        default_value = "0%",
        value_parser = share,
        requires = "nats"
    )]
    audit: f64,
    /// On how many NATS servers of a cluster everything is kept
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u8).range(1..=5),
        requires = "nats"
    )]
    replicas: u8,
    /// The most shards on the queue at once
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000),
        requires = "nats"
    )]
    queue: u32,
    /// How often a shard is tried before it is given up
    #[arg(
        long,
        value_name = "N",
        default_value_t = 5,
        value_parser = clap::value_parser!(u16).range(1..=1000),
        requires = "nats"
    )]
    tries: u16,
    /// The longest that a worker may take for a shard, in seconds: 20 times the estimate, and 600 at
    /// least, unless said
    #[arg(long, value_name = "S", value_parser = seconds, requires = "nats")]
    shard_limit: Option<Duration>,
    /// How long nothing may be heard of the worker of a shard before another has it, in seconds
    #[arg(long, value_name = "S", default_value = "30", value_parser = seconds, requires = "nats")]
    lease: Duration,
}

/// A share as `2%` or `0.02`.
fn share(text: &str) -> Result<f64, String> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse(),
    };
    let allowed = "it must be 0% to 100%";
    share.ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| allowed.to_owned())
}

/// Seconds, from a tenth to a month.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.1..=2_592_000.0).contains(seconds));
    let allowed = "it must be 0.1 to 2592000 seconds";
    seconds.map(Duration::from_secs_f64).ok_or_else(|| allowed.to_owned())
}

#[cfg(not(feature = "cluster"))]
mod carried_out {
    use std::path::Path;

    use pixel_debate_harness::{Finished, RunPlan};

    use super::{AccessOptions, Spread};
    use crate::display::Bar;
    use crate::failure::Failure;

    impl Spread {
        /// Says how to get a program that can do it.
        #[expect(clippy::unused_self, reason = "it is called as where it can be done")]
        pub(crate) fn run(
            self,
            _: &str,
            _: &RunPlan,
            _: &Path,
            _: &std::sync::Arc<Bar>,
        ) -> Result<Finished, Failure> {
            Err(AccessOptions::none())
        }
    }
}

#[cfg(feature = "cluster")]
mod carried_out {
    use std::io::{self, Write};
    use std::path::Path;
    use std::sync::Arc;

    use pixel_debate_cluster::{ClusterError, CoordinatorOptions, Progress, Standing, coordinate};
    use pixel_debate_harness::{Finished, RunPlan, Workers};

    use super::Spread;
    use crate::display::Bar;
    use crate::failure::Failure;

    impl Spread {
        /// Carries the plan out in that folder, by workers that are met at the servers with these
        /// URLs.
        pub(crate) fn run(
            self,
            urls: &str,
            plan: &RunPlan,
            folder: &Path,
            bar: &Arc<Bar>,
        ) -> Result<Finished, Failure> {
            let access = self.access.access(urls)?;
            let options = CoordinatorOptions {
                audit: self.audit,
                replicas: self.replicas.into(),
                queue: self.queue,
                tries: self.tries,
                limit: self.shard_limit,
                lease: self.lease,
            };
            let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
            let workers = Workers::Machines(access.servers());
            let finished = plan.run_by(&workers, folder, &**bar, |undone| {
                let progress: Arc<dyn Progress> = Arc::<Bar>::clone(bar);
                runtime.block_on(coordinate(&access, plan, undone, &options, progress))
            });
            finished.map_err(|error| match error {
                ClusterError::Run(error) => Failure::Run(error),
                error => Failure::Cluster(error),
            })
        }
    }

    impl Progress for Bar {
        fn standing(&self, standing: &Standing) {
            let Standing { workers, threads, busy, redeliveries, compared, full, .. } = standing;
            let mut parts =
                vec![format!("| {workers} workers"), format!("{busy} of {threads} threads busy")];
            if *redeliveries > 0 {
                parts.push(format!("{redeliveries} redelivered"));
            }
            if *compared > 0 {
                parts.push(format!("{compared} compared"));
            }
            if *full {
                parts.push("queue full".to_owned());
            }
            self.shown.set_prefix(parts.join(", ") + " ");
        }

        fn say(&self, what: &str) {
            if self.shown.is_hidden() {
                // Nothing depends on it.
                let _ = writeln!(io::stderr(), "{what}");
            } else {
                self.shown.println(what);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_seconds_are_read() {
        assert_eq!(share("2%"), Ok(0.02));
        assert_eq!(share("0.5"), Ok(0.5));
        for wrong in ["", "%", "101%", "-1%", "NaN", "two"] {
            assert_eq!(share(wrong).unwrap_err(), "it must be 0% to 100%", "{wrong}");
        }
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        for wrong in ["", "0", "-1", "inf", "NaN"] {
            assert!(seconds(wrong).unwrap_err().starts_with("it must be 0.1"), "{wrong}");
        }
    }
}
