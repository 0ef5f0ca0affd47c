//! A table: two scripted debaters and a judge, each with a connection, who play one debate after the
//! other and check all that they are told.

mod round;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_protocol::{ClientMessage, Player, Request, ServerMessage, Setup};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use self::round::{Frame, Next, Round};
use crate::connection::{Connection, Lost};
use crate::counts::Counts;
use crate::scenario::Scenario;

/// What all tables do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// They connect, and wait for the others.
    Gather,
    /// They play.
    Play,
    /// They play to the end what is under way.
    End,
}

/// How long nothing may happen in a debate before it counts as stuck.
const STUCK: Duration = Duration::from_mins(1);

/// How long a connection may take to be made again.
const OFFLINE: Duration = Duration::from_mins(5);

/// The mean time between the drops of one connection.
const DROP: Duration = Duration::from_secs(10);

/// A table. The chairs are the honest debater's, the liar's and the judge's.
pub(crate) struct Table {
    number: u32,
    server: SocketAddr,
    relay: bool,
    scenario: Arc<Scenario>,
    counts: Arc<Counts>,
    random: StdRng,
    connections: [Connection; 3],
    drop_at: Option<Instant>,
}

impl Table {
    /// Connects the three chairs.
    pub(crate) async fn open(
        number: u32,
        server: SocketAddr,
        relay: bool,
        scenario: Arc<Scenario>,
        counts: Arc<Counts>,
    ) -> Result<Self, Lost> {
        let room = relay.then_some(number);
        let connections = [
            Connection::open(server, room).await?,
            Connection::open(server, room).await?,
            Connection::open(server, room).await?,
        ];
        let random = StdRng::seed_from_u64(scenario.seed ^ (u64::from(number) << 32));
        Ok(Self { number, server, relay, scenario, counts, random, connections, drop_at: None })
    }

