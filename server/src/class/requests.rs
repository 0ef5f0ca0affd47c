//! What a class answers to those who ask something of it.

use std::net::IpAddr;
use std::sync::{Arc, Weak};

use pixel_debate_protocol::{
    Clock, CloseReason, Dismissed, Join, Player, Refusal, RefusalCode, Round as RoundWanted,
    ServerMessage, Setup, Show, Token, Visibility,
};

use super::effect::{Asked, ClassRequest, Effect, Order, Wish};
use super::names::unlike;
use super::{Attendee, Class, DOORS, MINDS, PLACES, PRESENTERS, Who, store_unavailable};
use crate::outbox::frame;
use crate::register::Entry;
use crate::tokens::Lock;

/// How long an agent's reveal takes at least after it was asked for: all see that something happens.
const PACE_MS: u32 = 700;

impl Class {
    /// Answers a request.
    pub(super) fn answer(&mut self, request: ClassRequest) {
        let ClassRequest { asked, address, wish } = request;
        let answered = match wish {
            Wish::Join(join) => self.join(join, &asked),
            Wish::Attend(token) => self.who(&token).map(|who| {
                self.attend(who, &asked);
                self.touch();
            }),
            Wish::Willing(token, willing) => self.be_willing(&token, willing, &asked),
            Wish::Round(round) => self.round(*round, &asked, address),
            Wish::Show(show) => self.show(&show, &asked),
            Wish::Door(token, open) => self.turn_door(&token, open, &asked),
            Wish::SendAway(token, member) => self.send_away(&token, member, &asked),
            Wish::Dismiss(token) => self.check_presenter(&token).and_then(|()| {
                self.check_store()?;
                let last = Entry::Dismissed { reason: CloseReason::Ended };
                self.append(last, Some(asked.clone()));
                Ok(())
            }),
        };
        if let Err(refusal) = answered {
            self.refuse(&asked, refusal);
        }
    }

    /// As whom somebody with that token attends.
    fn who(&self, token: &Token) -> Result<Who, Refusal> {
        // Both, so that the time it takes does not tell which it opens.
        let (presenter, place) = (self.presenter.opens_with(&token.0), self.audience.place(token));
        if presenter {
            return Ok(Who::Presenter);
        }
        place.map(Who::Member).ok_or_else(|| {
            if self.audience.was_sent_away(token) {
                return Refusal::new(
                    RefusalCode::TurnedAway,
                    "the presenter has sent you away from this class",
                    "nothing more in this class with this token",
                );
            }
            Refusal::new(
                RefusalCode::WrongToken,
                "this token opens nothing in this class",
                "the token of somebody who has joined, or the presenter's that came with \"opened\"",
            )
        })
    }

