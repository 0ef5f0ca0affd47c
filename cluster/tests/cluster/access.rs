//! Who is let in, and how.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use pixel_debate_cluster::{Access, ClusterError, Proof, Tls, present_workers};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair as Key};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lab::{Crew, LOCAL, Run, assert_same, contents, options, plan};
use crate::nats::Nats;

/// Asks who is there, as the smallest thing that one has to be let in for.
fn ask(access: &Access) -> Result<(), ClusterError> {
    let wait = std::time::Duration::from_millis(500);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(present_workers(access, wait)).map(drop)
}

/// A whole run by one worker.
#[track_caller]
fn assert_runs(access: &Access) {
    let folder = TempDir::new().unwrap();
    let crew = Crew::new(access);
    crew.add("one");
    Run::start(access, plan(), folder.path(), options()).finish().0.unwrap();
    assert_same(&contents(folder.path()), &LOCAL);
}

fn with(nats: &Nats, proof: Proof) -> Access {
    let mut access = Access::new([nats.url()]).unwrap();
    access.proof = proof;
    access
}

#[test]
fn a_token_or_a_password_is_wanted() {
    let Some(nats) = Nats::start(r#"authorization { token: "open sesame" }"#) else { return };
    assert_runs(&with(&nats, Proof::Token("open sesame".to_owned())));
    for (proof, shown) in [
        (Proof::Token("open barley".to_owned()), "this token"),
        (Proof::None, "a client that proves nothing"),
    ] {
        let error = ask(&with(&nats, proof)).unwrap_err().to_string();
        let wanted = format!("the NATS server at {} refuses {shown}: ", &nats.url()[7..]);
        assert!(error.starts_with(&wanted) && !error.contains("barley"), "{error}");
    }
    let Some(nats) = Nats::start(r#"authorization { user: lab, password: "secret" }"#) else {
        return;
    };
    let password = |password: &str| {
        with(&nats, Proof::Password { user: "lab".to_owned(), password: password.to_owned() })
    };
    ask(&password("secret")).unwrap();
    let error = ask(&password("guess")).unwrap_err().to_string();
    assert!(error.contains("refuses this user and password: "), "{error}");
    // As NATS has it, the URL may say it as well.
    ask(&Access::new([format!("nats://lab:secret@127.0.0.1:{}", nats.port)]).unwrap()).unwrap();
}

#[test]
fn both_sides_prove_themselves_by_certificates() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, Key::generate().unwrap()).unwrap();
    let ca = file("ca.pem", &authority.pem());
    let signed = |name: &str| {
        let key = Key::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let pem = file(&format!("{name}.pem"), &certificate.pem());
        (pem, file(&format!("{name}.key"), &key.serialize_pem()))
    };
    let (server, client) = (signed("server"), signed("client"));
    let config = format!(
        "tls {{ cert_file: {:?}, key_file: {:?}, ca_file: {ca:?}, verify: true }}",
        server.0, server.1
    );
    let Some(nats) = Nats::start(&config) else { return };
    let access = |scheme: &str, tls: Tls| {
        let url = format!("{scheme}://localhost:{}", nats.port);
        let mut access = Access::new([url]).unwrap();
        access.tls = tls;
        access
    };
    let tls = || Tls { required: false, authority: Some(ca.clone()), client: Some(client.clone()) };
    assert_runs(&access("tls", tls()));
    let error = ask(&access("tls", Tls { authority: None, ..tls() })).unwrap_err();
    assert!(matches!(error, ClusterError::Tls { .. }), "{error}");
    assert!(error.to_string().contains("--nats-ca names the authority"), "{error}");
    let error = ask(&access("tls", Tls { client: None, ..tls() })).unwrap_err().to_string();
    assert!(error.starts_with("no TLS connection") && error.contains("--nats-cert"), "{error}");
    let error = ask(&access("tls", Tls { authority: Some("none.pem".into()), ..tls() }));
    assert_eq!(
        error.unwrap_err().to_string(),
        "none.pem cannot be read: No such file or directory (os error 2)"
    );
}

#[test]
fn a_credentials_file_opens_the_door() {
    let (operator, account, user) =
        (KeyPair::new_operator(), KeyPair::new_account(), KeyPair::new_user());
    let operator_jwt = jwt(&operator, &operator, &json!({ "type": "operator", "version": 2 }));
    let limits = json!({
        "mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1, "subs": -1, "data": -1,
        "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1,
    });
    let account_jwt =
        jwt(&operator, &account, &json!({ "type": "account", "version": 2, "limits": limits }));
    let limits = json!({ "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1 });
    let user_jwt = jwt(&account, &user, &limits);
    let system = KeyPair::new_account();
    let system_jwt = jwt(&operator, &system, &json!({ "type": "account", "version": 2 }));
    let config = format!(
        "operator: {operator_jwt}\nsystem_account: {1}\nresolver: MEMORY\n\
         resolver_preload: {{ {0}: {account_jwt}, {1}: {system_jwt} }}",
        account.public_key(),
        system.public_key()
    );
    let Some(nats) = Nats::start(&config) else { return };
    let folder = TempDir::new().unwrap();
    let creds = |name: &str, user: &KeyPair| {
        let path = folder.path().join(name);
        write_credentials(&path, &user_jwt, &user.seed().unwrap());
        with(&nats, Proof::Credentials(path))
    };
    assert_runs(&creds("lab.creds", &user));
    // Somebody else's key to the same name.
    let error = ask(&creds("stolen.creds", &KeyPair::new_user())).unwrap_err().to_string();
    assert!(error.contains("refuses these credentials: "), "{error}");
    let path = folder.path().join("empty.creds");
    std::fs::write(&path, "").unwrap();
    let error = ask(&with(&nats, Proof::Credentials(path))).unwrap_err().to_string();
    assert!(error.contains("empty.creds: it is no NATS credentials file"), "{error}");
}

/// A signed claim about somebody, as NATS has it.
fn jwt(issuer: &KeyPair, subject: &KeyPair, nats: &Value) -> String {
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = encode(&json!({ "typ": "JWT", "alg": "ed25519-nkey" }));
    let claims = encode(&json!({
        "jti": "test", "iat": 1_700_000_000, "name": "lab", "nats": nats,
        "iss": issuer.public_key(), "sub": subject.public_key(),
    }));
    let signature = issuer.sign(format!("{head}.{claims}").as_bytes()).unwrap();
    format!("{head}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

fn write_credentials(path: &Path, jwt: &str, seed: &str) {
    let text = format!(
        "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    );
    std::fs::write(path, text).unwrap();
}