    /// Plays one debate after the other until the phase says to end.
    pub(crate) async fn run(mut self, mut phase: watch::Receiver<Phase>) {
        if phase.wait_for(|phase| *phase != Phase::Gather).await.is_err() {
            return;
        }
        // Not all tables begin, and move, at the same moment.
        if let Some(pace) = self.scenario.pace {
            sleep(pace.mul_f64(self.random.random())).await;
        }
        self.plan_drop();
        while *phase.borrow() == Phase::Play {
            match self.play().await {
                Ok(()) => self.counts.debates.add(),
                Err(fault) => {
                    self.counts.error(fault);
                    // What went wrong may be everybody's trouble.
                    sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }

    /// Plays a debate from its setup to its end at every chair.
    async fn play(&mut self) -> Result<(), String> {
        let mut round = if self.relay {
            Round::relayed(self.number, self.scenario.pixels, &mut self.random)?
        } else {
            let created = self.create().await?;
            Round::created(created)?
        };
        self.say(round.take(0), 0, &mut round).await?;
        round.plan_move(self.scenario.pace);
        while !round.is_over() {
            let stuck_at = round.progress + STUCK;
            let act_at = round.act_at().unwrap_or(stuck_at);
            let wake = stuck_at.min(act_at).min(self.drop_at.unwrap_or(stuck_at));
            let [honest, liar, judge] = &mut self.connections;
            let (chair, heard) = tokio::select! {
                heard = honest.hear() => (0, heard),
                heard = liar.hear() => (1, heard),
                heard = judge.hear() => (2, heard),
                () = sleep_until(wake) => {
                    self.wake(&mut round).await?;
                    continue;
                }
            };
            match heard {
                Ok(message) => {
                    self.counts.messages.add();
                    match round.hear(chair, message, &self.counts, &mut self.random)? {
                        Next::Listen => {}
                        Next::TakeOthers => {
                            self.say(round.take(1), 1, &mut round).await?;
                            self.say(round.take(2), 2, &mut round).await?;
                        }
                        Next::Resume => {
                            let resume = round.resume(chair);
                            self.say(resume, chair, &mut round).await?;
                        }
                    }
                    round.plan_move(self.scenario.pace);
                }
                Err(lost) => self.restore(chair, lost, &mut round).await?,
            }
        }
        if !self.relay {
            for chair in 0..3 {
                let leave = ClientMessage::Leave { debate: round.id.clone() };
                self.say(Some(leave), chair, &mut round).await?;
            }
        }
        Ok(())
    }

    /// Sets up a debate, until a server has said that it is.
    async fn create(&mut self) -> Result<pixel_debate_protocol::Created, String> {
        let setup = Setup {
            pixels: self.scenario.pixels,
            honest: Player::outside(),
            liar: Player::outside(),
            judge: Player::outside(),
            pace_ms: 0,
            ..Setup::default()
        };
        let create = Request { id: Some(1), message: ClientMessage::Create(setup) };
        loop {
            let until = Instant::now() + STUCK;
            let mut lost = self.connections[0].say(&create).await.err();
            while lost.is_none() {
                let heard = tokio::select! {
                    heard = self.connections[0].hear() => heard,
                    () = sleep_until(until) => return Err("no answer to create".into()),
                };
                match heard {
                    Ok(ServerMessage::Created(created)) => return Ok(created),
                    Ok(ServerMessage::Error(refusal)) if refusal.id == Some(1) => {
                        return Err(format!("create: {refusal}"));
                    }
                    // What is still said of the debate before is of no interest.
                    Ok(_) => {}
                    Err(error) => lost = Some(error),
                }
            }
            if let Some(lost) = lost {
                self.note_loss(&lost)?;
                self.connections[0] = self.open_again().await?;
            }
        }
    }

    /// Does what is due: moves, drops a connection, or gives up.
    async fn wake(&mut self, round: &mut Round) -> Result<(), String> {
        let now = Instant::now();
        if round.act_at().is_some_and(|at| at <= now) {
            return self.act(round).await;
        }
        if self.drop_at.is_some_and(|at| at <= now) {
            self.plan_drop();
            self.counts.drops.add();
            let chair = self.random.random_range(0..3);
            return self.reconnect(chair, round).await;
        }
        if now >= round.progress + STUCK {
            return Err(format!("stuck: {}", round.standing()));
        }
        Ok(())
    }

    /// Makes the move that is due.
    async fn act(&mut self, round: &mut Round) -> Result<(), String> {
        let Some((chair, frame)) = round.act(&mut self.random)? else { return Ok(()) };
        let said = match frame {
            Frame::ToServer(message) => self.connections[chair].say(&message.into()).await,
            Frame::ToRoom(message) => self.connections[chair].relay(&message).await,
        };
        match said {
            Ok(()) => Ok(()),
            Err(lost) => self.restore(chair, lost, round).await,
        }
    }

    async fn say(
        &mut self,
        message: Option<ClientMessage>,
        chair: usize,
        round: &mut Round,
    ) -> Result<(), String> {
        let Some(message) = message else { return Ok(()) };
        match self.connections[chair].say(&message.into()).await {
            Ok(()) => Ok(()),
            Err(lost) => self.restore(chair, lost, round).await,
        }
    }

    /// Takes note of a connection that is lost, and makes it again.
    async fn restore(&mut self, chair: usize, lost: Lost, round: &mut Round) -> Result<(), String> {
        self.note_loss(&lost)?;
        self.reconnect(chair, round).await
    }

    /// Makes a connection again, and resumes what its chair follows.
    async fn reconnect(&mut self, chair: usize, round: &mut Round) -> Result<(), String> {
        let until = Instant::now() + OFFLINE;
        loop {
            let began = Instant::now();
            self.connections[chair] = self.open_again().await?;
            self.counts.resumes.add();
            // Nothing could happen meanwhile.
            round.progress += began.elapsed();
            let message = round.resume(chair);
            let Some(message) = message else { return Ok(()) };
            match self.connections[chair].say(&message.into()).await {
                Ok(()) => return Ok(()),
                Err(lost) if Instant::now() > until => return Err(lost.to_string()),
                Err(lost) => self.note_loss(&lost)?,
            }
        }
    }

    async fn open_again(&mut self) -> Result<Connection, String> {
        let until = Instant::now() + OFFLINE;
        let mut pause = Duration::from_millis(20);
        loop {
            match Connection::open(self.server, self.relay.then_some(self.number)).await {
                Ok(connection) => return Ok(connection),
                Err(lost) if Instant::now() > until => {
                    return Err(format!("cannot connect again: {lost}"));
                }
                Err(_) => {
                    sleep(pause.mul_f64(self.random.random_range(0.5..1.5))).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
            }
        }
    }

    /// A lost connection is an error, except where the server is killed.
    fn note_loss(&self, lost: &Lost) -> Result<(), String> {
        match lost {
            Lost::Malformed(_) => return Err(lost.to_string()),
            Lost::Closed(_) if self.scenario.kills == 0 => self.counts.error(lost.to_string()),
            Lost::Closed(_) => {}
        }
        Ok(())
    }

    fn plan_drop(&mut self) {
        if self.scenario.drops {
            // Drops that have no memory, as of real networks.
            let uniform: f64 = self.random.random();
            let wait = DROP.div_f64(3.0).mul_f64(-(1.0 - uniform).ln());
            self.drop_at = Some(Instant::now() + wait);
        }
    }
}
