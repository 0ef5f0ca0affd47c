//! A handler that says back what it is told, for the cases of the Autobahn test suite: they are about
//! frames, and what carries them is the same as for all clients.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use pixel_debate_datasets::mnist;
use pixel_debate_store::Place;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use super::handler::{Handler, Stay};
use super::line::Line;
use super::upgrade::upgrade;
use crate::http::app::App;
use crate::http::peer::Peer;
use crate::outbox::Outbox;
use crate::{BuiltIn, Limits, Server, ServerConfig};

/// Where it is served.
pub(crate) const PATH: &str = "/echo";

struct Echo(Outbox);

impl Handler for Echo {
    async fn read(&mut self, message: Message, _: Instant) -> Stay {
        self.0.send(message);
        Stay::Yes
    }
}

/// Opens a websocket that says back what it is told.
pub(crate) async fn open(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    let serve = async move |stream| {
        let limits = app.lobby.limits();
        let (outbox, waiting) = Outbox::new(limits.outbox);
        let line = Line::new(stream, limits, outbox.watch(), waiting).await.quiet();
        let mut echo = Echo(outbox);
        let ended = line.talk(&mut echo, &app.stop).await;
        drop(echo);
        ended.part().await;
        drop(peer);
    };
    upgrade(request, serve).unwrap()
}

/// How often all cases are run, unless the environment variable says otherwise.
const ROUNDS: u32 = 1;

/// All cases but those of speed and of compression, which is not offered.
#[test]
#[ignore = "needs kosoku, which has the cases: scripts/autobahn"]
fn all_cases_of_autobahn_end_cleanly() {
    let rounds = std::env::var("AUTOBAHN_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let python = std::env::var("KOSOKU_PYTHON").expect("scripts/autobahn says where kosoku is");
    let folder = tempfile::tempdir().unwrap();
    let config = ServerConfig {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        store: Place::File(folder.path().join("debates.db")),
        limits: Limits { message_bytes: 1 << 20, ..Limits::default() },
        ..ServerConfig::new(mnist::test(), Arc::new(BuiltIn::shipped()))
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::bind(config)).unwrap();
    let address = server.address();
    runtime.spawn(server.run(std::future::pending()));
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/autobahn.py");
    for round in 1..=rounds {
        let status = Command::new(&python)
            .args([cases, &format!("ws://{address}{PATH}")])
            .status()
            .expect("Python runs");
        assert!(status.success(), "round {round}");
    }
}
