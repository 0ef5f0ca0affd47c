//! What is to be played.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::crowd::Crowd;

/// What is to be played, and against whom.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Against whom.
    pub target: Target,
    /// Debates at once: each has three connections.
    pub debates: u32,
    /// How long they are measured, from when all have begun. What is under way then is played to its
    /// end.
    pub time: Duration,
    /// How many pixels are revealed in each debate; when it ends its table begins the next.
    pub pixels: u8,
    /// How long a debater waits before it reveals; none for as fast as the server goes.
    pub pace: Option<Duration>,
    /// Whether connections are dropped at random and resumed: each on average once in ten seconds.
    pub drops: bool,
    /// How often the server is killed at random moments and started again; only where the tool has
    /// started it.
    pub kills: u32,
    /// Debates between the server's own agents, set up before all others.
    pub crowds: Vec<Crowd>,
    /// What the script's choices and the random moments depend on.
    pub seed: u64,
}

/// Whom the load is for.
#[derive(Clone, Debug)]
pub enum Target {
    /// A server that runs already.
    Server(SocketAddr),
    /// A program that is started and prints the URL that it listens at.
    Program {
        /// The program.
        program: PathBuf,
        /// Its arguments, for a start on a free port.
        arguments: Vec<String>,
        /// The argument that names the address to listen at, for a start at the same port again.
        listen: String,
        /// Whether it is a [relay](crate::Relay), not a server.
        relay: bool,
    },
}
