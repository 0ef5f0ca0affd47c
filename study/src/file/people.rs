//! Who participants are: what they agree to, where they come from, which language they read, what becomes of what they
//! said.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use pixel_debate_fields::{Count, Field, Fields, Given, Refusal, Source, Text, Value};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{InStudy, Secrets};

/// What participants agree to before anything is asked. Its words stand in the files of the texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The version of the words, which is kept with each agreement.
    pub version: String,
}

/// Where participants come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recruits {
    /// The parameters of the link that are kept with all that is judged by it, `PROLIFIC_PID` for example.
    pub parameters: Vec<String>,
    /// Whether nobody may take part without them.
    pub required: bool,
    /// The file, relative to the study's, that lists who may take part: values of the first parameter. Anybody, where
    /// nothing is said. What it says is no part of the plan, which has salted hashes of it alone.
    pub only: Option<String>,
}

/// What becomes of what participants said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// How many days after the study's end it is removed, 1 to 36,500; never, where nothing is said.
    pub keep_days: Option<u64>,
    /// Whether exports name participants by pseudonyms, unless asked otherwise.
    pub pseudonyms: bool,
}

pub(super) const CONSENT: &[&str] = &["version"];
pub(super) const RECRUITS: &[&str] = &[
    "parameters",
    "required",
    "completion_code",
    "screen_out_code",
    "excluded_code",
    "closed_code",
    "only",
];
pub(super) const PRIVACY: &[&str] = &["keep_days", "pseudonyms"];
/// The most parameters of a link.
const MOST_PARAMETERS: usize = 16;
/// The most languages.
const MOST_LANGUAGES: usize = 32;

impl Consent {
    pub(super) fn read(fields: &Fields<'_, '_, InStudy>) -> Result<Self, Refusal> {
        let version = fields.required::<Text<60>>("version")?.into_inner().into_inner();
        Ok(Self { version })
    }
}

impl Recruits {
    /// Those, with the codes that participants return with: secrets of which there is no other yet.
    pub(super) fn read(fields: &Fields<'_, '_, InStudy>) -> Result<(Self, Secrets), Refusal> {
        let parameters: Vec<Parameter> = fields.or("parameters", Vec::new())?.into_inner();
        let parameters: Vec<String> = parameters.into_iter().map(|parameter| parameter.0).collect();
        if parameters.len() > MOST_PARAMETERS {
            let reason =
                format!("`parameters` has {}: {MOST_PARAMETERS} at most", parameters.len());
            return Err(fields.refuse("parameters", reason));
        }
        if let Some(twice) =
            (1..parameters.len()).find(|at| parameters[..*at].contains(&parameters[*at]))
        {
            let reason = format!("`parameters` has {:?} twice: each once", parameters[twice]);
            return Err(fields.refuse("parameters", reason));
        }
        let required = fields.or("required", !parameters.is_empty())?.into_inner();
        if required && parameters.is_empty() {
            let reason = "`required` is true: it must be false where `parameters` names none";
            return Err(fields.refuse("required", reason));
        }
        let code = |name| -> Result<Option<String>, Refusal> {
            Ok(fields.optional::<Text<64>>(name)?.map(|code| code.into_inner().into_inner()))
        };
        let codes = Secrets {
            seed: 0,
            completion_code: code("completion_code")?,
            screen_out_code: code("screen_out_code")?,
            excluded_code: code("excluded_code")?,
            closed_code: code("closed_code")?,
        };
        for (name, code) in [
            ("screen_out_code", &codes.screen_out_code),
            ("excluded_code", &codes.excluded_code),
            ("closed_code", &codes.closed_code),
        ] {
            if code.is_some() && *code == codes.completion_code {
                let reason = format!(
                    "`{name}` is the `completion_code`: whoever has not finished must not pass for one who has"
                );
                return Err(fields.refuse(name, reason));
            }
        }
        let only: Option<Spanned<ListPath>> = fields.optional("only")?;
        if only.is_some() && !required {
            let reason = "`only` lists values of the first of `parameters`: there must be one, and `required` true";
            return Err(fields.refuse("only", reason));
        }
        let only = only.map(|path| path.into_inner().0);
        Ok((Self { parameters, required, only }, codes))
    }
}

