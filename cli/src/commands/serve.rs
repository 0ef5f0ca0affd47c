//! `pixel-debate serve`: the server and its page.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use pixel_debate_datasets::mnist;
use pixel_debate_server::{BuiltIn, Server, ServerConfig};
use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// Serve the page on which debates are watched and judged (what happens without a command)
///
/// Logs go to standard error; the environment variable `RUST_LOG`, set to `info` or `debug`, says more.
#[derive(Args)]
pub(crate) struct Serve {
    /// Address to listen at
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = Self::default().listen)]
    listen: SocketAddr,
}

impl Default for Serve {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)) }
    }
}

impl Serve {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
        tokio::runtime::Runtime::new().map_err(Failure::Runtime)?.block_on(async {
            let players = Arc::new(BuiltIn::shipped());
            let config =
                ServerConfig { listen: self.listen, ..ServerConfig::new(mnist::test(), players) };
            let server = Server::bind(config).await?;
            writeln!(io::stdout(), "Pixel Debate is at http://{}", server.address())?;
            server.run(interrupted()).await?;
            Ok(())
        })
    }
}

/// Waits for Ctrl-C, or for a request to terminate.
async fn interrupted() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}
