//! The files that an experiment names.

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pixel_debate_datasets::{Dataset, Split, mnist};
use pixel_debate_judge::{Judge, SHIPPED_PIXELS, Weights};
use pixel_debate_validation::check_dataset;

use super::{CellJudge, Programs};
use crate::experiment::{ExperimentError, JudgeSpec, Missing};
use crate::{Custom, FoundJudge};

/// Where an experiment's file stands, for the files that it names.
pub(super) struct Files<'a> {
    pub(super) text: &'a str,
    pub(super) folder: &'a Path,
    pub(super) custom: &'a Custom,
    pub(super) programs: &'a Programs,
}

impl Files<'_> {
    pub(super) fn dataset(
        &self,
        name: &str,
        span: Range<usize>,
    ) -> Result<Cow<'static, Dataset>, ExperimentError> {
        let refuse = |reason: String| ExperimentError::at(self.text, span.clone(), reason);
        let dataset = if name == "mnist" {
            Cow::Borrowed(mnist::test())
        } else {
            let opened = Dataset::open(&self.folder.join(name), Split::Test);
            Cow::Owned(opened.map_err(|error| {
                refuse(format!("dataset {name:?} (it must be `mnist` or a folder): {error}"))
            })?)
        };
        check_dataset(&dataset).map_err(|error| refuse(error.to_string()))?;
        Ok(dataset)
    }

    /// The judge, or what is wrong with it.
    pub(super) fn judge(&self, spec: &JudgeSpec, pixels: u8) -> Result<CellJudge, String> {
        if let Some(program) = &spec.program {
            let started = self.programs.judge(program);
            return started.ok_or_else(|| "the program was not started".to_owned());
        }
        if let Some(brought) = self.custom.judge(&spec.name) {
            if spec.train.is_some() {
                return Err(format!("{} was brought along: `train` needs a file", spec.name));
            }
            return Ok(CellJudge::Custom { name: spec.name.clone(), brought: brought.clone() });
        }
        self.found(spec, pixels).map(CellJudge::Found)
    }

    fn found(&self, spec: &JudgeSpec, pixels: u8) -> Result<FoundJudge, String> {
        if let Some(shipped) = Shipped::of(&spec.name) {
            if spec.train.is_some() {
                return Err(format!("{} comes with the program: `train` needs a file", spec.name));
            }
            return shipped.judge(pixels).map(FoundJudge::from).ok_or_else(|| {
                format!(
                    "no judge for {pixels} pixels comes with the program: name judge-4, judge-6 or a \
                     file"
                )
            });
        }
        if let Some(missing) = self.missing(spec, pixels) {
            return Err(format!(
                "the judge {} is not there. This makes it, with a program that was built with \
                 `--features train`: {}",
                missing.file.display(),
                missing.command()
            ));
        }
        let file = self.judge_file(spec, pixels);
        let judge = FoundJudge::read(&file).map_err(|error| {
            if file.exists() { error.to_string() } else { format!("{error}. {}", self.judges()) }
        })?;
        if let (Some(train), Some(network)) = (&spec.train, judge.network()) {
            let data = train.data(self.folder);
            let data = Dataset::open(&data, Split::Train).map_err(|error| {
                format!("the training images of {} cannot be compared: {error}", file.display())
            })?;
            let from = train.from(self.folder).map(|name| start(&name)).transpose()?;
            if let Some(difference) = train.difference(network, &data.hash(), from) {
                return Err(format!(
                    "the judge {} is another: {difference}. Move it away, and it is made anew",
                    file.display()
                ));
            }
        }
        Ok(judge)
    }

    /// The judge's file with how it is made, if it is to be made.
    pub(super) fn missing(&self, spec: &JudgeSpec, pixels: u8) -> Option<Missing> {
        let train = spec.train.clone()?;
        let file = self.judge_file(spec, pixels);
        let data = train.data(self.folder);
        let from = train.from(self.folder);
        (!file.exists()).then_some(Missing { file, train, data, from })
    }

    /// Which judges there are.
    fn judges(&self) -> String {
        let ours = "It must be `shipped`, `judge-4`, `judge-6`, a file".to_owned();
        self.custom.judges().fold(ours, |known, name| format!("{known}, or `{name}`"))
    }

    fn judge_file(&self, spec: &JudgeSpec, pixels: u8) -> PathBuf {
        self.folder.join(spec.name.replace("{pixels}", &pixels.to_string()))
    }
}

/// The hash of the judge with which training begins.
fn start(name: &str) -> Result<String, String> {
    if let Some(Shipped::For(pixels)) = Shipped::of(name)
        && let Some(judge) = Judge::shipped(pixels)
    {
        return Ok(judge.hash());
    }
    let weights = Weights::read(Path::new(name));
    let weights =
        weights.map_err(|error| format!("the judge that training begins with: {error}"))?;
    Ok(weights.model.hash())
}

/// A judge of the program's own.
enum Shipped {
    /// That for the cell's number of pixels.
    Fitting,
    /// That for so many.
    For(u8),
}

impl Shipped {
    fn of(name: &str) -> Option<Self> {
        if name == "shipped" {
            return Some(Self::Fitting);
        }
        let found = SHIPPED_PIXELS.into_iter().find(|pixels| name == format!("judge-{pixels}"));
        found.map(Self::For)
    }

    fn judge(&self, pixels: u8) -> Option<Judge> {
        match self {
            Self::Fitting => Judge::shipped(pixels),
            Self::For(pixels) => Judge::shipped(*pixels),
        }
    }
}
