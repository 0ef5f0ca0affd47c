//! Somebody in a class, who comes back whenever the connection is lost.

use std::net::SocketAddr;
use std::time::Duration;

use pixel_debate_game::{Event, Role, Truth};
use pixel_debate_protocol::{
    Attendance, ClassCode, ClassTold, ClientMessage, CloseReason, DebateId, Join, Opened, Refusal,
    RefusalCode, Request, ServerMessage, Token,
};
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::time::{Instant, sleep, timeout};

use crate::connection::{Connection, Lost};

/// How long a server may be away, or silent when it is asked something.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long is waited before the next try to connect.
const BREATH: Duration = Duration::from_millis(20);

/// What came of a request.
#[derive(Debug)]
pub(super) enum Answer {
    Done,
    Refused(Refusal),
}

/// What somebody has been told.
#[derive(Debug, Default)]
pub(super) struct Known {
    told: Option<ClassTold>,
    debate: Option<DebateId>,
    /// The latest event of the debate.
    pub(super) seq: u32,
    /// Whether the first debater's claim is true, when the truth is told.
    pub(super) first_is_right: Option<bool>,
    /// Whether the class has ended.
    pub(super) ended: bool,
}

impl Known {
    /// Who is there, for the presenter.
    pub(super) fn attendance(&self) -> Option<&Attendance> {
        self.told.as_ref()?.presenter.as_ref()
    }

    /// How many have voted, as far as the presenter is told.
    pub(super) fn voted(&self) -> u32 {
        self.attendance().map_or(0, |attendance| attendance.voted)
    }

    /// Which number the class's debate has; 0 where it has none.
    pub(super) fn number(&self) -> u32 {
        let debate = self.told.as_ref().and_then(|told| told.debate.as_ref());
        debate.map_or(0, |debate| debate.number)
    }

    /// Whether the votes of the debate with that number are counted: the class may have the next already.
    pub(super) fn is_counted(&self, number: u32) -> bool {
        let debate = self.told.as_ref().and_then(|told| told.debate.as_ref());
        debate.is_some_and(|debate| {
            debate.number > number || (debate.number == number && debate.over)
        })
    }

    /// The member's points of the latest debate.
    pub(super) fn points(&self) -> Option<u32> {
        self.told.as_ref()?.member.as_ref()?.latest
    }

    fn learn(&mut self, truth: &Truth) {
        self.first_is_right = Some(truth.first == Role::Honest);
    }

    fn hear(&mut self, message: &ServerMessage) {
        match message {
            ServerMessage::Class(told) => self.told = Some(told.clone()),
            ServerMessage::Dismissed(dismissed) => {
                self.ended = dismissed.reason != CloseReason::Restarting;
            }
            ServerMessage::Snapshot(snapshot) if Some(&snapshot.debate) == self.debate.as_ref() => {
                self.seq = snapshot.seq;
                snapshot.view.truth.iter().for_each(|truth| self.learn(truth));
            }
            ServerMessage::Event(told) if Some(&told.debate) == self.debate.as_ref() => {
                self.seq = told.seq;
                if let (Event::Verdict { .. }, Some(ending)) = (&told.event, &told.ending) {
                    self.learn(&ending.truth);
                }
            }
            _ => {}
        }
    }
}

/// Somebody in a class: its presenter or a phone.
#[derive(Debug)]
pub(super) struct Person {
    server: SocketAddr,
    class: ClassCode,
    token: Token,
    /// None for the presenter.
    join: Option<Join>,
    connection: Option<Connection>,
    known: Known,
    id: u32,
    resumes: u64,
}

impl Person {
    /// Opens a class.
    pub(super) async fn presents(server: SocketAddr) -> Result<Self, String> {
        let mut connection = open(server).await?;
        let open = async {
            connection.say(&ClientMessage::Open {}.into()).await?;
            connection.hear().await
        };
        let opened = timeout(PATIENCE, open).await.map_err(|_| "no answer to \"open\"")?;
        match opened.map_err(|lost| lost.to_string())? {
            ServerMessage::Opened(Opened { class, token, .. }) => {
                let mut person = Self::new(server, class, token, None);
                person.connection = Some(connection);
                person.attend().await?;
                Ok(person)
            }
            other => Err(format!("no class is opened: {other:?}")),
        }
    }

