//! Why the cluster does not go on.

use std::io;
use std::path::PathBuf;

use pixel_debate_harness::RunError;

/// Why a coordinator or a worker ends before its work is done. What was done is kept: the same
/// command goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// A server's URL is none.
    #[error(
        "{url:?} is no NATS server's URL ({fault}): it must be nats://HOST:PORT or tls://HOST:PORT"
    )]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        fault: String,
    },
    /// A file with a secret, a key or a certificate cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{}: {fault}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// No server answers.
    #[error("no NATS server can be reached at {servers}: {fault}")]
    Unreachable {
        /// The servers.
        servers: String,
        /// Why.
        fault: String,
    },
    /// The server lets nobody in without a better proof.
    #[error(
        "the NATS server at {servers} refuses {proof}: {fault}. A user and password, a token, a \
         credentials file or a client's certificate can be given"
    )]
    Denied {
        /// The servers.
        servers: String,
        /// What was shown to it.
        proof: &'static str,
        /// What it said.
        fault: String,
    },
    /// The server's certificate, or ours, is not accepted.
    #[error(
        "no TLS connection to {servers}: {fault}. --nats-ca names the authority that signed the \
         server's certificate, --nats-cert and --nats-key our own"
    )]
    Tls {
        /// The servers.
        servers: String,
        /// What is wrong.
        fault: String,
    },
    /// The server does not do what is asked of it.
    #[error("{what}: {fault}")]
    JetStream {
        /// What was asked.
        what: String,
        /// What it said.
        fault: String,
    },
    /// An option has a value that cannot be.
    #[error("{0}")]
    Option(String),
    /// All threads of a worker are held by work that does not end.
    #[error(
        "all {threads} threads are held by shards that did not end within their time: this worker \
         is of no use any more"
    )]
    Hung {
        /// How many.
        threads: usize,
    },
    /// The page of metrics cannot be served.
    #[error("metrics cannot be served at {address}: {source}")]
    Metrics {
        /// Where.
        address: std::net::SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The run's folder does not do.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl ClusterError {
    /// What the server said when it was asked for `what`.
    pub(crate) fn jetstream(what: impl Into<String>, fault: impl std::error::Error) -> Self {
        Self::JetStream { what: what.into(), fault: chain(&fault) }
    }
}

/// An error with its causes, each once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}
