//! What participants read, language by language.
//!
//! A file of texts has one for every condition and question of the study, and none for what the study has not: two
//! languages that say different things are refused.

use std::collections::BTreeMap;

use pixel_debate_fields::{Fields, Refusal, Source, Text, document};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::file::{Answer, CheckBy, Question, Study};

/// The texts of a language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// What the study is called.
    pub title: String,
    /// What participants agree to.
    pub consent: String,
    /// What they are to do.
    pub instructions: String,
    /// What is said before practice, if there is any.
    pub practice: Option<String>,
    /// What is said in the end.
    pub thanks: String,
    /// What is said to whoever may not take part, if some may not.
    pub screened_out: Option<String>,
    /// What is said before an attention check beside what is said of its condition, if words say its answer. It has
    /// [`Self::ANSWER`] where that stands.
    pub check: Option<String>,
    /// What is said of each condition before an item of it.
    pub conditions: BTreeMap<String, String>,
    /// What each question says.
    pub questions: BTreeMap<String, Wording>,
}

/// What a question says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// The question.
    pub text: String,
    /// What each option says, of a choice.
    pub options: BTreeMap<String, String>,
    /// What the least number of a scale means.
    pub low: Option<String>,
    /// What the greatest number of a scale means.
    pub high: Option<String>,
}

/// The fields of a file of texts.
const KNOWN: &[&str] = &[
    "title",
    "consent",
    "instructions",
    "practice",
    "thanks",
    "screened_out",
    "check",
    "conditions",
    "questions",
];

type Plain<'a> = Source<'a, ()>;
type Table<'a, 'i> = Fields<'a, 'i, ()>;
/// A short text, and one of some pages.
type Short = Text<400>;
type Long = Text<20_000>;

impl Texts {
    /// What stands for the right answer in the text of an attention check.
    pub const ANSWER: &str = "{answer}";
    /// The longest file, in bytes.
    pub const MOST_BYTES: usize = 1 << 18;

    /// Reads the texts of a study.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if something is missing or too much, with its line.
    pub fn from_toml(text: &str, study: &Study) -> Result<Self, Refusal> {
        if text.len() > Self::MOST_BYTES {
            let (bytes, most) = (text.len(), Self::MOST_BYTES);
            let reason = format!("the file has {bytes} bytes: texts have {most} at most");
            return Err(Refusal::at("", 0..0, reason));
        }
        let file = document(text)?;
        let source = Source { text, context: &() };
        let fields = Fields::of(source, "the file", 0..0, file.get_ref(), KNOWN)?;
        let screens = study.screens_out();
        Ok(Self {
            title: fields.required::<Short>("title")?.into_inner().into_inner(),
            consent: long(&fields, "consent")?,
            instructions: long(&fields, "instructions")?,
            practice: only_if(
                &fields,
                "practice",
                study.assignment.practice > 0,
                "no practice items",
            )?,
            thanks: long(&fields, "thanks")?,
            screened_out: only_if(
                &fields,
                "screened_out",
                screens,
                "no option of a question that screens out",
            )?,
            check: check(&fields, study)?,
            conditions: conditions(source, &fields, study)?,
            questions: questions(source, &fields, study)?,
        })
    }
}

fn long(fields: &Table<'_, '_>, name: &str) -> Result<String, Refusal> {
    Ok(fields.required::<Long>(name)?.into_inner().into_inner())
}

/// A text that must be there if the study has what it is about, and otherwise must not.
fn only_if(
    fields: &Table<'_, '_>,
    name: &str,
    is_needed: bool,
    without: &str,
) -> Result<Option<String>, Refusal> {
    if is_needed {
        return long(fields, name).map(Some);
    }
    match fields.optional::<Long>(name)? {
        None => Ok(None),
        Some(_) => {
            Err(fields.refuse(name, format!("`{name}` is never shown: the study has {without}")))
        }
    }
}

/// What is said of an attention check whose answer words say.
fn check(fields: &Table<'_, '_>, study: &Study) -> Result<Option<String>, Refusal> {
    let is_needed = study.assignment.checks > 0 && study.assignment.check_by == CheckBy::Words;
    let check = only_if(fields, "check", is_needed, "no attention checks by words")?;
    let answer = Texts::ANSWER;
    if check.as_ref().is_some_and(|check| !check.contains(answer)) {
        let reason = format!("`check` does not say what to answer: it must have {answer} in it");
        return Err(fields.refuse("check", reason));
    }
    Ok(check)
}

fn conditions(
    source: Plain<'_>,
    file: &Table<'_, '_>,
    study: &Study,
) -> Result<BTreeMap<String, String>, Refusal> {
    let names: Vec<&str> = study.conditions.iter().map(|condition| &*condition.name).collect();
    let (span, table) = file.table("conditions")?;
    let fields = Fields::of(source, "[conditions]", span, table, &names)?;
    names.into_iter().map(|name| Ok((name.to_owned(), long(&fields, name)?))).collect()
}

fn questions(
    source: Plain<'_>,
    file: &Table<'_, '_>,
    study: &Study,
) -> Result<BTreeMap<String, Wording>, Refusal> {
    let names: Vec<&str> = study.questions().map(|question| &*question.name).collect();
    file.table_or_none("questions", "[questions]", &names, |fields| {
        let wording = |question: &Question| {
            let (span, table) = fields.table(&question.name)?;
            let title = format!("[questions.{}]", question.name);
            let fields = Fields::of(source, &title, span, table, of_answer(&question.answer))?;
            Ok((question.name.clone(), Wording::read(source, &fields, &title, &question.answer)?))
        };
        study.questions().map(wording).collect()
    })
}

