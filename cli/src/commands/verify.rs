//! `pixel-debate verify`: certificates of `solve`, checked by the dense judge alone.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pixel_debate_agents::solver::{Certificate, Verified};
use pixel_debate_harness::Judge;
use pixel_debate_judge::{CLASSES, DenseEvaluator, Evaluator, PixelSet};
use rayon::prelude::*;
use serde::Deserialize;

use crate::failure::Failure;
use crate::options::{JudgeOption, ThreadsOption};

/// Check certificates that `solve --json` has written
///
/// Every way that a debate can go while the winner follows the certificate's strategy is tried, and
/// every set of pixels that it can end with is judged by the plain forward pass of the network.
/// Neither the solver nor the sparse engine is used.
#[derive(Args)]
pub(crate) struct Verify {
    /// The file, one certificate a line; standard input if none is named
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    judge: JudgeOption,
    #[command(flatten)]
    threads: ThreadsOption,
}

/// What is read of a line of `solve --json`.
#[derive(Deserialize)]
struct Line {
    certificate: Certificate,
}

/// Sets that one thread judges at once.
const CHUNK: usize = 64;

impl Verify {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let pool = self.threads.pool()?;
        let input: Box<dyn BufRead> = match &self.file {
            Some(path) => Box::new(BufReader::new(open(path)?)),
            None => Box::new(io::stdin().lock()),
        };
        let (mut judge, mut read, mut refuted) = (None, 0, 0);
        for (index, line) in input.lines().enumerate() {
            let line = line.map_err(Failure::Input)?;
            let fault = |fault: String| Failure::Line { number: index + 1, fault };
            let Line { certificate } =
                serde_json::from_str(&line).map_err(|error| fault(error.to_string()))?;
            let judge = self.judge_of(&mut judge, &certificate)?;
            if judge.network().hash() != certificate.judge.hash {
                return Err(fault(format!(
                    "the certificate is about another judge, {:?}: name its file with --judge FILE",
                    certificate.judge.name
                )));
            }
            let network = Arc::new(judge.network().clone());
            let dense = DenseEvaluator::new(network, Arc::new(certificate.image.clone()))
                .map_err(|error| fault(error.to_string()))?;
            let holds = pool.install(|| check(&certificate, &dense))?;
            read += 1;
            refuted += usize::from(!holds);
        }
        match (read, refuted) {
            // What was to write certificates may have failed.
            (0, _) => Err(Failure::NoCertificate),
            (_, 0) => Ok(()),
            (_, count) => Err(Failure::Refuted { count }),
        }
    }

    /// The judge named, or the program's own for that certificate's number of pixels.
    fn judge_of<'a>(
        &self,
        known: &'a mut Option<(u8, Judge)>,
        certificate: &Certificate,
    ) -> Result<&'a Judge, Failure> {
        let pixels = certificate.rules.pixels;
        if known.as_ref().is_none_or(|(known, _)| *known != pixels) {
            *known = Some((pixels, self.judge.open(pixels)?));
        }
        Ok(&known.as_ref().expect("it was set above").1)
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|source| Failure::File { path: path.to_owned(), source })
}

/// Checks one certificate, says how that went, and returns whether it holds.
fn check(certificate: &Certificate, dense: &DenseEvaluator) -> io::Result<bool> {
    let mut judge = |sets: &[PixelSet]| -> Vec<[f32; CLASSES]> {
        let chunks = sets.par_chunks(CHUNK);
        chunks.flat_map_iter(|chunk| dense.clone().evaluate(chunk)).collect()
    };
    let bar = progress_bar();
    let result = certificate.verify(&mut judge, &mut |verified| bar.set_position(verified.sets));
    bar.finish_and_clear();
    let mut output = io::stdout().lock();
    let claims = certificate.claims;
    let lie = claims.liar.map_or("any other label".to_owned(), |lie| lie.to_string());
    let image = certificate.source.as_ref().map_or("an image".to_owned(), |source| {
        format!("image {} of {}", source.index, source.dataset)
    });
    let (truth, rules) = (claims.honest, certificate.rules);
    let game =
        format!("{image}, {} pixels, {truth} against {lie}, {} first", rules.pixels, rules.first);
    match &result {
        Ok(Verified { sets, within_rounding: 0 }) => {
            writeln!(output, "{game}: the {} side wins, by {sets} sets", certificate.winner)?;
        }
        Ok(Verified { sets, within_rounding }) => writeln!(
            output,
            "{game}: the {} side wins, by {sets} sets, {within_rounding} of them as near to a tie \
             as rounding errors",
            certificate.winner
        )?,
        Err(flaw) => writeln!(output, "{game}: not proven: {flaw}")?,
    }
    Ok(result.is_ok())
}

/// Counts the sets judged, on a terminal.
fn progress_bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {pos} sets judged, {per_sec}")
        .expect("the template is right");
    ProgressBar::new_spinner().with_style(style)
}
