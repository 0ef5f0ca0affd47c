//! A study as a file.
//!
//! The file is TOML. It says all that a study is, and nothing of it is passed over: every field has a range, most have
//! a default, and what is wrong is refused with its line, what was there and what is allowed. Rules about several
//! fields, such as that every cell can be filled equally often, are part of the reading.
//!
//! ```
//! use pixel_debate_study::file::Study;
//!
//! let text = r#"
//! name = "short"
//! title = "Two digits"
//! seed = 5577006791947779410
//!
//! [[conditions]]
//! name = "debate"
//! kind = "debate"
//! pixels = 4
//! honest = "greedy"
//!
//! [images]
//! number = 10
//!
//! [assignment]
//! participants = 10
//! items = 5
//!
//! [consent]
//! version = "1"
//!
//! [languages]
//! en = "english.toml"
//! "#;
//! let study = Study::from_toml(text)?;
//! assert_eq!(study.images_in_all(), 10);
//! assert_eq!(study.judgments_of_a_cell(), 5);
//!
//! let refusal = Study::from_toml(&text.replace("participants = 10", "participants = 9")).unwrap_err();
//! assert_eq!(
//!     refusal.to_string(),
//!     "line 16: `participants` is 9: 9 participants with 5 items each are 45 judgments, which 10 cells (10 images \
//!      in 1 condition) cannot share evenly; with 5 items it must be a multiple of 2: 8 or 10"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod asks;
mod assignment;
mod conditions;
mod cross;
mod images;
mod in_words;
mod money;
mod names;
mod people;
mod questions;
mod request;

use std::collections::BTreeMap;

use pixel_debate_fields::{Fields, Places, Refusal, Source, Text, document};
use serde::{Deserialize, Serialize};

pub use asks::{Asks, Belief, Explanation, Feedback, Times};
pub use assignment::{Assignment, CheckBy};
pub use conditions::{Condition, DebateOrder, First, Kind, Lies, Live, Play, Side};
pub use images::{Images, Tier};
pub use money::Bonus;
pub(crate) use names::Name;
pub use people::{Consent, Privacy, Recruits};
pub use questions::{Answer, Question};

/// What reading a study's file knows beside it: nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InStudy;

/// What a file says. As JSON it is all that may be shown to anybody: [`secrets`](Self::secrets) is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// What the study is called in addresses and names of files.
    pub name: String,
    /// What it is called by researchers.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// The images: `mnist` or a folder, relative to the file.
    pub dataset: String,
    /// The judge that built-in debaters ask and that people are compared with: `shipped`, `judge-4`, `judge-6`, or
    /// a file, relative to the study's.
    pub judge: String,
    /// The ways in which an image is judged, one at least.
    pub conditions: Vec<Condition>,
    /// Which images.
    pub images: Images,
    /// Who judges what.
    pub assignment: Assignment,
    /// What is asked of an item.
    pub asks: Asks,
    /// How long participants have.
    pub times: Times,
    /// What is asked before the first item.
    pub before: Vec<Question>,
    /// What is asked after the last item.
    pub after: Vec<Question>,
    /// What participants agree to.
    pub consent: Consent,
    /// What they are paid by their answers.
    pub bonus: Option<Bonus>,
    /// Where they come from.
    pub recruits: Recruits,
    /// The files of the texts by language, relative to the study's.
    pub languages: BTreeMap<String, String>,
    /// The language that is shown to whoever has chosen none.
    pub language: String,
    /// What becomes of what they said.
    pub privacy: Privacy,
    /// What nobody may know before the study has ended.
    #[serde(skip)]
    pub secrets: Secrets,
}

/// What of a file nobody may know before the study has ended: it would tell the answers, or be worth money.
///
/// A code without which somebody ends is not shown: the screen says what there is to say, and no more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// What all that is random depends on. As JSON it is text: a number of JSON has not as many digits.
    #[serde(with = "as_text")]
    pub seed: u64,
    /// What whoever has finished tells those who sent them.
    pub completion_code: Option<String>,
    /// What whoever may not take part tells those who sent them.
    pub screen_out_code: Option<String>,
    /// What whoever was excluded, by too few right attention checks or by the researcher, tells those who sent them.
    pub excluded_code: Option<String>,
    /// What whoever finds no place, or the study ended, tells those who sent them.
    pub closed_code: Option<String>,
}

