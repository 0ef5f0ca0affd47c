//! `pixel-debate data`: what a folder of images is taken for.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use pixel_debate_datasets::{Dataset, Format, Labelling, Split, Spread, Survey};
use pixel_debate_judge::{Judge, SHIPPED_PIXELS};
use pixel_debate_validation::{check_dataset, check_labels};
use serde::Serialize;

use crate::failure::Failure;
use crate::options::{ReadingOptions, warn};

/// Look at a dataset
#[derive(Subcommand)]
pub(crate) enum Data {
    Check(Check),
}

impl Data {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(),
        }
    }
}

/// Say what a folder of images is taken for, and what is odd about it
///
/// Prints its format, the images and their size, the classes with their labels, what is done to the
/// values, and how many pixels of an image are not black and so may be revealed. The exit status is 0
/// if debates can be held over it, warnings or not: over one of its images at least, and before some judge of
/// this network.
#[derive(Args)]
pub(crate) struct Check {
    /// The folder: MNIST's four files, or one subfolder of pictures a class
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The part of it: what is debated, or what judges are trained on
    #[arg(long, value_enum, default_value_t = Part::Test)]
    part: Part,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Print one JSON object instead
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    Train,
    Test,
}

/// A survey as JSON.
#[derive(Serialize)]
struct SurveyOutput<'a> {
    name: &'a str,
    hash: &'a str,
    format: &'static str,
    images: usize,
    width: usize,
    height: usize,
    /// Whether the data say what the labels are; otherwise they are the order of the names.
    labels_stated: bool,
    classes: Vec<ClassReport<'a>>,
    inverted: bool,
    resized: bool,
    threshold: u8,
    /// Pixels of an image that are not black.
    legal: SpreadReport,
    warnings: Vec<String>,
    /// Why no debate can be held over it.
    refused: Option<String>,
}

#[derive(Serialize)]
struct ClassReport<'a> {
    label: usize,
    name: &'a str,
    images: usize,
}

#[derive(Serialize)]
struct SpreadReport {
    least: usize,
    median: usize,
    most: usize,
}

impl Check {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let split = match self.part {
            Part::Train => Split::Train,
            Part::Test => Split::Test,
        };
        let dataset = Dataset::open_as(&self.dir, split, self.reading.reading())?;
        let mut survey = dataset.survey();
        let unfit = unfit(&dataset, &survey);
        let mut warnings: Vec<String> =
            std::mem::take(&mut survey.warnings).iter().map(ToString::to_string).collect();
        if unfit.is_none() {
            warnings.extend(refused_by_shipped(&dataset));
        }
        if self.json {
            let report = report(&survey, warnings, unfit.as_ref().map(ToString::to_string));
            let mut out = io::stdout().lock();
            serde_json::to_writer(&mut out, &report).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            show(&survey)?;
            warn(&warnings);
        }
        unfit.map_or(Ok(()), Err)
    }
}

/// Why no debate can be held over it, whichever the judge.
pub(super) fn unfit(dataset: &Dataset, survey: &Survey) -> Option<Failure> {
    if let Err(unfit) = check_dataset(dataset) {
        return Some(unfit.into());
    }
    let name = || survey.name.clone();
    if survey.legal.most == 0 {
        return Some(Failure::AllBlack { name: name(), images: survey.images });
    }
    (survey.classes.len() < 2).then(|| Failure::OneClass { name: name() })
}

/// What is said of a dataset whose labels mean nothing to the judges that come with the program.
fn refused_by_shipped(dataset: &Dataset) -> Option<String> {
    let mut shipped = SHIPPED_PIXELS.into_iter().filter_map(Judge::shipped);
    let refusal = shipped.find_map(|judge| check_labels(judge.weights(), dataset).err())?;
    Some(format!("the judges that come with the program do not know its labels: {refusal}"))
}

fn report(survey: &Survey, warnings: Vec<String>, refused: Option<String>) -> SurveyOutput<'_> {
    let Spread { least, median, most } = survey.legal;
    let classes = survey.classes.iter().enumerate();
    let classes = classes.map(|(label, class)| ClassReport {
        label,
        name: &class.name,
        images: class.images,
    });
    SurveyOutput {
        name: &survey.name,
        hash: &survey.hash,
        format: format(survey),
        images: survey.images,
        width: survey.width,
        height: survey.height,
        labels_stated: survey.labelling == Labelling::Stated,
        classes: classes.collect(),
        inverted: survey.reading.invert,
        resized: survey.reading.resize,
        threshold: survey.reading.threshold,
        legal: SpreadReport { least, median, most },
        warnings,
        refused,
    }
}

fn format(survey: &Survey) -> &'static str {
    match survey.format {
        Format::Idx => "idx",
        Format::Emnist => "emnist",
        Format::Pictures => "pictures",
        Format::Memory => "memory",
    }
}

fn show(survey: &Survey) -> io::Result<()> {
    let Survey { name, images, width, height, reading, legal, hash, .. } = survey;
    let mut out = io::stdout().lock();
    let kind = match survey.format {
        Format::Idx => "MNIST's files",
        Format::Emnist => "EMNIST's files, with rows and columns exchanged back",
        Format::Pictures => "a folder of pictures for each class",
        Format::Memory => "numbers",
    };
    writeln!(out, "{name}: {kind}")?;
    writeln!(out, "  images   {images} of {width}×{height} pixels")?;
    let labels = match survey.labelling {
        Labelling::Stated => "as the data say",
        Labelling::ByOrder => "in the order of the names, for a judge trained on the same classes",
    };
    writeln!(out, "  labels   {labels}")?;
    for (label, class) in survey.classes.iter().enumerate() {
        writeln!(out, "  {label:>7}  {}: {} images", class.name, class.images)?;
    }
    let inverted = if reading.invert { "inverted" } else { "not inverted" };
    let resized = if reading.resize { "resized" } else { "not resized" };
    let cut = match reading.threshold {
        0 | 1 => "no threshold".to_owned(),
        least => format!("those below {least} are black"),
    };
    writeln!(out, "  values   {inverted}, {resized}, {cut}")?;
    let Spread { least, median, most } = legal;
    writeln!(out, "  legal    {least} pixels at least, {median} in the median, {most} at most")?;
    writeln!(out, "  hash     {hash}")
}
