//! A server on a port of its own, with images and players that a test knows.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use pixel_debate_agents::{Agent, AgentError, Choice, Clock as Patience};
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Image, Pixel, Role, Rules, View};
use pixel_debate_judge::{Evaluator, Logits, PixelSet};
use pixel_debate_play::{self as play, AgentPlayer, Classifier};
use pixel_debate_protocol::{Created, DebateId, Player, Setup, Token};
use pixel_debate_server::{AdminToken, Limits, NotSeated, Roster, Server, ServerConfig};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::home::Home;

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
/// first row from left to right; so do `telltale`, after a time that depends on its role, and
/// `ponderous`, which is given long, and `deaf`, which takes longer than it is given. `zero` tries a zero pixel, `fail` fails, `random` is the built-in
/// one. The classifier for 4 pixels, the only one, believes the more in class 1 the brighter the
/// evidence.
pub(crate) struct Scripted;

/// How long the agent `telltale` is given for a move.
pub(crate) const TELLTALE: Duration = Duration::from_millis(200);

struct Row;

impl Agent for Row {
    fn choose(
        &mut self,
        view: &View,
        _: &mut dyn Evaluator,
        _: Patience,
    ) -> Result<Choice, AgentError> {
        Ok(Choice::unproven(Pixel::new(view.evidence.len() as u8, 0)))
    }
}

struct Zero;

impl Agent for Zero {
    fn choose(
        &mut self,
        view: &View,
        _: &mut dyn Evaluator,
        _: Patience,
    ) -> Result<Choice, AgentError> {
        let mut pixels = view.image.iter().flat_map(Image::iter);
        Ok(Choice::unproven(pixels.find(|&(_, value)| value == 0).unwrap().0))
    }
}

/// Takes the time that it is given as the honest debater, and none as the liar.
struct Telltale;

impl Agent for Telltale {
    fn choose(
        &mut self,
        view: &View,
        judge: &mut dyn Evaluator,
        clock: Patience,
    ) -> Result<Choice, AgentError> {
        let honest = view.role == Some(Role::Honest);
        while honest && !clock.is_over() {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(Choice { cut_short: honest, ..Row.choose(view, judge, clock)? })
    }
}

/// Does not look at the clock.
struct Deaf;

impl Agent for Deaf {
    fn choose(
        &mut self,
        view: &View,
        judge: &mut dyn Evaluator,
        clock: Patience,
    ) -> Result<Choice, AgentError> {
        std::thread::sleep(Duration::from_secs(5));
        Row.choose(view, judge, clock)
    }
}

struct Fail;

impl Agent for Fail {
    fn choose(
        &mut self,
        _: &View,
        _: &mut dyn Evaluator,
        _: Patience,
    ) -> Result<Choice, AgentError> {
        Err(AgentError::NothingToReveal)
    }
}

/// Believes the more in class 1 the brighter the evidence.
struct Brightness(Arc<Image>);

impl Evaluator for Brightness {
    fn classes(&self) -> usize {
        3
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let value = |pixel: &Pixel| f32::from(self.0.value(*pixel).unwrap_or_default());
        let logits = |set: &PixelSet| {
            let brightness: f32 = set.pixels().iter().map(value).sum();
            [0.5, brightness / 255.0, 0.25]
        };
        Logits::of(3, sets.iter().map(logits))
    }
}

impl Roster for Scripted {
    fn pixels(&self) -> Vec<u8> {
        vec![4]
    }

    fn max_rollouts(&self) -> u32 {
        100
    }

    fn check(&self, name: &str, _: &Rules, _: &Image) -> Result<(), NotSeated> {
        self.debater(name, 0).map(drop)
    }

    fn allotment(&self, name: &str, _: usize) -> Duration {
        match name {
            "telltale" | "deaf" => TELLTALE,
            "ponderous" => Duration::from_secs(3),
            _ => Duration::ZERO,
        }
    }

    fn evaluator(&self, _: u8, image: &Arc<Image>) -> Result<Box<dyn Evaluator>, NotSeated> {
        Ok(Box::new(Brightness(Arc::clone(image))))
    }

    fn judge(&self, _: u8) -> Result<Box<dyn play::Player>, NotSeated> {
        Ok(Box::new(Classifier))
    }

