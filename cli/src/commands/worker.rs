//! `pixel-debate worker`: does other machines' shards.

use std::net::SocketAddr;

use clap::Args;

use crate::failure::Failure;
use crate::options::{AccessOptions, InstructionsOption, ThreadsOption};

/// Do shards of the runs that are spread by NATS servers (pixel-debate run --nats)
///
/// It takes part in every run that is announced there. One worker a machine uses all its cores. Stopped
/// by Ctrl-C or a request to terminate it gives back what it is at; killed, cut off or hung it loses
/// nothing: others have its shards when nothing has been heard of it for a while.
#[derive(Args)]
pub(crate) struct Worker {
    /// NATS servers of one cluster, separated by commas: nats://HOST:PORT or tls://HOST:PORT
    #[arg(long, value_name = "URL")]
    nats: String,
    #[command(flatten)]
    access: AccessOptions,
    #[command(flatten)]
    threads: ThreadsOption,
    #[command(flatten)]
    instructions: InstructionsOption,
    /// What the worker is called; no two may have the same name
    ///
    /// The machine's name and the process's number, unless said otherwise.
    #[arg(long, value_name = "NAME", value_parser = name)]
    name: Option<String>,
    /// Address at which Prometheus can read /metrics
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics: Option<SocketAddr>,
    /// End when there has been nothing to do for so many seconds
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    idle: Option<u32>,
}

/// A name of one line.
fn name(text: &str) -> Result<String, String> {
    let fits = (1..=100).contains(&text.len()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned()).ok_or_else(|| "it must be one line of 1 to 100 bytes".to_owned())
}

#[cfg(not(feature = "cluster"))]
impl Worker {
    #[expect(clippy::unused_self, reason = "it is called as where it can be done")]
    pub(crate) fn run(self) -> Result<(), Failure> {
        Err(AccessOptions::none())
    }
}

#[cfg(feature = "cluster")]
impl Worker {
    pub(crate) fn run(self) -> Result<(), Failure> {
        use std::io::{self, Write};
        use std::time::Duration;

        use pixel_debate_cluster::WorkerOptions;

        let access = self.access.access(&self.nats)?;
        self.instructions.keep();
        let options = WorkerOptions {
            name: self.name.unwrap_or_else(own_name),
            threads: self.threads.count(),
            idle: self.idle.map(|seconds| Duration::from_secs(seconds.into())),
            metrics: self.metrics,
            ..WorkerOptions::default()
        };
        let say = {
            let name = options.name.clone();
            // Nothing depends on it.
            move |said: String| drop(writeln!(io::stderr(), "{name}: {said}"))
        };
        let worker = pixel_debate_cluster::Worker::new(options);
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
        let ended = runtime.block_on(worker.run(
            &access,
            async { crate::interrupt::interrupted().await },
            say,
        ));
        Ok(ended?)
    }
}

/// The machine's name and the process's number.
#[cfg(feature = "cluster")]
fn own_name() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let machine = machine.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let machine = if machine.trim().is_empty() { "worker" } else { machine.trim() };
    format!("{machine}-{}", std::process::id())
}
