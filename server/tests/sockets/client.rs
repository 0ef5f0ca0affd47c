//! A client that remembers every frame it got.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use pixel_debate_protocol::v1::{
    ClientMessage, DebateId, PATH, Refusal, ServerMessage, Setup, State, Token, VERSION,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longer than anything in these tests takes.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Every text frame after the greeting.
    pub(crate) heard: Vec<String>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let (socket, _) = connect_async(format!("ws://{address}{PATH}")).await.unwrap();
        let mut client = Self { socket, heard: Vec::new() };
        match client.hear().await {
            ServerMessage::Hello(hello) => assert_eq!(hello.protocol, VERSION),
            other => panic!("not a greeting: {other:?}"),
        }
        client.heard.clear();
        client
    }

    pub(crate) async fn frame(&mut self, frame: Message) -> Result<(), Error> {
        self.socket.send(frame).await
    }

    pub(crate) async fn say(&mut self, message: &ClientMessage) {
        self.frame(Message::text(serde_json::to_string(message).unwrap())).await.unwrap();
    }

    /// The next message.
    pub(crate) async fn hear(&mut self) -> ServerMessage {
        loop {
            let frame = timeout(PATIENCE, self.socket.next()).await.expect("the server is silent");
            match frame.expect("the server has hung up").unwrap() {
                Message::Text(text) => {
                    self.heard.push(text.to_string());
                    return serde_json::from_str(&text).unwrap();
                }
                Message::Close(frame) => panic!("the server closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The code and the reason with which the server closes, whatever it says before. None where
    /// the system has cut the connection and thrown them away, as it may when the server closes
    /// before it has read all that the client sent.
    pub(crate) async fn closed(&mut self) -> Option<(CloseCode, String)> {
        loop {
            let frame = timeout(PATIENCE, self.socket.next()).await.expect("the server is silent");
            match frame.expect("the server has hung up without a word") {
                Ok(Message::Close(frame)) => {
                    let frame = frame.expect("a close frame without a code");
                    return Some((frame.code, frame.reason.to_string()));
                }
                Ok(_) => {}
                Err(Error::Io(_)) => return None,
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub(crate) async fn state(&mut self) -> State {
        match self.hear().await {
            ServerMessage::State(state) => state,
            other => panic!("not a state: {other:?}"),
        }
    }

    pub(crate) async fn refusal(&mut self) -> Refusal {
        match self.hear().await {
            ServerMessage::Error(refusal) => refusal,
            other => panic!("not a refusal: {other:?}"),
        }
    }

    pub(crate) async fn create(&mut self, setup: Setup) -> (DebateId, Option<Token>) {
        self.say(&ClientMessage::Create(setup)).await;
        match self.hear().await {
            ServerMessage::Created { debate, judge } => (debate, judge),
            other => panic!("not created: {other:?}"),
        }
    }

    pub(crate) async fn watch(&mut self, debate: &DebateId) {
        self.say(&ClientMessage::Watch { debate: Some(debate.clone()) }).await;
    }

    pub(crate) async fn take(&mut self, debate: &DebateId, token: &Token) {
        let (debate, token) = (debate.clone(), token.clone());
        self.say(&ClientMessage::Take { debate, token }).await;
    }

    pub(crate) async fn verdict(&mut self, debate: &DebateId, label: u8) {
        let debate = debate.clone();
        self.say(&ClientMessage::Verdict { debate, label, probability: None }).await;
    }

    /// The states from now on until all pixels are revealed.
    pub(crate) async fn evidence(&mut self) -> State {
        loop {
            let state = self.state().await;
            if state.view.to_move.is_none() {
                return state;
            }
        }
    }

    /// The states from now on until the outcome.
    pub(crate) async fn outcome(&mut self) -> State {
        loop {
            let state = self.state().await;
            if state.view.outcome.is_some() {
                return state;
            }
        }
    }
}
