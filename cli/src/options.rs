//! The options that several commands share.

mod limits;
mod nats;

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};
use pixel_debate_agents::AgentSpec;
use pixel_debate_datasets::{Dataset, Reading, Split, mnist};
use pixel_debate_game::{LegalPixels, Rules};
use pixel_debate_harness::FoundJudge;
use pixel_debate_judge::{Judge, kernels::Instructions};
use pixel_debate_play::Debaters;
use pixel_debate_programs::ProgramSpec;
use pixel_debate_validation::doubt;

use crate::failure::Failure;
pub(crate) use limits::LimitsOptions;
pub(crate) use nats::AccessOptions;

/// Which images.
#[derive(Args, Default)]
pub(crate) struct DataOption {
    /// Folder of another dataset: MNIST's four files, or one subfolder of pictures a class
    ///
    /// Without it, the MNIST test set that is part of the program. `pixel-debate data check DIR` says
    /// what a folder is taken for.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingOptions,
}

impl DataOption {
    /// The test part of the dataset.
    pub(crate) fn open(&self) -> Result<Cow<'static, Dataset>, Failure> {
        Ok(self.named()?.unwrap_or(Cow::Borrowed(mnist::test())))
    }

    /// The test part of the dataset, if one was named.
    pub(crate) fn named(&self) -> Result<Option<Cow<'static, Dataset>>, Failure> {
        let Some(dir) = &self.data else {
            let unchanged = self.reading.reading() == Reading::default();
            return if unchanged { Ok(None) } else { Err(Failure::NothingToChange) };
        };
        let dataset = Dataset::open_as(dir, Split::Test, self.reading.reading())?;
        warn(dataset.warnings());
        Ok(Some(Cow::Owned(dataset)))
    }
}

/// What is done to images when they are read.
#[derive(Args, Default)]
pub(crate) struct ReadingOptions {
    /// Take black for white and white for black: for dark ink on light paper
    #[arg(long)]
    invert: bool,
    /// Stretch images of other sizes to 28×28
    #[arg(long)]
    resize: bool,
    /// Make values below this black, as for the noise of JPEG
    #[arg(long, value_name = "VALUE", default_value_t = 0)]
    threshold: u8,
}

impl ReadingOptions {
    /// As datasets have it.
    pub(crate) fn reading(&self) -> Reading {
        let Self { invert, resize, threshold } = *self;
        Reading { invert, resize, threshold }
    }
}

/// Tells on standard error what is odd about something that was named. If nobody listens, the command
/// goes on.
pub(crate) fn warn<T: Display>(warnings: impl IntoIterator<Item = T>) {
    for warning in warnings {
        let _ = writeln!(io::stderr(), "warning: {warning}");
    }
}

/// Which judge, a network of ours.
#[derive(Args)]
pub(crate) struct JudgeOption {
    /// A judge's safetensors file, instead of the program's own judge for so many pixels
    #[arg(long, value_name = "FILE")]
    judge: Option<PathBuf>,
}

impl JudgeOption {
    /// The judge named, or the program's own for so many pixels.
    pub(crate) fn open(&self, pixels: u8) -> Result<Judge, Failure> {
        match &self.judge {
            Some(file) => {
                let judge = Judge::read(file)?;
                let doubt = doubt(judge.weights(), pixels.into());
                warn(doubt.map(|doubt| format!("{}: {doubt}", file.display())));
                Ok(judge)
            }
            None => Judge::shipped(pixels).ok_or(Failure::NoJudge { pixels }),
        }
    }
}

/// Which judge, of any kind.
#[derive(Args)]
pub(crate) struct AnyJudgeOption {
    /// A judge's file, instead of the program's own judge for so many pixels: safetensors, or ONNX by its
    /// ending .onnx, for which the program must have been built
    #[arg(long, value_name = "FILE")]
    judge: Option<PathBuf>,
    /// A program that is the judge, with its arguments, as "python3 judge.py"
    ///
    /// It is started in this folder, and told revealed pixels by its standard input:
    /// docs/experiments.md says how it answers.
    #[arg(long, value_name = "COMMAND", conflicts_with = "judge")]
    judge_command: Option<String>,
}

