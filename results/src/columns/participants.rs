//! Participants: one row each.

use pixel_debate_study::allocation::Kind as Shown;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::Participant;

use super::{state, states, study};
use crate::facts::Judged;
use crate::table::{Column, Kind, Range, Table, time};

/// A participant with what they judged.
pub(crate) type Row<'a> = (&'a Participant, Vec<&'a Judged<'a>>);

/// The table of a frozen study's participants, with the parameters of their links if they are asked for.
pub(crate) fn participants<'a>(frozen: &Frozen, identified: bool) -> Table<Row<'a>> {
    let mut columns = vec![
        study(frozen.hash()),
        Column::new("participant", Kind::Word, "the name in the study", |row: &Row<'_>| {
            row.0.name.clone()
        }),
    ];
    columns.extend(standing(frozen));
    columns.extend(counts(frozen));
    if identified {
        for parameter in &frozen.plan().study.recruits.parameters {
            let key = parameter.clone();
            columns.push(
                Column::new(
                    format!("link_{parameter}"),
                    Kind::FreeText,
                    format!("the parameter `{parameter}` of the participant's link, which may say who it is"),
                    move |row: &Row<'_>| row.0.parameters.get(&key).cloned(),
                )
                .missing("the link did not have it, or it was removed"),
            );
        }
    }
    Table { name: "participants", row: "a participant, whoever began", columns }
}

fn standing<'a>(frozen: &Frozen) -> Vec<Column<Row<'a>>> {
    let slots = frozen.plan().study.assignment.participants.saturating_sub(1) as f64;
    let currency = frozen.plan().study.bonus.as_ref();
    let currency = currency.map_or(String::new(), |bonus| format!(" of {}", bonus.currency));
    let consent = |row: &Row<'_>| row.0.consent.as_ref().map(|consent| consent.at);
    vec![
        Column::new("counted", Kind::Truth, "whether what the participant judged counts", |row: &Row<'_>| {
            row.0.counts()
        }),
        Column::new(
            "state",
            Kind::Word,
            "what has become of the participant: `active`, not through; `finished`; `dropped_out`, left or not heard of \
             for too long; `screened_out`, not one of those who are asked, or did not agree; `excluded`; `erased`, all \
             that was said was removed",
            |row: &Row<'_>| state(row.0),
        )
        .within(states()),
        Column::new("reason", Kind::FreeText, "why the participant is in that state", |row: &Row<'_>| row.0.reason.clone())
            .missing("there is nothing to say"),
        Column::new("language", Kind::Word, "the language of the texts", |row: &Row<'_>| {
            (!row.0.language.is_empty()).then(|| row.0.language.clone())
        })
        .missing("none was chosen"),
        Column::new("slot", Kind::Whole, "the place in the allocation, from 0", |row: &Row<'_>| row.0.slot)
            .within(Range::Between(0.0, slots))
            .missing("the participant had none"),
        Column::new("turn", Kind::Whole, "how many had that place before", |row: &Row<'_>| row.0.turn)
            .within(Range::From(0.0)),
        Column::new("joined", Kind::Time, "when the participant came", |row: &Row<'_>| time(row.0.joined))
            .unit("ISO 8601, UTC"),
        Column::new("joined_ms", Kind::Whole, "the same", |row: &Row<'_>| row.0.joined)
            .unit("milliseconds since 1970")
            .within(Range::From(0.0)),
        Column::new(
            "consent_version",
            Kind::FreeText,
            "the version of the words that were agreed to",
            |row: &Row<'_>| row.0.consent.as_ref().map(|consent| consent.version.clone()),
        )
        .missing("there was no consent"),
        Column::new("consent", Kind::Time, "when it was given", move |row| consent(row).map(time))
            .unit("ISO 8601, UTC")
            .missing("there was no consent"),
        Column::new("ended", Kind::Time, "when the participant was through, or left", |row: &Row<'_>| {
            row.0.ended.map(time)
        })
        .unit("ISO 8601, UTC")
        .missing("the participant is still at it"),
        Column::new("minutes", Kind::Number, "from coming to the end", |row: &Row<'_>| {
            row.0.ended.map(|ended| ended.saturating_sub(row.0.joined) as f64 / 60_000.0)
        })
        .unit("minutes")
        .within(Range::From(0.0))
        .missing("the participant is still at it"),
        Column::new(
            "bonus",
            Kind::Whole,
            format!("what the answers have earned, in hundredths{currency}"),
            |row: &Row<'_>| row.0.bonus,
        )
        .unit("hundredths of the currency")
        .within(Range::From(0.0))
        .missing("there is no bonus, or the participant is not through"),
    ]
}

fn counts<'a>(frozen: &Frozen) -> Vec<Column<Row<'a>>> {
    let most = frozen.plan().study.presentations() as f64;
    let checks = frozen.plan().study.assignment.checks as f64;
    let items = frozen.plan().study.assignment.items as f64;
    let column = |name, what, most, is_so: fn(&Judged<'_>) -> bool| {
        let count = move |row: &Row<'_>| row.1.iter().filter(|one| is_so(one)).count() as u64;
        Column::new(name, Kind::Whole, what, count).within(Range::Between(0.0, most))
    };
    vec![
        column("judgments", "presentations that have ended", most, |one| {
            one.judgment.end.is_some()
        }),
        column("counted_judgments", "judgments that count", items, |one| {
            one.not_counted.is_empty()
        }),
        column("correct_judgments", "those of them with the right verdict", items, |one| {
            one.counts() && one.correct() == Some(true)
        }),
        column("checks", "attention checks that have ended", checks, |one| {
            one.judgment.kind == Shown::Check && one.judgment.end.is_some()
        }),
        column("checks_right", "those of them that were right", checks, |one| {
            one.judgment.kind == Shown::Check && one.correct() == Some(true)
        }),
    ]
}
