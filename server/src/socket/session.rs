//! What a client has asked for and follows.

use std::net::IpAddr;
use std::sync::{Arc, Weak};

use pixel_debate_game::Verdict as Answer;
use pixel_debate_protocol::{
    ClassCode, ClientMessage, DebateId, Refusal, RefusalCode, Request as Said, ServerMessage,
};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tracing::debug;

use super::handler::{Farewell, Handler, Stay};

use crate::class::classes::Classes;
use crate::class::{Asked, Attended, ClassHandle, ClassRequest, Coming, Wish as ClassWish};
use crate::credits::Spend;
use crate::lobby::{Lobby, unknown};
use crate::outbox::Outbox;
use crate::rate::{Measure, Pace};
use crate::table::{Act, Follow, Request, TableHandle, Wanted, What};

/// What a client has asked for and follows.
pub(super) struct Session {
    lobby: Arc<Lobby>,
    classes: Arc<Classes>,
    outbox: Outbox,
    address: IpAddr,
    pace: Pace,
    followed: Vec<Followed>,
    /// The class that the client attends, and those that it has asked to.
    attended: Vec<Attended>,
}

/// A debate that the client has asked to follow.
struct Followed {
    debate: DebateId,
    table: TableHandle,
    /// Of the ticket that the table keeps as long as the client follows.
    ticket: Weak<()>,
}

/// A request to follow a debate, as the protocol has three of them.
struct Wish {
    token: Option<pixel_debate_protocol::Token>,
    seat: Wanted,
    since: Option<u32>,
    opinions: bool,
    judge_key: Option<pixel_debate_protocol::JudgeKey>,
}

impl Session {
    pub(super) fn new(
        (lobby, classes): (Arc<Lobby>, Arc<Classes>),
        outbox: Outbox,
        address: IpAddr,
    ) -> Self {
        let limits = lobby.limits();
        let pace = Pace::new(limits.messages_a_second, limits.messages_at_once);
        Self { lobby, classes, outbox, address, pace, followed: Vec::new(), attended: Vec::new() }
    }

    /// Carries a request out, for which nobody waits longer than may be.
    async fn answer(&mut self, request: Said, at: Instant) -> Result<(), Refusal> {
        let wait = self.lobby.limits().store_wait;
        let Said { id, message } = request;
        timeout(wait, self.carry_out(id, message, at))
            .await
            .unwrap_or_else(|_| Err(late()))
            .map_err(|refusal| refusal.answering(id))
    }

    async fn carry_out(
        &mut self,
        id: Option<u32>,
        message: ClientMessage,
        at: Instant,
    ) -> Result<(), Refusal> {
        match message {
            ClientMessage::Create(setup) => {
                let mut created = self.lobby.create(&setup, self.address).await?;
                created.id = id;
                self.outbox.tell(&ServerMessage::Created(created));
                Ok(())
            }
            ClientMessage::Watch { debate, token, opinions } => {
                let wish =
                    Wish { token, seat: Wanted::Spectator, since: None, opinions, judge_key: None };
                let Some(debate) = debate else {
                    let (debate, table) = self.lobby.shown().await?;
                    return self.follow_at(id, debate, table, wish).await;
                };
                self.follow(id, debate, wish).await
            }
            ClientMessage::Take { debate, token, opinions, judge_key } => {
                let (token, seat) = (Some(token), Wanted::Player);
                let wish = Wish { token, seat, since: None, opinions, judge_key };
                self.follow(id, debate, wish).await
            }
            ClientMessage::Resume { debate, token, seq, opinions } => {
                let (seat, since) = (Wanted::Either, Some(seq));
                let wish = Wish { token, seat, since, opinions, judge_key: None };
                self.follow(id, debate, wish).await
            }
            ClientMessage::Reveal { debate, seq, pixel } => {
                self.act(id, &debate, What::Reveal { seq, pixel }, at).await
            }
            ClientMessage::Belief { debate, after, probability } => {
                self.act(id, &debate, What::Belief { after, probability }, at).await
            }
            ClientMessage::Verdict { debate, label, probability, explanation, logits } => {
                let bare = probability.is_none() && explanation.is_none();
                let answer = match (label, logits) {
                    (Some(label), None) => Answer::Label { label, probability, explanation },
                    (None, Some(logits)) if bare => Answer::Logits { logits },
                    _ => {
                        return Err(Refusal::new(
                            RefusalCode::Malformed,
                            "this verdict is not one label or one list of logits",
                            "either a label, perhaps with a probability and an explanation, or \
                             logits alone",
                        )
                        .about(&debate));
                    }
                };
                self.act(id, &debate, What::Verdict(answer), at).await
            }
            ClientMessage::Resign { debate } => self.act(id, &debate, What::Resign, at).await,
            ClientMessage::Next { debate, seq, token } => {
                let client = self.outbox.clone();
                self.mention(&debate, Request::Next { client, id, seq, token }).await
            }
            ClientMessage::Cancel { debate, token } => {
                let client = self.outbox.clone();
                self.mention(&debate, Request::Cancel { client, id, token }).await
            }
            ClientMessage::Leave { debate } => self.leave(id, &debate).await,
            ClientMessage::Open {} => {
                let mut opened = self.classes.open(self.address).await?;
                opened.id = id;
                self.outbox.tell(&ServerMessage::Opened(opened));
                Ok(())
            }
            ClientMessage::Join(join) => {
                let code = join.class.clone();
                self.attend(&code, id, ClassWish::Join(join)).await
            }
            ClientMessage::Attend { class, token } => {
                self.attend(&class, id, ClassWish::Attend(token)).await
            }
            ClientMessage::Willing { class, token, willing } => {
                self.ask(&class, id, ClassWish::Willing(token, willing)).await
            }
            ClientMessage::Round(round) => {
                let class = round.class.clone();
                self.ask(&class, id, ClassWish::Round(Box::new(round))).await
            }
            ClientMessage::Show(show) => {
                let class = show.class.clone();
                self.ask(&class, id, ClassWish::Show(show)).await
            }
            ClientMessage::Door { class, token, open } => {
                self.ask(&class, id, ClassWish::Door(token, open)).await
            }
            ClientMessage::Expel { class, token, member } => {
                self.ask(&class, id, ClassWish::SendAway(token, member)).await
            }
            ClientMessage::Dismiss { class, token } => {
                self.ask(&class, id, ClassWish::Dismiss(token)).await
            }
        }
    }

