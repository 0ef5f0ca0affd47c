//! What has come of a study so far, for whoever exports and reports it.

use pixel_debate_protocol::study::{Screen, Sheet};

use super::log::{Cause, Event};
use super::member::{Member, MemberState};
use super::screens::labels;
use super::session::{Ending, Session};
use super::study::Conduct;
use super::trial::{Judged, JudgedEnd};
use crate::allocation::Left;
use crate::frozen::Frozen;
use crate::results::{
    Agreed, Belief, Deed, Deviation, End, How, Judgment, Participant, Results, State,
};

impl Conduct {
    /// What has come of it so far.
    pub fn results(&self) -> Results {
        Results {
            rehearsal: self.rehearsed(),
            participants: self.members().iter().map(|member| self.participant(member)).collect(),
            deviations: self
                .log()
                .iter()
                .filter_map(|entry| deviation(entry.at_ms, &entry.event))
                .collect(),
            peeks: self.peeks().to_vec(),
        }
    }

    fn participant(&self, member: &Member) -> Participant {
        let (state, reason, left_ms) = state(member);
        let mut participant = Participant::new(member.name(), state, member.joined_ms());
        participant.reason = reason;
        participant.erased = member.erased().is_some();
        participant.slot = Some(member.place().slot);
        participant.turn = member.place().turn;
        participant.ended = left_ms;
        if let Some(beginning) = member.beginning() {
            participant.parameters.clone_from(&beginning.parameters);
            participant.language.clone_from(&beginning.language);
        }
        if let Some(session) = member.session() {
            self.fill(&mut participant, session);
            let sheet = self.sheet(member.name(), session.heard_ms());
            if let Some(Sheet { screen: Screen::Stopped(stopped), .. }) = sheet {
                participant.code = stopped.code().map(str::to_owned);
            }
        }
        participant
    }

    fn fill(&self, participant: &mut Participant, session: &Session) {
        let frozen = self.frozen();
        participant.consent =
            session.agreed().map(|(version, at)| Agreed { version: version.to_owned(), at });
        if session.ending().is_some() {
            participant.ended = Some(session.heard_ms());
        }
        participant.answers.clone_from(session.answers());
        participant.bonus = session
            .bonus(frozen)
            .filter(|_| session.ending() == Some(Ending::Finished))
            .map(|payment| payment.hundredths);
        let judged = session.judged().iter().enumerate();
        let judged = judged.filter(|(_, judged)| judged.end != JudgedEnd::Skipped);
        participant.judgments = judged.map(|(at, judged)| judgment(frozen, at, judged)).collect();
    }
}

fn judgment(frozen: &Frozen, at: usize, judged: &Judged) -> Judgment {
    let item = frozen.item(judged.planned.item);
    let label = item.claims.of(item.first_role());
    let beliefs = judged.beliefs.iter().filter_map(|belief| {
        Some(Belief {
            after: belief.after,
            label: label?,
            probability: belief.probability,
            at: belief.at_ms,
        })
    });
    let how = match &judged.end {
        JudgedEnd::Verdict { label, confidence, explanation } => How::Verdict {
            label: *label,
            confidence: *confidence,
            explanation: explanation.clone(),
        },
        JudgedEnd::GaveUp => How::GaveUp,
        JudgedEnd::TimedOut => How::TimedOut,
        JudgedEnd::Skipped | JudgedEnd::Stalled => How::Unanswered,
    };
    Judgment {
        position: at as u32 + 1,
        kind: judged.planned.kind,
        item: judged.planned.item as u32,
        left: item.claims.liar.and_then(|_| labels(frozen, judged.planned).first().copied()),
        started: judged.begun_ms,
        reveals: judged.shown.iter().map(|(_, at_ms)| *at_ms).collect(),
        beliefs: beliefs.collect(),
        end: Some(End { at: judged.ended_ms, how }),
    }
}

/// What has become of a participant, why, and when they left.
fn state(member: &Member) -> (State, Option<String>, Option<u64>) {
    let MemberState::Left { left, cause, at_ms } = member.state() else {
        let state =
            if *member.state() == MemberState::Finished { State::Finished } else { State::Active };
        return (state, None, None);
    };
    if let Some(reason) = member.erased() {
        let state = match left {
            Left::DroppedOut => State::DroppedOut,
            Left::ScreenedOut => State::ScreenedOut,
            Left::Excluded => State::Excluded,
        };
        return (state, Some(reason.to_owned()), Some(*at_ms));
    }
    let (state, reason) = match (left, cause) {
        // Who does not agree does not belong to those who are asked.
        (_, Cause::Declined {}) => (State::ScreenedOut, "did not agree".to_owned()),
        (Left::ScreenedOut, _) => (State::ScreenedOut, "an answer screens out".to_owned()),
        (Left::DroppedOut, Cause::Idle {}) => {
            (State::DroppedOut, "was not heard of for too long".to_owned())
        }
        (Left::DroppedOut, _) => (State::DroppedOut, "left".to_owned()),
        (Left::Excluded, Cause::Checks {}) => {
            (State::Excluded, "too few attention checks were right".to_owned())
        }
        (Left::Excluded, Cause::Researcher { reason }) => (State::Excluded, reason.clone()),
        (Left::Excluded, _) => (State::Excluded, "what was said was removed".to_owned()),
    };
    (state, Some(reason), Some(*at_ms))
}

fn deviation(at: u64, event: &Event) -> Option<Deviation> {
    let (deed, reason) = match event {
        Event::Withdrawn { item, reason } => (Deed::Withdrew { item: *item as u32 }, Some(reason)),
        Event::Left { participant, cause: Cause::Researcher { reason }, .. } => {
            (Deed::Excluded { participant: participant.clone() }, Some(reason))
        }
        Event::Erased { participant, reason } => {
            (Deed::Erased { participant: participant.clone() }, Some(reason))
        }
        Event::Paused {} => (Deed::Paused, None),
        Event::Resumed {} => (Deed::Resumed, None),
        Event::Closed { reason } => (Deed::Closed, reason.as_ref()),
        Event::Joined { .. }
        | Event::Returned { .. }
        | Event::Finished { .. }
        | Event::Left { .. }
        | Event::Peeked { .. }
        | Event::Alive {}
        | Event::Restarted { .. } => return None,
    };
    Some(Deviation { at, deed, reason: reason.cloned() })
}
