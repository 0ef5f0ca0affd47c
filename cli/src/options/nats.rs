//! The way to NATS servers, and in. Secrets come from files or the environment, not from the command
//! line, which everybody on the machine can read.

use std::path::PathBuf;

use clap::Args;
#[cfg(feature = "cluster")]
use pixel_debate_cluster::{Access, Proof, Tls};

use crate::failure::Failure;

/// What proves who we are to NATS servers, and what they have to prove.
#[derive(Args, Default)]
#[expect(clippy::struct_field_names, reason = "the options are called so")]
pub(crate) struct AccessOptions {
    /// Speak TLS, whatever the URL says; tls://HOST:PORT does it as well
    #[arg(long, requires = "nats")]
    nats_tls: bool,
    /// Certificate of the authority that signed the NATS server's, in PEM, beside those that the
    /// system trusts
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_ca: Option<PathBuf>,
    /// Own certificate, in PEM, for a NATS server that wants one
    #[arg(long, value_name = "FILE", requires_all = ["nats", "nats_key"])]
    nats_cert: Option<PathBuf>,
    /// The key of that certificate, in PEM
    #[arg(long, value_name = "FILE", requires_all = ["nats", "nats_cert"])]
    nats_key: Option<PathBuf>,
    /// User name; the password is in --nats-password-file or the environment variable
    /// `PIXEL_DEBATE_NATS_PASSWORD`
    #[arg(long, value_name = "NAME", requires = "nats")]
    nats_user: Option<String>,
    /// File with the password
    #[arg(long, value_name = "FILE", requires_all = ["nats", "nats_user"])]
    nats_password_file: Option<PathBuf>,
    /// File with a token; the environment variable `PIXEL_DEBATE_NATS_TOKEN` can hold it as well
    #[arg(long, value_name = "FILE", requires = "nats", conflicts_with = "nats_user")]
    nats_token_file: Option<PathBuf>,
    /// NATS credentials file, as `nsc` makes it
    #[arg(
        long,
        value_name = "FILE",
        requires = "nats",
        conflicts_with_all = ["nats_user", "nats_token_file"]
    )]
    nats_creds: Option<PathBuf>,
}

#[cfg(not(feature = "cluster"))]
impl AccessOptions {
    /// Says how to get a program that does what was asked.
    pub(crate) fn none() -> Failure {
        Failure::NoCluster
    }
}

#[cfg(feature = "cluster")]
impl AccessOptions {
    /// The way to the servers with these URLs, separated by commas.
    pub(crate) fn access(self, urls: &str) -> Result<Access, Failure> {
        let mut access = Access::new(urls.split(','))?;
        access.proof = match (self.nats_user, self.nats_token_file, self.nats_creds) {
            (Some(user), _, _) => {
                let Some(password) = secret(self.nats_password_file, PASSWORD)? else {
                    let fault = format!("is needed, or --nats-password-file, for the user {user}");
                    return Err(Failure::Setting { place: PASSWORD.to_owned(), fault });
                };
                Proof::Password { user, password }
            }
            (None, _, Some(creds)) => Proof::Credentials(creds),
            (None, token, None) => match secret(token, TOKEN)? {
                Some(token) => Proof::Token(token),
                // The URL may have one.
                None => access.proof,
            },
        };
        access.tls = Tls {
            required: self.nats_tls,
            authority: self.nats_ca,
            client: self.nats_cert.zip(self.nats_key),
        };
        Ok(access)
    }
}

#[cfg(feature = "cluster")]
const PASSWORD: &str = "PIXEL_DEBATE_NATS_PASSWORD";
#[cfg(feature = "cluster")]
const TOKEN: &str = "PIXEL_DEBATE_NATS_TOKEN";

/// The secret in the file, or else in the environment.
#[cfg(feature = "cluster")]
fn secret(file: Option<PathBuf>, variable: &str) -> Result<Option<String>, Failure> {
    let (text, place) = match (file, std::env::var(variable)) {
        (Some(path), _) => {
            let text = std::fs::read_to_string(&path);
            let text = text.map_err(|source| Failure::File { path: path.clone(), source })?;
            (text, path.display().to_string())
        }
        (None, Ok(text)) => (text, format!("the environment variable {variable}")),
        (None, Err(std::env::VarError::NotPresent)) => return Ok(None),
        (None, Err(error)) => {
            return Err(Failure::Setting { place: variable.to_owned(), fault: error.to_string() });
        }
    };
    let secret = text.trim();
    if secret.is_empty() || secret.contains(['\n', '\r']) {
        let fault = "it must hold a secret of one line".to_owned();
        return Err(Failure::Setting { place, fault });
    }
    Ok(Some(secret.to_owned()))
}