/// The fields of the file outside of its tables, and the tables.
const KNOWN: [&str; 20] = [
    "name",
    "title",
    "about",
    "seed",
    "dataset",
    "judge",
    "language",
    "conditions",
    "images",
    "tiers",
    "assignment",
    "asks",
    "times",
    "before",
    "after",
    "consent",
    "bonus",
    "recruits",
    "languages",
    "privacy",
];

impl Study {
    /// The longest file, in bytes.
    pub const MOST_BYTES: usize = 1 << 20;
    /// The most conditions.
    pub const MOST_CONDITIONS: usize = 12;
    /// The most tiers.
    pub const MOST_TIERS: usize = 12;
    /// The most questions before the items, and after them.
    pub const MOST_QUESTIONS: usize = 50;

    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if something of it is not as it may be, with its line, what is there and what is allowed.
    pub fn from_toml(text: &str) -> Result<Self, Refusal> {
        if text.len() > Self::MOST_BYTES {
            let reason = format!(
                "the file has {} bytes: a study's has {} at most",
                text.len(),
                Self::MOST_BYTES
            );
            return Err(Refusal::at("", 0..0, reason));
        }
        let file = document(text)?;
        let source = Source { text, context: &InStudy };
        let fields = Fields::of(source, "the file", 0..0, file.get_ref(), &KNOWN)?;
        let study = Self::read(&fields, source)?;
        cross::check(&study, Places { text, file: file.get_ref() })?;
        Ok(study)
    }

