//! A bare relay: what one connection of a room says, all connections of the room are told.
//!
//! It stands for the least that a server can do with these frames: tokio-tungstenite reads and
//! writes them, and there are no rules, no clocks and no store.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Sender, channel};
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// The frames that wait for a connection at most; who reads so slowly is cut off.
const WAITING: usize = 256;

/// A relay that listens.
#[derive(Debug)]
pub struct Relay {
    listener: TcpListener,
    address: SocketAddr,
}

type Rooms = Mutex<HashMap<String, Vec<Sender<Utf8Bytes>>>>;

impl Relay {
    /// Takes the address.
    ///
    /// # Errors
    ///
    /// If the system does not give the address.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The address, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Relays until accepting connections fails.
    ///
    /// # Errors
    ///
    /// If a connection cannot be accepted.
    pub async fn run(self) -> io::Result<()> {
        let rooms = Arc::new(Rooms::default());
        loop {
            let (stream, _) = self.listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(serve(stream, Arc::clone(&rooms)));
        }
    }
}

/// Serves one connection until it ends.
async fn serve(stream: TcpStream, rooms: Arc<Rooms>) {
    let mut room = String::new();
    let (sender, mut waiting) = channel::<Utf8Bytes>(WAITING);
    // Before the handshake is answered, for whoever has the answer may count on being told.
    #[expect(clippy::result_large_err, reason = "the library asks for this type")]
    let enter = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        request.uri().path().clone_into(&mut room);
        lock(&rooms).entry(room.clone()).or_default().push(sender);
        Ok(response)
    };
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024).write_buffer_size(0);
    let Ok(socket) = accept_hdr_async_with_config(stream, enter, Some(config)).await else {
        return;
    };
    let (mut sink, mut frames) = socket.split();
    let write = async {
        while let Some(text) = waiting.recv().await {
            if sink.send(Message::Text(text)).await.is_err() {
                break;
            }
        }
    };
    let read = async {
        while let Some(Ok(message)) = frames.next().await {
            if let Message::Text(text) = message
                && let Some(members) = lock(&rooms).get_mut(&room)
            {
                members.retain(|member| member.try_send(text.clone()).is_ok());
            }
        }
    };
    tokio::select! {
        () = write => {}
        () = read => {}
    }
}

fn lock(rooms: &Rooms) -> std::sync::MutexGuard<'_, HashMap<String, Vec<Sender<Utf8Bytes>>>> {
    rooms.lock().unwrap_or_else(PoisonError::into_inner)
}
