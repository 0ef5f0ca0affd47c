//! `pixel-debate serve`: the server and its page.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use clap::Args;
use pixel_debate_datasets::mnist;
use pixel_debate_server::{AdminToken, BuiltIn, Limits, Server, ServerConfig};
use pixel_debate_store::Place;
use tracing_subscriber::EnvFilter;

use super::store::kept;
use crate::failure::Failure;
use crate::interrupt::interrupted;

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
    /// TOML file with bounds on what clients may ask for
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
    /// A bound by its name, as debates=20000; docs/server.md names them
    #[arg(long, value_name = "NAME=VALUE")]
    limit: Vec<String>,
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
            limits: None,
            limit: Vec::new(),
        }
    }
}

impl Serve {
    pub(super) const STORE: &str = "pixel-debate.db";

    pub(crate) fn run(self) -> Result<(), Failure> {
        log();
        let config = ServerConfig {
            listen: self.listen,
            store: self.store.parse::<Place>()?,
            keep: self.keep,
            administrator: administrator(self.admin_token_file.as_deref())?,
            limits: limits(self.limits.as_deref(), &self.limit)?,
            origins: self.allow_origin,
            proxies: self.trust_forwarded_for,
            ..ServerConfig::new(mnist::test(), Arc::new(BuiltIn::shipped()))
        };
        tokio::runtime::Runtime::new().map_err(Failure::Runtime)?.block_on(async {
            let server = Server::bind(config).await?;
            // Before anybody is told where it is, who may then tell it to stop.
            let told_to_stop = interrupted();
            writeln!(io::stdout(), "Pixel Debate is at http://{}", server.address())?;
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

/// The default limits, with those of the file, and with those given one by one.
fn limits(file: Option<&Path>, given: &[String]) -> Result<Limits, Failure> {
    let fault = |place: String, fault: String| Failure::Setting { place, fault };
    let in_words = |error: toml::de::Error| one_line(&error.to_string());
    let of_file = match file {
        Some(file) => {
            let text = read(file)?;
            let read = text.parse::<toml::Table>();
            read.map_err(|error| fault(file.display().to_string(), of_toml(&text, &error)))?
        }
        None => toml::Table::new(),
    };
    let mut table = of_file.clone();
    for limit in given {
        let one = limit.parse::<toml::Table>();
        let one =
            one.map_err(|error| fault(format!("--limit {limit}"), one_line(error.message())))?;
        table.extend(one);
    }
    table.try_into::<Limits>().map_err(|error| {
        let said = in_words(error);
        // What the file says by itself is the file's fault.
        let by_file = of_file.try_into::<Limits>().map_err(in_words);
        let place = file.filter(|_| by_file.is_err_and(|of_file| of_file == said));
        fault(place.map_or_else(|| "the limits".into(), |file| file.display().to_string()), said)
    })
}

/// What is wrong with a TOML file, with its line.
fn of_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", 1 + before.matches('\n').count(), one_line(error.message()))
}

fn one_line(text: &str) -> String {
    text.trim_end().replace('\n', ", ")
}

fn read(file: &Path) -> Result<String, Failure> {
    let path = || file.to_owned();
    fs::read_to_string(file).map_err(|source| Failure::File { path: path(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_come_from_the_file_and_then_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("limits.toml");
        fs::write(&file, "debates = 5\nseats = 6\ngrace = 0.5\n").unwrap();
        let limits = |given: &[&str]| {
            let given: Vec<_> = given.iter().map(ToString::to_string).collect();
            super::limits(Some(&file), &given).map_err(|error| error.to_string())
        };
        let read = limits(&["seats=7", "silence = 60"]).unwrap();
        assert_eq!((read.debates, read.seats), (5, 7));
        assert_eq!((read.grace.as_millis(), read.silence.as_secs()), (500, 60));
        for (given, wrong) in [
            ("seat=7", "unknown limit `seat`"),
            ("outbox=0", "the limit outbox is 0; it may be"),
            ("seats", "--limit seats: key with no value"),
            ("seats=\"many\"", "the limit seats is \"many\"; it may be"),
        ] {
            let error = limits(&[given]).unwrap_err();
            assert!(error.contains(wrong) && !error.contains('\n'), "{error}");
        }
        let error = limits(&["seat=7"]).unwrap_err();
        assert!(error.starts_with("the limits: "), "{error}");
        fs::write(&file, "debates = 5\nseat = 6\n").unwrap();
        let error = limits(&[]).unwrap_err();
        assert!(error.contains("limits.toml: unknown limit `seat`"), "{error}");
        fs::write(&file, "debates = 5\nseats = \n").unwrap();
        let error = limits(&[]).unwrap_err();
        assert!(error.contains("limits.toml: line 2: ") && !error.contains('\n'), "{error}");
    }
}
