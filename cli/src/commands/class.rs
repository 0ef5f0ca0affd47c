//! `pixel-debate class`: a server with a class that votes together, and the way to it.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use pixel_debate_server::{AdminToken, Limits, Server, ServerConfig};
use pixel_debate_store::Place;
use rand::RngExt;
use rand::distr::Alphanumeric;

use super::hosting::HostingOptions;
use super::serve::{Serve, address, administrator, log};
use crate::announce::announce;
use crate::failure::Failure;
use crate::interrupt::interrupted;

/// The port where nobody says another.
const PORT: u16 = 8080;

/// How long an administrator's token is that the command makes itself.
const TOKEN: usize = 32;

/// Have a class vote together on their phones: starts a server, opens a class, and prints where it is presented and
/// where phones join
///
/// The class and its votes are kept: while it has not ended, its links are good again when the server runs again at
/// the same address.
#[derive(Args)]
pub(crate) struct Class {
    /// Where to listen: `lan`, or `lan:PORT`, for this machine's address in the network that phones are in as well
    #[arg(
        long,
        value_name = "lan|ADDRESS:PORT",
        default_value_t = Listen::At(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))),
        value_parser = listen
    )]
    listen: Listen,
    /// Where debates and classes are kept: a SQLite file, or a PostgreSQL database as
    /// postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(long, value_name = "PATH|URL", default_value = Serve::STORE)]
    store: String,
    /// File with the administrator's token, who may list and end all debates; where the server is open to other
    /// machines and there is none, one is made and printed
    ///
    /// The environment variable `PIXEL_DEBATE_ADMIN_TOKEN` can hold it as well.
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<PathBuf>,
    #[command(flatten)]
    hosting: HostingOptions,
}

/// Where to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listen {
    At(SocketAddr),
    /// At this machine's address in its network, with that port.
    Lan(u16),
}

impl std::fmt::Display for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::At(address) => write!(f, "{address}"),
            Self::Lan(port) => write!(f, "lan:{port}"),
        }
    }
}

impl Class {
    pub(crate) fn run(self) -> Result<(), Failure> {
        log();
        let listen = match self.listen {
            Listen::At(address) => address,
            Listen::Lan(port) => SocketAddr::new(lan()?, port),
        };
        let given = administrator(self.admin_token_file.as_deref())?;
        let made = (given.is_none() && !listen.ip().is_loopback()).then(|| {
            let letters = rand::rng().sample_iter(Alphanumeric).take(TOKEN);
            letters.map(char::from).collect::<String>()
        });
        let own = made.as_deref().map(AdminToken::new).transpose().map_err(|error| {
            Failure::Setting { place: "the administrator's token".into(), fault: error.to_string() }
        })?;
        let (dataset, roster) = self.hosting.open()?;
        let config = ServerConfig {
            listen,
            store: self.store.parse::<Place>()?,
            administrator: given.or(own),
            // All phones may have one address, and each of them reads the page at about the same time.
            limits: Limits { reads_a_second: 1000, reads_at_once: 10_000, ..Limits::default() },
            ..ServerConfig::new(dataset, Arc::new(roster))
        };
        tokio::runtime::Runtime::new().map_err(Failure::Runtime)?.block_on(async {
            let server = Server::bind(config).await?;
            let told_to_stop = interrupted();
            let opened = server.open_class().await.map_err(|refusal| Failure::Setting {
                place: "the class".into(),
                fault: refusal.to_string(),
            })?;
            let mut shown = server.address();
            if shown.ip().is_unspecified() {
                // It listens at all of this machine's addresses, of which phones need one.
                shown.set_ip(lan()?);
            }
            let (class, token) = (opened.class, opened.token.0);
            let mut told = format!(
                "Pixel Debate is at http://{shown}\n\
                 Phones join at     http://{shown}/#/c/{class}\n\
                 Present it at      http://{shown}/#/class/{class}/{token}\n                   \
                 (whoever has this link presents the class)\n"
            );
            if shown.ip().is_loopback() {
                told += "Only this machine finds these: for phones start it with --listen lan\n";
            }
            if let Some(token) = made {
                let _ = writeln!(told, "Administrator      {token}");
            }
            announce(&told)?;
            server.run(told_to_stop).await?;
            Ok(())
        })
    }
}

/// Reads where to listen.
fn listen(text: &str) -> Result<Listen, String> {
    if text == "lan" {
        return Ok(Listen::Lan(PORT));
    }
    if let Some(port) = text.strip_prefix("lan:") {
        let port = port.parse().ok().filter(|port| *port > 0);
        return port
            .map(Listen::Lan)
            .ok_or_else(|| "the port must be 1 to 65535, as lan:8080".into());
    }
    address(text).map(Listen::At).map_err(|error| format!("{error}; or lan, or lan:PORT"))
}

/// This machine's address in its network: the one from which it would send to others. Nothing is sent for that.
fn lan() -> Result<IpAddr, Failure> {
    let none = |fault: String| Failure::Setting { place: "--listen lan".into(), fault };
    let found = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        // An address that nobody has.
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    };
    let address =
        found().map_err(|error| none(format!("this machine is in no network: {error}")))?;
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        return Err(none("this machine is in no network; give its address as ADDRESS:PORT".into()));
    }
    Ok(address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_at_an_address_or_in_the_network() {
        assert_eq!(listen("lan"), Ok(Listen::Lan(8080)));
        assert_eq!(listen("lan:9000"), Ok(Listen::Lan(9000)));
        let address = "192.168.1.5:80".parse().unwrap();
        assert_eq!(listen("192.168.1.5:80"), Ok(Listen::At(address)));
        for wrong in ["lan:0", "lan:x", "wifi", "192.168.1.5"] {
            assert!(listen(wrong).is_err(), "{wrong}");
        }
        for place in [Listen::Lan(9000), Listen::At(address)] {
            assert_eq!(listen(&place.to_string()), Ok(place));
        }
    }
}