/// What the text of a question has.
fn of_answer(answer: &Answer) -> &'static [&'static str] {
    match answer {
        Answer::Choice { .. } => &["text", "options"],
        Answer::Scale { .. } => &["text", "low", "high"],
        Answer::Text { .. } => &["text"],
    }
}

impl Wording {
    fn read(
        source: Plain<'_>,
        fields: &Table<'_, '_>,
        title: &str,
        answer: &Answer,
    ) -> Result<Self, Refusal> {
        let short = |fields: &Table<'_, '_>, name: &str| -> Result<String, Refusal> {
            Ok(fields.required::<Short>(name)?.into_inner().into_inner())
        };
        let end = |name| -> Result<Option<String>, Refusal> {
            let end: Option<Spanned<Short>> = fields.optional(name)?;
            Ok(end.map(|text| text.into_inner().into_inner()))
        };
        let (mut options, mut low, mut high) = (BTreeMap::new(), None, None);
        match answer {
            Answer::Choice { options: names, .. } => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let (span, table) = fields.table("options")?;
                let title = format!("the options of {title}");
                let fields = Fields::of(source, &title, span, table, &names)?;
                for name in names {
                    options.insert(name.to_owned(), short(&fields, name)?);
                }
            }
            Answer::Scale { .. } => (low, high) = (end("low")?, end("high")?),
            Answer::Text { .. } => {}
        }
        let text = fields.required::<Text<2000>>("text")?.into_inner().into_inner();
        Ok(Self { text, options, low, high })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STUDY: &str = r#"
        name = "short"
        title = "Short"
        seed = 1
        [[conditions]]
        name = "alone"
        kind = "alone"
        pixels = 4
        [images]
        number = 2
        [assignment]
        participants = 2
        items = 1
        practice = 1
        [[before]]
        name = "age"
        kind = "choice"
        options = ["young", "old"]
        screen_out = ["young"]
        [[after]]
        name = "trust"
        kind = "scale"
        to = 7
        [consent]
        version = "1"
        [languages]
        en = "en.toml"
    "#;
    const TEXTS: &str = r#"
        title = "Digits"
        consent = "You agree."
        instructions = "Look."
        practice = "First some for practice."
        thanks = "Thanks."
        screened_out = "Sorry."
        [conditions]
        alone = "Nobody helps."
        [questions.age]
        text = "How old are you?"
        options = { young = "under 18", old = "18 or more" }
        [questions.trust]
        text = "Do you trust machines?"
        low = "never"
        high = "always"
    "#;

    #[test]
    fn texts_are_those_of_the_study() {
        let study = Study::from_toml(STUDY).unwrap();
        let texts = Texts::from_toml(TEXTS, &study).unwrap();
        assert_eq!(texts.questions["age"].options["old"], "18 or more");
        assert_eq!(texts.questions["trust"].high.as_deref(), Some("always"));
    }

    #[test]
    fn what_is_missing_or_too_much_is_refused() {
        let study = Study::from_toml(STUDY).unwrap();
        let long = format!("title = \"{}\"", "a".repeat(401));
        for (from, to, wanted) in [
            (
                "title = \"Digits\"",
                &*long,
                "it must be text in quotes, 1 to 400 characters and not blank",
            ),
            (
                "consent = \"You agree.\"",
                "",
                "the file has no `consent`, which must be text in quotes",
            ),
            (
                "instructions = \"Look.\"",
                "instructions = 1",
                "`instructions` is 1: it must be text",
            ),
            ("practice = \"First some for practice.\"", "", "the file has no `practice`"),
            ("thanks = \"Thanks.\"", "", "the file has no `thanks`"),
            ("screened_out = \"Sorry.\"", "", "the file has no `screened_out`"),
            ("alone = \"Nobody helps.\"", "", "[conditions] has no `alone`"),
            ("alone =", "debate =", "unknown field `debate`: [conditions] has `alone`"),
            (
                "[questions.trust]",
                "[questions.distrust]",
                "unknown field `distrust`: [questions] has `age`, `trust`",
            ),
            ("young = \"under 18\", ", "", "the options of [questions.age] has no `young`"),
            (
                "old = \"18 or more\"",
                "old = \"18 or more\", ancient = \"90\"",
                "unknown field `ancient`",
            ),
            (
                "low = \"never\"",
                "lowest = \"never\"",
                "unknown field `lowest`: [questions.trust] has `text`, `low`, `high`",
            ),
        ] {
            assert_eq!(TEXTS.matches(from).count(), 1, "{from}");
            let refused =
                Texts::from_toml(&TEXTS.replace(from, to), &study).unwrap_err().to_string();
            assert!(refused.contains(wanted), "{to}: {refused}");
        }
        let nobody = STUDY.replace("screen_out = [\"young\"]", "").replace("practice = 1", "");
        let nobody = Study::from_toml(&nobody).unwrap();
        let refused = Texts::from_toml(TEXTS, &nobody).unwrap_err().to_string();
        assert_eq!(refused, "line 5: `practice` is never shown: the study has no practice items");
        let texts = TEXTS.replace("practice = \"First some for practice.\"", "");
        let refused = Texts::from_toml(&texts, &nobody).unwrap_err().to_string();
        assert!(refused.contains("`screened_out` is never shown"), "{refused}");
    }
}
