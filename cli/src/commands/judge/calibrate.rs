//! `pixel-debate judge calibrate`: a judge that is as sure as it is right.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};
use pixel_debate_datasets::{Dataset, Split, mnist};
use pixel_debate_judge::{Judge, masks::Masks};
use pixel_debate_validation::calibrate;

use super::writing::write;
use crate::failure::Failure;
use crate::options::{LegalOption, PixelsOption, ReadingOptions, SeedOption, ThreadsOption, warn};

/// Calibrate a judge: divide its logits by the temperature at which its log score is best
///
/// The score is that on the first images of a dataset, each seen once through K of its legal pixels drawn at random.
/// The judge is right as often as before. It is of the same kind, with its last layer divided, so that whatever asks
/// it or proves something of it does so as of any other judge. The file says the temperature, what it was found on
/// and the log score before and after.
#[derive(Args)]
pub(crate) struct Calibrate {
    /// The judge's safetensors file
    #[arg(value_name = "JUDGE")]
    judge: PathBuf,
    /// The safetensors file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    pixels: PixelsOption,
    #[command(flatten)]
    legal: LegalOption,
    #[command(flatten)]
    seed: SeedOption,
    /// At most so many images, the first of the dataset
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = value_parser!(u32).range(1..))]
    images: u32,
    #[command(flatten)]
    threads: ThreadsOption,
    /// Folder of the dataset: MNIST's four files, or pictures in subfolders
    ///
    /// Without it, the MNIST test set that is part of the program.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Which part of the dataset, where it has two: what was measured on the other is not touched
    #[arg(long, value_enum, default_value_t = Part::Train, requires = "data")]
    part: Part,
    #[command(flatten)]
    reading: ReadingOptions,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    Train,
    Test,
}

impl Calibrate {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let judge = Judge::read(&self.judge)?;
        let data = self.dataset()?;
        let masks = Masks { pixels: self.pixels.pixels.into(), legal: self.legal.legal() };
        let (seed, images) = (self.seed.seed, self.images as usize);
        let find = || calibrate(&judge, &data, images, masks, seed);
        let found = self.threads.pool()?.install(find)?;
        let mut weights = judge.weights().with_temperature(found.temperature)?;
        let said = [
            ("judge", judge.hash()),
            ("data", data.hash()),
            ("images", found.images.to_string()),
            ("pixels", masks.pixels.to_string()),
            ("legal", masks.legal.to_string()),
            ("seed", seed.to_string()),
            ("log score before", format!("{:.6}", found.before)),
            ("log score after", format!("{:.6}", found.after)),
        ];
        for (key, value) in said {
            weights.provenance.0.insert(format!("calibration.{key}"), value);
        }
        write(&weights, &self.out)?;
        Ok(writeln!(
            io::stdout(),
            "{}: temperature {:.4}; on {} images of {} the log score was {:.4} nats and is {:.4}",
            self.out.display(),
            found.temperature,
            found.images,
            data.name(),
            found.before,
            found.after
        )?)
    }

    fn dataset(&self) -> Result<Cow<'static, Dataset>, Failure> {
        let reading = self.reading.reading();
        let Some(dir) = &self.data else {
            return if reading == pixel_debate_datasets::Reading::default() {
                Ok(Cow::Borrowed(mnist::test()))
            } else {
                Err(Failure::NothingToChange)
            };
        };
        let split = match self.part {
            Part::Train => Split::Train,
            Part::Test => Split::Test,
        };
        let dataset = Dataset::open_as(dir, split, reading)?;
        warn(dataset.warnings());
        Ok(Cow::Owned(dataset))
    }
}
