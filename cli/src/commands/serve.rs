//! `pixel-debate serve`: the server and its page.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use clap::Args;
use pixel_debate_server::{AdminToken, Server, ServerConfig};
use pixel_debate_store::Place;
use tracing_subscriber::EnvFilter;

use super::hosting::HostingOptions;
use super::store::kept;
use crate::announce::announce;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::options::LimitsOptions;

/// The environment variable with the administrator's token.
const ADMIN_TOKEN: &str = "PIXEL_DEBATE_ADMIN_TOKEN";

/// Serve debates: the page on which they are watched and judged, a websocket for agents in any
/// language, and HTTP (what happens without a command)
///
/// Logs go to standard error; the environment variable `RUST_LOG`, set to `info` or `debug`, says more.
#[derive(Args)]
pub(crate) struct Serve {
    /// Address to listen at; beyond this machine only with an administrator's token
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value_t = Self::default().listen,
        value_parser = address
    )]
    listen: SocketAddr,
    /// Where debates are kept: a SQLite file, or a PostgreSQL database as
    /// postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(long, value_name = "PATH|URL", default_value = Self::STORE)]
    store: String,
    /// How long debates are kept after they ended, as 90d; without it for good
    #[arg(long, value_name = "TIME", value_parser = kept)]
    keep: Option<Duration>,
    /// File with the administrator's token, who may list and end all debates
    ///
    /// The environment variable `PIXEL_DEBATE_ADMIN_TOKEN` can hold it as well.
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<PathBuf>,
    /// Origin of pages beside the server's own that may connect, as `https://debates.example`
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Number of proxies that every client comes through, whose X-Forwarded-For is believed
    #[arg(long, value_name = "N", default_value_t = 0)]
    trust_forwarded_for: u8,
    #[command(flatten)]
    hosting: HostingOptions,
    #[command(flatten)]
    limits: LimitsOptions,
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            store: Self::STORE.into(),
            keep: None,
            admin_token_file: None,
            allow_origin: Vec::new(),
            trust_forwarded_for: 0,
            hosting: HostingOptions::default(),
            limits: LimitsOptions::default(),
        }
    }
}

impl Serve {
    pub(super) const STORE: &str = "pixel-debate.db";

    pub(crate) fn run(self) -> Result<(), Failure> {
        log();
        let (dataset, roster) = self.hosting.open()?;
        let config = ServerConfig {
            listen: self.listen,
            store: self.store.parse::<Place>()?,
            keep: self.keep,
            administrator: administrator(self.admin_token_file.as_deref())?,
            limits: self.limits.read()?,
            origins: self.allow_origin,
            proxies: self.trust_forwarded_for,
            ..ServerConfig::new(dataset, Arc::new(roster))
        };
        tokio::runtime::Runtime::new().map_err(Failure::Runtime)?.block_on(async {
            let server = Server::bind(config).await?;
            // Before anybody is told where it is, who may then tell it to stop.
            let told_to_stop = interrupted();
            announce(&format!("Pixel Debate is at http://{}\n", server.address()))?;
            server.run(told_to_stop).await?;
            Ok(())
        })
    }
}

/// Logs to standard error.
pub(super) fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
}

/// The administrator's token from the file, or else from the environment.
pub(super) fn administrator(file: Option<&Path>) -> Result<Option<AdminToken>, Failure> {
    let (text, place) = match (file, env::var(ADMIN_TOKEN)) {
        (Some(file), _) => (read(file)?, file.display().to_string()),
        (None, Ok(text)) => (text, format!("the environment variable {ADMIN_TOKEN}")),
        (None, Err(env::VarError::NotPresent)) => return Ok(None),
        (None, Err(error @ env::VarError::NotUnicode(_))) => {
            return Err(Failure::Setting { place: ADMIN_TOKEN.into(), fault: error.to_string() });
        }
    };
    let token = AdminToken::new(&text);
    token.map(Some).map_err(|error| Failure::Setting { place, fault: error.to_string() })
}

/// Where to listen. Names are not looked up: what one comes to may be several addresses, or change.
pub(super) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "it must be an IP address and a port, as 127.0.0.1:8080 or [::1]:8080")
}

pub(super) fn read(file: &Path) -> Result<String, Failure> {
    let path = || file.to_owned();
    fs::read_to_string(file).map_err(|source| Failure::File { path: path(), source })
}
