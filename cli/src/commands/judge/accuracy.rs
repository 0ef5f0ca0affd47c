//! `pixel-debate judge accuracy`: how often the judge is right about random pixels.

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;
use pixel_debate_game::LegalPixels;
use pixel_debate_judge::masks::Masks;
use pixel_debate_statistics::Rate;
use pixel_debate_validation::{correct_by_evaluators, correct_on_random_pixels};
use serde::Serialize;

use crate::failure::Failure;
use crate::options::{
    AnyJudgeOption, DataOption, LegalOption, PixelsOption, SeedOption, ThreadsOption,
};

/// Measure how often a judge is right about random pixels
///
/// Every image of the dataset is shown once, through K of its legal pixels drawn at random.
#[derive(Args)]
pub(crate) struct Accuracy {
    #[command(flatten)]
    pixels: PixelsOption,
    #[command(flatten)]
    legal: LegalOption,
    #[command(flatten)]
    seed: SeedOption,
    #[command(flatten)]
    threads: ThreadsOption,
    /// Print one JSON object instead
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judge: AnyJudgeOption,
    #[command(flatten)]
    data: DataOption,
}

/// A measurement as JSON.
#[derive(Serialize)]
struct AccuracyOutput<'a> {
    judge: &'a str,
    dataset: &'a str,
    pixels: u8,
    legal: LegalPixels,
    seed: u64,
    correct: usize,
    images: usize,
    accuracy: f64,
    /// The ends of the 95 % Wilson interval.
    interval: [f64; 2],
}

impl Accuracy {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let dataset = self.data.open()?;
        let (pixels, seed) = (self.pixels.pixels, self.seed.seed);
        let judge = self.judge.open(pixels)?;
        judge.judging().check(&dataset)?;
        let masks = Masks { pixels: pixels.into(), legal: self.legal.legal() };
        let measure = || -> Result<usize, Failure> {
            if let Some(judge) = judge.network() {
                return Ok(correct_on_random_pixels(judge.model(), &dataset, masks, seed)?);
            }
            let (judge, classes) = (judge.judging(), judge.judging().classes(&dataset));
            let asked_about =
                |image| judge.asked_about(&Arc::new(dataset.to_image(image)), classes);
            let correct = correct_by_evaluators(&dataset, masks, seed, asked_about);
            correct.map_err(Failure::Measurement)
        };
        let correct = self.threads.pool()?.install(measure)?;
        let rate = Rate::wilson(correct as f64, dataset.len());
        let mut out = io::stdout().lock();
        if self.json {
            let report = AccuracyOutput {
                judge: judge.judging().name(),
                dataset: dataset.name(),
                pixels,
                legal: masks.legal,
                seed,
                correct,
                images: dataset.len(),
                accuracy: rate.rate,
                interval: [rate.low, rate.high],
            };
            serde_json::to_writer(&mut out, &report).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            writeln!(
                out,
                "{} on {} random {}pixels of {}: {}",
                judge.judging().name(),
                pixels,
                if masks.legal == LegalPixels::Nonzero { "nonzero " } else { "" },
                dataset.name(),
                in_words(rate)
            )?;
        }
        Ok(())
    }
}

/// An accuracy with its interval, as a judge's file has it too.
pub(super) fn in_words(Rate { rate, low, high, of, .. }: Rate) -> String {
    let [rate, low, high] = [rate, low, high].map(|share| 100.0 * share);
    format!("{rate:.2} % (95 % interval {low:.2} to {high:.2}, n = {of})")
}