    fn debater(&self, name: &str, seed: u64) -> Result<Box<dyn play::Player>, NotSeated> {
        let agent: Box<dyn Agent> = match name {
            "row" | "mcts:1000" | "ponderous" => Box::new(Row),
            "zero" => Box::new(Zero),
            "telltale" => Box::new(Telltale),
            "deaf" => Box::new(Deaf),
            "fail" => Box::new(Fail),
            "random" => Box::new(pixel_debate_agents::Random::new(seed)),
            _ => return Err(NotSeated::NoSuchAgent { name: name.into() }),
        };
        Ok(Box::new(AgentPlayer::from(agent)))
    }
}

pub(crate) fn built_in(name: &str) -> Player {
    Player::BuiltIn(name.into())
}

/// A setup without chance: the first image, the honest debater first, and no pauses.
pub(crate) fn setup() -> Setup {
    Setup {
        image: Some(0),
        pixels: 4,
        lie: Some(1),
        first: Some(Role::Honest),
        honest: built_in("row"),
        liar: built_in("row"),
        pace_ms: 0,
        ..Setup::default()
    }
}

/// The same with an outside judge.
pub(crate) fn for_a_judge() -> Setup {
    Setup { judge: Player::outside(), ..setup() }
}

/// The same with outside players in all seats.
pub(crate) fn outside() -> Setup {
    Setup { honest: Player::outside(), liar: Player::outside(), ..for_a_judge() }
}

/// The administrator's token of every scene.
pub(crate) const ADMINISTRATOR: &str = "the-administrators-token";

/// A server that runs until it is dropped or stopped, and its store.
pub(crate) struct Scene {
    pub(crate) address: SocketAddr,
    pub(crate) home: Home,
    limits: Limits,
    shutdown: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl Scene {
    pub(crate) async fn open() -> Self {
        Self::with(Limits {
            reads_at_once: 1_000_000,
            works_at_once: 1_000_000,
            ..Limits::default()
        })
        .await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        Self::at(Home::file(), limits).await
    }

    pub(crate) async fn at(home: Home, limits: Limits) -> Self {
        Self::configured(home, limits, |_| {}).await
    }

    /// A server that is told more than its limits.
    pub(crate) async fn configured(
        home: Home,
        limits: Limits,
        configure: impl FnOnce(&mut ServerConfig),
    ) -> Self {
        let mut config = ServerConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            limits: limits.clone(),
            store: home.place(),
            administrator: Some(AdminToken::new(ADMINISTRATOR).unwrap()),
            ..ServerConfig::new(&IMAGES, Arc::new(Scripted))
        };
        configure(&mut config);
        let server = Server::bind(config).await.unwrap();
        let address = server.address();
        let (shutdown, told) = oneshot::channel();
        let running = tokio::spawn(async move {
            server.run(async { drop(told.await) }).await.unwrap();
        });
        Self { address, home, limits, shutdown: Some(shutdown), running }
    }

    /// Stops the server, and waits until it has.
    pub(crate) async fn stop(self) {
        self.stopped().await;
    }

    /// Stops it, and gives back its store.
    pub(crate) async fn stopped(mut self) -> (Home, Limits) {
        self.shutdown.take().map(|shutdown| shutdown.send(()));
        self.running.await.unwrap();
        (self.home, self.limits)
    }

    /// Stops the server, and starts another on the same store.
    pub(crate) async fn restart(self) -> Self {
        let (home, limits) = self.stopped().await;
        Self::at(home, limits).await
    }

    /// Players in all three seats of a debate, which has begun.
    pub(crate) async fn seated(&self, setup: Setup) -> Seated {
        let mut connections = Vec::new();
        for _ in 0..3 {
            connections.push(Client::connect(self.address).await);
        }
        let Ok([mut first, mut second, mut judge]) = <[Client; 3]>::try_from(connections) else {
            unreachable!()
        };
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let created_ms = since_1970.unwrap().as_millis();
        let honest_first = setup.first == Some(Role::Honest);
        let Created { debate, tokens, .. } = judge.create(setup).await;
        let (creator, spectator) = (tokens.creator, tokens.spectator);
        let (honest, liar) = (tokens.honest.unwrap(), tokens.liar.unwrap());
        let keys = if honest_first { [honest, liar] } else { [liar, honest] };
        let tokens = [keys[0].clone(), keys[1].clone(), tokens.judge.unwrap()];
        for (client, token) in [&mut first, &mut second, &mut judge].into_iter().zip(&tokens) {
            client.take(&debate, token).await;
            client.snapshot().await;
        }
        for client in [&mut first, &mut second, &mut judge] {
            assert_eq!(client.turn().await.seq, 1);
        }
        Seated { debate, tokens, creator, spectator, created_ms, first, second, judge }
    }
}

/// Three connected players of one debate.
pub(crate) struct Seated {
    pub(crate) debate: DebateId,
    /// The keys of the first debater, the second and the judge.
    pub(crate) tokens: [Token; 3],
    pub(crate) creator: Token,
    pub(crate) spectator: Option<Token>,
    /// A time, in milliseconds since 1970, before the debate was set up.
    pub(crate) created_ms: u128,
    pub(crate) first: Client,
    pub(crate) second: Client,
    pub(crate) judge: Client,
}

impl Seated {
    pub(crate) fn all(&mut self) -> [&mut Client; 3] {
        [&mut self.first, &mut self.second, &mut self.judge]
    }

    /// Has the debater whose turn it is reveal the next pixel of the first row, up to that many
    /// events, and all hear of it.
    pub(crate) async fn play(&mut self, from: u32, to: u32) {
        for seq in from..=to {
            let debate = self.debate.clone();
            let debater = if seq % 2 == 1 { &mut self.first } else { &mut self.second };
            debater.reveal(&debate, seq, Pixel::new(seq as u8 - 1, 0)).await;
            for client in self.all() {
                assert_eq!(client.event().await.seq, seq);
            }
        }
    }
}
