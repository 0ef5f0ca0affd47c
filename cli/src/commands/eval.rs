//! `pixel-debate eval`: the honest side's share of many debates.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Mutex;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pixel_debate_harness::{DebateResult, HonestWins, Rate, Series, Summary, Tally};
use serde::Serialize;

use crate::failure::Failure;
use crate::options::{
    DataOption, DebaterOptions, JudgeOption, PixelsOption, SeedOption, ThreadsOption,
};

/// Play debates over many images, in both orders, and count what the honest side wins
///
/// With --precommit each image is debated once for every lie, and the liar wins the image if any
/// lie wins, as in the paper. Without it the liar commits to nothing: one debate in each order.
#[derive(Args)]
pub(crate) struct Eval {
    /// The images' numbers in the dataset: from A up to, but not with, B
    #[arg(long, value_name = "A..B", value_parser = range)]
    images: Range<usize>,
    #[command(flatten)]
    pixels: PixelsOption,
    /// The liar commits to a label: every lie is played
    #[arg(long)]
    precommit: bool,
    #[command(flatten)]
    debaters: DebaterOptions,
    #[command(flatten)]
    seed: SeedOption,
    #[command(flatten)]
    threads: ThreadsOption,
    /// Print one JSON object instead: settings, summary, and the result of each debate
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judge: JudgeOption,
    #[command(flatten)]
    data: DataOption,
}

/// Reads `A..B` with A below B.
fn range(text: &str) -> Result<Range<usize>, String> {
    let range = || {
        let (start, end) = text.split_once("..")?;
        Some(start.parse().ok()?..end.parse().ok()?)
    };
    range()
        .filter(|range: &Range<usize>| !range.is_empty())
        .ok_or_else(|| "it must be two numbers A..B with A below B, 0..200 for example".to_owned())
}

/// An evaluation as JSON.
#[derive(Serialize)]
struct Report<'a> {
    dataset: &'a str,
    /// The first image's number, and that after the last.
    images: [usize; 2],
    pixels: u8,
    precommit: bool,
    honest: String,
    liar: String,
    judge: &'a str,
    seed: u64,
    honest_wins: Summary,
    debates: &'a [DebateResult],
}

impl Eval {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let dataset = self.data.open()?;
        let judge = self.judge.open(self.pixels.pixels)?;
        let debaters = self.debaters.debaters();
        let series = Series {
            dataset: &dataset,
            judge: &judge,
            pixels: self.pixels.pixels,
            debaters,
            seed: self.seed.seed,
        };
        let results = self.play(&series)?;
        let summary = Tally::of(&results).summary();
        let Self { images, precommit, .. } = self;
        let mut out = io::stdout().lock();
        if self.json {
            let report = Report {
                dataset: dataset.name(),
                images: [images.start, images.end],
                pixels: series.pixels,
                precommit,
                honest: debaters.honest.to_string(),
                liar: debaters.liar.to_string(),
                judge: judge.name(),
                seed: series.seed,
                honest_wins: summary,
                debates: &results,
            };
            serde_json::to_writer(&mut out, &report).map_err(io::Error::from)?;
            writeln!(out)?;
            return Ok(());
        }
        writeln!(
            out,
            "Images {}..{} of {}, {} pixels, {}.\nHonest {} against liar {}, {}, seed {}.\n",
            images.start,
            images.end,
            dataset.name(),
            series.pixels,
            if precommit { "precommit with every lie" } else { "no precommit" },
            debaters.honest,
            debaters.liar,
            judge.name(),
            series.seed
        )?;
        Ok(table(&mut out, &summary, precommit)?)
    }

    /// Plays all debates, with a progress bar that tells the rate so far.
    fn play(&self, series: &Series<'_>) -> Result<Vec<DebateResult>, Failure> {
        let pool = self.threads.pool()?;
        let style = ProgressStyle::with_template(
            "{wide_bar} {pos}/{len} images, {per_sec}, {eta} left {msg}",
        );
        let bar = ProgressBar::new(self.images.len() as u64)
            .with_style(style.expect("the template is sound, every run reads it"));
        bar.enable_steady_tick(Duration::from_millis(500));
        let tally = Mutex::new(Tally::default());
        let progress = |image: &[DebateResult]| {
            // A thread that panicked would have ended the whole run.
            let Ok(mut tally) = tally.lock() else { return };
            tally.add_image(image);
            bar.set_message(format!("| honest wins {}", percent(tally.summary().mean.images.rate)));
            bar.inc(1);
        };
        let results =
            pool.install(|| series.evaluate(self.images.clone(), self.precommit, progress));
        bar.finish_and_clear();
        Ok(results?)
    }
}

/// The rates with their intervals, an order a line.
fn table(out: &mut impl Write, summary: &Summary, precommit: bool) -> io::Result<()> {
    let orders = [
        ("honest first", summary.honest_first),
        ("liar first", summary.liar_first),
        ("mean", summary.mean),
    ];
    if !precommit {
        writeln!(out, "{:<14}debates won", "honest side")?;
        for (order, wins) in orders {
            writeln!(out, "{order:<14}{}", interval(wins.images))?;
        }
        let of = summary.mean.images.of;
        return writeln!(out, "\nIn brackets: 95 % Wilson interval, n = {of} images.");
    }
    writeln!(out, "{:<14}{:<26}debates won", "honest side", "images won")?;
    for (order, HonestWins { images, debates }) in orders {
        writeln!(out, "{order:<14}{:<26}{}", interval(images), interval(debates))?;
    }
    writeln!(
        out,
        "\nAn image is won if every lie about it is refuted.\nIn brackets: 95 % Wilson interval, \
         n = {} images, each with all its debates as one unit.",
        summary.mean.images.of
    )
}

fn interval(rate: Rate) -> String {
    let Rate { rate, low, high, .. } = rate;
    format!("{} ({:.1} to {:.1})", percent(rate), 100.0 * low, 100.0 * high)
}

fn percent(rate: f64) -> String {
    format!("{:.1} %", 100.0 * rate)
}
