//! `pixel-debate solve`: who wins by optimal play, with a certificate.

use std::io::{self, Write};
use std::str::FromStr;
use std::time::{Duration, Instant};

use clap::{Args, value_parser};
use indicatif::HumanCount;
use pixel_debate_agents::{
    Clock,
    solver::{Certificate, JudgeMark, Several, Solved},
};
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Debate, Image, ImageSource, Role};
use pixel_debate_judge::failing;
use pixel_debate_play::{Judging, PlayError, Series, Setup};

use crate::display::{self, Labels, Screen};
use crate::failure::Failure;
use crate::options::{AnyJudgeOption, DataOption, PixelsOption};
use crate::proof::Line;

/// Find out who wins a debate if both sides play as well as can be
///
/// Without --lie the debate is played without precommit. With --lie all, all wrong labels are
/// tried, and a proof for one is used for the others where it can be. What `solve --json` prints is
/// a certificate, which `pixel-debate verify` checks without the solver.
#[derive(Args)]
pub(crate) struct Solve {
    /// The image's number in the dataset, from 0
    #[arg(long, value_name = "N")]
    image: usize,
    #[command(flatten)]
    pixels: PixelsOption,
    /// The label that the liar claims, or `all` for each wrong one in turn
    #[arg(long, value_name = "LABEL|all")]
    lie: Option<Lie>,
    /// Who makes the first reveal: honest or liar, or `both` for one after the other
    #[arg(long, value_name = "ROLE|both", default_value_t = Order::One(Role::Honest))]
    first: Order,
    /// Print one line of JSON a game, with its certificate
    #[arg(long)]
    json: bool,
    /// Give up on a game after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=31_536_000))]
    time: Option<u64>,
    #[command(flatten)]
    judge: AnyJudgeOption,
    #[command(flatten)]
    data: DataOption,
}

/// The lies to solve for.
#[derive(Debug, Clone, Copy)]
enum Lie {
    One(u8),
    All,
}

impl FromStr for Lie {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            label => label.parse().map(Self::One).map_err(|_| "it must be a label, or all".into()),
        }
    }
}

/// The orders of play to solve for.
#[derive(Debug, Clone, Copy)]
enum Order {
    One(Role),
    Both,
}

impl FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "both" => Ok(Self::Both),
            role => {
                role.parse().map(Self::One).map_err(|_| "it must be honest, liar or both".into())
            }
        }
    }
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(role) => role.fmt(f),
            Self::Both => f.write_str("both"),
        }
    }
}

impl Solve {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let dataset = self.data.open()?;
        let judge = self.judge.open(self.pixels.pixels)?;
        let (mark, judge) = (judge.mark(), judge.judging());
        let debates = self.debates(&dataset, judge)?;
        let image = debates[0].image();
        let mut evaluator =
            judge.asked_about(image, debates[0].classes()).map_err(PlayError::from)?;
        let mut report = Output { solve: &self, dataset: &dataset, mark, screen: Screen::stdout() };
        let time = self.time.map(Duration::from_secs);
        let clock = || time.map_or(Clock::unlimited(), |time| Clock::until(Instant::now() + time));
        let mut several = Several::new(&debates, &mut *evaluator, clock);
        loop {
            let start = Instant::now();
            let Some(proven) = several.next_solved() else { return Ok(()) };
            if let Some(why) = failing::take() {
                let what = format!("image {}", self.image);
                return Err(PlayError::no_judge(what, why).into());
            }
            let proven = proven?;
            let variation = several.variation(&proven);
            let solved = Solved { variation, ..proven.solved };
            report.tell(proven.debate, &solved, start.elapsed())?;
        }
    }

    /// The debates asked for, at least one: by lie, then by order.
    fn debates(&self, dataset: &Dataset, judge: &dyn Judging) -> Result<Vec<Debate>, Failure> {
        let series = Series::paper(dataset, judge, self.pixels.pixels, 0);
        let lies: Vec<Option<u8>> = match self.lie {
            None => vec![None],
            Some(Lie::One(lie)) => vec![Some(lie)],
            Some(Lie::All) => {
                let first = Setup { image: self.image, lie: None, first: Role::Honest };
                let label = series.open(&first)?.label();
                let labels = 0..dataset.classes().len() as u8;
                labels.filter(|lie| *lie != label).map(Some).collect()
            }
        };
        let orders: &[Role] = match self.first {
            Order::One(Role::Honest) => &[Role::Honest],
            Order::One(Role::Liar) => &[Role::Liar],
            Order::Both => &[Role::Honest, Role::Liar],
        };
        let setups = lies.into_iter().flat_map(|lie| {
            orders.iter().map(move |first| Setup { image: self.image, lie, first: *first })
        });
        setups.map(|setup| series.open(&setup).map_err(Failure::from)).collect()
    }
}

/// Writes what was found.
struct Output<'a> {
    solve: &'a Solve,
    dataset: &'a Dataset,
    mark: JudgeMark,
    screen: Screen,
}

impl Output<'_> {
    fn tell(&mut self, debate: &Debate, solved: &Solved, time: Duration) -> io::Result<()> {
        if self.solve.json {
            return self.json(debate, solved, time);
        }
        let labels = Labels::of(self.dataset.classes());
        let screen = &mut self.screen;
        let lie = debate.claims().liar;
        let lie = lie.map_or("any other label".to_owned(), |lie| labels.name(lie));
        let (truth, first) = (labels.name(debate.label()), debate.rules().first);
        let winner = solved.winner;
        writeln!(screen, "{truth} against {lie}, {first} first: the {winner} side wins.")?;
        let mut turns = (0..)
            .map_while(|turn| Some(debate.rules().role_of(debate.rules().debater_to_move(turn)?)));
        for pixel in &solved.variation {
            let role = turns.next().unwrap_or(first);
            writeln!(screen, "  {:6} {pixel}", display::role(screen, role))?;
        }
        let strategy = &solved.strategy;
        let how = match &strategy.plans[..] {
            [plan] if plan.after.pixels().is_empty() => format!(
                "by {} whatever else is revealed",
                plan.reveal.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            ),
            plans => format!(
                "by a strategy of {} moves, {} lists of answers and {} plans",
                strategy.moves.len(),
                strategy.answers.len(),
                plans.len()
            ),
        };
        writeln!(screen, "  {how}")?;
        let (evaluations, seconds) = (HumanCount(solved.evaluations), time.as_secs_f64());
        writeln!(screen, "  {evaluations} sets judged in {seconds:.2} s")
    }

    fn json(&mut self, debate: &Debate, solved: &Solved, time: Duration) -> io::Result<()> {
        let rules = debate.rules();
        let source =
            ImageSource { dataset: self.dataset.name().to_owned(), index: self.solve.image as u32 };
        let line = Line {
            image: self.solve.image as u64,
            label: debate.label(),
            lie: debate.claims().liar,
            pixels: rules.pixels,
            first: rules.first,
            winner: solved.winner,
            variation: solved.variation.clone(),
            evaluations: solved.evaluations,
            seconds: time.as_secs_f64(),
            certificate: Certificate {
                version: Certificate::VERSION,
                judge: self.mark.clone(),
                source: Some(source),
                rules: *rules,
                image: Image::clone(debate.image()),
                classes: debate.classes(),
                claims: *debate.claims(),
                winner: solved.winner,
                strategy: solved.strategy.clone(),
            },
        };
        let mut output = io::stdout().lock();
        serde_json::to_writer(&mut output, &line)?;
        writeln!(output)
    }
}
