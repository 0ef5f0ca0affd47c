//! Beliefs: one row each.

use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::Belief;

use super::judgments::kind;
use super::{conditions, one_of, study, tiers};
use crate::facts::{Judged, as_believed};
use crate::table::{Column, Kind, Range, Table, time};

/// A belief with the judgment that it is of.
pub(crate) struct Believed<'a> {
    pub(crate) judged: &'a Judged<'a>,
    pub(crate) belief: &'a Belief,
}

impl<'a> Believed<'a> {
    /// The beliefs of judgments.
    pub(crate) fn all(judged: &'a [Judged<'a>]) -> Vec<Self> {
        let of = |judged: &'a Judged<'a>| {
            judged.judgment.beliefs.iter().map(move |belief| Self { judged, belief })
        };
        judged.iter().flat_map(of).collect()
    }

    /// How long after the reveal that it follows, in seconds; of the first, after the first screen.
    fn seconds(&self) -> Option<f64> {
        let before = match self.belief.after.checked_sub(1) {
            None => self.judged.judgment.started,
            Some(reveal) => *self.judged.judgment.reveals.get(reveal as usize)?,
        };
        Some(self.belief.at.saturating_sub(before) as f64 / 1000.0)
    }
}

/// The table of a frozen study's beliefs.
pub(crate) fn beliefs<'a>(frozen: &Frozen) -> Table<Believed<'a>> {
    let plan = &frozen.plan().study;
    let names: Vec<String> = plan.conditions.iter().map(|one| one.name.clone()).collect();
    let classes = frozen.plan().dataset.classes.len().saturating_sub(1) as f64;
    let columns = vec![
        study(frozen.hash()),
        Column::new(
            "participant",
            Kind::Word,
            "the participant's name in the study",
            |row: &Believed<'_>| row.judged.participant.name.clone(),
        ),
        Column::new(
            "position",
            Kind::Whole,
            "which of the participant's presentations it is of: with the participant it names a row of the judgments",
            |row: &Believed<'_>| row.judged.judgment.position,
        )
        .within(Range::From(1.0)),
        Column::new("counted", Kind::Truth, "whether the judgment counts", |row: &Believed<'_>| {
            row.judged.counts()
        }),
        Column::new("condition", Kind::Word, "the item's condition", move |row: &Believed<'_>| {
            row.judged.condition.and_then(|condition| names.get(condition).cloned())
        })
        .within(conditions(plan)),
        Column::new("tier", Kind::Word, "the image's tier", |row: &Believed<'_>| {
            row.judged.tier().map(str::to_owned)
        })
        .within(tiers(plan))
        .missing("the study has no tiers, or it is practice or an attention check"),
        Column::new("item", Kind::Whole, "the item's number in the plan, from 0", |row: &Believed<'_>| {
            row.judged.judgment.item
        })
        .within(Range::Between(0.0, frozen.items().len().saturating_sub(1) as f64)),
        Column::new("image", Kind::Whole, "the image's number in the data set", |row: &Believed<'_>| {
            row.judged.item.source.index
        })
        .within(Range::From(0.0)),
        Column::new("kind", Kind::Word, "what the presentation was for", |row: &Believed<'_>| {
            kind(row.judged.judgment.kind)
        })
        .within(one_of(["practice", "main", "repeat", "flipped", "check"])),
        Column::new("after", Kind::Whole, "after how many reveals: 0 before the first", |row: &Believed<'_>| {
            row.belief.after
        })
        .unit("reveals")
        .within(Range::From(0.0)),
        Column::new("label", Kind::Whole, "the answer that it is about", |row: &Believed<'_>| {
            row.belief.label
        })
        .within(Range::Between(0.0, classes)),
        Column::new("belief", Kind::Number, "how probable that answer was. Given of the other of two answers it is the rest; with six decimals at most it is to the \
         digit what was given", |row: &Believed<'_>| {
            as_believed(row.belief.probability)
        })
        .share(),
        Column::new("belief_truth", Kind::Number, "how probable the right answer was", |row: &Believed<'_>| {
            row.judged.truth(row.belief)
        })
        .share()
        .missing("it is about another of more than two answers"),
        Column::new("at", Kind::Time, "when it was said", |row: &Believed<'_>| time(row.belief.at))
            .unit("ISO 8601, UTC"),
        Column::new("at_ms", Kind::Whole, "the same", |row: &Believed<'_>| row.belief.at)
            .unit("milliseconds since 1970")
            .within(Range::From(0.0)),
        Column::new(
            "seconds",
            Kind::Number,
            "from the reveal that it follows, or from the first screen; 0 where a clock was set back between",
            Believed::seconds,
        )
        .unit("seconds")
        .within(Range::From(0.0))
        .missing("that reveal has no time"),
    ];
    Table { name: "beliefs", row: "a belief", columns }
}
