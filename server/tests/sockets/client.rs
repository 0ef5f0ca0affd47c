//! A client that remembers every frame it got.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use pixel_debate_game::{Event, OutcomeReason, Pixel, Role, Rules};
use pixel_debate_protocol::{
    Accepted, ClientMessage, CloseReason, Created, DebateId, Ending, Hello, PATH, Refusal, Request,
    Resumed, ServerMessage, Setup, Snapshot, Token, Told, Turn, VERSION,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longer than anything in these tests takes.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) hello: Hello,
    /// Every text frame after the greeting.
    pub(crate) heard: Vec<String>,
    /// How many pings came.
    pub(crate) pings: usize,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let (mut socket, _) = connect_async(format!("ws://{address}{PATH}")).await.unwrap();
        let frame = timeout(PATIENCE, async {
            loop {
                if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
                    return text;
                }
            }
        });
        let hello = match serde_json::from_str(&frame.await.unwrap()).unwrap() {
            ServerMessage::Hello(hello) => hello,
            other => panic!("not a greeting: {other:?}"),
        };
        assert_eq!(hello.protocol, VERSION);
        Self { socket, hello, heard: Vec::new(), pings: 0 }
    }

    pub(crate) async fn frame(&mut self, frame: Message) -> Result<(), Error> {
        self.socket.send(frame).await
    }

    pub(crate) async fn say(&mut self, message: impl Into<Request>) {
        let text = serde_json::to_string(&message.into()).unwrap();
        self.frame(Message::text(text)).await.unwrap();
    }

    /// The next message; `None` where the server says nothing for so long.
    pub(crate) async fn hear_within(&mut self, time: Duration) -> Option<ServerMessage> {
        timeout(time, async {
            loop {
                match self.socket.next().await.expect("the server has hung up").unwrap() {
                    Message::Text(text) => {
                        self.heard.push(text.to_string());
                        return serde_json::from_str(&text).unwrap();
                    }
                    Message::Close(frame) => panic!("the server closed: {frame:?}"),
                    Message::Ping(_) => self.pings += 1,
                    _ => {}
                }
            }
        })
        .await
        .ok()
    }

    pub(crate) async fn hear(&mut self) -> ServerMessage {
        self.hear_within(PATIENCE).await.expect("the server is silent")
    }

    /// The code and the reason with which the server closes, whatever it says before.
    pub(crate) async fn closed(&mut self) -> (CloseCode, String) {
        let frame = self.close_frame().await.expect("a close frame without a code");
        (frame.code, frame.reason.to_string())
    }

    /// Waits for the answer to a close frame without a code, whatever comes before.
    pub(crate) async fn closed_without_reason(&mut self) {
        assert_eq!(self.close_frame().await, None);
    }

    async fn close_frame(&mut self) -> Option<CloseFrame> {
        loop {
            let frame = timeout(PATIENCE, self.socket.next()).await.expect("the server is silent");
            match frame.expect("the server has hung up without a word") {
                Ok(Message::Close(frame)) => return frame,
                Ok(Message::Text(text)) => self.heard.push(text.to_string()),
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub(crate) async fn create(&mut self, setup: Setup) -> Created {
        self.say(ClientMessage::Create(setup)).await;
        match self.hear().await {
            ServerMessage::Created(created) => created,
            other => panic!("not created: {other:?}"),
        }
    }

    pub(crate) async fn watch(&mut self, debate: &DebateId) {
        let debate = Some(debate.clone());
        self.say(ClientMessage::Watch { debate, token: None, opinions: false }).await;
    }

    pub(crate) async fn take(&mut self, debate: &DebateId, token: &Token) {
        let (debate, token) = (debate.clone(), token.clone());
        self.say(ClientMessage::Take { debate, token, opinions: false, judge_key: None }).await;
    }

    pub(crate) async fn resume(&mut self, debate: &DebateId, token: Option<&Token>, seq: u32) {
        let (debate, token) = (debate.clone(), token.cloned());
        self.say(ClientMessage::Resume { debate, token, seq, opinions: false }).await;
    }

    pub(crate) async fn reveal(&mut self, debate: &DebateId, seq: u32, pixel: Pixel) {
        self.say(ClientMessage::Reveal { debate: debate.clone(), seq, pixel }).await;
    }

    pub(crate) async fn verdict(&mut self, debate: &DebateId, label: u8) {
        let (debate, label) = (debate.clone(), Some(label));
        self.say(ClientMessage::Verdict {
            debate,
            label,
            probability: None,
            explanation: None,
            logits: None,
        })
        .await;
    }

    pub(crate) async fn snapshot(&mut self) -> Snapshot {
        match self.hear().await {
            ServerMessage::Snapshot(snapshot) => snapshot,
            other => panic!("not a snapshot: {other:?}"),
        }
    }

    pub(crate) async fn resumed(&mut self) -> Resumed {
        match self.hear().await {
            ServerMessage::Resumed(resumed) => resumed,
            other => panic!("not resumed: {other:?}"),
        }
    }

    pub(crate) async fn event(&mut self) -> Told {
        match self.hear().await {
            ServerMessage::Event(told) => told,
            other => panic!("not an event: {other:?}"),
        }
    }

    pub(crate) async fn turn(&mut self) -> Turn {
        match self.hear().await {
            ServerMessage::Turn { turn, .. } => turn,
            other => panic!("not a turn: {other:?}"),
        }
    }

    pub(crate) async fn accepted(&mut self) -> Accepted {
        match self.hear().await {
            ServerMessage::Accepted(accepted) => accepted,
            other => panic!("not accepted: {other:?}"),
        }
    }

    pub(crate) async fn refusal(&mut self) -> Refusal {
        match self.hear().await {
            ServerMessage::Error(refusal) => refusal,
            other => panic!("not a refusal: {other:?}"),
        }
    }

    pub(crate) async fn dismissed(&mut self) -> CloseReason {
        match self.hear().await {
            ServerMessage::Closed { reason, .. } => reason,
            other => panic!("not closed: {other:?}"),
        }
    }

    /// The events from now on until the outcome, whose event is the last.
    pub(crate) async fn events(&mut self) -> Vec<Told> {
        let mut events = Vec::new();
        loop {
            let message = self.hear().await;
            let ServerMessage::Event(told) = message else { panic!("not an event: {message:?}") };
            events.push(told);
            if events.last().is_some_and(|told| told.ending.is_some()) {
                return events;
            }
        }
    }

    /// Follows a debate from the beginning to its outcome.
    pub(crate) async fn outcome(&mut self, debate: &DebateId) -> Vec<Told> {
        self.outcome_by(debate, None).await
    }

    /// The same with a token. The events of before are those that the snapshot comes of.
    pub(crate) async fn outcome_by(
        &mut self,
        debate: &DebateId,
        token: Option<&Token>,
    ) -> Vec<Told> {
        self.resume(debate, token, 0).await;
        let snapshot = self.snapshot().await;
        let mut events = events_of(&snapshot);
        if snapshot.view.outcome.is_none() {
            events.extend(self.events().await);
        }
        events
    }
}

/// The events that a snapshot comes of, as they are told again.
pub(crate) fn events_of(snapshot: &Snapshot) -> Vec<Told> {
    let Snapshot { debate, view, background, .. } = snapshot;
    // Who reveals next does not depend on who is honest.
    let first = view.rules.first.unwrap_or(Role::Honest);
    let (pixels, precommit) = (view.rules.pixels, view.rules.precommit);
    let (order, legal) = (view.rules.order, view.rules.legal);
    let rules = Rules { pixels, precommit, first, order, legal };
    let told = |seq: usize, event, to_move, ending| {
        let (debate, seq) = (debate.clone(), seq as u32);
        Told { debate, seq, event, to_move, turn: None, ending }
    };
    let reveal = |(seq, reveal): (usize, &pixel_debate_game::Reveal)| {
        let pixel_debate_game::Reveal { by, pixel, value } = *reveal;
        told(seq, Event::Reveal { by, pixel, value }, rules.debater_to_move(seq), None)
    };
    let mut events: Vec<_> = (1..).zip(view.evidence.iter()).map(reveal).collect();
    if let (Some(outcome), Some(truth), Some(background)) =
        (view.outcome, view.truth.clone(), background.clone())
    {
        let by = rules.seat_of(outcome.winner.other());
        let event = match (outcome.reason, view.verdict.clone()) {
            (_, Some(verdict)) => Event::Verdict { verdict, outcome },
            (OutcomeReason::Resignation, None) => Event::Resigned { by },
            (reason, None) => {
                let reason = serde_json::from_value(serde_json::to_value(reason).unwrap());
                Event::Forfeited { by, reason: reason.unwrap() }
            }
        };
        let ending = Ending { outcome, truth, background };
        events.push(told(events.len() + 1, event, None, Some(ending)));
    }
    events
}