    fn read(
        fields: &Fields<'_, '_, InStudy>,
        source: Source<'_, InStudy>,
    ) -> Result<Self, Refusal> {
        let text = |name, default: &str| -> Result<String, Refusal> {
            let read: Option<toml::Spanned<Text<200>>> = fields.optional(name)?;
            Ok(read.map_or_else(|| default.to_owned(), |text| text.into_inner().into_inner()))
        };
        let tables = |name, most: usize| {
            let tables = fields.tables(name)?;
            if tables.len() > most {
                let reason =
                    format!("there are {} tables [[{name}]]: {most} at most", tables.len());
                return Err(fields.refuse(name, reason));
            }
            Ok(tables)
        };
        let questions = |name: &'static str, title| -> Result<Vec<Question>, Refusal> {
            let tables = tables(name, Self::MOST_QUESTIONS)?;
            let read = |(span, table)| Question::read(source, title, span, table);
            tables.into_iter().map(read).collect()
        };
        let conditions = tables("conditions", Self::MOST_CONDITIONS)?;
        let conditions = conditions.into_iter();
        let conditions = conditions
            .map(|(span, table)| Condition::read(source, span, table))
            .collect::<Result<_, _>>()?;
        let tiers = tables("tiers", Self::MOST_TIERS)?;
        let tiers = tiers.into_iter();
        let tiers =
            tiers.map(|(span, table)| Tier::read(source, span, table)).collect::<Result<_, _>>()?;
        let (recruits, codes) =
            fields.table_or_none("recruits", "[recruits]", people::RECRUITS, Recruits::read)?;
        let languages = people::languages(fields, source)?;
        let language = match fields.optional::<Name>("language")? {
            Some(language) => Some(language.into_inner().into_inner()),
            None if languages.len() == 1 => languages.keys().next().cloned(),
            None => None,
        };
        let language = language.ok_or_else(|| {
            let reason = "there are several [languages]: `language` must say which is shown to whoever \
                          has chosen none";
            fields.refuse("languages", reason)
        })?;
        Ok(Self {
            name: fields.required::<Name>("name")?.into_inner().into_inner(),
            title: fields.required::<Text<200>>("title")?.into_inner().into_inner(),
            about: fields
                .optional::<Text<4000>>("about")?
                .map_or_else(String::new, |text| text.into_inner().into_inner()),
            dataset: text("dataset", "mnist")?,
            judge: text("judge", "shipped")?,
            conditions,
            images: fields.table_or_none("images", "[images]", images::IMAGES, |fields| {
                Images::read(fields, tiers)
            })?,
            assignment: {
                let (span, table) = fields.table("assignment")?;
                Assignment::read(&Fields::of(
                    source,
                    "[assignment]",
                    span,
                    table,
                    assignment::ASSIGNMENT,
                )?)?
            },
            asks: fields.table_or_none("asks", "[asks]", asks::ASKS, Asks::read)?,
            times: fields.table_or_none("times", "[times]", asks::TIMES, Times::read)?,
            before: questions("before", "[[before]]")?,
            after: questions("after", "[[after]]")?,
            consent: {
                let (span, table) = fields.table("consent")?;
                Consent::read(&Fields::of(source, "[consent]", span, table, people::CONSENT)?)?
            },
            bonus: Bonus::read(fields, source)?,
            recruits,
            languages,
            language,
            privacy: fields.table_or_none(
                "privacy",
                "[privacy]",
                people::PRIVACY,
                Privacy::read,
            )?,
            secrets: Secrets { seed: fields.required("seed")?.into_inner(), ..codes },
        })
    }

    /// How many images the main items are about.
    pub fn images_in_all(&self) -> u64 {
        match &self.images.tiers[..] {
            [] => self.images.number,
            tiers => tiers.iter().map(|tier| tier.number).sum(),
        }
    }

    /// How many cells there are: images times conditions.
    pub fn cells(&self) -> u64 {
        self.images_in_all() * self.conditions.len() as u64
    }

    /// How many main judgments there are in each cell.
    pub fn judgments_of_a_cell(&self) -> u64 {
        self.assignment.participants * self.assignment.items / self.cells().max(1)
    }

    /// How many of a participant's main items come again unchanged.
    pub fn repeats(&self) -> u64 {
        (self.assignment.repeats * self.assignment.items as f64).round() as u64
    }

    /// How many of a participant's main items come again with the sides changed.
    pub fn flips(&self) -> u64 {
        (self.assignment.flips * self.assignment.items as f64).round() as u64
    }

    /// How many items a participant judges: practice, main items, those that come again, and attention checks.
    pub fn presentations(&self) -> u64 {
        let Assignment { items, practice, checks, .. } = self.assignment;
        practice + items + checks + self.repeats() + self.flips()
    }

    /// The condition for whose game difficulty is proven: the one that the images name, or the first debate.
    pub fn proven_for(&self) -> Option<&Condition> {
        let named = |condition: &&Condition| match &self.images.proven_for {
            Some(name) => condition.name == *name,
            None => matches!(condition.play, Play::Debate { .. }),
        };
        self.conditions.iter().find(named)
    }

    /// Whether debates have to be solved: for tiers, or for the strongest lie.
    pub fn is_proven(&self) -> bool {
        let strongest = |condition: &Condition| condition.lies == Some(Lies::Strongest);
        !self.images.tiers.is_empty() || self.conditions.iter().any(strongest)
    }

    /// Whether an answer to one of the questions screens out.
    pub fn screens_out(&self) -> bool {
        let screens = |question: &Question| matches!(&question.answer, Answer::Choice { screen_out, .. } if !screen_out.is_empty());
        self.questions().any(screens)
    }

    /// All questions, before and after.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.before.iter().chain(&self.after)
    }
}

/// Whole numbers of all 64 bits as text.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    // It is called with a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub(super) fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        let number = text.parse().ok().filter(|number: &u64| number.to_string() == text);
        number.ok_or_else(|| {
            serde::de::Error::custom(format!("{text:?} is no whole number of 64 bits"))
        })
    }
}

#[cfg(test)]
mod tests;
