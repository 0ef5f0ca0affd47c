//! Submissions, for those who recruit: one row each.

use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::Participant;

use super::{one_of, state, states, study};
use crate::money::amount;
use crate::outcome::{Outcome, Pay};
use crate::table::{Column, Kind, Table, time};

/// A participant with what is to become of their submission.
pub(crate) struct Submitted<'a> {
    pub(crate) participant: &'a Participant,
    pub(crate) outcome: Outcome,
    pub(crate) pay: Pay,
}

/// The table of a frozen study's submissions.
pub(crate) fn submissions<'a>(frozen: &Frozen) -> Table<Submitted<'a>> {
    let recruits = &frozen.plan().study.recruits;
    let link = |name: &String| {
        let key = name.clone();
        Column::new(
            name.clone(),
            Kind::FreeText,
            format!("the parameter `{name}` of the participant's link"),
            move |row: &Submitted<'_>| row.participant.parameters.get(&key).cloned(),
        )
        .missing("the link did not have it, or it was removed")
    };
    let mut columns: Vec<Column<Submitted<'a>>> = recruits.parameters.iter().map(link).collect();
    columns.push(study(frozen.hash()));
    columns.push(Column::new(
        "participant",
        Kind::Word,
        "the name in the study",
        |row: &Submitted<'_>| row.participant.name.clone(),
    ));
    columns.push(
        Column::new(
            "outcome",
            Kind::Word,
            "what is to become of the submission: `approve`, the participant is through; `return`, without blame: screened \
             out, or left, or not through when the study was ended; `reject`, excluded by the rule stated beforehand or by \
             the researcher; `wait`, still at it; `decide`, by hand, for what was said was removed, and the link with it",
            |row: &Submitted<'_>| row.outcome.name(),
        )
        .within(one_of(Outcome::ALL.map(Outcome::name))),
    );
    columns.push(
        Column::new(
            "state",
            Kind::Word,
            "what has become of the participant",
            |row: &Submitted<'_>| state(row.participant),
        )
        .within(states()),
    );
    columns.push(
        Column::new(
            "reason",
            Kind::FreeText,
            "why the participant is in that state",
            |row: &Submitted<'_>| row.participant.reason.clone(),
        )
        .missing("there is nothing to say"),
    );
    columns.push(
        Column::new(
            "code",
            Kind::FreeText,
            "the code that was shown in the end, to return with",
            |row: &Submitted<'_>| row.participant.code.clone(),
        )
        .missing("none was shown, or the study has none"),
    );
    columns.extend(bonus(frozen));
    columns.push(
        Column::new("joined", Kind::Time, "when the participant came", |row: &Submitted<'_>| {
            time(row.participant.joined)
        })
        .unit("ISO 8601, UTC"),
    );
    columns.push(
        Column::new(
            "ended",
            Kind::Time,
            "when the participant was through, or left",
            |row: &Submitted<'_>| row.participant.ended.map(time),
        )
        .unit("ISO 8601, UTC")
        .missing("the participant is still at it"),
    );
    let row = "a participant, whoever began, as a submission to those who recruit";
    Table { name: "submissions", row, columns }
}

fn bonus<'a>(frozen: &Frozen) -> [Column<Submitted<'a>>; 2] {
    let currency = frozen.plan().study.bonus.as_ref().map(|bonus| bonus.currency.clone());
    let of = currency.as_ref().map_or(String::new(), |currency| format!(", in {currency}"));
    [
        Column::new(
            "bonus",
            Kind::FreeText,
            format!("what the answers have earned{of}, with the currency's decimals"),
            move |row: &Submitted<'_>| {
                let currency = currency.as_ref()?;
                row.participant.bonus.map(|bonus| amount(bonus, currency))
            },
        )
        .missing("there is no bonus, or the participant is not through"),
        Column::new(
            "pay",
            Kind::Word,
            "how it is paid: `now`, by `bonuses.csv`; `before`, as an earlier file of bonuses has it; `nothing`, for nothing \
             was earned or it is not to be approved; `by_hand`, for the link does not say who it is by letters, digits, `-` \
             and `_` alone",
            |row: &Submitted<'_>| row.pay.name(),
        )
        .within(one_of(Pay::ALL.map(Pay::name))),
    ]
}
