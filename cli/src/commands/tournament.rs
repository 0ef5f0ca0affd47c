//! `pixel-debate tournament`: which debater is stronger.

use std::io::{self, IsTerminal, Write};
use std::str::FromStr;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pixel_debate_agents::AgentSpec;
use pixel_debate_play::LeftOut;
use pixel_debate_play::tournament::{self, Game, Pairs, Rating};
use pixel_debate_statistics::{Decision, Interval, Sprt, Standing};
use serde::Serialize;

use crate::failure::Failure;
use crate::options::{AnyJudgeOption, DataOption, PixelsOption, SeedOption, ThreadsOption};

/// Let debaters meet, and rate them
///
/// Any two meet over the same image and lie in both orders and with the sides either way. The
/// ratings are Elo points by the Bradley-Terry model, apart as the honest side and as the liar, with
/// 95 % intervals by the Bayesian bootstrap over images; the mean of those that have met is 0.
#[derive(Args)]
pub(crate) struct Tournament {
    /// Who takes part, two at least: random, greedy, exact, mcts:N
    #[arg(value_name = "AGENT", num_args = 2.., required = true)]
    agents: Vec<AgentSpec>,
    /// Only the first agent meets the others
    #[arg(long)]
    gauntlet: bool,
    /// How many images, the first ones of the dataset in a random order drawn by the seed
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    images: u32,
    #[command(flatten)]
    pixels: PixelsOption,
    /// The liar commits to no label
    #[arg(long)]
    no_precommit: bool,
    /// Stop as soon as it is known whether the first of two agents is stronger than the other: by
    /// ELO1 points rather than by ELO0, both errors being 5 %
    #[arg(long, value_name = "ELO0,ELO1")]
    sprt: Option<Bounds>,
    #[command(flatten)]
    seed: SeedOption,
    #[command(flatten)]
    threads: ThreadsOption,
    /// Print one JSON object instead: settings, ratings, and each debate
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judge: AnyJudgeOption,
    #[command(flatten)]
    data: DataOption,
}

/// The two hypotheses of a test.
#[derive(Debug, Clone, Copy)]
struct Bounds(Sprt);

impl FromStr for Bounds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bounds = || {
            let (elo0, elo1) = text.split_once(',')?;
            let (elo0, elo1): (f64, f64) = (elo0.trim().parse().ok()?, elo1.trim().parse().ok()?);
            (elo0 < elo1 && elo0.abs() < 1e4 && elo1.abs() < 1e4).then_some(Sprt { elo0, elo1 })
        };
        bounds().map(Self).ok_or_else(|| "it must be two numbers, the first below: 0,30".to_owned())
    }
}

/// A tournament as JSON.
#[derive(Serialize)]
struct TournamentOutput<'a> {
    dataset: &'a str,
    judge: &'a str,
    pixels: u8,
    precommit: bool,
    seed: u64,
    agents: &'a [AgentSpec],
    images: &'a [usize],
    left_out: &'a [LeftOut],
    ratings: &'a [Rating],
    sprt: Option<Sprt>,
    standing: Option<Standing>,
    games: &'a [Game],
}

impl Tournament {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if let Some(twice) =
            (1..self.agents.len()).find(|at| self.agents[..*at].contains(&self.agents[*at]))
        {
            return Err(Failure::SameAgent { agent: self.agents[twice] });
        }
        if self.sprt.is_some() && self.agents.len() != 2 {
            return Err(Failure::SprtOfMany { agents: self.agents.len() });
        }
        let dataset = self.data.open()?;
        let judge = self.judge.open(self.pixels.pixels)?;
        let judge = judge.judging();
        judge.check(&dataset)?;
        let tournament = tournament::Tournament {
            dataset: &dataset,
            judge,
            pixels: self.pixels.pixels,
            precommit: !self.no_precommit,
            agents: self.agents.clone(),
            pairs: if self.gauntlet { Pairs::Gauntlet } else { Pairs::RoundRobin },
            seed: self.seed.seed,
        };
        let (images, left_out) = tournament.images(self.images as usize);
        let test = self.sprt.map(|Bounds(test)| test);
        let bar = progress_bar(images.len());
        let enough = |games: &[Game]| {
            bar.set_position(games.chunk_by(|one, next| one.image == next.image).count() as u64);
            let standing = test.map(|test| tournament.standing(games, &test));
            if let Some(standing) = standing {
                bar.set_message(format!("LLR {:.2} of {:.2}", standing.llr, Sprt::bound()));
            }
            standing.is_some_and(|standing| standing.decision.is_some())
        };
        let games = self.threads.pool()?.install(|| tournament.play(&images, enough))?;
        bar.finish_and_clear();
        let ratings = tournament.ratings(&games);
        let standing = test.map(|test| tournament.standing(&games, &test));
        let played = games.chunk_by(|one, next| one.image == next.image).count();
        let mut output = io::stdout().lock();
        if self.json {
            let report = TournamentOutput {
                dataset: dataset.name(),
                judge: judge.name(),
                pixels: tournament.pixels,
                precommit: tournament.precommit,
                seed: tournament.seed,
                agents: &tournament.agents,
                images: &images[..played],
                left_out: &left_out,
                ratings: &ratings,
                sprt: test,
                standing,
                games: &games,
            };
            serde_json::to_writer(&mut output, &report).map_err(io::Error::from)?;
            return Ok(writeln!(output)?);
        }
        writeln!(output, "{:<24}{:<28}liar", "Elo", "honest")?;
        for (agent, rating) in tournament.agents.iter().zip(&ratings) {
            let name = agent.to_string();
            let honest = elo(rating.honest, rating.honest_interval);
            let liar = elo(rating.liar, rating.liar_interval);
            writeln!(output, "{name:<24}{honest:<28}{liar}")?;
        }
        writeln!(
            output,
            "\n{} debates over {played} images of {}, {} pixels, {}: the first in the random order of seed \
             {}. In brackets: 95 % intervals by the Bayesian bootstrap over images.",
            games.len(),
            dataset.name(),
            tournament.pixels,
            judge.name(),
            tournament.seed
        )?;
        for LeftOut { image, why } in &left_out {
            writeln!(output, "Left out: image {image} {why}")?;
        }
        if let (Some(test), Some(standing)) = (test, standing) {
            Ok(verdict(&mut output, &tournament.agents, &test, &standing)?)
        } else {
            Ok(())
        }
    }
}

fn verdict(
    output: &mut impl Write,
    agents: &[AgentSpec],
    test: &Sprt,
    standing: &Standing,
) -> io::Result<()> {
    let Standing { llr, decision } = standing;
    let (a, b, bound) = (agents[0], agents[1], Sprt::bound());
    let Sprt { elo0, elo1 } = test;
    let said = match decision {
        Some(Decision::Stronger) => {
            format!("{a} is stronger than {b} by {elo1} points, not {elo0}")
        }
        Some(Decision::NotStronger) => format!("{a} is {elo0} points above {b}, not {elo1}"),
        None => format!("not known yet whether {a} is {elo0} or {elo1} points above {b}"),
    };
    writeln!(output, "{said}: LLR {llr:.2}, bounds ±{bound:.2}.")
}

fn elo(rating: f64, interval: Interval) -> String {
    format!("{rating:+.0} ({:+.0} to {:+.0})", interval.low, interval.high)
}

fn progress_bar(images: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} images, {eta} left {msg}")
        .expect("the template is sound");
    ProgressBar::new(images as u64).with_style(style)
}
