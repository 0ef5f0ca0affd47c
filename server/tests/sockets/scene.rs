//! A server on a port of its own, with images and players that a test knows.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock};

use pixel_debate_agents::{Agent, AgentError, Choice, Clock};
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Evidence, Image, Pixel, View};
use pixel_debate_protocol::v1::{JudgeKind, Setup};
use pixel_debate_server::{Limits, Players, Server, ServerConfig};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Five images of 4x4 pixels in three classes. The first two have the same first row, and nothing
/// else in common: neither the rest nor the label. The third has the pixels of the first and
/// another label.
pub(crate) static IMAGES: LazyLock<Dataset> = LazyLock::new(|| {
    let images: [[u8; 16]; 5] = [
        [10, 20, 30, 40, 0, 0, 51, 0, 0, 0, 52, 0, 0, 53, 0, 0],
        [10, 20, 30, 40, 91, 92, 0, 93, 94, 95, 0, 96, 97, 0, 98, 99],
        [10, 20, 30, 40, 0, 0, 51, 0, 0, 0, 52, 0, 0, 53, 0, 0],
        [1; 16],
        [0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    let classes = ["one", "two", "three"].map(String::from).to_vec();
    Dataset::new("scene", (4, 4), images.concat(), vec![0, 1, 1, 2, 2], classes).unwrap()
});

/// Players that do not think: the agent `row`, and what stands for tree search here, reveals the
/// first row from left to right, `zero` tries a zero pixel, `fail` fails, `random` is the built-in
/// one. The classifier for 4 pixels, the only one, believes the more in class 1 the brighter the
/// evidence.
pub(crate) struct Scripted;

struct Row;

impl Agent for Row {
    fn choose(&mut self, view: &View, _: Clock) -> Result<Choice, AgentError> {
        Ok(Choice::unproven(Pixel::new(view.evidence.len() as u8, 0)))
    }
}

struct Zero;

impl Agent for Zero {
    fn choose(&mut self, view: &View, _: Clock) -> Result<Choice, AgentError> {
        let mut pixels = view.image.iter().flat_map(Image::iter);
        Ok(Choice::unproven(pixels.find(|&(_, value)| value == 0).unwrap().0))
    }
}

struct Fail;

impl Agent for Fail {
    fn choose(&mut self, _: &View, _: Clock) -> Result<Choice, AgentError> {
        Err(AgentError::NothingToReveal)
    }
}

impl Players for Scripted {
    fn pixels(&self) -> Vec<u8> {
        vec![4]
    }

    fn max_rollouts(&self) -> u32 {
        100
    }

    fn logits(&self, _: u8, evidence: &Evidence) -> Result<Vec<f32>, String> {
        let brightness: f32 = evidence.iter().map(|reveal| f32::from(reveal.value)).sum();
        Ok(vec![0.5, brightness / 255.0, 0.25])
    }

    fn debater(
        &self,
        name: &str,
        _: u8,
        _: &Arc<Image>,
        seed: u64,
    ) -> Result<Box<dyn Agent>, String> {
        match name {
            "row" | "mcts:1000" => Ok(Box::new(Row)),
            "zero" => Ok(Box::new(Zero)),
            "fail" => Ok(Box::new(Fail)),
            "random" => Ok(Box::new(pixel_debate_agents::Random::new(seed))),
            _ => Err(format!("no agent is named {name:?}")),
        }
    }
}

/// A setup without chance: the first image, the honest debater first, and no pauses.
pub(crate) fn setup() -> Setup {
    Setup {
        image: Some(0),
        pixels: 4,
        precommit: true,
        lie: Some(1),
        first: Some(pixel_debate_game::Role::Honest),
        honest: "row".into(),
        liar: "row".into(),
        judge: JudgeKind::Classifier,
        pace_ms: 0,
    }
}

/// The same with a person as judge.
pub(crate) fn for_a_person() -> Setup {
    Setup { judge: JudgeKind::Person, ..setup() }
}

/// A server that runs until it is dropped or stopped.
pub(crate) struct Scene {
    pub(crate) address: SocketAddr,
    shutdown: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl Scene {
    pub(crate) async fn open() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let config = ServerConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            limits,
            ..ServerConfig::new(&IMAGES, Arc::new(Scripted))
        };
        let server = Server::bind(config).await.unwrap();
        let address = server.address();
        let (shutdown, told) = oneshot::channel();
        let running = tokio::spawn(async move {
            server.run(async { drop(told.await) }).await.unwrap();
        });
        Self { address, shutdown: Some(shutdown), running }
    }

    /// Stops the server, and waits until it has.
    pub(crate) async fn stop(mut self) {
        self.shutdown.take().map(|shutdown| shutdown.send(()));
        self.running.await.unwrap();
    }
}
