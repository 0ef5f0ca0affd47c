//! A debate's seats and turns against a simple model: whatever clients do, in whatever order, each
//! is told what the model says and nothing else.

use std::collections::BTreeSet;

use pixel_debate_game::Pixel;
use pixel_debate_protocol::{ClientMessage, DebateId, Request, ServerMessage, Token};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::client::Client;
use crate::scene::{Scene, outside};

const CLIENTS: usize = 4;
const SEATS: [&str; 3] = ["first", "second", "judge"];
const SPECTATOR: &str = "spectator";

/// The first row, then a zero pixel, then one outside the image.
const PIXELS: [(u8, u8); 6] = [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (9, 9)];

#[derive(Clone, Debug)]
enum Action {
    Watch,
    Take(usize),
    /// With a token that opens nothing.
    Guess,
    Resume(Option<usize>, u32),
    Reveal(i32, usize),
    Verdict(u8),
    Resign,
    Leave,
}

fn action() -> impl Strategy<Value = (usize, Action)> {
    let action = prop_oneof![
        2 => Just(Action::Watch),
        6 => (0..3usize).prop_map(Action::Take),
        1 => Just(Action::Guess),
        3 => (prop::option::of(0..3usize), 0..7u32).prop_map(|(seat, seq)| Action::Resume(seat, seq)),
        2 => (-1..2, 0..PIXELS.len()).prop_map(|(off, pixel)| Action::Reveal(off, pixel)),
        9 => (0..4usize).prop_map(|pixel| Action::Reveal(0, pixel)),
        4 => (0..3u8).prop_map(Action::Verdict),
        1 => Just(Action::Resign),
        2 => Just(Action::Leave),
    ];
    (0..CLIENTS, action)
}

/// What the server ought to know.
#[derive(Default)]
struct Model {
    seq: u32,
    over: bool,
    /// Whether the debate was let go of without an outcome.
    gone: bool,
    taken: BTreeSet<usize>,
    revealed: Vec<usize>,
    /// The seat of each client.
    seats: [Option<&'static str>; CLIENTS],
}

type Told = [Vec<String>; CLIENTS];

impl Model {
    fn begun(&self) -> bool {
        self.taken.len() == SEATS.len()
    }

    /// What each client is told when one of them does something.
    fn act(&mut self, client: usize, action: &Action) -> Told {
        let mut told = Told::default();
        if self.gone {
            let comes = matches!(
                action,
                Action::Watch | Action::Take(_) | Action::Guess | Action::Resume(..)
            );
            let code = if comes { "unknown_debate" } else { "not_seated" };
            told[client].push(format!("error {code}"));
            return told;
        }
        match *action {
            Action::Watch => self.sit(client, None, None, &mut told),
            Action::Take(seat) => self.sit(client, Some(seat), None, &mut told),
            Action::Guess => told[client].push("error wrong_token".into()),
            Action::Resume(seat, since) => self.sit(client, seat, Some(since), &mut told),
            Action::Leave => {
                let seat = self.seats[client].take();
                let answer = if seat.is_some() { "accepted" } else { "error not_seated" };
                told[client].push(answer.into());
            }
            Action::Resign if self.seats[client] == Some("judge") && self.begun() && !self.over => {
                told[client].push("accepted".into());
                self.all(&mut told, "closed no_verdict");
                self.gone = true;
                self.seats = [None; CLIENTS];
            }
            Action::Reveal(..) | Action::Verdict(_) | Action::Resign => {
                if let Err(code) = self.allowed(client, action) {
                    told[client].push(format!("error {code}"));
                } else {
                    self.seq += 1;
                    self.all(&mut told, &format!("event {}", self.seq));
                    told[client].push("accepted".into());
                }
            }
        }
        told
    }

    fn sit(&mut self, client: usize, seat: Option<usize>, since: Option<u32>, told: &mut Told) {
        let name = seat.map_or(SPECTATOR, |seat| SEATS[seat]);
        for other in (0..CLIENTS).filter(|other| *other != client && seat.is_some()) {
            if self.seats[other] == Some(name) {
                self.seats[other] = None;
                told[other].push("closed seat_taken".into());
            }
        }
        self.seats[client] = Some(name);
        match since.filter(|since| (1..=self.seq).contains(since)) {
            None => told[client].push(format!("snapshot {} {name}", self.seq)),
            Some(since) => {
                told[client].push(format!("resumed {} {name}", self.seq));
                told[client].extend((since + 1..=self.seq).map(|seq| format!("event {seq}")));
            }
        }
        let begun = self.begun();
        self.taken.extend(seat);
        if !begun && self.begun() && !self.over {
            self.all(told, &format!("turn {}", self.seq + 1));
        }
    }

    fn all(&self, told: &mut Told, what: &str) {
        let followers = told.iter_mut().zip(&self.seats).filter(|(_, seat)| seat.is_some());
        for (told, _) in followers {
            told.push(what.into());
        }
    }

