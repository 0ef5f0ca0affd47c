//! What is asked before the items and after them.

use std::ops::Range;

use pixel_debate_fields::{Count, Fields, Refusal, Source, named};
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeTable;

use super::{InStudy, Name};

/// A question. What it says stands in the files of the texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What it is called; no two of a study have the same name.
    pub name: String,
    /// How it is answered.
    pub answer: Answer,
    /// Whether it must be.
    pub required: bool,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// By one of several options.
    Choice {
        /// Their names, 2 to 20.
        options: Vec<String>,
        /// Whoever chooses one of these may not take part.
        screen_out: Vec<String>,
    },
    /// By a whole number.
    Scale {
        /// The least, 0 to 10.
        from: u64,
        /// The greatest, 1 to 100.
        to: u64,
    },
    /// In words.
    Text {
        /// How many characters at most, 1 to 10,000.
        longest: u64,
    },
}

#[derive(Debug, Clone, Copy)]
enum Way {
    Choice,
    Scale,
    Text,
}

named!(InStudy; Way: "choice" => Way::Choice, "scale" => Way::Scale, "text" => Way::Text);

const ALL: &[&str] =
    &["name", "kind", "required", "options", "screen_out", "from", "to", "longest"];

impl Question {
    pub(super) fn read(
        source: Source<'_, InStudy>,
        title: &str,
        span: Range<usize>,
        table: &DeTable<'_>,
    ) -> Result<Self, Refusal> {
        let fields = Fields::of(source, title, span.clone(), table, ALL)?;
        let way = fields.required("kind")?.into_inner();
        let (title, known): (&str, &[&str]) = match way {
            Way::Choice => (
                "a question of kind \"choice\"",
                &["name", "kind", "required", "options", "screen_out"],
            ),
            Way::Scale => {
                ("a question of kind \"scale\"", &["name", "kind", "required", "from", "to"])
            }
            Way::Text => ("a question of kind \"text\"", &["name", "kind", "required", "longest"]),
        };
        let fields = Fields::of(source, title, span, table, known)?;
        Ok(Self {
            name: fields.required::<Name>("name")?.into_inner().into_inner(),
            answer: match way {
                Way::Choice => choice(&fields)?,
                Way::Scale => scale(&fields)?,
                Way::Text => {
                    let longest: Option<Spanned<Count<1, 10_000>>> = fields.optional("longest")?;
                    Answer::Text {
                        longest: longest.map_or(1000, |longest| longest.into_inner().get()),
                    }
                }
            },
            required: fields.or("required", true)?.into_inner(),
        })
    }
}

fn choice(fields: &Fields<'_, '_, InStudy>) -> Result<Answer, Refusal> {
    let names = |names: Vec<Name>| names.into_iter().map(Name::into_inner).collect::<Vec<_>>();
    let options = names(fields.required("options")?.into_inner());
    if !(2..=20).contains(&options.len()) {
        let reason = format!("`options` has {}: it must have 2 to 20", options.len());
        return Err(fields.refuse("options", reason));
    }
    if let Some(twice) = (1..options.len()).find(|at| options[..*at].contains(&options[*at])) {
        let reason = format!("`options` has {:?} twice: each once", options[twice]);
        return Err(fields.refuse("options", reason));
    }
    let screen_out = names(fields.or("screen_out", Vec::new())?.into_inner());
    if let Some(unknown) = screen_out.iter().find(|name| !options.contains(name)) {
        let reason = format!(
            "`screen_out` has {unknown:?}: it must have names of `options`: {}",
            options.join(", ")
        );
        return Err(fields.refuse("screen_out", reason));
    }
    if options.iter().all(|option| screen_out.contains(option)) {
        let reason = "`screen_out` has all `options`: nobody could take part";
        return Err(fields.refuse("screen_out", reason));
    }
    Ok(Answer::Choice { options, screen_out })
}

fn scale(fields: &Fields<'_, '_, InStudy>) -> Result<Answer, Refusal> {
    let from: Option<Spanned<Count<0, 10>>> = fields.optional("from")?;
    let from = from.map_or(1, |from| from.into_inner().get());
    let to = fields.required::<Count<1, 100>>("to")?.into_inner().get();
    if to <= from {
        let reason = format!(
            "`to` is {to}: it must be a whole number from {} to 100, above `from`",
            from + 1
        );
        return Err(fields.refuse("to", reason));
    }
    Ok(Answer::Scale { from, to })
}