impl AnyJudgeOption {
    /// The judge named, or the program's own for so many pixels.
    pub(crate) fn open(&self, pixels: u8) -> Result<FoundJudge, Failure> {
        if let Some(command) = &self.judge_command {
            let words = shlex::split(command).filter(|words| !words.is_empty());
            let words = words.ok_or_else(|| Failure::Command { command: command.clone() })?;
            return Ok(FoundJudge::start(ProgramSpec::new(words, ""))?);
        }
        let Some(file) = &self.judge else {
            let shipped = Judge::shipped(pixels).ok_or(Failure::NoJudge { pixels })?;
            return Ok(shipped.into());
        };
        let judge = FoundJudge::read(file)?;
        let doubt = judge.network().and_then(|judge| doubt(judge.weights(), pixels.into()));
        warn(doubt.map(|doubt| format!("{}: {doubt}", file.display())));
        Ok(judge)
    }
}

/// How many pixels.
#[derive(Args)]
pub(crate) struct PixelsOption {
    /// How many pixels are revealed; the program has judges for 4 and for 6
    #[arg(
        long,
        value_name = "K",
        default_value_t = 6,
        value_parser = value_parser!(u8).range(1..=i64::from(Rules::MAX_PIXELS))
    )]
    pub(crate) pixels: u8,
}

/// Which pixels.
#[derive(Args)]
pub(crate) struct LegalOption {
    /// Which pixels may be shown: those that are not black, or any
    #[arg(long, value_name = "PIXELS", default_value = "nonzero")]
    legal: Legal,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Legal {
    Nonzero,
    Any,
}

impl LegalOption {
    /// As the rules have it.
    pub(crate) fn legal(&self) -> LegalPixels {
        match self.legal {
            Legal::Nonzero => LegalPixels::Nonzero,
            Legal::Any => LegalPixels::Any,
        }
    }
}

/// Who debates.
#[derive(Args)]
pub(crate) struct DebaterOptions {
    /// The honest debater: random, greedy, exact, or mcts:N (N rollouts a move), after which
    /// :margin, :graph or :margin:graph may follow
    #[arg(long, value_name = "AGENT", default_value = "mcts:1000")]
    honest: AgentSpec,
    /// The liar, likewise
    #[arg(long, value_name = "AGENT", default_value = "mcts:1000")]
    liar: AgentSpec,
}

impl DebaterOptions {
    /// The two agents.
    pub(crate) fn debaters(&self) -> Debaters {
        Debaters { honest: self.honest, liar: self.liar }
    }
}

/// Where chance comes from.
#[derive(Args)]
pub(crate) struct SeedOption {
    /// What all that is random depends on
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

/// With which of the processor's instructions.
#[derive(Args)]
pub(crate) struct InstructionsOption {
    /// The widest vector instructions with which the judge computes: portable, avx2 or avx512; the
    /// widest that the machine has, unless said
    ///
    /// The judge's numbers differ in the last digit from one to the other. Machines that work on one
    /// run compute with the same.
    #[arg(long, value_name = "NAME")]
    instructions: Option<Instructions>,
}

impl InstructionsOption {
    /// Has the whole process keep to it, before anything is computed.
    pub(crate) fn keep(&self) {
        if let Some(instructions) = self.instructions {
            instructions.limit();
        }
    }
}

/// On how many threads.
#[derive(Args)]
pub(crate) struct ThreadsOption {
    /// Threads to work on: as many as the machine has, unless said otherwise
    ///
    /// The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl ThreadsOption {
    /// How many threads.
    pub(crate) fn count(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(all, usize::from)
    }

    /// A pool of so many threads.
    pub(crate) fn pool(&self) -> Result<rayon::ThreadPool, Failure> {
        Ok(rayon::ThreadPoolBuilder::new().num_threads(self.count()).build()?)
    }
}
