//! What the researcher sees of a study that is being conducted.

use std::collections::BTreeMap;

use pixel_debate_protocol::study::{
    CellCount, ConditionRate, ItemCount, ItemPart, Peeked, Place, Standing, StudyMember as Row,
};

use super::member::{Member, MemberState};
use super::session::Session;
use super::study::Conduct;
use super::trial::{Judged, JudgedEnd};
use crate::allocation::{Kind, Left};
use crate::items::{Item, Part};
use crate::results::Look;

/// A cell: the condition's name, the tier's, the image's number.
type Cell<'a> = (&'a str, Option<&'a str>, u32);

impl Conduct {
    /// How the study stands; with the accuracy only where it is asked for, which is to be
    /// [noted](super::log::Event::Peeked) first.
    pub fn standing(&self, with_accuracy: bool) -> Standing {
        let plan = self.frozen().plan();
        let free = self.places().standing().free;
        let count = |wanted: Place| {
            self.members().iter().filter(|member| place(member) == wanted).count() as u32
        };
        let mut places = vec![(Place::Free, free)];
        for place in
            [Place::Active, Place::Finished, Place::DroppedOut, Place::ScreenedOut, Place::Excluded]
        {
            places.push((place, count(place)));
        }
        // Who is to be paid what tells nothing of conditions.
        let looks = self.peeks().iter().filter(|peek| peek.what != Look::Payments);
        Standing {
            title: plan.study.title.clone(),
            hash: self.frozen().hash().to_owned(),
            status: self.status(),
            rehearsal: self.rehearsed(),
            places,
            members: self.members().iter().map(|member| self.row(member)).collect(),
            cells: self.cells(),
            items: self.items(),
            checks: (
                plan.study.assignment.checks as u32,
                plan.study.assignment.checks_needed as u32,
            ),
            withdrawn: self
                .withdrawn()
                .iter()
                .map(|(item, (_, reason))| (*item as u32, reason.clone()))
                .collect(),
            peeks: looks.map(|peek| peek.at).collect(),
            carried_out: None,
            peeked: with_accuracy.then(|| self.peeked()),
        }
    }

    fn row(&self, member: &Member) -> Row {
        let session = member.session();
        Row {
            participant: member.name().to_owned(),
            state: place(member),
            erased: member.erased().is_some(),
            done: session.map_or(0, |session| session.judged().len() as u32),
            checks: session.map_or((0, 0), |session| session.checks(self.frozen())),
            joined_ms: member.joined_ms(),
            heard_ms: session.map_or(member.joined_ms(), Session::heard_ms),
        }
    }

    /// What counts: main items of those who count, that were not withdrawn.
    pub fn counted(&self) -> impl Iterator<Item = (&Member, &Judged, &Item)> {
        let members = self.members().iter().filter(|member| member.counts());
        let judged = members.flat_map(|member| {
            member.session().into_iter().flat_map(move |session| {
                session.judged().iter().map(move |judged| (member, judged))
            })
        });
        judged
            .filter(|(_, judged)| {
                judged.planned.kind == Kind::Main && judged.end != JudgedEnd::Skipped
            })
            .filter(|(_, judged)| !self.withdrawn().contains_key(&judged.planned.item))
            .map(|(member, judged)| (member, judged, self.frozen().item(judged.planned.item)))
    }

    fn cells(&self) -> Vec<CellCount> {
        let study = &self.frozen().plan().study;
        let mut cells: BTreeMap<Cell<'_>, u32> = BTreeMap::new();
        for item in self.frozen().items().filter(|item| item.part == Part::Main) {
            cells.entry(cell(item)).or_default();
        }
        for (_, _, item) in self.counted() {
            *cells.entry(cell(item)).or_default() += 1;
        }
        let planned = study.judgments_of_a_cell() as u32;
        let mut groups: BTreeMap<(&str, Option<&str>), Vec<u32>> = BTreeMap::new();
        for ((condition, tier, _), count) in cells {
            groups.entry((condition, tier)).or_default().push(count);
        }
        let group = |((condition, tier), counts): ((&str, Option<&str>), Vec<u32>)| CellCount {
            condition: condition.to_owned(),
            tier: tier.map(str::to_owned),
            judged: counts.iter().sum(),
            planned: planned * counts.len() as u32,
            least: counts.iter().copied().min().unwrap_or_default(),
            most: counts.iter().copied().max().unwrap_or_default(),
        };
        groups.into_iter().map(group).collect()
    }

    fn items(&self) -> Vec<ItemCount> {
        let mut judged = BTreeMap::new();
        let counting = self.members().iter().filter(|member| member.counts());
        for one in counting.filter_map(Member::session).flat_map(Session::judged) {
            if one.end != JudgedEnd::Skipped {
                *judged.entry(one.planned.item).or_default() += 1;
            }
        }
        let count = |(number, item): (usize, &Item)| ItemCount {
            item: number as u32,
            part: match item.part {
                Part::Practice => ItemPart::Practice,
                Part::Main => ItemPart::Main,
                Part::Check => ItemPart::Check,
            },
            condition: item.condition.clone().unwrap_or_default(),
            tier: item.tier.clone(),
            image: item.source.index,
            judged: judged.get(&number).copied().unwrap_or_default(),
            withdrawn: self.withdrawn().contains_key(&number),
        };
        self.frozen().items().enumerate().map(count).collect()
    }

    fn peeked(&self) -> Peeked {
        let rate = |name: &String| {
            let of = |item: &Item| item.condition.as_ref() == Some(name);
            let verdicts = self
                .counted()
                .filter(|(_, _, item)| of(item))
                .filter_map(|(_, judged, item)| judged.verdict().map(|label| label == item.label));
            let (judged, right) = verdicts.fold((0, 0), |(judged, right), is_right| {
                (judged + 1, right + u32::from(is_right))
            });
            ConditionRate { condition: name.clone(), judged, right }
        };
        let conditions = &self.frozen().plan().study.conditions;
        Peeked { conditions: conditions.iter().map(|condition| rate(&condition.name)).collect() }
    }
}

fn cell(item: &Item) -> Cell<'_> {
    (item.condition.as_deref().unwrap_or_default(), item.tier.as_deref(), item.source.index)
}

fn place(member: &Member) -> Place {
    match member.state() {
        MemberState::Active => Place::Active,
        MemberState::Finished => Place::Finished,
        MemberState::Left { left: Left::DroppedOut, .. } => Place::DroppedOut,
        MemberState::Left { left: Left::ScreenedOut, .. } => Place::ScreenedOut,
        MemberState::Left { left: Left::Excluded, .. } => Place::Excluded,
    }
}