    /// Follows a debate no more.
    async fn leave(&mut self, id: Option<u32>, debate: &DebateId) -> Result<(), Refusal> {
        let client = self.outbox.clone();
        let Some(place) = self.place(debate) else { return Err(not_followed(debate)) };
        // Until the table has been asked this connection follows the debate.
        let asked = self.followed[place].table.ask(Request::Leave { client, id }).await;
        self.followed.swap_remove(place);
        if asked { Ok(()) } else { Err(not_followed(debate)) }
    }

    /// Asks something of a debate, which need not be followed for that.
    async fn mention(&self, debate: &DebateId, request: Request) -> Result<(), Refusal> {
        let table = self.lobby.find(debate).await?;
        if table.ask(request).await { Ok(()) } else { Err(unknown(debate)) }
    }

    /// Asks to attend the class with that code, in the place of the one that the client attends, which it leaves when
    /// it is taken in.
    async fn attend(
        &mut self,
        code: &ClassCode,
        id: Option<u32>,
        wish: ClassWish,
    ) -> Result<(), Refusal> {
        let class = self.classes.find(code)?;
        // What has refused it, or has let go of it, it does not attend.
        self.attended.retain(|attended| attended.ticket.strong_count() > 0);
        let others = self.attended.iter().filter(|attended| attended.class.code() != code);
        let (ticket, leaves) = (Arc::new(()), others.cloned().collect());
        let attended = Attended { class: class.clone(), ticket: Arc::downgrade(&ticket) };
        self.attended.push(attended);
        self.ask_coming(&class, id, Some(Coming { ticket, leaves }), wish).await
    }

    /// Asks something of the class with that code.
    async fn ask(&self, code: &ClassCode, id: Option<u32>, wish: ClassWish) -> Result<(), Refusal> {
        self.ask_coming(&self.classes.find(code)?, id, None, wish).await
    }

    async fn ask_coming(
        &self,
        class: &ClassHandle,
        id: Option<u32>,
        coming: Option<Coming>,
        wish: ClassWish,
    ) -> Result<(), Refusal> {
        let asked = Asked { client: self.outbox.clone(), id, coming };
        class.ask(ClassRequest { asked, address: self.address, wish }).await
    }

    async fn follow(
        &mut self,
        id: Option<u32>,
        debate: DebateId,
        wish: Wish,
    ) -> Result<(), Refusal> {
        let table = self.lobby.find(&debate).await?;
        self.follow_at(id, debate, table, wish).await
    }

