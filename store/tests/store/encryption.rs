//! Connections to a database that are encrypted, to one whose certificate a test has made.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use pixel_debate_store::{NewDebate, Store, StoreError};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::database::{Database, Postgres, connect};

/// An authority, and a certificate by it for `localhost`: in a folder, as PEM.
fn certify(folder: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = authority.self_signed(&key).unwrap();
    fs::write(folder.join("authority.pem"), certificate.pem()).unwrap();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = server.signed_by(&key, &issuer).unwrap();
    fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
}

async fn open(url: &str, options: &str) -> Result<Store, StoreError> {
    Store::open(&format!("{url}?{options}").parse().unwrap()).await
}

/// How many connections of the store are encrypted, and how many are not.
async fn connections(url: &str) -> (i64, i64) {
    let client = connect(url).await;
    let row = client
        .query_one(
            "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl)
             FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE application_name = 'pixel-debate' AND datname = current_database()",
            &[],
        )
        .await
        .unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn a_connection_is_encrypted_as_its_url_says() {
    let Some(server) = Postgres::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let [certificate, key, roots] =
        ["server.pem", "server.key", "authority.pem"].map(|name| folder.path().join(name));

    // A server that does not encrypt is not spoken to in plain.
    let server = Arc::new(server);
    let Database { url: near, server } = server.new_database().await;
    let error = open(&near, "sslmode=require").await.unwrap_err();
    assert!(error.to_string().contains("does not support TLS"), "{error}");

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres");
    let mut encrypt = Command::new(script);
    let output =
        encrypt.arg("encrypt").args([&server.folder, &certificate, &key]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // By its name, for which the certificate is, and by its address, for which it is not.
    let url = near.replace("127.0.0.1", "localhost");
    let trusted = format!("sslmode=verify-full&sslrootcert={}", roots.display());
    for (options, encrypted) in [
        ("sslmode=disable", (0, 2)),
        ("", (0, 2)),
        ("sslmode=require", (2, 0)),
        (trusted.as_str(), (2, 0)),
    ] {
        let store = open(&url, options).await.unwrap();
        assert_eq!(connections(&url).await, encrypted, "{options}");
        let id = format!("debate {options}");
        store.create(NewDebate { id: id.clone(), ..NewDebate::default() }).await.unwrap();
        assert!(store.debate(&id).await.unwrap().is_some());
        store.close().await.unwrap();
        // The database notices after a moment that they are gone.
        while connections(&url).await != (0, 0) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    for (url, options, wrong) in [
        // The certificate is of nobody that the system knows.
        (&url, "sslmode=verify-full".to_owned(), "UnknownIssuer"),
        (&near, trusted, "not valid for name"),
    ] {
        let error = open(url, &options).await.unwrap_err();
        assert!(error.to_string().contains(wrong), "{options}: {error}");
    }
    for (roots, wrong) in [
        ("/nowhere/ca.pem", "sslrootcert=/nowhere/ca.pem"),
        (key.to_str().unwrap(), "no certificate in PEM"),
    ] {
        let error = open(&url, &format!("sslrootcert={roots}")).await.unwrap_err();
        assert!(error.to_string().contains(wrong), "{error}");
    }
}
