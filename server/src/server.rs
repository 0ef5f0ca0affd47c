//! The server as a whole: it listens, serves the page and the websocket, and stops.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use pixel_debate_protocol::v1::PATH;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::config::ServerConfig;
use crate::lobby::Lobby;
use crate::{page, socket};

/// How long clients and debates may take to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(3);

/// Why a server does not run.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}; is another server there?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Accepting connections failed for good.
    #[error("the server had to stop: {0}")]
    Accept(#[from] io::Error),
    /// The images or the classifiers do not make a debate.
    #[error("there is nothing to debate: {0}")]
    Nothing(&'static str),
}

/// A server that listens and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    config: ServerConfig,
}

/// What every request needs.
#[derive(Clone)]
struct Shared {
    lobby: Arc<Lobby>,
    connections: Arc<Semaphore>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Server {
    /// Takes the address. Connections wait until [`run`](Self::run).
    pub async fn bind(config: ServerConfig) -> Result<Self, ServeError> {
        if config.dataset.is_empty() || config.dataset.classes().len() < 2 {
            return Err(ServeError::Nothing("the data set needs images of two classes"));
        }
        if config.players.pixels().is_empty() {
            return Err(ServeError::Nothing("there is no classifier"));
        }
        let address = config.listen;
        let listen = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self { listener, address, config })
    }

    /// The address that the server has, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready, then takes leave of its clients and returns.
    pub async fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let shared = Shared {
            lobby: Arc::new(Lobby::new(&self.config, tasks.clone(), stop.clone())),
            connections: Arc::new(Semaphore::new(self.config.limits.connections)),
            tasks: tasks.clone(),
            stop: stop.clone(),
        };
        let router =
            Router::new().route(PATH, any(websocket)).fallback(get(page::file)).with_state(shared);
        info!(address = %self.address, "listening");
        let stopping = stop.clone();
        let serving = axum::serve(self.listener, router).with_graceful_shutdown(async move {
            shutdown.await;
            stopping.cancel();
        });
        let patience = async {
            stop.cancelled().await;
            sleep(FAREWELL).await;
        };
        tasks.close();
        tokio::select! {
            ended = async {
                serving.await?;
                tasks.wait().await;
                Ok::<_, io::Error>(())
            } => ended?,
            () = patience => warn!("some connections did not end in time"),
        }
        Ok(())
    }
}

/// Opens a websocket.
async fn websocket(
    State(shared): State<Shared>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !same_origin(&headers) {
        return (StatusCode::FORBIDDEN, "A page of another site may not connect.\n")
            .into_response();
    }
    let Ok(connection) = shared.connections.try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "The server has all connections it can hold.\n")
            .into_response();
    };
    let (lobby, tasks, stop) = (shared.lobby, shared.tasks, shared.stop);
    socket::limited(upgrade, lobby.limits()).on_upgrade(move |websocket| async move {
        let serving = tasks.spawn(async move {
            socket::serve(websocket, lobby, stop).await;
            drop(connection);
        });
        let _ = serving.await;
    })
}

/// Whether a browser that asks shows a page of this server. Programs that are no browsers send no
/// origin.
fn same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    matches!((authority, host), (Some((_, authority)), Some(host)) if authority == host)
}