    /// Asks a table for a seat, if the client may have one more.
    async fn follow_at(
        &mut self,
        id: Option<u32>,
        debate: DebateId,
        table: TableHandle,
        wish: Wish,
    ) -> Result<(), Refusal> {
        // What was refused, and what the table has let go of, is followed no more.
        self.followed.retain(|followed| followed.ticket.strong_count() > 0);
        let most = self.lobby.limits().seats;
        let known = self.place(&debate);
        if self.followed.len() >= most && known.is_none() {
            return Err(Refusal::new(
                RefusalCode::TooManySeats,
                format!("this connection follows {most} debates already"),
                "\"leave\" for one of them first",
            )
            .about(&debate));
        }
        let Wish { token, seat, since, opinions, judge_key } = wish;
        let client = self.outbox.clone();
        // Who follows the debate already still does where this is refused: by the same ticket.
        let held = known.and_then(|place| self.followed.swap_remove(place).ticket.upgrade());
        let ticket = held.unwrap_or_default();
        let followed = Followed { debate, table: table.clone(), ticket: Arc::downgrade(&ticket) };
        let follow = Follow { client, id, token, seat, since, opinions, judge_key, ticket };
        if !table.ask(Request::Follow(Box::new(follow))).await {
            return Err(unknown(&followed.debate));
        }
        self.followed.push(followed);
        Ok(())
    }

    /// Where a debate stands among those that are followed.
    fn place(&self, debate: &DebateId) -> Option<usize> {
        self.followed.iter().position(|followed| followed.debate == *debate)
    }

    async fn act(
        &self,
        id: Option<u32>,
        debate: &DebateId,
        what: What,
        at: Instant,
    ) -> Result<(), Refusal> {
        let place = self.place(debate).ok_or_else(|| not_followed(debate))?;
        let Followed { table, .. } = &self.followed[place];
        let act = Act { client: self.outbox.clone(), id, what, at };
        if table.ask(Request::Act(Box::new(act))).await {
            Ok(())
        } else {
            Err(not_followed(debate))
        }
    }

    fn refuse(&self, refusal: Refusal) {
        debug!(client = self.outbox.client(), code = ?refusal.code, "refused");
        self.lobby.services().metrics.refusals.inc();
        self.outbox.tell(&ServerMessage::Error(refusal));
    }

    /// Tells every table that the client has gone, and lets go of its outbox.
    pub(super) async fn leave_all(self) {
        let client = self.outbox.client();
        for Followed { table, .. } in self.followed {
            table.ask(Request::Gone { client }).await;
        }
        for Attended { class, .. } in self.attended {
            class.leave(client).await;
        }
    }
}

impl Handler for Session {
    async fn read(&mut self, message: Message, at: Instant) -> Stay {
        match self.pace.take() {
            Measure::Read => {}
            Measure::CutOff => return Stay::No(Farewell::FLOOD),
            Measure::Refuse => {
                let most = self.lobby.limits().messages_a_second;
                self.refuse(Refusal::new(
                    RefusalCode::TooFast,
                    "this connection says too much, and this message was not read",
                    format!("at most {most} messages a second"),
                ));
                return Stay::Yes;
            }
        }
        if let Err(refusal) = self.lobby.services().credits.spend(Spend::Message, self.address) {
            self.refuse(refusal);
            return Stay::Yes;
        }
        let Message::Text(text) = message else {
            self.refuse(Refusal::new(
                RefusalCode::Binary,
                "a binary frame",
                "messages in text frames",
            ));
            return Stay::No(Farewell::BINARY);
        };
        let most = self.lobby.limits().message_bytes;
        let answered = if text.len() > most {
            Err(Refusal::new(
                RefusalCode::TooLarge,
                format!("a message of {} bytes", text.len()),
                format!("at most {most} bytes"),
            ))
        } else {
            match Said::parse(&text) {
                Ok(request) => self.answer(request, at).await,
                Err(refusal) => Err(refusal),
            }
        };
        if let Err(refusal) = answered {
            self.refuse(refusal);
        }
        Stay::Yes
    }
}

/// The refusal of a request that could not be carried out in time.
fn late() -> Refusal {
    Refusal::new(
        RefusalCode::StoreUnavailable,
        "the store takes too long, and this request was not carried out",
        "another try later",
    )
}

fn not_followed(debate: &DebateId) -> Refusal {
    Refusal::new(
        RefusalCode::NotSeated,
        "this connection does not follow that debate",
        "\"take\", \"resume\" or \"watch\" first",
    )
    .about(debate)
}
