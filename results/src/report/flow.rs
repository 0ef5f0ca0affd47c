//! Who came, and what of what they judged counts: what a reader must know before all numbers.

use std::collections::BTreeMap;

use pixel_debate_study::file::Study;
use pixel_debate_study::items::{Item, Part};
use pixel_debate_study::results::{Deed, Deviation, Look, Peek, State};
use serde::Serialize;

use crate::facts::Facts;
use crate::table::iso;

/// What the frozen plan says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// How many participants finish.
    pub participants: u64,
    /// How many main items each judges.
    pub items: u64,
    /// How many practice items, attention checks, and main items that come again unchanged and with the sides changed.
    pub others: [u64; 4],
    /// With fewer attention checks right a participant is excluded.
    pub checks_needed: u64,
    /// The conditions: names, and what they are.
    pub conditions: Vec<(String, String)>,
    /// The tiers: names, and how many images.
    pub tiers: Vec<(String, u64)>,
    /// How many images in all.
    pub images: u64,
    /// How many judgments in each cell of an image in a condition.
    pub of_a_cell: u64,
}

/// Who came, and what has become of them and of what they judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flow {
    /// Whether the study had ended: all places were filled, or the researcher ended it.
    pub ended: bool,
    /// How many came.
    pub joined: usize,
    /// What has become of them, by [`State`]'s names.
    pub states: BTreeMap<&'static str, usize>,
    /// Of how many of them what they said was removed.
    pub erased: usize,
    /// How many count.
    pub participants: usize,
    /// How many main judgments of these there are.
    pub judgments: usize,
    /// How many of those count: the others are of items that were withdrawn, or have not ended.
    pub counted: usize,
    /// How full the cells are with those that count.
    pub cells: Cells,
    /// Who was excluded, and why.
    pub excluded: Vec<Excluded>,
    /// What the researcher did beyond the plan.
    pub deviations: Vec<Deviation>,
    /// When the researcher looked before the end, and at what.
    pub peeks: Vec<Looked>,
}

/// How many judgments that count are in the cells, an image in a condition each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cells {
    /// How many cells there are.
    pub cells: usize,
    /// How many have as many judgments as planned.
    pub full: usize,
    /// The fewest in one.
    pub least: u64,
    /// The most in one.
    pub most: u64,
}

/// Somebody who was excluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Excluded {
    /// The name in the study.
    pub participant: String,
    /// Why.
    pub reason: Option<String>,
}

/// When somebody looked, and at what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// ISO 8601, UTC.
    pub at: String,
    /// The same in milliseconds since 1970.
    pub at_ms: u64,
    /// At what.
    pub what: Look,
}

impl Looked {
    pub(crate) fn of(peek: &Peek) -> Self {
        Self { at: iso(peek.at), at_ms: peek.at, what: peek.what }
    }
}

impl Planned {
    pub(super) fn of(study: &Study) -> Self {
        let conditions = study.conditions.iter();
        let tiers = study.images.tiers.iter();
        let assignment = &study.assignment;
        Self {
            participants: assignment.participants,
            items: assignment.items,
            others: [assignment.practice, assignment.checks, study.repeats(), study.flips()],
            checks_needed: assignment.checks_needed,
            conditions: conditions.map(|one| (one.name.clone(), one.in_words())).collect(),
            tiers: tiers.map(|tier| (tier.name.clone(), tier.number)).collect(),
            images: study.images_in_all(),
            of_a_cell: study.judgments_of_a_cell(),
        }
    }
}

impl Flow {
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let people = &facts.results.participants;
        let mut states: BTreeMap<&'static str, usize> =
            State::ALL.map(|state| (state.name(), 0)).into_iter().collect();
        for participant in people {
            *states.entry(participant.state.name()).or_default() += 1;
        }
        let is_main = |kind| kind == pixel_debate_study::allocation::Kind::Main;
        let mains = facts.judged.iter().filter(|one| is_main(one.judgment.kind));
        let excluded = people.iter().filter(|one| one.state == State::Excluded);
        let finished = people.iter().filter(|one| one.counts()).count();
        let is_closed = facts.results.deviations.iter().any(|one| one.deed == Deed::Closed);
        Self {
            ended: is_closed || finished as u64 >= facts.study().assignment.participants,
            joined: people.len(),
            states,
            erased: people.iter().filter(|one| one.erased).count(),
            participants: finished,
            judgments: mains.filter(|one| one.participant.counts()).count(),
            counted: facts.counted().count(),
            cells: Cells::of(facts),
            excluded: excluded
                .map(|one| Excluded { participant: one.name.clone(), reason: one.reason.clone() })
                .collect(),
            deviations: facts.results.deviations.clone(),
            peeks: facts.results.peeks.iter().map(Looked::of).collect(),
        }
    }
}

impl Cells {
    fn of(facts: &Facts<'_>) -> Self {
        let is_main = |item: &&Item| item.part == Part::Main;
        let mains = facts.frozen.items().filter(is_main);
        let cell = |item: &Item| (item.condition.clone(), item.source.index);
        let mut cells: BTreeMap<_, u64> = mains.map(|item| (cell(item), 0)).collect();
        for judged in facts.counted() {
            *cells.entry(cell(judged.item)).or_default() += 1;
        }
        let planned = facts.study().judgments_of_a_cell();
        Self {
            cells: cells.len(),
            full: cells.values().filter(|count| **count >= planned).count(),
            least: cells.values().copied().min().unwrap_or(0),
            most: cells.values().copied().max().unwrap_or(0),
        }
    }
}
