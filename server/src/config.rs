//! What a server is told when it starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_datasets::Dataset;

use crate::Players;

/// What a server is told when it starts.
#[derive(Clone)]
pub struct ServerConfig {
    /// The address to listen at. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The images that are debated.
    pub dataset: &'static Dataset,
    /// The debaters and the classifiers.
    pub players: Arc<dyn Players>,
    /// The bounds on what clients may ask for.
    pub limits: Limits,
}

/// The bounds on everything that a client can make grow or last.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once; further ones are refused.
    pub connections: usize,
    /// Debates that the server holds at once. Those that have ended or that nobody follows make
    /// room for new ones; when there is none such, new ones are refused.
    pub debates: usize,
    /// Debates that one connection follows at once.
    pub seats: usize,
    /// The largest message read, in bytes.
    pub message_bytes: usize,
    /// Messages that wait for a client to read them; with more it is cut off.
    pub outbox: usize,
    /// How long one message may take to be written, and how long a client may be silent: it is
    /// sent a ping three times in that time.
    pub silence: Duration,
    /// Searches and judgements that run at once, each on a thread of its own.
    pub threads: usize,
    /// How long an agent may think about a move; then it plays the best that it knows.
    pub thinking: Duration,
    /// The longest pace.
    pub pace: Duration,
    /// How long a person may take to come to the judge's seat, and then to answer.
    pub verdict: Duration,
    /// How long a debate that has ended, or that waits because nobody follows it, is kept.
    pub memory: Duration,
}

impl ServerConfig {
    /// A server at `127.0.0.1:8080` with those images and players, and the default limits.
    pub fn new(dataset: &'static Dataset, players: Arc<dyn Players>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            dataset,
            players,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            connections: 1024,
            debates: 256,
            seats: 16,
            message_bytes: 4 * 1024,
            outbox: 64,
            silence: Duration::from_secs(30),
            // One core is left to the network.
            threads: cores.saturating_sub(1).max(1),
            thinking: Duration::from_mins(1),
            pace: Duration::from_secs(10),
            verdict: Duration::from_mins(30),
            memory: Duration::from_mins(10),
        }
    }
}
