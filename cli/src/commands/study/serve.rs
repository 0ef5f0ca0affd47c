//! `pixel-debate study serve`: a frozen study before its participants.

use std::env;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use pixel_debate_server::{AdminToken, StudyConfig, StudyServer};
use pixel_debate_store::Place;
use tracing_subscriber::EnvFilter;

use crate::announce::announce;
use crate::commands::serve::{address, read};
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::options::LimitsOptions;

/// The environment variable with the researcher's token.
const RESEARCHER_TOKEN: &str = "PIXEL_DEBATE_RESEARCHER_TOKEN";

/// The store of a study that stands in its folder.
pub(super) const STORE: &str = "study.db";

/// Serve a frozen study to its participants, and to the researcher
///
/// Nothing else is on this server. What participants say is kept in a store of the study's own, before anybody is told
/// that it was taken; stopped in any way, the same command goes on. The participants' page is at /, the researcher's at
/// /researcher. Logs go to standard error; the environment variable `RUST_LOG`, set to `info` or `debug`, says more.
#[derive(Args)]
pub(crate) struct Serve {
    /// The folder that `study freeze` wrote
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Address to listen at
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value_t = SocketAddr::from(([127, 0, 0, 1], 8080)),
        value_parser = address
    )]
    listen: SocketAddr,
    /// Where what participants say is kept: a SQLite file, study.db in the folder unless said otherwise, or a PostgreSQL
    /// database as postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(long, value_name = "PATH|URL")]
    store: Option<String>,
    /// File with the researcher's token
    ///
    /// The environment variable `PIXEL_DEBATE_RESEARCHER_TOKEN` can hold it as well. Without either one is made each time,
    /// and printed.
    #[arg(long, value_name = "FILE")]
    researcher_token_file: Option<PathBuf>,
    /// Origin of pages beside the server's own that may connect, as `https://study.example`
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Number of proxies that every client comes through, whose X-Forwarded-For is believed
    #[arg(long, value_name = "N", default_value_t = 0)]
    trust_forwarded_for: u8,
    #[command(flatten)]
    limits: LimitsOptions,
}

impl Serve {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
        let (made, researcher) = researcher(self.researcher_token_file.as_deref())?;
        let config = StudyConfig {
            listen: self.listen,
            store: place(self.store.as_deref(), &self.folder)?,
            researcher,
            origins: self.allow_origin,
            proxies: self.trust_forwarded_for,
            limits: self.limits.read()?,
        };
        tokio::runtime::Runtime::new().map_err(Failure::Runtime)?.block_on(async {
            let server = StudyServer::bind(&self.folder, config).await.map_err(Box::new)?;
            // Before anybody is told where it is, who may then tell it to stop.
            let told_to_stop = interrupted();
            let (address, token) = (server.address(), made.map_or(String::new(), |made| format!("#{made}")));
            announce(&format!(
                "The study is at http://{address}\nThe researcher is at http://{address}/researcher{token}\n"
            ))?;
            server.run(told_to_stop).await.map_err(Box::new)?;
            Ok(())
        })
    }
}

/// Where a study's store is, unless said otherwise in its folder.
pub(super) fn place(said: Option<&str>, folder: &Path) -> Result<Place, Failure> {
    match said {
        Some(place) => Ok(place.parse()?),
        None => Ok(Place::File(folder.join(STORE))),
    }
}

/// The researcher's token, and its text where it was made.
fn researcher(file: Option<&Path>) -> Result<(Option<String>, AdminToken), Failure> {
    let (text, place) = match (file, env::var(RESEARCHER_TOKEN)) {
        (Some(file), _) => (read(file)?, file.display().to_string()),
        (None, Ok(text)) => (text, format!("the environment variable {RESEARCHER_TOKEN}")),
        (None, Err(env::VarError::NotPresent)) => {
            let fault = |error: pixel_debate_server::AdminTokenError| Failure::Setting {
                place: "the researcher's token".into(),
                fault: error.to_string(),
            };
            let (text, token) = AdminToken::random().map_err(fault)?;
            return Ok((Some(text), token));
        }
        (None, Err(error @ env::VarError::NotUnicode(_))) => {
            return Err(Failure::Setting {
                place: RESEARCHER_TOKEN.into(),
                fault: error.to_string(),
            });
        }
    };
    let token = AdminToken::new(&text);
    let token = token.map_err(|error| Failure::Setting { place, fault: error.to_string() })?;
    Ok((None, token))
}