    /// Whether a move is allowed, and then makes it.
    fn allowed(&mut self, client: usize, action: &Action) -> Result<(), &'static str> {
        let debater = self.seats[client].and_then(|seat| match seat {
            "first" => Some(0),
            "second" => Some(1),
            _ => None,
        });
        let reveals_over = self.revealed.len() == 4;
        match *action {
            Action::Reveal(off, pixel) => {
                let debater = debater.ok_or("not_seated")?;
                if !self.begun() {
                    return Err("not_begun");
                }
                match off {
                    ..0 => return Err("stale"),
                    1.. => return Err("illegal"),
                    0 => {}
                }
                let wrong = self.revealed.contains(&pixel) || pixel > 3;
                if self.over || reveals_over || self.revealed.len() % 2 != debater || wrong {
                    return Err("illegal");
                }
                self.revealed.push(pixel);
            }
            Action::Verdict(label) => {
                if self.seats[client] != Some("judge") {
                    return Err("not_seated");
                }
                if !self.begun() {
                    return Err("not_begun");
                }
                if self.over || !reveals_over || label > 1 {
                    return Err("illegal");
                }
                self.over = true;
            }
            Action::Resign => {
                if self.seats[client] == Some("judge") {
                    return Err(if self.over { "illegal" } else { "not_begun" });
                }
                debater.ok_or("not_seated")?;
                if self.over {
                    return Err("illegal");
                }
                self.over = true;
            }
            _ => unreachable!("no move"),
        }
        Ok(())
    }
}

fn request(action: &Action, model: &Model, debate: &DebateId, tokens: &[Token; 3]) -> Request {
    let debate = debate.clone();
    let opinions = false;
    let message = match *action {
        Action::Watch => ClientMessage::Watch { debate: Some(debate), token: None, opinions },
        Action::Take(seat) => {
            ClientMessage::Take { debate, token: tokens[seat].clone(), opinions, judge_key: None }
        }
        Action::Guess => {
            ClientMessage::Take { debate, token: Token("guess".into()), opinions, judge_key: None }
        }
        Action::Resume(seat, seq) => {
            let token = seat.map(|seat| tokens[seat].clone());
            ClientMessage::Resume { debate, token, seq, opinions }
        }
        Action::Reveal(off, pixel) => {
            let (x, y) = PIXELS[pixel];
            let seq = (model.seq + 1).saturating_add_signed(off);
            ClientMessage::Reveal { debate, seq, pixel: Pixel::new(x, y) }
        }
        Action::Verdict(label) => {
            let label = Some(label);
            ClientMessage::Verdict {
                debate,
                label,
                probability: None,
                explanation: None,
                logits: None,
            }
        }
        Action::Resign => ClientMessage::Resign { debate },
        Action::Leave => ClientMessage::Leave { debate },
    };
    Request { id: Some(7), message }
}

fn summary(message: &ServerMessage) -> String {
    let name = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    match message {
        ServerMessage::Snapshot(snapshot) => {
            format!("snapshot {} {}", snapshot.seq, snapshot.view.seat)
        }
        ServerMessage::Resumed(resumed) => format!("resumed {} {}", resumed.seq, resumed.seat),
        ServerMessage::Turn { turn, .. } => format!("turn {}", turn.seq),
        ServerMessage::Event(told) => format!("event {}", told.seq),
        ServerMessage::Accepted(_) => "accepted".into(),
        ServerMessage::Closed { reason, .. } => {
            format!("closed {}", name(serde_json::to_value(reason).unwrap()))
        }
        ServerMessage::Error(refusal) => {
            format!("error {}", name(serde_json::to_value(refusal.code).unwrap()))
        }
        other => format!("{other:?}"),
    }
}

async fn play(actions: Vec<(usize, Action)>) -> Result<(), TestCaseError> {
    let scene = Scene::open().await;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::connect(scene.address).await);
    }
    let created = clients[0].create(outside()).await;
    let keys = [created.tokens.honest, created.tokens.liar, created.tokens.judge];
    let tokens = keys.map(|token| token.expect("all are outside"));
    let mut model = Model::default();
    for (step, (client, action)) in actions.iter().enumerate() {
        let request = request(action, &model, &created.debate, &tokens);
        let wanted = model.act(*client, action);
        clients[*client].say(request).await;
        for (client, wanted) in clients.iter_mut().zip(wanted) {
            for wanted in wanted {
                let told = summary(&client.hear().await);
                prop_assert_eq!(told, wanted, "step {}: {:?}", step, action);
            }
        }
    }
    // Nobody was told anything beside.
    for client in &mut clients {
        client
            .say(Request {
                id: None,
                message: ClientMessage::Leave { debate: DebateId(String::new()) },
            })
            .await;
        prop_assert_eq!(summary(&client.hear().await), "error not_seated");
    }
    // A server that stops waits for those who are still there.
    drop(clients);
    scene.stop().await;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn clients_are_told_what_the_model_says(
        actions in prop::collection::vec(action(), 1..60), seated: bool,
    ) {
        // From a random start most sequences never get all seats taken: half begin with that.
        let mut all: Vec<_> = if seated {
            (0..3).map(|seat| (seat, Action::Take(seat))).collect()
        } else {
            Vec::new()
        };
        all.extend(actions);
        Runtime::new().expect("a runtime").block_on(play(all))?;
    }
}
