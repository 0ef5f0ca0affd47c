//! What a server is told when it starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_datasets::Dataset;
use pixel_debate_store::Place;

use crate::tokens::Lock;
use crate::{Limits, Roster};

/// What a server is told when it starts.
#[derive(Clone)]
pub struct ServerConfig {
    /// The address to listen at. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The images that are debated.
    pub dataset: &'static Dataset,
    /// The debaters and the classifiers.
    pub roster: Arc<dyn Roster>,
    /// Where debates are kept.
    pub store: Place,
    /// How long debates are kept after they ended; without it for good.
    pub keep: Option<Duration>,
    /// What opens the list of all debates and ends any of them. Without it nobody can do that, and
    /// the server does not listen beyond this machine.
    pub administrator: Option<AdminToken>,
    /// The origins, such as `https://debates.example`, of pages beside the server's own that may
    /// connect.
    pub origins: Vec<String>,
    /// How many proxies every client comes through: so many addresses at the end of the header
    /// `X-Forwarded-For` are believed. None by default.
    pub proxies: u8,
    /// The bounds on what clients may ask for.
    pub limits: Limits,
}

/// The administrator's token, of which only the hash is kept.
#[derive(Clone)]
pub struct AdminToken(Lock);

/// Why a text is no administrator's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an administrator's token has at least {} characters and no spaces: \
     take the output of `openssl rand -base64 32`",
    AdminToken::SHORTEST
)]
pub struct AdminTokenError;

impl ServerConfig {
    /// A server at `127.0.0.1:8080` with those images and roster, the store `pixel-debate.db` in
    /// the current folder, no administrator, and the default limits.
    pub fn new(dataset: &'static Dataset, roster: Arc<dyn Roster>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            dataset,
            roster,
            store: Place::File(PathBuf::from("pixel-debate.db")),
            keep: None,
            administrator: None,
            origins: Vec::new(),
            proxies: 0,
            limits: Limits::default(),
        }
    }
}

impl AdminToken {
    /// The fewest characters of a token: what is shorter could be guessed.
    pub const SHORTEST: usize = 16;

    /// The token with that text, without white space around it.
    ///
    /// # Errors
    ///
    /// [`AdminTokenError`] if it is too short, or has what a header cannot hold.
    pub fn new(text: &str) -> Result<Self, AdminTokenError> {
        let text = text.trim();
        if text.chars().count() < Self::SHORTEST || text.contains(char::is_whitespace) {
            return Err(AdminTokenError);
        }
        Ok(Self(Lock::of(text)))
    }

    /// A new one of 256 random bits, and its text.
    ///
    /// # Errors
    ///
    /// [`AdminTokenError`] if the system gives no random numbers.
    pub fn random() -> Result<(String, Self), AdminTokenError> {
        let (token, lock) = Lock::new().map_err(|_| AdminTokenError)?;
        Ok((token.0, Self(lock)))
    }

    /// Whether it is this token.
    pub(crate) fn is(&self, token: &str) -> bool {
        self.0.opens_with(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_token_is_none() {
        let token = AdminToken::new(" a-long-enough-token \n").unwrap();
        assert!(token.is("a-long-enough-token"));
        assert!(!token.is("a-long-enough-token "));
        for text in ["", "short", "               ", "two words are not a token"] {
            assert_eq!(AdminToken::new(text).map(drop), Err(AdminTokenError), "{text:?}");
        }
    }
}
