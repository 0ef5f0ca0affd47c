//! Who may see a debate and end it: the keys, and what they open.

use pixel_debate_protocol::{CloseReason, Refusal, RefusalCode, Token, Visibility};

use super::Table;
use super::handle::{Key, Wanted};
use crate::chair::Chair;

impl Table {
    /// The seat that a token gives, to a client that wants such a seat.
    pub(super) fn chair_for(
        &self,
        token: Option<&Token>,
        wanted: Wanted,
    ) -> Result<Chair, Refusal> {
        let opened = token.and_then(|token| self.chair_of(token));
        match (wanted, opened) {
            (Wanted::Spectator, _) | (Wanted::Either, Some(Chair::Spectator)) => {}
            (
                Wanted::Player | Wanted::Either,
                Some(chair @ (Chair::Debater(_) | Chair::Judge(_) | Chair::Audience(_))),
            ) => return Ok(chair),
            (Wanted::Either, None) if token.is_none() => {}
            (Wanted::Player | Wanted::Either, _) => {
                return Err(Refusal::new(
                    RefusalCode::WrongToken,
                    "this token opens no seat of this debate",
                    "a token that came with \"created\"",
                ));
            }
        }
        self.check_open(token).map(|()| Chair::Spectator)
    }

    /// Whether somebody with that token, if any, may see what spectators see. After the outcome
    /// everybody may who has any key to the debate.
    fn check_open(&self, token: Option<&Token>) -> Result<(), Refusal> {
        let over = self.debate.outcome().is_some();
        if over && token.is_some_and(|token| self.is_of_this_debate(token)) {
            return Ok(());
        }
        let opened = || token.and_then(|token| self.chair_of(token));
        match self.terms.setup.visibility {
            Visibility::Public => Ok(()),
            Visibility::Unlisted if over => Ok(()),
            Visibility::Private if opened() == Some(Chair::Spectator) => Ok(()),
            Visibility::Unlisted => Err(Refusal::new(
                RefusalCode::NoOutcome,
                "this debate is unlisted: nobody may watch it before its outcome",
                "another try after the outcome",
            )),
            Visibility::Private => Err(Refusal::new(
                RefusalCode::WrongToken,
                "this debate is private",
                "the spectators' token that came with \"created\", or after the outcome any token \
                 that did",
            )),
        }
    }

    fn is_of_this_debate(&self, token: &Token) -> bool {
        let locks = &self.terms.locks;
        self.chair_of(token).is_some() || locks.is_creator(token)
    }

    /// The seat that a token opens: of the class whose debate it is, every member has one who was not sent away.
    fn chair_of(&self, token: &Token) -> Option<Chair> {
        let audience = self.audience.as_ref();
        if audience.is_some_and(|audience| audience.was_sent_away(token)) {
            return None;
        }
        let member = || audience?.place(token).map(Chair::Audience);
        self.terms.locks.chair(token).or_else(member)
    }

    /// Whether somebody with that key may see what spectators see.
    pub(super) fn check_spectator(&self, key: &Key) -> Result<(), Refusal> {
        match key {
            Key::Administrator => Ok(()),
            Key::Token(token) => self.check_open(token.as_ref()),
        }
    }

    /// Whether somebody with that key may read the record, which tells everything.
    pub(super) fn check_reader(&self, key: &Key) -> Result<(), Refusal> {
        let player = matches!(key, Key::Token(Some(token)) if self.is_of_this_debate(token));
        if !player {
            self.check_spectator(key)?;
        }
        if self.debate.outcome().is_some() {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::NoOutcome,
            "the debate has no outcome yet, and its record tells everything",
            "another try after the outcome",
        ))
    }

    /// As what the debate ends if somebody with that key ends it.
    pub(super) fn ended_by(&self, key: &Key) -> Result<CloseReason, Refusal> {
        match key {
            Key::Administrator => Ok(CloseReason::Ended),
            Key::Token(Some(token)) if self.terms.locks.is_creator(token) => {
                if self.debate.outcome().is_none() {
                    return Ok(CloseReason::Cancelled);
                }
                Err(Refusal::new(
                    RefusalCode::Illegal,
                    "the debate has an outcome, and cannot be cancelled any more",
                    "nothing more in this debate",
                ))
            }
            Key::Token(_) => Err(Refusal::new(
                RefusalCode::WrongToken,
                "this token does not end the debate",
                "the creator's token that came with \"created\", or over HTTP the administrator's",
            )),
        }
    }
}
