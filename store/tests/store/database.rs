//! A PostgreSQL server for the tests, which they start and stop themselves.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio_postgres::{Client, NoTls};

/// Set, it says that nothing is to be tested with PostgreSQL. Without it, tests fail where PostgreSQL is
/// not installed.
const WITHOUT: &str = "PIXEL_DEBATE_WITHOUT_POSTGRES";

/// A running server. It is removed when nobody uses it any more.
pub(crate) struct Postgres {
    pub(crate) folder: PathBuf,
    url: String,
    databases: AtomicU32,
}

/// A new database.
pub(crate) struct Database {
    pub(crate) server: Arc<Postgres>,
    pub(crate) url: String,
}

impl Postgres {
    /// The server that the tests that run at this time share. None where the environment variable
    /// `PIXEL_DEBATE_WITHOUT_POSTGRES` says that nothing is to be tested with PostgreSQL.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// A server for one test alone, or none, likewise.
    pub(crate) fn start() -> Option<Self> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("pixel-debate-postgres-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        if std::env::var_os(WITHOUT).is_some() {
            eprintln!("skipped: {WITHOUT} is set");
            return None;
        }
        let output = script("start", &folder);
        assert!(
            output.status.code() != Some(69),
            "{}: install it (on Debian: apt-get install postgresql), or set {WITHOUT}=1 to test \
             without it",
            String::from_utf8_lossy(&output.stderr).trim(),
        );
        let url = checked(output).trim().into();
        Some(Self { folder, url, databases: AtomicU32::new(0) })
    }

    /// A new database on this server.
    pub(crate) async fn new_database(self: Arc<Self>) -> Database {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let client = connect(&format!("{}/postgres", self.url)).await;
        client.batch_execute(&format!("CREATE DATABASE test{number}")).await.unwrap();
        Database { url: format!("{}/test{number}", self.url), server: self }
    }

    /// Stops the server; whoever is connected is cut off.
    pub(crate) fn stop(&self) {
        checked(script("stop", &self.folder));
    }

    /// Starts it again after [`stop`](Self::stop), at the same address.
    pub(crate) fn start_again(&self) {
        checked(script("start", &self.folder));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        script("remove", &self.folder);
    }
}

/// A connection beside that of the store.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn script(command: &str, folder: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres");
    Command::new(script).arg(command).arg(folder).output().unwrap()
}

fn checked(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
