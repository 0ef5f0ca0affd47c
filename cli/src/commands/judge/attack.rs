//! `pixel-debate judge attack`: how few pixels mislead a judge, and how far.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, value_parser};
use indicatif::ProgressBar;
use pixel_debate_attacks::{Attack as How, Plan, run};
use pixel_debate_judge::{Judge, SHIPPED_PIXELS};

use crate::failure::Failure;
use crate::options::{DataOption, InstructionsOption, LegalOption, SeedOption, ThreadsOption};

/// Find the pixels that mislead a judge most, and the fewest that do
///
/// For each of a random sample of images, every lie and each K: the K pixels after which the judge favours the lie
/// most, whether it wins by them, and what of that is proven; and the smallest sets that mislead the judge, alone and
/// whatever an honest reveal answers. The folder gets a table of each (Parquet), a summary (text and JSON), pictures,
/// and a file an image, by which the same command goes on where it was stopped, with more images as well.
#[derive(Args)]
pub(crate) struct Attack {
    /// The judge: judge-4 or judge-6, which come with the program, or a judge's safetensors file
    #[arg(value_name = "JUDGE")]
    judge: PathBuf,
    /// How many pixels a consultant reveals, one number or several, ascending
    #[arg(long, value_name = "K", num_args = 1.., default_values_t = [4, 6], value_parser = value_parser!(u8).range(1..=16))]
    pixels: Vec<u8>,
    /// How many images, drawn at random
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "all")]
    images: usize,
    /// All images that have enough pixels
    #[arg(long)]
    all: bool,
    /// The folder to write to, or to go on with
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Look for smallest sets of up to so many pixels; 0 for none
    #[arg(long, value_name = "S", default_value_t = 6, value_parser = value_parser!(u8).range(0..=8))]
    smallest: u8,
    /// How many honest reveals a smallest set is to withstand: 0 for none at all, 1, 2, or several of them
    #[arg(long, value_name = "M", num_args = 1.., default_values_t = [1], value_parser = value_parser!(u8).range(0..=2))]
    answers: Vec<u8>,
    /// Sets kept from pixel to pixel while good ones are looked for
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = value_parser!(u16).range(1..=1024))]
    beam: u16,
    /// Prove that no set has a greater margin where there are no more sets than these
    ///
    /// An image of 150 pixels has 551,300 sets of three and 20,260,275 of four; some 200,000 are decided in a second,
    /// for all lies at once.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    sets: u64,
    /// Where no set is found that wins, prove that none does if there are no more sets than these
    #[arg(long, value_name = "N", default_value_t = 100_000_000)]
    sets_for_a_win: u64,
    /// Prove that no set withstands all answers where there are no more sets than these
    #[arg(long, value_name = "N", default_value_t = 25_000)]
    sets_to_answer: u64,
    /// Stop at an image after so many seconds; what is not done by then is open
    ///
    /// What is reached depends on the machine, and on what else it does.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u32).range(1..))]
    seconds_an_image: Option<u32>,
    #[command(flatten)]
    legal: LegalOption,
    #[command(flatten)]
    seed: SeedOption,
    #[command(flatten)]
    threads: ThreadsOption,
    #[command(flatten)]
    instructions: InstructionsOption,
    #[command(flatten)]
    data: DataOption,
}

impl Attack {
    pub(crate) fn run(self) -> Result<(), Failure> {
        self.instructions.keep();
        let dataset = self.data.open()?;
        let judge = named(&self.judge)?;
        let how = How {
            pixels: self.pixels,
            smallest: self.smallest,
            answers: self.answers.into_iter().filter(|answers| *answers > 0).collect(),
            legal: self.legal.legal(),
            beam: self.beam.into(),
            sets: self.sets,
            sets_for_a_win: self.sets_for_a_win,
            sets_to_answer: self.sets_to_answer,
            seconds_an_image: self.seconds_an_image,
        };
        let images = if self.all { Plan::possible(&how, &dataset) } else { self.images };
        let hash = judge.hash();
        let plan = Plan::new(judge.name(), &hash, &judge, &dataset, how, images, self.seed.seed)?;
        let bar = if io::stderr().is_terminal() {
            ProgressBar::new(plan.images.len() as u64)
        } else {
            ProgressBar::hidden()
        };
        let summary = run(&plan, &judge, &dataset, &self.out, self.threads.count(), |progress| {
            bar.set_position(progress.done as u64);
        })?;
        bar.finish_and_clear();
        write!(io::stdout(), "{summary}")?;
        Ok(())
    }
}

/// The judge of that name that comes with the program, or the file's.
pub(super) fn named(judge: &Path) -> Result<Judge, Failure> {
    let shipped = SHIPPED_PIXELS.into_iter().filter_map(Judge::shipped);
    match shipped.into_iter().find(|shipped| Path::new(shipped.name()) == judge) {
        Some(shipped) => Ok(shipped),
        None => Ok(Judge::read(judge)?),
    }
}