    /// Joins a class.
    pub(super) async fn joins(
        server: SocketAddr,
        class: &ClassCode,
        name: String,
        random: &mut StdRng,
    ) -> Result<Self, String> {
        let token = key(random);
        let join = Join { class: class.clone(), name: Some(name), token: token.clone() };
        let mut person = Self::new(server, class.clone(), token, Some(join));
        person.attend().await?;
        Ok(person)
    }

    fn new(server: SocketAddr, class: ClassCode, token: Token, join: Option<Join>) -> Self {
        let (connection, known) = (None, Known::default());
        Self { server, class, token, join, connection, known, id: 0, resumes: 0 }
    }

    pub(super) fn code(&self) -> ClassCode {
        self.class.clone()
    }

    pub(super) fn token(&self) -> Token {
        self.token.clone()
    }

    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// How often the connection was made again.
    pub(super) fn resumes(&self) -> u64 {
        self.resumes
    }

    /// Attends the class; a phone joins it, which changes nothing where it has.
    pub(super) async fn attend(&mut self) -> Result<(), String> {
        match self.ask(self.attendance()).await? {
            Answer::Done => Ok(()),
            Answer::Refused(refusal) => Err(format!("the class cannot be attended: {refusal}")),
        }
    }

    fn attendance(&self) -> ClientMessage {
        match &self.join {
            Some(join) => ClientMessage::Join(join.clone()),
            None => ClientMessage::Attend { class: self.class.clone(), token: self.token.clone() },
        }
    }

    /// Follows the debate that the class has, from its own seat.
    pub(super) async fn sit(&mut self) -> Result<(), String> {
        let debate = self.known.told.as_ref().and_then(|told| told.debate.as_ref());
        let debate = debate.ok_or("the class has no debate")?.debate.clone();
        self.known.debate = Some(debate);
        (self.known.seq, self.known.first_is_right) = (0, None);
        let Some(seat) = self.seat() else { return Ok(()) };
        match self.ask(seat).await? {
            Answer::Done => Ok(()),
            Answer::Refused(refusal) => Err(format!("no seat: {refusal}")),
        }
    }

    fn seat(&self) -> Option<ClientMessage> {
        let (debate, token) = (self.known.debate.clone()?, self.token.clone());
        let opinions = false;
        Some(match self.join {
            Some(_) => ClientMessage::Take { debate, token, opinions, judge_key: None },
            None => ClientMessage::Watch { debate: Some(debate), token: Some(token), opinions },
        })
    }

    pub(super) async fn vote(&mut self, after: u32, probability: f32) -> Result<Answer, String> {
        let debate = self.known.debate.clone().ok_or("no debate is followed")?;
        self.ask(ClientMessage::Belief { debate, after, probability }).await
    }

    /// Asks for the event with that number, as the presenter.
    pub(super) async fn next(&mut self, seq: u32) -> Result<(), String> {
        let debate = self.known.debate.clone().ok_or("no debate is followed")?;
        let token = Some(self.token.clone());
        match self.ask(ClientMessage::Next { debate, seq, token }).await? {
            // A server that was killed has forgotten that it was asked, and one that was not has done it before.
            Answer::Refused(refusal) if refusal.code != RefusalCode::Stale => {
                Err(format!("\"next\" is refused: {refusal}"))
            }
            Answer::Done | Answer::Refused(_) => Ok(()),
        }
    }

    /// Asks something, and again when the connection was lost before the answer.
    pub(super) async fn ask(&mut self, message: ClientMessage) -> Result<Answer, String> {
        self.id += 1;
        let request = Request { id: Some(self.id), message };
        let began = Instant::now();
        loop {
            self.reach().await?;
            match self.ask_once(&request).await {
                Ok(answer) => return Ok(answer),
                Err(Lost::Malformed(why)) => return Err(why),
                Err(Lost::Closed(why)) if began.elapsed() > PATIENCE => return Err(why),
                Err(Lost::Closed(_)) => self.connection = None,
            }
        }
    }

