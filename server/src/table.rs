//! One debate: a task that owns its state.
//!
//! Connections talk to it by [`Request`]s and hear from it through their outboxes. Searches run in
//! the [`Pool`] on a copy of the debate, so a table always has time for whoever comes. A debate goes
//! on while somebody follows it: the server does not think for nobody.

mod handle;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pixel_debate_agents::{Agent, Clock};
use pixel_debate_game::{Debate, Debater, ForfeitReason, Move, Pixel, Seat, Verdict};
use pixel_debate_protocol::v1::{
    Background, CloseReason, DebateId, JudgeKind, Refusal, RefusalCode, ServerMessage, State, Token,
};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, error, warn};

pub(crate) use self::handle::{Request, Standing, TableHandle};
use crate::arrange::Arrangement;
use crate::config::Limits;
use crate::key::Lock;
use crate::outbox::{Outbox, Reached, frame};
use crate::players::Players;
use crate::pool::Pool;

/// A debate and all who follow it.
pub(crate) struct Table {
    id: DebateId,
    debate: Debate,
    /// The first and the second debater; away while thinking.
    agents: [Option<Box<dyn Agent>>; 2],
    judge: Judge,
    pace: Duration,
    background: Background,
    /// The classifier's logits after each reveal.
    logits: Vec<Vec<f32>>,
    /// The number of events so far.
    seq: u32,
    followers: HashMap<u64, Follower>,
    requests: Receiver<Request>,
    standing: watch::Sender<Standing>,
    players: Arc<dyn Players>,
    pool: Pool,
    limits: Limits,
}

enum Judge {
    Classifier,
    /// A person, who has the token to that lock, and has come to the seat at least once or not.
    Person {
        lock: Lock,
        came: bool,
    },
}

struct Follower {
    seat: Seat,
    outbox: Outbox,
}

/// What a debate has to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// The person who judges takes the seat.
    Judge,
    /// Somebody follows the debate.
    Follower,
    /// A debater reveals.
    Reveal(Debater),
    /// The classifier answers.
    Answer,
    /// The person who judges answers.
    Verdict,
    /// The debate is over, and forgotten in the end.
    Parting,
}

/// What is due, under way; or, where clients have to act, the end of the server's patience.
type Step = BoxFuture<'static, Done>;

enum Done {
    /// A debater has chosen. The logits are those with its pixel; none if the pixel is illegal.
    Chosen { by: Debater, agent: Box<dyn Agent>, pixel: Pixel, logits: Option<Vec<f32>> },
    /// The classifier may answer.
    Pondered,
    /// Nothing has happened for as long as allowed.
    Expired(CloseReason),
    /// A debater or a classifier failed.
    Failed(String),
}

impl Table {
    /// A table for that debate, the way to it, and the key to the judge's seat if a person judges.
    pub(crate) fn new(
        id: DebateId,
        arrangement: Arrangement,
        players: Arc<dyn Players>,
        pool: Pool,
        limits: Limits,
    ) -> (Self, TableHandle, Option<Token>) {
        let Arrangement { debate, agents, judge, pace, background } = arrangement;
        let (judge, token) = match judge {
            JudgeKind::Classifier => (Judge::Classifier, None),
            JudgeKind::Person => {
                let (token, lock) = Lock::new();
                (Judge::Person { lock, came: false }, Some(token))
            }
        };
        let (sender, requests) = mpsc::channel(limits.outbox);
        let (standing, seen) = watch::channel(Standing::Alone);
        let handle = TableHandle::new(sender, seen);
        let table = Self {
            id,
            debate,
            agents: agents.map(Some),
            judge,
            pace,
            background,
            logits: Vec::new(),
            seq: 0,
            followers: HashMap::new(),
            requests,
            standing,
            players,
            pool,
            limits,
        };
        (table, handle, token)
    }

