//! The tables of an export, column by column.

mod answers;
mod beliefs;
mod deviations;
mod judgments;
mod participants;
mod submissions;

use pixel_debate_study::file::Study;
use pixel_debate_study::results::{Participant, State};

use crate::table::{Column, Kind, Range, Table};

pub(crate) use answers::{Answered, answers};
pub(crate) use beliefs::{Believed, beliefs};
pub(crate) use deviations::deviations;
pub(crate) use judgments::judgments;
pub(crate) use participants::participants;
pub(crate) use submissions::{Submitted, submissions};

/// The column of the study's hash, which is the same in every row of every table.
fn study<R>(hash: &str) -> Column<R> {
    let value = hash.to_owned();
    let meaning = "the frozen plan's hash: SHA-256 of plan.json";
    Column::new("study", Kind::Word, meaning, move |_: &R| value.clone()).within(one_of([hash]))
}

/// The table with a mark in each row, whether it is of a rehearsal.
pub(crate) fn marked<R>(table: Table<R>, rehearsal: bool) -> Table<R> {
    let meaning = "whether it is of a rehearsal, with simulated participants or with people who tried the study: then it is \
                   no result";
    let mark = Column::new("rehearsal", Kind::Truth, meaning, move |_: &R| rehearsal);
    table.with(mark, "study")
}

fn one_of<'a>(values: impl IntoIterator<Item = &'a str>) -> Range {
    Range::OneOf(values.into_iter().map(str::to_owned).collect())
}

/// What has become of a participant, with what was removed as a state of its own.
fn state(participant: &Participant) -> &'static str {
    if participant.erased { "erased" } else { participant.state.name() }
}

fn states() -> Range {
    one_of(State::ALL.map(State::name).into_iter().chain(["erased"]))
}

fn conditions(study: &Study) -> Range {
    one_of(study.conditions.iter().map(|condition| &*condition.name))
}

fn tiers(study: &Study) -> Range {
    one_of(study.images.tiers.iter().map(|tier| &*tier.name))
}
