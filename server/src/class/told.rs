//! What each client is told of a class.

use std::collections::HashSet;

use pixel_debate_game::{Debater, Seat};
use pixel_debate_protocol::{
    Attendance, ClassDebate, ClassTold, Histogram, Member as MemberTold, Present, Ranked,
};

use super::{Class, Round, Who};

impl Class {
    /// The class as somebody may know it now.
    pub(super) fn told(&self, who: Who) -> ClassTold {
        let member = match who {
            Who::Presenter => None,
            Who::Member(place) => self.member(place),
        };
        ClassTold {
            id: None,
            class: self.code.clone(),
            debate: self.round.as_ref().map(|round| self.debate(round, who)),
            histogram: self.shown_votes(),
            ranking: self.ranking.then(|| self.ranked()),
            member,
            presenter: (who == Who::Presenter).then(|| self.attendance()),
        }
    }

    fn debate(&self, round: &Round, who: Who) -> ClassDebate {
        let seat = match who {
            Who::Presenter => Seat::Spectator,
            Who::Member(place) if round.debaters[0] == Some(place) => Seat::Debater(Debater::First),
            Who::Member(place) if round.debaters[1] == Some(place) => {
                Seat::Debater(Debater::Second)
            }
            Who::Member(_) => Seat::Judge,
        };
        let Round { debate, counted, .. } = round;
        ClassDebate { number: self.rounds, debate: debate.clone(), seat, over: *counted }
    }

    /// The votes after the latest reveal, while they are shown.
    fn shown_votes(&self) -> Option<Histogram> {
        let tally = self.round.as_ref()?.tally.as_ref()?;
        let after = self.histogram.filter(|after| *after == tally.revealed)?;
        let places = 0..tally.votes.len();
        let votes = places.filter_map(|place| self.vote(u16::try_from(place).ok()?));
        Some(Histogram::of(after, votes))
    }

    /// What a member has voted after the latest reveal, if it is asked and has.
    fn vote(&self, place: u16) -> Option<f32> {
        let round = self.round.as_ref()?;
        let away = self.members.get(usize::from(place)).is_none_or(|member| member.away);
        if away || round.debaters.contains(&Some(place)) {
            return None;
        }
        let tally = round.tally.as_ref()?;
        *tally.votes.get(usize::from(place))?.get(tally.revealed as usize)?
    }

    fn member(&self, place: u16) -> Option<MemberTold> {
        let member = self.members.get(usize::from(place))?;
        Some(MemberTold {
            name: member.name.clone(),
            willing: member.willing,
            points: member.points,
            latest: member.latest,
            place: (self.counted > 0).then(|| self.place(member.points)),
        })
    }

    /// The place of who has so many points.
    fn place(&self, points: u32) -> u32 {
        let ahead = self.members.iter().filter(|member| !member.away && member.points > points);
        1 + ahead.count() as u32
    }

    fn ranked(&self) -> Vec<Ranked> {
        let named = self.members.iter().filter(|member| !member.away);
        let named = named.filter_map(|member| {
            let (name, points) = (member.name.clone()?, member.points);
            Some(Ranked { place: self.place(points), name, points })
        });
        let mut ranked: Vec<_> = named.collect();
        ranked.sort_by(|one, other| (one.place, &one.name).cmp(&(other.place, &other.name)));
        ranked
    }

    /// Whether a member is connected.
    pub(super) fn is_here(&self, place: u16) -> bool {
        self.attending.iter().any(|attendee| attendee.who == Who::Member(place))
    }

    /// All members, for the presenter.
    fn attendance(&self) -> Attendance {
        let here: HashSet<_> = self.attending.iter().map(|attendee| attendee.who).collect();
        let (mut voted, mut asked) = (0, 0);
        let members = (0..=u16::MAX).zip(&self.members).filter(|(_, member)| !member.away);
        let members = members.map(|(place, member)| {
            let here = here.contains(&Who::Member(place));
            let debates =
                self.round.as_ref().is_some_and(|one| one.debaters.contains(&Some(place)));
            // Who has gone may have voted before.
            let has_voted = self.vote(place).is_some();
            voted += u32::from(has_voted);
            asked += u32::from(!debates && (here || has_voted));
            let (name, willing) = (member.name.clone(), member.willing);
            Present { member: place, name, here, debates, willing }
        });
        let members = members.collect();
        Attendance { members, voted, asked, open: self.open }
    }
}
