//! One websocket connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use pixel_debate_protocol::{PATH, Request, ServerMessage};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// How long a connection may take to be made.
const PATIENCE: Duration = Duration::from_secs(20);

/// What ends a connection.
#[derive(Debug, Error)]
pub(crate) enum Lost {
    /// The server closed it, or it broke.
    #[error("the connection was closed: {0}")]
    Closed(String),
    /// The other side does not speak the protocol.
    #[error("not a message of the protocol: {0}")]
    Malformed(String),
}

/// One websocket connection.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: WebSocketStream<TcpStream>,
}

impl Connection {
    /// Connects to the server's websocket, or to a room of a relay.
    pub(crate) async fn open(server: SocketAddr, room: Option<u32>) -> Result<Self, Lost> {
        let path = room.map_or(PATH.to_owned(), |room| format!("/{room}"));
        let url = format!("ws://{server}{path}");
        // Thousands of connections share this machine's memory with the server.
        let config = WebSocketConfig::default()
            .read_buffer_size(4 * 1024)
            .write_buffer_size(0)
            .max_message_size(Some(1 << 20));
        let open = async {
            let stream = TcpStream::connect(server).await.map_err(SocketError::Io)?;
            stream.set_nodelay(true).map_err(SocketError::Io)?;
            client_async_with_config(url, stream, Some(config)).await
        };
        let late = || SocketError::Io(io::ErrorKind::TimedOut.into());
        let opened = timeout(PATIENCE, open).await.unwrap_or_else(|_| Err(late()));
        let (socket, _) = opened.map_err(|error| Lost::Closed(refusal(error)))?;
        Ok(Self { socket })
    }

    /// Says something to the server.
    pub(crate) async fn say(&mut self, request: &Request) -> Result<(), Lost> {
        self.send(json(request)).await
    }

    /// Says something to the room.
    pub(crate) async fn relay(&mut self, message: &ServerMessage) -> Result<(), Lost> {
        self.send(json(message)).await
    }

    async fn send(&mut self, text: String) -> Result<(), Lost> {
        self.socket.send(Message::text(text)).await.map_err(|error| closed(&error))
    }

    /// The next message. Dropping the future loses none.
    pub(crate) async fn hear(&mut self) -> Result<ServerMessage, Lost> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text)
                        .map_err(|error| Lost::Malformed(format!("{error} in {text}")));
                }
                Some(Ok(Message::Close(frame))) => {
                    let reason = frame.map(|frame| frame.to_string()).unwrap_or_default();
                    return Err(Lost::Closed(reason));
                }
                // A pong goes out with the next flush; an idle connection has no other.
                Some(Ok(Message::Ping(_))) => {
                    self.socket.flush().await.map_err(|error| closed(&error))?;
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(closed(&error)),
                None => return Err(Lost::Closed(String::new())),
            }
        }
    }
}

fn closed(error: &SocketError) -> Lost {
    Lost::Closed(error.to_string())
}

/// What a server answered that opens no websocket.
fn refusal(error: SocketError) -> String {
    match error {
        SocketError::Http(response) => {
            let body = response.body().as_deref().map(String::from_utf8_lossy);
            format!("{}: {}", response.status(), body.unwrap_or_default().trim())
        }
        error => error.to_string(),
    }
}

fn json(message: &impl serde::Serialize) -> String {
    // The messages' types have nothing that JSON cannot say.
    serde_json::to_string(message).unwrap_or_default()
}
