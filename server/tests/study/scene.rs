//! A frozen study in a folder, and its server.

use std::net::SocketAddr;
use std::path::PathBuf;

use pixel_debate_server::{AdminToken, Limits, StudyConfig, StudyError, StudyServer};
use pixel_debate_store::Place;
use pixel_debate_study::Draft;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::Unobserved;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const RESEARCHER: &str = "the-researchers-token";

const STUDY: &str = r#"
name = "tested"
title = "Tested"
seed = 5577006791947779410

[[conditions]]
name = "live"
kind = "consultancy"
side = "honest"
pixels = 4
honest = "greedy"
live = true

[[conditions]]
name = "alone"
kind = "alone"
pixels = 4

[images]
number = 4

[assignment]
participants = 4
items = 4

[consent]
version = "1"

[recruits]
parameters = ["PID", "SESSION"]
completion_code = "DONE-4711"

[privacy]
keep_days = 1

[languages]
en = "english.toml"
"#;

const TEXTS: &str = r#"
title = "Digits"
consent = "You agree."
instructions = "Look."
thanks = "Thank you."
[conditions]
live = "A program."
alone = "By chance."
"#;

/// A frozen study and its store.
pub(crate) struct Scene {
    pub(crate) folder: TempDir,
    server: Option<Running>,
    pub(crate) rehearsal: bool,
    pub(crate) limits: Limits,
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(&[], Limits::default()).await
    }

    /// With something of the study replaced, and these limits.
    pub(crate) async fn with(changes: &[(&str, &str)], limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let mut study = STUDY.to_owned();
        for (from, to) in changes {
            assert!(study.contains(from), "{from}");
            study = study.replace(from, to);
        }
        std::fs::write(path("study.toml"), study).unwrap();
        std::fs::write(path("english.toml"), TEXTS).unwrap();
        let draft = Draft::open(&path("study.toml")).unwrap();
        let items = draft.items(None, 1, &Unobserved).unwrap();
        let frozen = Frozen::new(&draft, items, "0.1.0", &mut rand::rng()).unwrap();
        frozen.write(&path("frozen")).unwrap();
        let mut scene = Self { folder, server: None, rehearsal: false, limits };
        scene.start().await;
        scene
    }

    pub(crate) fn frozen(&self) -> PathBuf {
        self.folder.path().join("frozen")
    }

    pub(crate) fn store(&self) -> Place {
        Place::File(self.folder.path().join("study.db"))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.as_ref().unwrap().address
    }

    pub(crate) async fn start(&mut self) {
        let server = self.bind().await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            server.run(async { drop(stopped.await) }).await.unwrap();
        });
        self.server = Some(Running { address, stop, task });
    }

    /// A server that listens, or why there is none.
    pub(crate) async fn bind(&self) -> Result<StudyServer, StudyError> {
        let config = StudyConfig {
            listen: "127.0.0.1:0".parse().unwrap(),
            store: self.store(),
            rehearsal: self.rehearsal,
            researcher: AdminToken::new(RESEARCHER).unwrap(),
            origins: Vec::new(),
            proxies: 0,
            limits: self.limits.clone(),
        };
        Box::pin(StudyServer::bind(&self.frozen(), config)).await
    }

    pub(crate) async fn stop(&mut self) {
        let Running { stop, task, .. } = self.server.take().unwrap();
        stop.send(()).unwrap();
        task.await.unwrap();
    }
}
