//! What is said before the first question.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::words::quoted;

/// The version of what is said between this program and others.
pub const PROTOCOL: u32 = 1;

/// What a program is asked to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    Judge,
    Debater,
}

/// The line that a program is told first.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "hello")]
struct Greeting {
    protocol: u32,
    /// What it is asked to be.
    part: Part,
}

/// What a judge's answers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answers {
    /// Nobody knows: the higher, the more believed.
    #[default]
    Undeclared,
    /// Logits, whose softmax is how probable each label is.
    Logits,
    /// Probabilities, from 0 to 1: their logarithms stand for them.
    Probabilities,
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Undeclared => "undeclared",
            Self::Logits => "logits",
            Self::Probabilities => "probabilities",
        })
    }
}

/// How a judge is told pixels, and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arrays {
    /// A line of JSON each.
    #[default]
    Json,
    /// Numbers of 32 bits, one after the other.
    Raw,
}

/// What a program says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hello {
    protocol: u32,
    pub(crate) name: String,
    pub(crate) version: String,
    /// How many labels a judge tells apart.
    #[serde(default)]
    pub(crate) labels: Option<u16>,
    #[serde(default)]
    pub(crate) answers: Answers,
    #[serde(default)]
    pub(crate) arrays: Arrays,
}

impl Hello {
    /// The most bytes of its line.
    pub(crate) const MOST_BYTES: usize = 1 << 16;
    /// The most characters of a name.
    const MOST_NAME: usize = 60;
    /// The most characters of a version.
    const MOST_VERSION: usize = 200;

    /// The line that a program is told first.
    pub(crate) fn ask(part: Part) -> Vec<u8> {
        let mut line = serde_json::to_vec(&Greeting { protocol: PROTOCOL, part })
            .expect("numbers and words can be written");
        line.push(b'\n');
        line
    }

    /// Reads the line that a program says first.
    pub(crate) fn read(line: &[u8], part: Part) -> Result<Self, Fault> {
        let wrong = |why: String| {
            Fault::NoAnswer(format!(
                "its first line must be like {{\"protocol\": {PROTOCOL}, \"name\": \"mine\", \"version\": \"1\", \
                 \"labels\": 10}}, and is {}: {why}",
                quoted(line)
            ))
        };
        let hello: Self = serde_json::from_slice(line)
            .map_err(|error| wrong(crate::hello::in_line(&error.to_string())))?;
        if hello.protocol != PROTOCOL {
            return Err(wrong(format!("`protocol` is {}: this is {PROTOCOL}", hello.protocol)));
        }
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        let Self { name, version, labels, .. } = &hello;
        if name.is_empty() || name.len() > Self::MOST_NAME || !name.chars().all(plain) {
            let most = Self::MOST_NAME;
            return Err(wrong(format!(
                "`name` must be of 1 to {most} letters, digits, `-` and `_`"
            )));
        }
        let length = version.chars().count();
        if version.trim().is_empty()
            || length > Self::MOST_VERSION
            || version.chars().any(char::is_control)
        {
            let most = Self::MOST_VERSION;
            return Err(wrong(format!("`version` must be a line of 1 to {most} characters")));
        }
        match (part, labels) {
            (Part::Judge, Some(2..=255)) | (Part::Debater, _) => Ok(hello),
            (Part::Judge, None) => {
                Err(wrong("a judge says how many `labels` it tells apart".into()))
            }
            (Part::Judge, Some(labels)) => {
                Err(wrong(format!("`labels` is {labels}: a judge tells 2 to 255 apart")))
            }
        }
    }

    /// What it is, in words.
    pub(crate) fn in_words(&self) -> String {
        let Self { name, version, labels, answers, arrays, .. } = self;
        let labels = labels.map_or(String::new(), |labels| format!(", with {labels} labels"));
        let arrays = if *arrays == Arrays::Raw { " in raw arrays" } else { "" };
        let answers = match answers {
            Answers::Undeclared => String::new(),
            answers => format!(", answering {answers}{arrays}"),
        };
        format!("{name} of version {version}{labels}{answers}")
    }
}

/// What serde says of a text that is one line.
pub(crate) fn in_line(error: &str) -> String {
    error.replace(" at line 1 column ", " at column ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, part: Part) -> Result<Hello, String> {
        Hello::read(line.as_bytes(), part).map_err(|fault| fault.to_string())
    }

    #[test]
    fn what_a_program_says_of_itself_is_read_to_the_letter() {
        let greeting = String::from_utf8(Hello::ask(Part::Judge)).unwrap();
        assert_eq!(greeting, "{\"type\":\"hello\",\"protocol\":1,\"part\":\"judge\"}\n");
        let line =
            r#"{"protocol": 1, "name": "mine", "version": "2", "labels": 10, "answers": "logits"}"#;
        let hello = read(line, Part::Judge).unwrap();
        assert_eq!(hello.in_words(), "mine of version 2, with 10 labels, answering logits");
        assert_eq!(hello.arrays, Arrays::Json);
        for (from, to, why) in [
            (line, "ready", "and is `ready`: expected value at column 1"),
            ("\"protocol\": 1", "\"protocol\": 2", "`protocol` is 2: this is 1"),
            ("\"protocol\": 1, ", "", "missing field `protocol`"),
            ("mine", "my judge", "`name` must be of 1 to 60 letters"),
            ("mine", "", "`name` must be of 1 to 60 letters"),
            ("\"2\"", "\" \"", "`version` must be a line of 1 to 200 characters"),
            ("\"2\"", "2", "invalid type: integer `2`, expected a string"),
            (", \"labels\": 10", "", "a judge says how many `labels` it tells apart"),
            ("10", "1", "`labels` is 1: a judge tells 2 to 255 apart"),
            ("10", "256", "`labels` is 256: a judge tells 2 to 255 apart"),
            ("\"logits\"", "\"loud\"", "unknown variant `loud`"),
            ("\"answers\"", "\"anwsers\"", "unknown field `anwsers`"),
        ] {
            let refusal = read(&line.replace(from, to), Part::Judge).unwrap_err();
            assert!(refusal.contains(why), "{refusal}");
        }
        assert!(read(&line.replace(", \"labels\": 10", ""), Part::Debater).is_ok());
    }
}
