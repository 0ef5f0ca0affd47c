//! What departed from the plan: one row each.

use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::{Deed, Deviation};

use super::{one_of, study};
use crate::table::{Column, Kind, Range, Table, time};

/// The table of what the researcher did beyond a frozen study's plan.
pub(crate) fn deviations<'a>(frozen: &Frozen) -> Table<&'a Deviation> {
    let columns = vec![
        study(frozen.hash()),
        Column::new("at", Kind::Time, "when", |row: &&Deviation| time(row.at)).unit("ISO 8601, UTC"),
        Column::new("at_ms", Kind::Whole, "the same", |row: &&Deviation| row.at)
            .unit("milliseconds since 1970")
            .within(Range::From(0.0)),
        Column::new(
            "deed",
            Kind::Word,
            "`withdrew` an item, which counts no more; `excluded` a participant; `erased` what a participant said; \
             `paused`, `resumed` or `closed` the study",
            |row: &&Deviation| name(&row.deed),
        )
        .within(one_of(["withdrew", "excluded", "erased", "paused", "resumed", "closed"])),
        Column::new("item", Kind::Whole, "which item, by its number in the plan", |row: &&Deviation| {
            match row.deed {
                Deed::Withdrew { item } => Some(item),
                _ => None,
            }
        })
        .within(Range::Between(0.0, frozen.items().len().saturating_sub(1) as f64))
        .missing("it is about no item"),
        Column::new("participant", Kind::Word, "which participant", |row: &&Deviation| match &row.deed {
            Deed::Excluded { participant } | Deed::Erased { participant } => {
                Some(participant.clone())
            }
            _ => None,
        })
        .missing("it is about no participant"),
        Column::new("reason", Kind::FreeText, "why, in the researcher's words", |row: &&Deviation| {
            row.reason.clone()
        })
        .missing("none was given"),
    ];
    Table { name: "deviations", row: "something that the researcher did beyond the plan", columns }
}

/// The word for a deed.
pub(crate) fn name(deed: &Deed) -> &'static str {
    match deed {
        Deed::Withdrew { .. } => "withdrew",
        Deed::Excluded { .. } => "excluded",
        Deed::Erased { .. } => "erased",
        Deed::Paused => "paused",
        Deed::Resumed => "resumed",
        Deed::Closed => "closed",
    }
}