    /// Plays the debate and serves its followers until it is let go.
    pub(crate) async fn run(mut self) {
        let mut doing = self.due();
        let mut step = self.begin(doing);
        let reason = loop {
            let mut done = None;
            tokio::select! {
                request = self.requests.recv() => match request {
                    None | Some(Request::LetGo) => break CloseReason::Over,
                    Some(request) => self.hear(request),
                },
                result = &mut step => done = Some(result),
            }
            let finished = done.is_some();
            if let Some(ControlFlow::Break(reason)) = done.map(|done| self.carry_out(done)) {
                break reason;
            }
            // A search that has begun is heard to its end, even if all followers leave meanwhile.
            let searching = matches!(doing, Due::Reveal(_)) && !finished;
            if finished || (self.due() != doing && !searching) {
                doing = self.due();
                step = self.begin(doing);
            }
            self.note_standing();
        };
        debug!(debate = %self.id, ?reason, "let go");
        let closed = frame(&ServerMessage::Closed { debate: self.id, reason });
        for follower in self.followers.into_values() {
            follower.outbox.post(closed.clone());
        }
    }

    /// Says how the debate stands, to the lobby before anybody else.
    fn note_standing(&self) {
        self.standing.send_replace(if self.debate.outcome().is_some() {
            Standing::Over
        } else if self.followers.is_empty() {
            Standing::Alone
        } else {
            Standing::UnderWay
        });
    }

    /// What has to come next.
    fn due(&self) -> Due {
        if self.debate.outcome().is_some() {
            return Due::Parting;
        }
        match (&self.judge, self.debate.to_move()) {
            (Judge::Person { came: false, .. }, _) => Due::Judge,
            (Judge::Person { .. }, None) => Due::Verdict,
            _ if self.followers.is_empty() => Due::Follower,
            (_, Some(by)) => Due::Reveal(by),
            (Judge::Classifier, None) => Due::Answer,
        }
    }

    /// Begins with what is due.
    fn begin(&mut self, due: Due) -> Step {
        let expire = |after: Duration, reason: CloseReason| {
            sleep(after).map(move |()| Done::Expired(reason)).boxed()
        };
        match due {
            Due::Judge | Due::Verdict => expire(self.limits.verdict, CloseReason::NoVerdict),
            Due::Follower | Due::Parting => expire(self.limits.memory, CloseReason::Over),
            Due::Reveal(by) => self.turn(by),
            Due::Answer => sleep(self.pace).map(|()| Done::Pondered).boxed(),
        }
    }

    /// Lets a debater choose, and the classifier think of what it chose.
    fn turn(&mut self, by: Debater) -> Step {
        let Some(mut agent) = self.agents[by as usize].take() else {
            return async { Done::Failed("the debater is still thinking".into()) }.boxed();
        };
        let mut debate = self.debate.clone();
        let (pool, players) = (self.pool.clone(), Arc::clone(&self.players));
        let patience = self.limits.thinking;
        let earliest = Instant::now() + self.pace;
        async move {
            let thought = pool.run(move || {
                let view = debate.view(Seat::Debater(by));
                let clock = Clock::until(std::time::Instant::now() + patience);
                let choice = agent.choose(&view, clock).map_err(|error| error.to_string())?;
                let pixel = choice.pixel;
                let legal = debate.apply(Move::Reveal { by, pixel }).is_ok();
                let logits = legal.then(|| {
                    let mut logits = players.logits(debate.rules().pixels, debate.evidence())?;
                    // A network of ten classes also judges data sets of fewer.
                    logits.truncate(debate.classes().into());
                    Ok::<_, String>(logits)
                });
                Ok(Done::Chosen { by, agent, pixel, logits: logits.transpose()? })
            });
            let thought = thought.await.unwrap_or_else(|panic| Err(panic.to_string()));
            let done = thought.unwrap_or_else(Done::Failed);
            sleep_until(earliest).await;
            done
        }
        .boxed()
    }

