//! `pixel-debate load`: thousands of debates at once, and whether all went by the rules.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use clap::{Args, value_parser};
use pixel_debate_game::Rules;
use pixel_debate_load::{ClassPlan, Crowd, Scenario, Target, class, run};
use serde::Serialize;

use crate::failure::Failure;
use crate::options::SeedOption;

/// Play many debates at once against a server, over real sockets, and check all that it says
///
/// Each debate has two scripted debaters and a judge, with a connection each. Without --server the
/// program starts a server of its own on this machine, which it may also kill and start again.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Load {
    /// Debates at once
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2000,
        value_parser = value_parser!(u32).range(1..=100_000)
    )]
    debates: u32,
    /// How long to measure, in seconds
    #[arg(
        long,
        value_name = "S",
        default_value_t = 60,
        value_parser = value_parser!(u32).range(1..=86_400)
    )]
    seconds: u32,
    /// A server that runs already, by its URL, as `http://127.0.0.1:8080`
    #[arg(
        long,
        value_name = "URL",
        value_parser = server,
        conflicts_with_all = ["store", "kills", "relay"]
    )]
    server: Option<SocketAddr>,
    /// Where the program's own server keeps the debates: a file or a postgres:// URL; a file in a
    /// temporary folder, unless said otherwise
    #[arg(long, value_name = "PLACE", conflicts_with = "relay")]
    store: Option<String>,
    /// How many pixels are revealed in each debate
    #[arg(
        long,
        value_name = "K",
        default_value_t = 6,
        value_parser = value_parser!(u8).range(1..=i64::from(Rules::MAX_PIXELS))
    )]
    pixels: u8,
    /// How long a debater waits before each reveal, in milliseconds
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 2000,
        value_parser = value_parser!(u32).range(..=20_000)
    )]
    pace: u32,
    /// Reveal as fast as the server goes
    #[arg(long, conflicts_with = "pace")]
    unthrottled: bool,
    /// Drop connections at random, each about once in ten seconds, and resume them
    #[arg(long)]
    faults: bool,
    /// Kill the server so often, at random moments, and start it again
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = value_parser!(u32).range(..=10_000)
    )]
    kills: u32,
    /// Before all others, set up so many debates between two of the server's agents, as
    /// `5000=mcts:10000`; may be given several times
    #[arg(long = "crowd", value_name = "N=AGENT", value_parser = crowd, conflicts_with = "relay")]
    crowds: Vec<Crowd>,
    /// Play through a relay without rules or store instead: what a server is measured against
    #[arg(long, conflicts_with_all = ["kills", "faults"])]
    relay: bool,
    /// Have a class of so many phones vote instead, within 0.1 s of each reveal, and check that each vote counts once
    #[arg(
        long,
        value_name = "PHONES",
        conflicts_with_all = ["relay", "crowds", "faults", "pace", "unthrottled", "debates"],
        value_parser = value_parser!(u32).range(1..=300)
    )]
    class: Option<u32>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    seed: SeedOption,
}

/// Within which time of a reveal the phones of a class vote.
const WITHIN: Duration = Duration::from_millis(100);

impl Load {
    pub(crate) fn run(self) -> Result<(), Failure> {
        // It holds the store of a server that is started, and goes with it.
        let folder = tempfile::tempdir().map_err(Failure::Program)?;
        let target = self.target(folder.path())?;
        if let Some(phones) = self.class {
            return self.class(target, phones);
        }
        let pace = Duration::from_millis(self.pace.into());
        let scenario = Scenario {
            target,
            debates: self.debates,
            time: Duration::from_secs(self.seconds.into()),
            pixels: self.pixels,
            pace: (!self.unthrottled).then_some(pace),
            drops: self.faults,
            kills: self.kills,
            crowds: self.crowds,
            seed: self.seed.seed,
        };
        let watched = io::stderr().is_terminal();
        let said = |what: &str| {
            if watched {
                // Nothing depends on it.
                let _ = writeln!(io::stderr(), "{what}");
            }
        };
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
        let report = runtime.block_on(run(scenario, said))?;
        print(&report, self.json)?;
        match report.errors.values().sum() {
            0 => Ok(()),
            count => Err(Failure::Wrong { count }),
        }
    }

