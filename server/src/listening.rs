//! Connections: accepted, served, and turned away where there is no place for them.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::http::{Door, HEAD_BYTES, HEAD_FIELDS, Peer};
use crate::limits::Limits;
use crate::metrics::Dropped;
use crate::socket::linger;
use crate::visitors::Visitors;

/// How long debates, then clients and at last the store may take to end when the server stops.
pub(crate) const FAREWELL: Duration = Duration::from_secs(3);

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

/// What a client is told for which there is no place.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
    retry-after: 5\r\nconnection: close\r\ncontent-length: 131\r\n\r\n\
    {\"code\":\"busy\",\"message\":\"there is no room for another connection\",\
    \"expected\":\"another try when one has been closed\",\"debate\":null}";

/// Listens at an address. What waits in the system to be read by one client is so many bytes at most:
/// connections have it from who listens, and without it the system lets it grow to megabytes.
pub(crate) fn listener(address: SocketAddr, buffer: u32) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As the runtime's own listeners: the port of a server that has stopped is free at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(buffer)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts connections for ever, and serves each in a task among `connections` until it is told to stop.
pub(crate) async fn accept(
    listener: TcpListener,
    router: Router,
    door: Door,
    connections: TaskTracker,
    stop: CancellationToken,
) {
    let turned_away = Arc::new(Semaphore::new(TURNED_AWAY));
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
        let Some(peer) = seated(&door.visitors, peer.ip(), door.proxies) else {
            door.metrics.dropped(Dropped::Full);
            if let Ok(permit) = Arc::clone(&turned_away).try_acquire_owned() {
                tokio::spawn(async move {
                    let _ = timeout(2 * FAREWELL, turn_away(stream)).await;
                    drop(permit);
                });
            }
            continue;
        };
        connections.spawn(serve(stream, router.clone(), peer, &door.limits, stop.clone()));
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