impl Privacy {
    pub(super) fn read(fields: &Fields<'_, '_, InStudy>) -> Result<Self, Refusal> {
        let keep: Option<Spanned<Count<1, 36_500>>> = fields.optional("keep_days")?;
        Ok(Self {
            keep_days: keep.map(|days| days.into_inner().get()),
            pseudonyms: fields.or("pseudonyms", true)?.into_inner(),
        })
    }
}

/// The files of the texts by language.
pub(super) fn languages(
    file: &Fields<'_, '_, InStudy>,
    source: Source<'_, InStudy>,
) -> Result<BTreeMap<String, String>, Refusal> {
    let (span, table) = file.table("languages")?;
    let fields = Fields::any(source, "[languages]", span, table);
    let mut languages: BTreeMap<String, String> = BTreeMap::new();
    for name in fields.names() {
        if !is_language(name) {
            let reason = format!(
                "[languages] has {name:?}: a language is two or three small letters, after which `-` and \
                 letters or digits may follow, `en` or `pt-BR` for example"
            );
            return Err(fields.refuse(name, reason));
        }
        let path = fields.required::<TextsPath>(name)?.into_inner().0;
        if languages.values().any(|other| *other == path) {
            let reason =
                format!("[languages] has {path:?} twice: each language has a file of its own");
            return Err(fields.refuse(name, reason));
        }
        languages.insert(name.to_owned(), path);
    }
    if languages.is_empty() || languages.len() > MOST_LANGUAGES {
        let reason =
            format!("[languages] has {}: it must have 1 to {MOST_LANGUAGES}", languages.len());
        return Err(file.refuse("languages", reason));
    }
    Ok(languages)
}

fn is_language(name: &str) -> bool {
    let (language, region) = name.split_once('-').unwrap_or((name, "XX"));
    (2..=3).contains(&language.len())
        && language.bytes().all(|letter| letter.is_ascii_lowercase())
        && (2..=8).contains(&region.len())
        && region.bytes().all(|letter| letter.is_ascii_alphanumeric())
}

/// A parameter of a link.
struct Parameter(String);

impl Value<InStudy> for Parameter {
    fn allowed() -> String {
        "1 to 64 letters, digits, `-` and `_`".to_owned()
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
        let is_one = |text: &&str| (1..=64).contains(&text.len()) && text.bytes().all(plain);
        let text = value.get_ref().as_str().filter(is_one);
        text.map(|text| Self(text.to_owned())).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

/// The file of a list: it is read when the study is frozen, and not copied.
struct ListPath(String);

impl Value<InStudy> for ListPath {
    fn allowed() -> String {
        "a file's path that ends with .txt, 200 characters at most".to_owned()
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let is_one = |text: &&str| {
            text.len() <= 200
                && text.strip_suffix(".txt").is_some_and(|name| !name.is_empty())
                && !text.contains(char::is_control)
        };
        let text = value.get_ref().as_str().filter(is_one);
        text.map(|text| Self(text.to_owned())).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

/// A file beside the study's or in a folder beside it: with the study it is copied to where that is frozen.
struct TextsPath(String);

/// The names of files that a frozen folder has of its own.
const TAKEN: [&str; 4] = ["plan.json", "plan.sha256", "secret.json", "study.toml"];

impl Value<InStudy> for TextsPath {
    fn allowed() -> String {
        "a file's path that ends with .toml, leads to no folder above the study's file, and is not \
         study.toml: names of letters, digits, `-`, `_` and `.` with `/` between them, 200 characters at most"
            .to_owned()
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-_./".contains(&letter);
        let within = |text: &str| {
            let mut parts = Path::new(text).components();
            parts.all(|part| matches!(part, Component::Normal(_)))
        };
        let is_one = |text: &&str| {
            text.len() <= 200
                && text.strip_suffix(".toml").is_some_and(|name| !name.is_empty())
                && text.bytes().all(plain)
                && !text.split('/').any(|part| part.is_empty() || part == "." || part == ".toml")
                && within(text)
                && !TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(text))
        };
        let text = value.get_ref().as_str().filter(is_one);
        text.map(|text| Self(text.to_owned())).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}