    /// Has a class of phones vote.
    fn class(&self, target: Target, phones: u32) -> Result<(), Failure> {
        let plan = ClassPlan {
            target,
            phones,
            time: Duration::from_secs(self.seconds.into()),
            pixels: self.pixels,
            within: WITHIN,
            kills: self.kills,
            seed: self.seed.seed,
        };
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
        let report = runtime.block_on(class(plan))?;
        print(&report, self.json)?;
        match report.errors.values().sum() {
            0 => Ok(()),
            count => Err(Failure::Wrong { count }),
        }
    }

    /// The server that is given, or else this program once more, as a server or a relay.
    fn target(&self, folder: &Path) -> Result<Target, Failure> {
        if let Some(server) = self.server {
            return Ok(Target::Server(server));
        }
        let program = std::env::current_exe().map_err(Failure::Program)?;
        let arguments = if self.relay {
            vec!["relay".into()]
        } else {
            let own = || folder.join("load.db").display().to_string();
            let store = self.store.clone().unwrap_or_else(own);
            let serve = ["serve".into(), format!("--store={store}")];
            let crowd: u32 = self.crowds.iter().map(|crowd| crowd.debates).sum();
            serve.into_iter().chain(limits(self.debates, crowd)).collect()
        };
        Ok(Target::Program { program, arguments, listen: "--listen".into(), relay: self.relay })
    }
}

/// So many debates of an agent.
fn crowd(text: &str) -> Result<Crowd, String> {
    let wrong = || format!("{text:?} is not N=AGENT, as 5000=mcts:10000 (N up to 100000)");
    let (debates, agent) = text.split_once('=').ok_or_else(wrong)?;
    let debates = debates.parse().ok().filter(|debates| *debates <= 100_000).ok_or_else(wrong)?;
    Ok(Crowd { debates, agent: agent.into() })
}

/// The address of the server with that URL.
pub(super) fn server(url: &str) -> Result<SocketAddr, String> {
    let authority = match url.split_once("://") {
        Some(("http" | "ws", rest)) => rest.split('/').next().unwrap_or_default(),
        Some((scheme, _)) => return Err(format!("a {scheme}:// URL; it must be http:// or ws://")),
        None => url,
    };
    let mut addresses = authority
        .to_socket_addrs()
        .map_err(|error| format!("{authority:?} is no HOST:PORT: {error}"))?;
    addresses.next().ok_or_else(|| format!("{authority:?} has no address"))
}

/// What a server must allow so that so many debates can be played from one address.
pub(super) fn limits(debates: u32, crowd: u32) -> impl Iterator<Item = String> {
    let connections = 3 * debates + 100;
    // Those that have ended stay at hand for a few seconds.
    let debates = 4 * debates + crowd + 20_000;
    let limits = [
        ("connections", connections),
        ("connections_per_address", connections),
        ("debates", debates),
        ("debates_per_address", debates),
        ("messages_a_second", 1_000_000),
        ("messages_a_second_per_address", 100_000_000),
        ("messages_at_once_per_address", 100_000_000),
        ("creations_a_minute", 10_000_000),
        ("creations_at_once", debates),
        ("debates_a_day", 1_000_000_000),
        ("participants_a_day", 1_000_000_000),
        ("reads_a_second", 1_000_000),
        ("reads_at_once", 1_000_000),
        ("memory", 5),
    ];
    limits.into_iter().map(|(name, value)| format!("--limit={name}={value}"))
}

fn print(report: &(impl Serialize + Display), json: bool) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut stdout, report)?;
        writeln!(stdout)
    } else {
        writeln!(stdout, "{report}")
    }
}
