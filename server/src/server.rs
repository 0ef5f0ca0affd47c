//! The server as a whole: it listens, serves, and stops.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use pixel_debate_protocol::{Opened, Refusal};
use pixel_debate_store::{Store, StoreError, retention};
use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::class::classes::Classes;
use crate::config::ServerConfig;
use crate::http::{App, Bounds, HEAD_BYTES, HEAD_FIELDS, Kept, OriginError, Origins, Peer, Slots};
use crate::limits::{Limits, LimitsError};
use crate::lobby::Lobby;
use crate::metrics::Dropped;
use crate::services::Services;
use crate::socket::linger;
use crate::upkeep;
use crate::visitors::Visitors;

/// How long debates, then clients and at last the store may take to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(3);

/// The most bytes of a connection's buffer before it is a websocket: twice the most of a request's
/// head, so that one that is too large can be read and refused in words.
const BUFFER_BYTES: usize = 2 * HEAD_BYTES;

/// How much longer than the limit one write may take: who reads a websocket too slowly is to be told
/// so first.
const LINGER: Duration = Duration::from_secs(1);

/// How many connections wait to be accepted.
const BACKLOG: u32 = 1024;

/// How many clients at once are told that there is no place for them.
const TURNED_AWAY: usize = 64;

/// How long is waited after the system could not accept a connection.
const BREATH: Duration = Duration::from_millis(100);

/// How many positions may be analysed at once: with more of them the debates that go on would have to wait
/// for their agents' moves.
const ANALYSIS_SLOTS: Bounds = Bounds { slots: 2, each: 1, waiting: 64, each_waiting: 4 };

/// How many pictures may be drawn at once. An animation takes a good part of a second.
const PICTURE_SLOTS: Bounds = Bounds { slots: 8, each: 4, waiting: 64, each_waiting: 16 };

/// What a client is told for which there is no place.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
    retry-after: 5\r\nconnection: close\r\ncontent-length: 131\r\n\r\n\
    {\"code\":\"busy\",\"message\":\"there is no room for another connection\",\
    \"expected\":\"another try when one has been closed\",\"debate\":null}";

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
    /// The server would be open to others, and nobody could end what they do.
    #[error(
        "{address} is open to other machines: for that the server needs an administrator's token, \
         in the environment variable PIXEL_DEBATE_ADMIN_TOKEN or in a file given by \
         --admin-token-file"
    )]
    NoAdministrator {
        /// The address.
        address: SocketAddr,
    },
    /// The limits are out of their own bounds, or contradict each other.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// An origin is none.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The images or the classifiers do not make a debate.
    #[error("there is nothing to debate: {0}")]
    Nothing(&'static str),
    /// The store cannot be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A server that listens and does not answer yet. Its debates go on.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: App,
    visitors: Visitors,
    store: Store,
    /// The tasks of debates.
    tables: TaskTracker,
    /// Told to the debates.
    stop: CancellationToken,
}

impl Server {
    /// Takes the address, opens the store, and goes on with the debates in it. Connections wait
    /// until [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// [`ServeError`] if the configuration does not make a server, the address cannot be had, or the store cannot be
    /// opened.
    pub async fn bind(config: ServerConfig) -> Result<Self, ServeError> {
        if config.dataset.is_empty() || config.dataset.classes().len() < 2 {
            return Err(ServeError::Nothing("the data set needs images of two classes"));
        }
        if config.roster.pixels().is_empty() {
            return Err(ServeError::Nothing("there is no classifier"));
        }
        config.limits.check()?;
        let address = config.listen;
        if !address.ip().is_loopback() && config.administrator.is_none() {
            return Err(ServeError::NoAdministrator { address });
        }
        let origins = Origins::new(&config.origins, address.ip())?;
        let listen = |source| ServeError::Listen { address, source };
        let listener = listener(address, config.limits.send_buffer_bytes).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;

        let store = Store::open(&config.store).await?;
        let (stop, tables) = (CancellationToken::new(), TaskTracker::new());
        let services = Arc::new(Services::new(&config, store.clone(), stop.clone()));
        let visitors = Visitors::new(&config.limits);
        let lobby = Arc::new(Lobby::new(services, visitors.clone(), tables.clone()));
        let classes = Arc::new(Classes::new(Arc::clone(&lobby), tables.clone()));
        // First the classes: their debates are to know whose they are.
        let found = Box::pin(classes.recover()).await?;
        let recovered = Box::pin(lobby.recover()).await?;
        classes.begin(found);
        if recovered > 0 {
            info!(recovered, "debates go on");
        }
        tokio::spawn(upkeep::watch(store.clone(), stop.clone()));
        if let Some(keep) = config.keep {
            let removing = retention::enforce(store.clone(), keep);
            tokio::spawn(stop.clone().run_until_cancelled_owned(removing));
        }
        let app = App {
            lobby,
            classes,
            administrator: config.administrator,
            origins: Arc::new(origins),
            proxies: config.proxies,
            visitors: visitors.clone(),
            kept: Arc::new(Kept::new(config.limits.cache_bytes)),
            analysis_slots: Slots::new(ANALYSIS_SLOTS),
            picture_slots: Slots::new(PICTURE_SLOTS),
            sockets: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        Ok(Self { listener, address, app, visitors, store, tables, stop })
    }

    /// The address that the server has, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens a class that votes together, as whoever runs the server.
    ///
    /// # Errors
    ///
    /// [`Refusal`] where the store does not take it, or the limits allow no more.
    pub async fn open_class(&self) -> Result<Opened, Refusal> {
        self.app.classes.open(self.address.ip()).await
    }

    /// Serves until `shutdown` is ready, then takes leave of its clients and returns. Debates that
    /// go on are in the store, from which the next server takes them up.
    ///
    /// # Errors
    ///
    /// [`ServeError`] if the store cannot be closed.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), ServeError> {
        let Self { listener, address, app, visitors, store, tables, stop } = self;
        let (sockets, farewell) = (app.sockets.clone(), app.stop.clone());
        info!(%address, "listening");
        tokio::select! {
            () = shutdown => {}
            () = accept(listener, app, visitors) => {}
        }
        info!("stopping");
        // First the debates, so that every client hears that they stop; then the clients.
        stop.cancel();
        tables.close();
        if timeout(FAREWELL, tables.wait()).await.is_err() {
            warn!("some debates did not stop in time");
        }
        farewell.cancel();
        sockets.close();
        if timeout(FAREWELL, sockets.wait()).await.is_err() {
            warn!("some connections did not end in time");
        }
        if let Ok(closed) = timeout(FAREWELL, store.close()).await {
            closed?;
        } else {
            warn!("the store did not close in time");
        }
        Ok(())
    }
}

