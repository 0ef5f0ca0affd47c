//! Answers to the questions before and after: one row each.

use pixel_debate_study::file::{Answer, Question};
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::{Given, Participant, Results};

use super::{one_of, study};
use crate::table::{Column, Kind, Range, Table};

/// A question as a participant has answered it, or not.
pub(crate) struct Answered<'a> {
    participant: &'a Participant,
    question: &'a Question,
    before: bool,
    given: Option<&'a Given>,
}

impl<'a> Answered<'a> {
    /// Whatever was asked of those of whom anything is known: a row for each question.
    pub(crate) fn all(frozen: &'a Frozen, results: &'a Results) -> Vec<Self> {
        let study = &frozen.plan().study;
        let before = study.before.len();
        let of = |participant: &'a Participant| {
            study.questions().enumerate().map(move |(at, question)| Self {
                participant,
                question,
                before: at < before,
                given: participant.answers.get(&question.name),
            })
        };
        results.participants.iter().flat_map(of).collect()
    }
}

/// The table of a frozen study's answers.
pub(crate) fn answers<'a>(frozen: &Frozen) -> Table<Answered<'a>> {
    let plan = &frozen.plan().study;
    let names = one_of(plan.questions().map(|question| &*question.name));
    let unanswered = "the question was not answered";
    let columns = vec![
        study(frozen.hash()),
        Column::new(
            "participant",
            Kind::Word,
            "the participant's name in the study",
            |row: &Answered<'_>| row.participant.name.clone(),
        ),
        Column::new(
            "counted",
            Kind::Truth,
            "whether what the participant judged counts",
            |row: &Answered<'_>| row.participant.counts(),
        ),
        Column::new(
            "part",
            Kind::Word,
            "whether it is asked before the items or after",
            |row: &Answered<'_>| {
                if row.before { "before" } else { "after" }
            },
        )
        .within(one_of(["before", "after"])),
        Column::new("question", Kind::Word, "the question's name", |row: &Answered<'_>| {
            row.question.name.clone()
        })
        .within(names),
        Column::new("kind", Kind::Word, "how it is answered", |row: &Answered<'_>| {
            match row.question.answer {
                Answer::Choice { .. } => "choice",
                Answer::Scale { .. } => "scale",
                Answer::Text { .. } => "text",
            }
        })
        .within(one_of(["choice", "scale", "text"])),
        Column::new("number", Kind::Whole, "the answer on a scale", |row: &Answered<'_>| match row
            .given
        {
            Some(Given::Number(number)) => Some(*number),
            _ => None,
        })
        .within(Range::Between(0.0, 100.0))
        .missing(format!("it is no scale, or {unanswered}")),
        Column::new(
            "text",
            Kind::FreeText,
            "the option's name, or the participant's words",
            |row: &Answered<'_>| match row.given {
                Some(Given::Text(text)) => Some(text.clone()),
                _ => None,
            },
        )
        .missing(format!("it is a scale, or {unanswered}")),
    ];
    Table {
        name: "answers",
        row: "a question before or after, as one participant answered it",
        columns,
    }
}
