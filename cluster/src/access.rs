//! The way to the NATS servers: their URLs, TLS, and what proves who we are.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr, rustls};

use crate::ClusterError;
use crate::error::chain;

/// How to come to the servers, and in.
#[derive(Debug, Clone)]
pub struct Access {
    servers: Vec<ServerAddr>,
    /// What proves who we are.
    pub proof: Proof,
    /// Certificates.
    pub tls: Tls,
}

/// What proves who we are.
#[derive(Clone, Default)]
pub enum Proof {
    /// Nothing.
    #[default]
    None,
    /// A user's name and password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
    Token(String),
    /// A credentials file: a signed name and the key to it, as `nsc` makes it.
    Credentials(PathBuf),
}

/// Certificates, as files in PEM. The server's is always checked.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// Speak TLS whatever the URL says.
    pub required: bool,
    /// The authority that signed the server's certificate, beside those that the system trusts.
    pub authority: Option<PathBuf>,
    /// Our own certificate and its key, for a server that wants one.
    pub client: Option<(PathBuf, PathBuf)>,
}

impl Access {
    /// The way to these servers of one NATS cluster; the first that answers is taken, and another
    /// when that dies. A URL is `nats://HOST:PORT`, `tls://HOST:PORT` or `HOST:PORT`; without a port,
    /// 4222. It may have a proof: `nats://USER:PASSWORD@HOST` or `nats://TOKEN@HOST`.
    ///
    /// # Errors
    ///
    /// [`ClusterError`] if there is no URL, or one is none or has another scheme.
    pub fn new<U: AsRef<str>>(urls: impl IntoIterator<Item = U>) -> Result<Self, ClusterError> {
        let mut servers = Vec::new();
        for url in urls {
            let url = url.as_ref().trim();
            let fault = |fault: String| ClusterError::Url { url: without_secret(url), fault };
            let server: ServerAddr = url.parse().map_err(|error| fault(chain(&error)))?;
            if server.is_websocket() {
                return Err(fault("websockets are not spoken".to_owned()));
            }
            servers.push(server);
        }
        if servers.is_empty() {
            let (url, fault) = (String::new(), "there must be one at least".to_owned());
            return Err(ClusterError::Url { url, fault });
        }
        // As NATS has it, a name without a password is a token.
        let named = servers.iter().find_map(|server| Some((server.username()?, server.password())));
        let proof = match named {
            Some((user, Some(password))) => {
                Proof::Password { user: user.to_owned(), password: password.to_owned() }
            }
            Some((token, None)) => Proof::Token(token.to_owned()),
            None => Proof::None,
        };
        Ok(Self { servers, proof, tls: Tls::default() })
    }

    /// The servers as `HOST:PORT`, without names and passwords.
    pub fn servers(&self) -> String {
        let server = |server: &ServerAddr| format!("{}:{}", server.host(), server.port());
        self.servers.iter().map(server).collect::<Vec<_>>().join(", ")
    }

    /// Connects. Later the connection mends itself, as often as need be; `say` is told.
    pub(crate) async fn connect(
        &self,
        name: &str,
        say: impl Fn(String) + Send + Sync + 'static,
    ) -> Result<Client, ClusterError> {
        let servers = self.servers();
        let say = std::sync::Arc::new(say);
        let events = move |event: Event| {
            let (say, servers) = (std::sync::Arc::clone(&say), servers.clone());
            async move {
                match event {
                    Event::Disconnected => say(format!("the connection to {servers} is lost")),
                    Event::Connected => say(format!("connected to {servers}")),
                    Event::ServerError(error) => say(format!("the NATS server says: {error}")),
                    _ => {}
                }
            }
        };
        let options = self.options().await?;
        let options = options.name(name).event_callback(events).ping_interval(PING);
        let connected = options.connect(&self.servers[..]).await;
        connected.map_err(|error| {
            let (servers, fault) = (self.servers(), chain(&error));
            match error.kind() {
                ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                    ClusterError::Denied { servers, proof: self.proof.in_words(), fault }
                }
                ConnectErrorKind::Tls => ClusterError::Tls { servers, fault },
                // What the TLS library says later comes as if the operating system did.
                ConnectErrorKind::Io if is_of_tls(&error) => ClusterError::Tls { servers, fault },
                _ => ClusterError::Unreachable { servers, fault },
            }
        })
    }

    async fn options(&self) -> Result<ConnectOptions, ClusterError> {
        let options = ConnectOptions::new().require_tls(self.tls.required);
        let mut options = match &self.proof {
            Proof::None => options,
            Proof::Password { user, password } => {
                options.user_and_password(user.clone(), password.clone())
            }
            Proof::Token(token) => options.token(token.clone()),
            Proof::Credentials(path) => {
                readable(path)?;
                let fault = |error: std::io::Error| {
                    let fault = format!("it is no NATS credentials file: {error}");
                    ClusterError::Content { path: path.clone(), fault }
                };
                options.credentials_file(path).await.map_err(fault)?
            }
        };
        if let Some(authority) = &self.tls.authority {
            readable(authority)?;
            options = options.add_root_certificates(authority.clone());
        }
        if let Some((certificate, key)) = &self.tls.client {
            readable(certificate)?;
            readable(key)?;
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        Ok(options)
    }
}

/// How often the server is asked whether it is still there.
const PING: Duration = Duration::from_secs(10);

fn readable(path: &Path) -> Result<(), ClusterError> {
    let opened = fs::File::open(path).map(drop);
    opened.map_err(|source| ClusterError::File { path: path.to_owned(), source })
}

/// Whether the TLS library is behind an error.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>()
        || inner.is_some_and(|inner| is_of_tls(inner))
        || error.source().is_some_and(is_of_tls)
}

/// A URL fit to be shown.
fn without_secret(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://...@{host}"),
        (None, Some((_, host))) => format!("...@{host}"),
        (_, None) => url.to_owned(),
    }
}

impl Proof {
    fn in_words(&self) -> &'static str {
        match self {
            Self::None => "a client that proves nothing",
            Self::Password { .. } => "this user and password",
            Self::Token(_) => "this token",
            Self::Credentials(_) => "these credentials",
        }
    }
}

/// Secrets are not shown.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.in_words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_without_secrets() {
        let access = Access::new(["nats://lab:secret@one:4333", "two"]).unwrap();
        assert_eq!(access.servers(), "one:4333, two:4222");
        for (urls, wanted) in [
            (&["ftp://lab:secret@host"][..], "\"ftp://...@host\" is no NATS server's URL ("),
            (&["ws://host"], "websockets are not spoken"),
            (&[], "there must be one at least"),
        ] {
            let error = Access::new(urls).unwrap_err().to_string();
            assert!(error.contains(wanted) && !error.contains("secret"), "{error}");
        }
        let proof = Proof::Password { user: "lab".into(), password: "secret".into() };
        assert!(!format!("{proof:?}").contains("secret"));
    }

    #[test]
    fn errors_of_tls_are_known_by_their_type() {
        let of_tls = rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, of_tls.clone()));
        assert!(is_of_tls(&of_tls) && is_of_tls(&wrapped));
        assert!(!is_of_tls(&io::Error::other("no certificate in sight")));
    }
}
