//! `pixel-debate play`: one debate, shown as it happens.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use image::ImageFormat;
use pixel_debate_agents::Proof;
use pixel_debate_datasets::Dataset;
use pixel_debate_figure::Figure;
use pixel_debate_game::{Debate, Event, Role, Seat, TurnOrder};
use pixel_debate_judge::{Evaluator, PixelSet};
use pixel_debate_play::{Debaters, Judging, PlayError, Series, Setup};

use crate::display::{self, Labels, Screen};
use crate::failure::Failure;
use crate::options::{AnyJudgeOption, DataOption, DebaterOptions, PixelsOption, SeedOption};

/// Play one debate and show it as it happens
///
/// With --lie the liar commits to that label, and the judge compares the two claims. Without it
/// the debate is played without precommit: any wrong answer of the judge is the liar's win.
#[derive(Args)]
pub(crate) struct Play {
    /// The image's number in the dataset, from 0
    #[arg(long, value_name = "N")]
    image: usize,
    #[command(flatten)]
    pixels: PixelsOption,
    /// The label that the liar claims: any but the true one
    #[arg(long, value_name = "LABEL")]
    lie: Option<u8>,
    /// Who makes the first reveal: honest or liar
    #[arg(long, value_name = "ROLE", default_value_t = Role::Honest)]
    first: Role,
    /// Have the first debater reveal all pixels: a consultant, whom nobody answers
    #[arg(long)]
    alone: bool,
    #[command(flatten)]
    debaters: DebaterOptions,
    #[command(flatten)]
    seed: SeedOption,
    /// Print the debate's transcript instead, as one line of JSON
    #[arg(long)]
    json: bool,
    /// Draw the debate into a PNG file: what the debaters see beside what the judge sees
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    #[command(flatten)]
    judge: AnyJudgeOption,
    #[command(flatten)]
    data: DataOption,
}

impl Play {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let dataset = self.data.open()?;
        let judge = self.judge.open(self.pixels.pixels)?;
        let (pixels, debaters) = (self.pixels.pixels, self.debaters.debaters());
        let judge = judge.judging();
        let mut series = Series::paper(&dataset, judge, pixels, self.seed.seed);
        if self.alone {
            series.order = TurnOrder::Alone;
        }
        let setup = Setup { image: self.image, lie: self.lie, first: self.first };
        let debate = if self.json {
            series.play(&setup, debaters, |_, _, _| {})?
        } else {
            show(&series, judge, debaters, &setup)?
        };
        if let Some(path) = self.png {
            Figure::of(&debate.view(Seat::Spectator))
                .image()
                .save_with_format(&path, ImageFormat::Png)
                .map_err(|source| Failure::Picture { path, source })?;
        }
        if self.json {
            writeln!(io::stdout(), "{}", series.transcript(self.image, debaters, &debate))?;
        }
        Ok(())
    }
}

/// Plays a debate and writes it to standard output move by move.
fn show(
    series: &Series<'_>,
    judge: &dyn Judging,
    debaters: Debaters,
    setup: &Setup,
) -> Result<Debate, Failure> {
    let debate = series.open(setup)?;
    let judge = judge.asked_about(debate.image(), debate.classes()).map_err(PlayError::from)?;
    let mut screen = Screen::stdout();
    let labels = Labels::of(series.dataset.classes());
    introduce(&mut screen, series, debaters, &debate, setup, &labels)?;
    let mut shown = Shown { screen, judge, result: Ok(()) };
    shown.tell(&debate, Proof::NotSought);
    let debate = series.play(setup, debaters, |debate, event, proof| {
        // The verdict has lines of its own.
        if !matches!(event, Event::Verdict { .. }) {
            shown.tell(debate, proof);
        }
    })?;
    let Shown { mut screen, result, .. } = shown;
    result?;
    display::verdict(&mut screen, &debate, &labels)?;
    Ok(debate)
}

/// A debate on the screen.
struct Shown {
    screen: Screen,
    judge: Box<dyn Evaluator>,
    /// The first thing that could not be written, after which nothing more is.
    result: io::Result<()>,
}

impl Shown {
    /// Writes the line for the last reveal, or for the beginning.
    fn tell(&mut self, debate: &Debate, proof: Proof) {
        if self.result.is_err() {
            return;
        }
        let evidence: PixelSet = debate.evidence().iter().map(|reveal| reveal.pixel).collect();
        let logits = self.judge.evaluate(&[evidence]).into_numbers();
        self.result = display::standing(&mut self.screen, debate, &logits, proof);
    }
}

/// Says what the debate is about, and shows the image.
fn introduce(
    screen: &mut Screen,
    series: &Series<'_>,
    debaters: Debaters,
    debate: &Debate,
    setup: &Setup,
    labels: &Labels<'_>,
) -> io::Result<()> {
    let Series { dataset, judge, pixels, seed, .. } = series;
    let dataset: &Dataset = dataset;
    let truth = labels.name(debate.label());
    writeln!(screen, "Image {} of {}: a {truth}.", setup.image, dataset.name())?;
    writeln!(screen)?;
    display::image(screen, debate)?;
    writeln!(screen)?;
    let lie = setup.lie.map_or("any other label".to_owned(), |lie| labels.name(lie));
    let role = |role| display::role(screen, role);
    let (honest, liar) = (role(Role::Honest), role(Role::Liar));
    writeln!(screen, "{honest} claims {truth}, played by {}", debaters.honest)?;
    writeln!(screen, "{liar} claims {lie}, played by {}", debaters.liar)?;
    writeln!(screen, "judge  {}, shown {pixels} pixels; seed {seed}", judge.name())?;
    writeln!(screen)?;
    display::standing_head(screen, debate)
}