    fn check_presenter(&self, token: &Token) -> Result<(), Refusal> {
        if self.presenter.opens_with(&token.0) {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::WrongToken,
            "only the presenter of the class does this",
            "the presenter's token that came with \"opened\"",
        ))
    }

    /// Whether the store takes events, as far as is known.
    fn check_store(&self) -> Result<(), Refusal> {
        if self.pending.is_some() { Err(store_unavailable()) } else { Ok(()) }
    }

    /// Somebody joins, or does so again.
    fn join(&mut self, join: Join, asked: &Asked) -> Result<(), Refusal> {
        let Join { name, token, .. } = join;
        if !token.is_formed() {
            return Err(Refusal::new(
                RefusalCode::Malformed,
                "\"token\" is none",
                format!("{} letters, digits, - and _, drawn at random", Token::LENGTH),
            ));
        }
        match self.who(&token) {
            Ok(who) => {
                self.attend(who, asked);
                self.touch();
                return Ok(());
            }
            Err(refusal) if refusal.code == RefusalCode::TurnedAway => return Err(refusal),
            Err(_) => {}
        }
        if !self.open {
            return Err(Refusal::new(
                RefusalCode::TurnedAway,
                "the presenter has closed the door of this class: nobody new may join",
                "\"join\" when the presenter has opened it again",
            ));
        }
        self.check_store()?;
        let most = self.bounds.members;
        let present = self.members.iter().filter(|member| !member.away).count();
        if present >= most || self.members.len() >= most.saturating_mul(PLACES) {
            return Err(Refusal::new(
                RefusalCode::Busy,
                format!("all {most} places of this class are taken"),
                "another class",
            ));
        }
        let others = self.members.iter().filter(|member| !member.away);
        let others = others.filter_map(|member| member.name.as_deref());
        let name = name.map(|name| unlike(&name, others));
        let entry = Entry::Joined { name, lock: Lock::of(&token.0) };
        self.append(entry, Some(asked.clone()));
        Ok(())
    }

    /// Has somebody attend, and tells it how the class stands.
    pub(super) fn attend(&mut self, who: Who, asked: &Asked) {
        self.leave(asked.client.client());
        let same = |attendee: &&Attendee| attendee.who == who;
        let most = if who == Who::Presenter { PRESENTERS } else { 1 };
        if self.attending.iter().filter(same).count() >= most
            && let Some(place) = self.attending.iter().position(|other| other.who == who)
        {
            let Attendee { outbox, .. } = self.attending.remove(place);
            let (class, reason) = (self.code.clone(), CloseReason::SeatTaken);
            let taken = frame(&ServerMessage::Dismissed(Dismissed { class, reason }));
            self.effects.push(Effect::Tell(outbox, taken));
        }
        let outbox = asked.client.clone();
        let coming = asked.coming.clone();
        let ticket = coming.as_ref().map(|coming| Arc::clone(&coming.ticket));
        self.attending.push(Attendee { who, outbox, ticket, told: "".into() });
        // In the others it keeps its seat until here.
        let leaves = coming.into_iter().flat_map(|coming| coming.leaves);
        self.effects.extend(leaves.map(Effect::Leave));
        self.say(who, asked);
    }

    /// Answers with the class as it is.
    pub(super) fn say(&mut self, who: Who, asked: &Asked) {
        let mut told = self.told(who);
        let client = asked.client.client();
        let same = |one: &&mut Attendee| one.who == who && one.outbox.client() == client;
        if let Some(attendee) = self.attending.iter_mut().find(same) {
            // With the answer it knows all that it may.
            attendee.told = frame(&ServerMessage::Class(told.clone()));
        }
        told.id = asked.id;
        let told = frame(&ServerMessage::Class(told));
        self.effects.push(Effect::Tell(asked.client.clone(), told));
    }

    /// A client attends no more.
    pub(super) fn leave(&mut self, client: u64) {
        let before = self.attending.len();
        self.attending.retain(|attendee| attendee.outbox.client() != client);
        if self.attending.len() < before {
            self.touch();
        }
    }

    /// A client attends another class.
    pub(super) fn let_go(&mut self, ticket: &Weak<()>) {
        let before = self.attending.len();
        let same = |own: &Arc<()>| std::ptr::eq(Arc::as_ptr(own), ticket.as_ptr());
        self.attending.retain(|attendee| !attendee.ticket.as_ref().is_some_and(same));
        if self.attending.len() < before {
            self.touch();
        }
    }

    /// Opens or closes the door.
    fn turn_door(&mut self, token: &Token, open: bool, asked: &Asked) -> Result<(), Refusal> {
        self.check_presenter(token)?;
        if open == self.open {
            self.say(Who::Presenter, asked);
            return Ok(());
        }
        self.check_store()?;
        check_times(self.doors, DOORS, "the door of this class was opened or closed")?;
        self.append(Entry::Door { open }, Some(asked.clone()));
        Ok(())
    }

    /// Sends a member away for good; one that has been sent away already is, and that is all.
    fn send_away(&mut self, token: &Token, member: u16, asked: &Asked) -> Result<(), Refusal> {
        self.check_presenter(token)?;
        match self.members.get(usize::from(member)) {
            None => Err(Refusal::new(
                RefusalCode::Illegal,
                format!("there is no member {member}"),
                "member: a number that \"class\" tells the presenter",
            )),
            Some(member) if member.away => {
                self.say(Who::Presenter, asked);
                Ok(())
            }
            Some(_) => {
                self.check_store()?;
                self.append(Entry::SentAway { member }, Some(asked.clone()));
                Ok(())
            }
        }
    }

    fn be_willing(&mut self, token: &Token, willing: bool, asked: &Asked) -> Result<(), Refusal> {
        let who = self.who(token)?;
        let Who::Member(place) = who else {
            return Err(Refusal::new(
                RefusalCode::WrongToken,
                "the presenter does not debate",
                "a member's token",
            ));
        };
        let before = self.members.get(usize::from(place)).map(|one| (one.willing, one.minds));
        if let Some((before, minds)) = before
            && before != willing
        {
            self.check_store()?;
            check_times(minds, MINDS, "you have said anew whether you would debate")?;
            self.append(Entry::Willing { member: place, willing }, Some(asked.clone()));
        } else {
            self.say(who, asked);
        }
        Ok(())
    }

    fn show(&mut self, show: &Show, asked: &Asked) -> Result<(), Refusal> {
        self.check_presenter(&show.token)?;
        if let Some(histogram) = show.histogram {
            let tally = self.round.as_ref().and_then(|round| round.tally.as_ref());
            let revealed = tally.map(|tally| tally.revealed);
            if histogram && revealed.is_none() {
                return Err(Refusal::new(
                    RefusalCode::Illegal,
                    "there is no debate whose votes could be shown",
                    "\"round\" first",
                ));
            }
            self.histogram = revealed.filter(|_| histogram);
        }
        if let Some(ranking) = show.ranking {
            self.ranking = ranking;
        }
        self.say(Who::Presenter, asked);
        self.touch();
        Ok(())
    }

    /// Brings on the next debate.
    fn round(
        &mut self,
        wanted: RoundWanted,
        asked: &Asked,
        address: IpAddr,
    ) -> Result<(), Refusal> {
        self.check_presenter(&wanted.token)?;
        self.check_store()?;
        let goes_on = self.round.as_ref().is_some_and(|round| !round.counted);
        if goes_on || self.setting_up.is_some() {
            return Err(Refusal::new(
                RefusalCode::Illegal,
                "the class has a debate that is not over",
                "\"next\" till its truth is told, or \"cancel\", first",
            ));
        }
        let candidates = match &wanted.debaters {
            None => Vec::new(),
            Some(names) => self.candidates(names)?,
        };
        let RoundWanted { pixels, image, lie, first, honest, liar, .. } = wanted;
        for (player, role) in [(&honest, "honest"), (&liar, "liar")] {
            if candidates.is_empty() && player.is_outside() {
                return Err(Refusal::new(
                    RefusalCode::Setup,
                    format!("the {role} debater is from outside the class"),
                    format!("{role}: an agent of the server, or debaters: two of the class"),
                ));
            }
        }
        let setup = Setup {
            pixels,
            image,
            lie,
            first,
            honest,
            liar,
            visibility: Visibility::Private,
            pace_ms: PACE_MS.min(self.bounds.pace_ms),
            // The presenter sees to it that nobody takes for ever.
            clock: Clock { move_ms: self.bounds.move_ms, bank_ms: 0 },
            ..Setup::default()
        };
        self.setting_up = Some(asked.clone());
        self.effects.push(Effect::SetUp(Box::new(Order { setup, candidates, address })));
        Ok(())
    }

    /// The members of whom two are to debate: those with these names, or all who are here and would.
    pub(super) fn candidates(
        &self,
        names: &[String],
    ) -> Result<Vec<(u16, Option<String>)>, Refusal> {
        let members = (0..=u16::MAX).zip(&self.members);
        let found: Vec<_> = members
            .filter(|(_, member)| !member.away)
            .filter(|(place, member)| match (names, &member.name) {
                ([], _) => member.willing && self.is_here(*place),
                (names, Some(name)) => names.contains(name),
                (_, None) => false,
            })
            .map(|(place, member)| (place, member.name.clone()))
            .collect();
        let refuse = |message: String, expected: &str| {
            Err(Refusal::new(RefusalCode::Setup, message, expected))
        };
        match (names.len(), found.len()) {
            (0, 0 | 1) => refuse(
                format!("{} of those who are here would debate", found.len()),
                "debaters: [] when two at least are here and willing, the names of two, or null for agents",
            ),
            (0, _) | (2, 2) => Ok(found),
            (2, _) => refuse(
                format!("{} of the class have these names", found.len()),
                "debaters: the names of two members, as the class shows them",
            ),
            (number, _) => refuse(
                format!("{number} names of debaters"),
                "debaters: two names, [] for any two who are willing, or null for agents",
            ),
        }
    }

    pub(super) fn refuse(&mut self, asked: &Asked, refusal: Refusal) {
        let refusal = ServerMessage::Error(refusal.answering(asked.id));
        self.effects.push(Effect::Tell(asked.client.clone(), frame(&refusal)));
    }
}

/// Whether something may happen once more.
fn check_times(times: u32, most: u32, what: &str) -> Result<(), Refusal> {
    if times < most {
        return Ok(());
    }
    let message = format!("{what} {times} times");
    Err(Refusal::new(RefusalCode::Illegal, message, "that it stays as it is"))
}

impl Order {
    /// Seats two of the class, the first of them as the honest debater.
    pub(super) fn seat(&mut self, pair: &[(u16, Option<String>); 2]) {
        let [honest, liar] =
            pair.each_ref().map(|(_, name)| Player::Outside { name: name.clone() });
        (self.setup.honest, self.setup.liar) = (honest, liar);
    }
}