    /// Makes of a step what it means for the debate, and tells everybody.
    fn carry_out(&mut self, done: Done) -> ControlFlow<CloseReason> {
        let r#move = match done {
            Done::Chosen { by, agent, pixel, logits } => {
                self.agents[by as usize] = Some(agent);
                if let Some(logits) = logits {
                    self.logits.push(logits);
                    Move::Reveal { by, pixel }
                } else {
                    warn!(debate = %self.id, %by, %pixel, "an agent chose an illegal pixel");
                    Move::Forfeit { by, reason: ForfeitReason::IllegalMove }
                }
            }
            Done::Pondered => {
                let logits = self.logits.last().cloned().unwrap_or_default();
                Move::Verdict(Verdict::Logits { logits })
            }
            Done::Expired(reason) => return ControlFlow::Break(reason),
            Done::Failed(reason) => {
                error!(debate = %self.id, reason, "an agent or a classifier failed");
                return ControlFlow::Break(CloseReason::Fault);
            }
        };
        if let Err(illegal) = self.debate.apply(r#move) {
            error!(debate = %self.id, %illegal, "the debate cannot go on");
            return ControlFlow::Break(CloseReason::Fault);
        }
        self.tell_everybody();
        ControlFlow::Continue(())
    }

    /// Answers a request.
    fn hear(&mut self, request: Request) {
        let (client, answer) = match request {
            Request::Watch { client } => return self.seat(&client, Seat::Spectator),
            Request::Leave { client } => {
                self.followers.remove(&client);
                return;
            }
            Request::LetGo => return,
            Request::Take { client, token } => {
                let answer = self.take(&client, &token);
                (client, answer)
            }
            Request::Verdict { client, label, probability } => {
                let answer = self.judge(&client, Verdict::Label { label, probability });
                (client, answer)
            }
        };
        if let Err(refusal) = answer {
            client.tell(&ServerMessage::Error(refusal.about(&self.id)));
        }
    }

    /// Gives the judge's seat to a client with the token.
    fn take(&mut self, client: &Outbox, token: &Token) -> Result<(), Refusal> {
        let Judge::Person { lock, came } = &mut self.judge else {
            return Err(Refusal::new(
                RefusalCode::WrongToken,
                "a classifier judges this debate",
                "a debate with a person as judge",
            ));
        };
        if !lock.opens_with(token) {
            return Err(Refusal::new(
                RefusalCode::WrongToken,
                "this token does not open the judge's seat",
                "the token that came with \"created\"",
            ));
        }
        *came = true;
        let closed =
            ServerMessage::Closed { debate: self.id.clone(), reason: CloseReason::SeatTaken };
        self.followers.retain(|number, follower| {
            let leaves = follower.seat == Seat::Judge && *number != client.client();
            if leaves {
                follower.outbox.tell(&closed);
            }
            !leaves
        });
        self.seat(client, Seat::Judge);
        Ok(())
    }

    /// Ends the debate by the judge's verdict.
    fn judge(&mut self, client: &Outbox, verdict: Verdict) -> Result<(), Refusal> {
        let seat = self.followers.get(&client.client()).map(|follower| follower.seat);
        if seat != Some(Seat::Judge) {
            return Err(Refusal::new(
                RefusalCode::NotSeated,
                "only the judge gives a verdict, and this connection is not the judge",
                "\"take\" with the judge's token, then \"verdict\"",
            ));
        }
        self.debate.apply(Move::Verdict(verdict)).map_err(|illegal| {
            Refusal::new(
                RefusalCode::Illegal,
                illegal.to_string(),
                "one verdict, after the last reveal, for one of the claims if there are two",
            )
        })?;
        self.tell_everybody();
        Ok(())
    }

    /// Gives a client a seat, and tells it where the debate stands.
    fn seat(&mut self, client: &Outbox, seat: Seat) {
        self.followers.insert(client.client(), Follower { seat, outbox: client.clone() });
        self.note_standing();
        if client.tell(&self.state(seat)) == Reached::No {
            self.followers.remove(&client.client());
        }
    }

    /// Counts an event, and tells everybody where the debate stands.
    fn tell_everybody(&mut self) {
        self.seq += 1;
        self.note_standing();
        let mut frames = HashMap::new();
        let mut followers = std::mem::take(&mut self.followers);
        followers.retain(|_, Follower { seat, outbox }| {
            let frame = frames.entry(*seat).or_insert_with(|| frame(&self.state(*seat)));
            outbox.post(frame.clone()) == Reached::Yes
        });
        self.followers = followers;
    }

    /// What a seat may know. All of it comes from [`Debate::view`], except what depends on the
    /// evidence alone, and what is kept back until the outcome.
    fn state(&self, seat: Seat) -> ServerMessage {
        let view = self.debate.view(seat);
        let ended = view.outcome.is_some();
        // A person is to judge without the classifier's opinion.
        let told = ended || seat != Seat::Judge;
        ServerMessage::State(State {
            debate: self.id.clone(),
            seq: self.seq,
            view,
            logits: if told { self.logits.clone() } else { Vec::new() },
            background: ended.then(|| self.background.clone()),
        })
    }
}
