//! `pixel-debate workers`: who does shards, and how fast.

use clap::Args;

use crate::failure::Failure;
use crate::options::AccessOptions;

/// List the workers that are there, and how fast they are
///
/// Speed is by the estimates that say how large a shard is: 1 is one core of a server with AVX-512.
#[derive(Args)]
pub(crate) struct Workers {
    /// NATS servers of one cluster, separated by commas: nats://HOST:PORT or tls://HOST:PORT
    #[arg(long, value_name = "URL")]
    nats: String,
    #[command(flatten)]
    access: AccessOptions,
    /// How long to wait for answers, in seconds
    #[arg(
        long,
        value_name = "S",
        default_value_t = 2,
        value_parser = clap::value_parser!(u16).range(1..=600)
    )]
    wait: u16,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[cfg(not(feature = "cluster"))]
impl Workers {
    #[expect(clippy::unused_self, reason = "it is called as where it can be done")]
    pub(crate) fn run(self) -> Result<(), Failure> {
        Err(AccessOptions::none())
    }
}

#[cfg(feature = "cluster")]
impl Workers {
    pub(crate) fn run(self) -> Result<(), Failure> {
        use std::io::{self, Write};
        use std::time::Duration;

        let access = self.access.access(&self.nats)?;
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
        let wait = Duration::from_secs(self.wait.into());
        let workers = runtime.block_on(pixel_debate_cluster::present_workers(&access, wait))?;
        let mut output = io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut output, &workers).map_err(io::Error::from)?;
            return Ok(writeln!(output)?);
        }
        Ok(table(&mut output, &workers)?)
    }
}

#[cfg(feature = "cluster")]
fn table(
    output: &mut impl std::io::Write,
    workers: &[pixel_debate_cluster::Presence],
) -> std::io::Result<()> {
    use std::time::Duration;

    use indicatif::HumanDuration;

    writeln!(
        output,
        "{:<30}{:>9}{:>10}{:>14}{:>8}{:>8}{:>13}{:>7}  up",
        "worker", "version", "computes", "threads busy", "done", "failed", "last minute", "speed"
    )?;
    for worker in workers {
        let speed = worker.speed.map_or("-".to_owned(), |speed| format!("{speed:.2}"));
        writeln!(
            output,
            "{:<30}{:>9}{:>10}{:>14}{:>8}{:>8}{:>13}{speed:>7}  {}",
            worker.worker,
            worker.version,
            worker.instructions,
            format!("{}/{}", worker.busy, worker.threads),
            worker.done,
            worker.failed,
            worker.last_minute,
            HumanDuration(Duration::from_secs_f64(worker.up))
        )?;
        for refusal in &worker.refusals {
            writeln!(output, "    takes no part in a run: {}", refusal.reason)?;
        }
    }
    let threads: usize = workers.iter().map(|worker| worker.threads).sum();
    let shards: u64 = workers.iter().map(|worker| worker.last_minute).sum();
    writeln!(
        output,
        "{} workers with {threads} threads, {shards} shards in the last minute",
        workers.len()
    )
}
