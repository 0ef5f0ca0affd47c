//! Which database is meant, and how the connection to it is encrypted.
//!
//! A URL is written as PostgreSQL's own programs read it. What follows `sslmode=` says how the
//! connection is encrypted; without it, a database on this machine is reached in plain, and any other
//! one only encrypted and with a certificate that is verified.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use thiserror::Error;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use tracing::warn;

/// How long the database may take to answer before it is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A PostgreSQL database, and how it is reached.
#[derive(Clone)]
pub struct Database {
    config: Config,
    security: Security,
}

/// How the connection is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Security {
    /// Not at all.
    Plain,
    /// It is, and nobody asks with whom.
    Encrypted,
    /// It is, with the host that is named: by a certificate of one of the authorities in a file, or of
    /// those that the system trusts.
    Verified(Option<PathBuf>),
}

/// Why a text is no URL of a database.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// It is none at all.
    #[error(
        "not a URL of a PostgreSQL database: {0}; \
         it is written postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    Url(#[from] tokio_postgres::Error),
    /// It asks for a way of encryption that there is not.
    #[error(
        "sslmode={0} is not offered: it is \"disable\" (plain), \"require\" (encrypted, without asking \
         with whom) or \"verify-full\" (encrypted, with a certificate of the host)"
    )]
    Mode(String),
    /// Certificates are named and not asked for.
    #[error("sslrootcert=FILE goes with sslmode=verify-full, which alone looks at certificates")]
    Roots,
}

impl FromStr for Database {
    type Err = DatabaseError;

    fn from_str(url: &str) -> Result<Self, DatabaseError> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
        for option in query.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => roots = Some(decoded(value)),
                _ => rest.push(option),
            }
        }
        let url = if rest.is_empty() { base.into() } else { format!("{base}?{}", rest.join("&")) };
        let mut config: Config = url.parse()?;
        let security = match mode {
            Some("verify-full") => Security::Verified(roots),
            None if roots.is_some() || !is_near(&config) => Security::Verified(roots),
            _ if roots.is_some() => return Err(DatabaseError::Roots),
            Some("require") => Security::Encrypted,
            Some("disable") | None => Security::Plain,
            Some(other) => return Err(DatabaseError::Mode(other.into())),
        };
        let plain = security == Security::Plain;
        config
            .ssl_mode(if plain { SslMode::Disable } else { SslMode::Require })
            .connect_timeout(PATIENCE)
            .application_name("pixel-debate");
        Ok(Self { config, security })
    }
}

/// A path as a URL has it.
fn decoded(text: &str) -> PathBuf {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned().into()
}

/// Whether all that the database may be reached at is on this machine.
fn is_near(config: &Config) -> bool {
    if !config.get_hostaddrs().is_empty() {
        return config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        #[cfg(unix)]
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    })
}

/// Without the password that a URL may hold.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.config.get_hosts().first().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        });
        let database = self.config.get_dbname().or(self.config.get_user()).unwrap_or("postgres");
        let host = host.as_deref().unwrap_or("localhost");
        write!(f, "the PostgreSQL database {database:?} at {host}")
    }
}

/// Why a connection cannot be encrypted as it is asked for.
#[derive(Debug, Error)]
pub(super) enum EncryptionError {
    #[error("sslrootcert={}: {source}", file.display())]
    File { file: PathBuf, source: pem::Error },
    #[error("sslrootcert={}: {source}", file.display())]
    Certificate { file: PathBuf, source: rustls::Error },
    #[error("sslrootcert={}: the file has no certificate in PEM", .0.display())]
    NoCertificate(PathBuf),
    #[error(
        "the system has no certificates of authorities: install them (Debian's package is \
         ca-certificates), or name a file by sslrootcert=FILE"
    )]
    NoAuthorities,
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// What a connection needs.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) config: Config,
    /// None for a plain connection.
    pub(super) encryption: Option<MakeRustlsConnect>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").finish_non_exhaustive()
    }
}

impl Target {
    /// Reads the certificates, if some are needed.
    pub(super) fn new(database: &Database) -> Result<Self, EncryptionError> {
        let Database { config, security } = database;
        let provider = Arc::new(ring::default_provider());
        let verified = |roots: RootCertStore| {
            let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
            let builder = builder.with_safe_default_protocol_versions()?;
            Ok::<_, EncryptionError>(builder.with_root_certificates(roots).with_no_client_auth())
        };
        let encryption = match security {
            Security::Plain => {
                if !is_near(config) {
                    warn!(%database, "the connection is not encrypted: sslmode=disable");
                }
                None
            }
            Security::Encrypted => {
                let mut client = verified(RootCertStore::empty())?;
                let anybody = Anybody(Arc::clone(&provider));
                client.dangerous().set_certificate_verifier(Arc::new(anybody));
                Some(client)
            }
            Security::Verified(roots) => Some(verified(certificates(roots.as_ref())?)?),
        };
        let encryption = encryption.map(MakeRustlsConnect::new);
        Ok(Self { config: config.clone(), encryption })
    }
}

/// The authorities in that file, or those that the system trusts.
fn certificates(file: Option<&PathBuf>) -> Result<RootCertStore, EncryptionError> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = file {
        let unread = |source| EncryptionError::File { file: file.clone(), source };
        for certificate in CertificateDer::pem_file_iter(file).map_err(unread)? {
            let taken = roots.add(certificate.map_err(unread)?);
            taken.map_err(|source| EncryptionError::Certificate { file: file.clone(), source })?;
        }
        if roots.is_empty() {
            return Err(EncryptionError::NoCertificate(file.clone()));
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(EncryptionError::NoAuthorities);
        }
    }
    Ok(roots)
}

/// Takes whoever answers for the database, as `sslmode=require` asks.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn security(url: &str) -> Result<Security, String> {
        url.parse().map(|database: Database| database.security).map_err(|error| error.to_string())
    }

    #[test]
    fn only_a_database_on_this_machine_is_reached_in_plain_without_being_asked_to() {
        for near in [
            "postgres://a@localhost/d",
            "postgres://a@127.0.0.1:5/d",
            "postgres://a@[::1]/d",
            "postgres:///d",
        ] {
            assert_eq!(security(near), Ok(Security::Plain), "{near}");
        }
        for far in
            ["postgres://a@db.example/d", "postgres://a@10.0.0.7/d", "postgres://a@localhost,b/d"]
        {
            assert_eq!(security(far), Ok(Security::Verified(None)), "{far}");
            let plain = format!("{far}?sslmode=disable");
            assert_eq!(security(&plain), Ok(Security::Plain), "{plain}");
        }
    }

    #[test]
    fn the_encryption_is_said_in_the_url() {
        let at = |options: &str| security(&format!("postgres://a@localhost/d?{options}"));
        assert_eq!(at("sslmode=require"), Ok(Security::Encrypted));
        assert_eq!(at("sslmode=verify-full"), Ok(Security::Verified(None)));
        let roots = Ok(Security::Verified(Some("/etc/our ca.pem".into())));
        assert_eq!(at("sslrootcert=/etc/our%20ca.pem&sslmode=verify-full"), roots);
        assert_eq!(at("sslrootcert=/etc/our%20ca.pem"), roots);
        for (options, wrong) in [
            ("sslmode=prefer", "verify-full"),
            ("sslmode=", "sslmode= is not offered"),
            ("sslmode=require&sslrootcert=/a", "goes with sslmode=verify-full"),
            ("application=x", "postgres://USER"),
        ] {
            let refusal = at(options).unwrap_err();
            assert!(refusal.contains(wrong), "{refusal}");
        }
    }
}