    async fn ask_once(&mut self, request: &Request) -> Result<Answer, Lost> {
        let Some(connection) = &mut self.connection else {
            return Err(Lost::Closed("no connection".into()));
        };
        connection.say(request).await?;
        loop {
            let late = |_| Lost::Closed("no answer".into());
            let message = timeout(PATIENCE, connection.hear()).await.map_err(late)??;
            self.known.hear(&message);
            let id = match &message {
                ServerMessage::Class(told) => told.id,
                ServerMessage::Snapshot(snapshot) => snapshot.id,
                ServerMessage::Accepted(accepted) => accepted.id,
                ServerMessage::Error(refusal) => refusal.id,
                // Nothing is answered any more.
                ServerMessage::Dismissed(_) if self.known.ended => return Ok(Answer::Done),
                _ => None,
            };
            if id == request.id {
                return Ok(match message {
                    ServerMessage::Error(refusal) => Answer::Refused(refusal),
                    _ => Answer::Done,
                });
            }
        }
    }

    /// Listens until it is so.
    pub(super) async fn until(&mut self, is: impl Fn(&Known) -> bool) -> Result<(), String> {
        self.until_or_resumed(u64::MAX, is).await
    }

    /// Listens until it is so, or the connection was made again since it was that often.
    pub(super) async fn until_or_resumed(
        &mut self,
        resumed: u64,
        is: impl Fn(&Known) -> bool,
    ) -> Result<(), String> {
        let began = Instant::now();
        while !is(&self.known) && self.resumes <= resumed {
            if self.known.ended {
                return Err("the class has ended meanwhile".into());
            }
            if began.elapsed() > PATIENCE {
                let Known { seq, .. } = self.known;
                let (number, voted) = (self.known.number(), self.known.voted());
                return Err(format!(
                    "nothing more comes of debate {number} after event {seq}, of {voted} votes"
                ));
            }
            self.reach().await?;
            let Some(connection) = &mut self.connection else { continue };
            match timeout(Duration::from_secs(1), connection.hear()).await {
                Ok(Ok(message)) => self.known.hear(&message),
                Ok(Err(Lost::Malformed(why))) => return Err(why),
                Ok(Err(Lost::Closed(_))) => self.connection = None,
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Connects if there is no connection, and is then where it was.
    async fn reach(&mut self) -> Result<(), String> {
        let began = Instant::now();
        while self.connection.is_none() {
            if began.elapsed() > PATIENCE {
                return Err("the server is away".into());
            }
            let Ok(connection) = open(self.server).await else {
                sleep(BREATH).await;
                continue;
            };
            self.connection = Some(connection);
            if self.known.told.is_none() {
                return Ok(());
            }
            self.resumes += 1;
            for message in [Some(self.attendance()), self.seat()].into_iter().flatten() {
                // What was asked last keeps its id: nobody else waits for these.
                let request = Request { id: Some(u32::MAX), message };
                match self.ask_once(&request).await {
                    Ok(Answer::Done) => {}
                    Ok(Answer::Refused(refusal)) => return Err(format!("not again: {refusal}")),
                    Err(Lost::Malformed(why)) => return Err(why),
                    Err(Lost::Closed(_)) => {
                        self.connection = None;
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A connection, with its greeting read.
async fn open(server: SocketAddr) -> Result<Connection, String> {
    let mut connection = Connection::open(server, None).await.map_err(|lost| lost.to_string())?;
    match timeout(PATIENCE, connection.hear()).await {
        Ok(Ok(ServerMessage::Hello(_))) => Ok(connection),
        Ok(other) => Err(format!("no greeting: {other:?}")),
        Err(_) => Err("no greeting".into()),
    }
}

/// The key of a phone.
fn key(random: &mut StdRng) -> Token {
    let letter = |_| char::from(random.random_range(b'a'..=b'z'));
    Token((0..Token::LENGTH).map(letter).collect())
}
