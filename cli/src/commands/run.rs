//! `pixel-debate run`: an experiment's file, carried out.

mod judges;
mod spread;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::HumanDuration;
use pixel_debate_harness::{Measured, Program, RunPlan, Summary};

use crate::display::{self, Bar};
use crate::failure::Failure;
use crate::options::{InstructionsOption, ThreadsOption, warn};
use spread::Spread;

/// Carry out an experiment's file, or go on where it was stopped
///
/// The results are a folder: the manifest, one row a debate in Parquet, a summary in JSON, and a
/// report with plots. Stop it in any way, start it again, and it goes on; the finished folder does
/// not depend on that, nor on the number of threads or machines, byte for byte (but for log.jsonl).
/// A run belongs to one behaviour of the program and one set of processor instructions: another is
/// refused, with what goes on with it. Judges that the file says how to train are trained first, if
/// they are not there and the program was built with training.
#[derive(Args)]
pub(crate) struct Run {
    /// The experiment: a TOML file, of which experiments/ has examples
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder for the results
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// Take only the first N of the file's images
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    images: Option<u32>,
    /// Only say how many debates that would be and roughly how long they would take, by timing some of
    /// each kind for 20 seconds or so
    #[arg(long = "dry-run", id = "dry_run")]
    only_estimate: bool,
    #[command(flatten)]
    threads: ThreadsOption,
    #[command(flatten)]
    instructions: InstructionsOption,
    #[command(flatten)]
    spread: Spread,
}

impl Run {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let file = |source| Failure::File { path: self.file.clone(), source };
        let text = fs::read_to_string(&self.file).map_err(file)?;
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let limit = self.images.map(|count| count as usize);
        let refused = |refusal| Failure::Experiment { path: self.file.clone(), refusal };
        let threads = self.threads.count();
        if !self.only_estimate {
            let missing = RunPlan::missing_judges(&text, folder).map_err(refused)?;
            judges::make(&missing, threads)?;
        }
        // The instructions are part of the plan.
        self.instructions.keep();
        let plan = RunPlan::new(&text, folder, limit).map_err(refused)?.by(program());
        warn(plan.dataset().warnings());
        let Some(out) = self.out.filter(|_| !self.only_estimate) else {
            return estimate(&plan, threads);
        };
        if let (Some(_), Some(cell)) = (&self.spread.nats, plan.kept_here()) {
            return Err(Failure::KeptHere { cell: cell.to_string() });
        }
        let bar = Arc::new(Bar::new(&plan));
        let finished = match self.spread.nats.clone() {
            Some(urls) => self.spread.run(&urls, &plan, &out, &bar),
            None => plan.run(&out, threads, &*bar).map_err(Failure::Run),
        };
        bar.clear();
        let finished = finished?;
        let summary = Summary::of(plan.manifest(), &finished.rows);
        let mut output = io::stdout().lock();
        display::summary(&mut output, &summary)?;
        let report = out.join("report.html");
        writeln!(output, "\n{}", report.display())?;
        match finished.failed.len() {
            0 => Ok(()),
            count => Err(Failure::Shards { count, report }),
        }
    }
}

/// This program, by what it was built from.
pub(crate) fn program() -> Program {
    let dirty = match env!("PIXEL_DEBATE_DIRTY") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let (version, commit) = (env!("CARGO_PKG_VERSION"), env!("PIXEL_DEBATE_COMMIT"));
    Program { version: version.to_owned(), commit: commit.to_owned(), dirty }
}

/// Says what a run would be, by some of its debates.
fn estimate(plan: &RunPlan, threads: usize) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut output = io::stdout().lock();
    let (mut debates, mut seconds) = (0, 0.0);
    for measured in plan.measure(|| begun.elapsed())? {
        debates += measured.debates;
        seconds += measured.seconds;
        let time = HumanDuration(Duration::from_secs_f64(measured.seconds));
        let how = match measured.timed {
            0 => "a guess".to_owned(),
            1 => "1 image timed".to_owned(),
            timed => format!("{timed} images timed"),
        };
        let Measured { cell, debates, .. } = measured;
        writeln!(output, "{debates:>9} debates, about {time} of one core ({how}): {cell}")?;
    }
    let cores = if threads == 1 { "one core".to_owned() } else { format!("{threads} cores") };
    let time = HumanDuration(Duration::from_secs_f64(seconds / threads as f64));
    Ok(writeln!(output, "{debates:>9} debates in all, about {time} on {cores}")?)
}
