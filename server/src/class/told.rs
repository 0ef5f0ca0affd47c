//! What each client is told of a class.

use pixel_debate_game::{Debater, Seat};
use pixel_debate_protocol::{
    ClassDebate, ClassTold, Histogram, Member as MemberTold, Present, Ranked,
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
            presenter: (who == Who::Presenter).then(|| self.present()),
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
        if round.debaters.contains(&Some(place)) {
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
        1 + self.members.iter().filter(|member| member.points > points).count() as u32
    }

    fn ranked(&self) -> Vec<Ranked> {
        let named = self.members.iter().filter_map(|member| {
            let (name, points) = (member.name.clone()?, member.points);
            Some(Ranked { place: self.place(points), name, points })
        });
        let mut ranked: Vec<_> = named.collect();
        ranked.sort_by(|one, other| (one.place, &one.name).cmp(&(other.place, &other.name)));
        ranked
    }

    /// All members, for the presenter.
    fn present(&self) -> Vec<Present> {
        let present = |(place, member): (u16, &super::Member)| Present {
            name: member.name.clone(),
            here: self.attending.iter().any(|attendee| attendee.who == Who::Member(place)),
            debates: self.round.as_ref().is_some_and(|one| one.debaters.contains(&Some(place))),
            voted: self.vote(place).is_some(),
            willing: member.willing,
        };
        (0..=u16::MAX).zip(&self.members).map(present).collect()
    }
}
