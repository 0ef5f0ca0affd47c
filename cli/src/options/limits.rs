//! The bounds on what clients may ask for.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use pixel_debate_server::Limits;

use crate::failure::Failure;

/// The options that change the bounds.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct LimitsOptions {
    /// TOML file with bounds on what clients may ask for
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
    /// A bound by its name, as connections=20000; docs/server.md names them
    #[arg(long, value_name = "NAME=VALUE")]
    limit: Vec<String>,
}

impl LimitsOptions {
    /// The bounds.
    pub(crate) fn read(&self) -> Result<Limits, Failure> {
        limits(self.limits.as_deref(), &self.limit)
    }
}

/// The default limits, with those of the file, and with those given one by one.
fn limits(file: Option<&Path>, given: &[String]) -> Result<Limits, Failure> {
    let fault = |place: String, fault: String| Failure::Setting { place, fault };
    let in_words = |error: toml::de::Error| one_line(&error.to_string());
    let of_file = match file {
        Some(file) => {
            let text = fs::read_to_string(file)
                .map_err(|source| Failure::File { path: file.to_owned(), source })?;
            let read = text.parse::<toml::Table>();
            read.map_err(|error| fault(file.display().to_string(), of_toml(&text, &error)))?
        }
        None => toml::Table::new(),
    };
    let mut table = of_file.clone();
    for limit in given {
        let one = limit.parse::<toml::Table>();
        let one =
            one.map_err(|error| fault(format!("--limit {limit}"), one_line(error.message())))?;
        table.extend(one);
    }
    table.try_into::<Limits>().map_err(|error| {
        let said = in_words(error);
        // What the file says by itself is the file's fault.
        let by_file = of_file.try_into::<Limits>().map_err(in_words);
        let place = file.filter(|_| by_file.is_err_and(|of_file| of_file == said));
        fault(place.map_or_else(|| "the limits".into(), |file| file.display().to_string()), said)
    })
}

/// What is wrong with a TOML file, with its line.
fn of_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", 1 + before.matches('\n').count(), one_line(error.message()))
}

fn one_line(text: &str) -> String {
    text.trim_end().replace('\n', ", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_come_from_the_file_and_then_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("limits.toml");
        fs::write(&file, "debates = 5\nseats = 6\ngrace = 0.5\n").unwrap();
        let limits = |given: &[&str]| {
            let given: Vec<_> = given.iter().map(ToString::to_string).collect();
            super::limits(Some(&file), &given).map_err(|error| error.to_string())
        };
        let read = limits(&["seats=7", "silence = 60"]).unwrap();
        assert_eq!((read.debates, read.seats), (5, 7));
        assert_eq!((read.grace.as_millis(), read.silence.as_secs()), (500, 60));
        for (given, wrong) in [
            ("seat=7", "unknown limit `seat`"),
            ("outbox=0", "the limit outbox is 0; it may be"),
            ("seats", "--limit seats: key with no value"),
            ("seats=\"many\"", "the limit seats is \"many\"; it may be"),
        ] {
            let error = limits(&[given]).unwrap_err();
            assert!(error.contains(wrong) && !error.contains('\n'), "{error}");
        }
        let error = limits(&["seat=7"]).unwrap_err();
        assert!(error.starts_with("the limits: "), "{error}");
        fs::write(&file, "debates = 5\nseat = 6\n").unwrap();
        let error = limits(&[]).unwrap_err();
        assert!(error.contains("limits.toml: unknown limit `seat`"), "{error}");
        fs::write(&file, "debates = 5\nseats = \n").unwrap();
        let error = limits(&[]).unwrap_err();
        assert!(error.contains("limits.toml: line 2: ") && !error.contains('\n'), "{error}");
    }
}