/// Listens at an address. What waits in the system to be read by one client is so many bytes at most:
/// connections have it from who listens, and without it the system lets it grow to megabytes.
fn listener(address: SocketAddr, buffer: u32) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As the runtime's own listeners: the port of a server that has stopped is free at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(buffer)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts connections for ever.
async fn accept(listener: TcpListener, app: App, visitors: Visitors) {
    let limits = app.lobby.limits().clone();
    let lobby = Arc::clone(&app.lobby);
    let turned_away = Arc::new(Semaphore::new(TURNED_AWAY));
    let (stop, proxies, connections) = (app.stop.clone(), app.proxies, app.sockets.clone());
    let router = app.router();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Too many open files, say: some will be closed.
                warn!(%error, "cannot accept a connection");
                sleep(BREATH).await;
                continue;
            }
        };
        let Some(peer) = seated(&visitors, peer.ip(), proxies) else {
            lobby.services().metrics.dropped(Dropped::Full);
            if let Ok(permit) = Arc::clone(&turned_away).try_acquire_owned() {
                tokio::spawn(async move {
                    let _ = timeout(2 * FAREWELL, turn_away(stream)).await;
                    drop(permit);
                });
            }
            continue;
        };
        connections.spawn(serve(stream, router.clone(), peer, &limits, stop.clone()));
    }
}

/// Who has come from there, if there is a place. Behind proxies it is not known yet whose address
/// that is counted by.
fn seated(visitors: &Visitors, address: IpAddr, proxies: u8) -> Option<Peer> {
    let mut permits = vec![visitors.connect()?];
    if proxies == 0 {
        permits.push(visitors.visit(address).ok()?);
    }
    Some(Peer { address, permits: Arc::new(permits), visit: None })
}

/// Serves one connection until it ends or becomes a websocket. When the server stops, what is being
/// answered is answered, as long as that takes no longer than it may.
fn serve(
    stream: TcpStream,
    router: Router,
    peer: Peer,
    limits: &Limits,
    stop: CancellationToken,
) -> impl Future<Output = ()> + Send + 'static {
    let service = TowerToHyperService::new(router.layer(Extension(peer)));
    // Moves are short, and somebody waits for each.
    let _ = stream.set_nodelay(true);
    // Who does not read its answer does not keep its place.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.silence + LINGER));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.handshake)
        .max_buf_size(BUFFER_BYTES)
        .max_headers(2 * HEAD_FIELDS)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .with_upgrades();
    async move {
        // What a client does wrong here, hyper has told it.
        let mut connection = pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        let _ = timeout(FAREWELL, connection).await;
    }
}

/// Tells a client that there is no place for it.
async fn turn_away(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(FULL).await?;
    linger(stream).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use pixel_debate_protocol::{Refusal, RefusalCode};
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn what_is_being_answered_when_the_server_stops_is_answered() {
        let (begun, slow) = (CancellationToken::new(), CancellationToken::new());
        let answer = {
            let (begun, slow) = (begun.clone(), slow.clone());
            move || async move {
                begun.cancel();
                slow.cancelled().await;
                "all of it"
            }
        };
        let router = Router::new().route("/", get(answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, address) = listener.accept().await.unwrap();
        let peer = Peer { address: address.ip(), permits: Arc::default(), visit: None };
        let stop = CancellationToken::new();
        let serving = tokio::spawn(serve(accepted, router, peer, &Limits::default(), stop.clone()));
        client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
        begun.cancelled().await;
        stop.cancel();
        tokio::task::yield_now().await;
        slow.cancel();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("all of it"),
            "{answer}"
        );
        serving.await.unwrap();
    }

    #[tokio::test]
    async fn what_waits_in_the_system_for_one_client_is_bounded() {
        let listener = listener("127.0.0.1:0".parse().unwrap(), 20_000).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        let accepted = TcpSocket::from_std_stream(accepted.into_std().unwrap());
        // The system takes twice as much for itself.
        assert_eq!(accepted.send_buffer_size().unwrap(), 40_000);
        drop(client);
    }

    #[test]
    fn who_is_turned_away_is_told_as_the_protocol_says() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
        let refusal: Refusal = serde_json::from_str(body).unwrap();
        assert_eq!(refusal.code, RefusalCode::Busy);
    }
}
