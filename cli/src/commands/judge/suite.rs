//! `pixel-debate judge suite`: positions with the right answers, that judges are held to.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, value_parser};
use indicatif::ProgressBar;
use pixel_debate_attacks::{Attack, Plan, Suite as Positions};

use super::attack::named;
use crate::failure::Failure;
use crate::options::{DataOption, LegalOption, SeedOption};

/// The largest file that is read, in bytes.
const MOST_BYTES: u64 = 256 << 20;

/// Make a suite of positions with the right answers, or hold a judge to one
#[derive(Subcommand)]
pub(crate) enum Suite {
    Make(Make),
    Run(Run),
}

/// Take positions from a judge: debates that the honest side is proven to win, and sets that deceive it
#[derive(Args)]
pub(crate) struct Make {
    /// The judge: judge-4 or judge-6, which come with the program, or a judge's safetensors file
    #[arg(value_name = "JUDGE")]
    judge: PathBuf,
    /// How many pixels the judge sees in each position
    #[arg(long, value_name = "K", default_value_t = 4, value_parser = value_parser!(u8).range(1..=8))]
    pixels: u8,
    /// How many images, drawn at random, of each of which come two positions at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    images: usize,
    /// The file to write, in JSON
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    legal: LegalOption,
    #[command(flatten)]
    seed: SeedOption,
    #[command(flatten)]
    data: DataOption,
}

/// Ask a judge about all positions of a suite, and name those that it gets wrong
///
/// The exit status is 1 if there are any.
#[derive(Args)]
pub(crate) struct Run {
    /// The judge: judge-4 or judge-6, which come with the program, or a judge's safetensors file
    #[arg(value_name = "JUDGE")]
    judge: PathBuf,
    /// The suite's file
    #[arg(value_name = "SUITE")]
    suite: PathBuf,
    #[command(flatten)]
    data: DataOption,
}

impl Suite {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Make(make) => make.run(),
            Self::Run(run) => run.run(),
        }
    }
}

impl Make {
    fn run(self) -> Result<(), Failure> {
        let dataset = self.data.open()?;
        let judge = named(&self.judge)?;
        let (pixels, legal) = (vec![self.pixels], self.legal.legal());
        let how = Attack { pixels, legal, smallest: 0, answers: Vec::new(), ..Attack::default() };
        let (name, hash) = (judge.name(), judge.hash());
        let plan = Plan::new(name, &hash, &judge, &dataset, how, self.images, self.seed.seed)?;
        let bar = if io::stderr().is_terminal() {
            ProgressBar::new(plan.images.len() as u64)
        } else {
            ProgressBar::hidden()
        };
        let suite = Positions::make(plan, &judge, &dataset, |done| bar.set_position(done as u64))
            .map_err(pixel_debate_attacks::SuiteError::from)?;
        bar.finish_and_clear();
        let text = serde_json::to_string(&suite).map_err(io::Error::from)?;
        let written = fs::write(&self.out, text + "\n");
        written.map_err(|source| Failure::Change { path: self.out.clone(), source })?;
        let right = suite.positions.iter().filter(|position| position.right).count();
        writeln!(
            io::stdout(),
            "{} positions: {right} ends of debates that the honest side is proven to win, {} deceptions",
            suite.positions.len(),
            suite.positions.len() - right
        )?;
        Ok(())
    }
}

impl Run {
    fn run(self) -> Result<(), Failure> {
        let dataset = self.data.open()?;
        let judge = named(&self.judge)?;
        let file = |source| Failure::File { path: self.suite.clone(), source };
        let length = fs::metadata(&self.suite).map_err(file)?.len();
        if length > MOST_BYTES {
            let reason = format!("it has {length} bytes, and {MOST_BYTES} at most are read");
            return Err(file(io::Error::other(reason)));
        }
        let text = fs::read(&self.suite).map_err(file)?;
        let suite: Positions =
            serde_json::from_slice(&text).map_err(|fault| file(io::Error::other(fault)))?;
        let answers = suite.ask(&judge, &dataset)?;
        let mut out = io::stdout().lock();
        for answer in answers.iter().filter(|answer| !answer.right) {
            let position = answer.position;
            let pixels: Vec<String> = position.evidence.iter().map(ToString::to_string).collect();
            writeln!(
                out,
                "position {}: image {}, a {} taken for a {} by a margin of {:.3}, from {} ({})",
                answer.number,
                position.image,
                position.label,
                position.lie,
                -answer.margin,
                pixels.join(" "),
                if position.right { "the suite's judge is right" } else { "as the suite's judge" },
            )?;
        }
        let of = |was: bool| answers.iter().filter(move |answer| answer.position.right == was);
        let right = |was: bool| of(was).filter(|answer| answer.right).count();
        writeln!(
            out,
            "{} is right in {} of {} positions where the suite's judge is right, and in {} of {} where it is deceived",
            judge.name(),
            right(true),
            of(true).count(),
            right(false),
            of(false).count(),
        )?;
        let wrong = answers.iter().filter(|answer| !answer.right).count();
        if wrong > 0 { Err(Failure::Suite { wrong, of: answers.len() }) } else { Ok(()) }
    }
}
