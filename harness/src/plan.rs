//! From an experiment's file to the work that it takes.

mod cells;
mod files;
mod images;
mod judge;
mod measure;
mod programs;

pub use measure::Measured;

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use pixel_debate_agents::{AgentSpec, solver::JudgeMark};
use pixel_debate_datasets::Dataset;
use pixel_debate_game::BEHAVIOUR;
use pixel_debate_judge::Judge;
use pixel_debate_judge::kernels::Instructions;

use pixel_debate_play::{Judging, PlayError};

use crate::experiment::{
    DebaterChoice, Experiment, ExperimentError, Grid, Images, Missing, PlotKind, Protocol,
};
use crate::manifest::{ComparisonMark, DataMark, JudgeOrigin, Looks, Manifest, PlotMark, Program};
use crate::rows::Row;
use crate::work::{Depth, Work};
use crate::{Cell, Custom, DebaterSpec, Job, cell::Play};
use files::Files;
use judge::{CellJudge, CellJudges};
pub(crate) use programs::Programs;

/// An experiment that can be run: every file is read, every setting checked.
#[derive(Debug)]
pub struct RunPlan {
    manifest: Manifest,
    pub(crate) dataset: Cow<'static, Dataset>,
    /// The images' numbers, in the order of the run.
    pub(crate) images: Vec<usize>,
    /// The judges of each cell.
    judges: Vec<CellJudges>,
    custom: Custom,
    pub(crate) programs: Programs,
    pub(crate) shards: Vec<Shard>,
}

/// A piece of work that is kept when it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shard {
    /// The cell, by its place in the manifest.
    pub(crate) cell: usize,
    /// The images, by their places in the run's order.
    pub(crate) images: Range<usize>,
    /// A hash of all that its rows depend on.
    pub(crate) key: String,
}

/// Seconds of work that a shard is to have, roughly.
const SHARD_SECONDS: f64 = 5.0;
/// The most images in a shard.
const SHARD_IMAGES: usize = 1000;

impl RunPlan {
    /// Plans what the text of a file says. Other files that it names are looked for from `folder`.
    /// Only the first `limit` images are taken, if that is given.
    ///
    /// The process's [`Instructions`] are part of the plan: whoever limits them does it before.
    ///
    /// # Errors
    ///
    /// [`ExperimentError`] with the line of what cannot be planned, what is wrong and what is allowed.
    pub fn new(text: &str, folder: &Path, limit: Option<usize>) -> Result<Self, ExperimentError> {
        Self::with(text, folder, limit, Custom::default())
    }

    /// Plans what the text of a file says, which may name judges and debaters that were brought along. The programs that
    /// it names are started, for they say themselves what they are called and of which version they are; they are
    /// ended with the plan.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with(
        text: &str,
        folder: &Path,
        limit: Option<usize>,
        mut custom: Custom,
    ) -> Result<Self, ExperimentError> {
        let experiment = Experiment::with(text, &custom)?;
        let programs = Programs::start(&experiment, text, folder, &mut custom)?;
        let files = Files { text, folder, custom: &custom, programs: &programs };
        let (images, span) = (experiment.images.get_ref(), experiment.images.span());
        let dataset = files.dataset(&images.dataset, span.clone())?;
        let mut numbers = images.numbers(&dataset).map_err(|(place, reason)| {
            ExperimentError::at(text, if place.is_empty() { span.clone() } else { place }, reason)
        })?;
        let whole = numbers.len();
        if let Some(limit) = limit {
            numbers.truncate(limit);
        }
        let looks = looks(text, images, numbers.len(), whole)?;
        let left_out = cells::unusable(&experiment, &files, &dataset, &mut numbers)?;
        let selection = images.in_words(numbers.len());
        if numbers.is_empty() {
            return Err(ExperimentError::at(
                text,
                span,
                "no image is left that a debate can be about",
            ));
        }
        let mut judges = Vec::new();
        let cells = cells::of(&experiment, &files, &dataset, &numbers, &mut judges)?;
        let manifest = Manifest {
            format: Manifest::FORMAT,
            program: Program::unknown(),
            behaviour: BEHAVIOUR,
            instructions: Instructions::in_use().to_string(),
            title: experiment.title.clone(),
            about: experiment.about.clone(),
            dataset: DataMark {
                name: dataset.name().to_owned(),
                hash: dataset.hash(),
                classes: dataset.classes().to_vec(),
            },
            selection,
            images: numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            left_out,
            looks,
            conventions: Manifest::conventions(),
            judges: origins(&judges),
            comparisons: comparisons(text, &experiment, &cells)?,
            plots: plots(text, &experiment, &cells, &judges)?,
            cells,
        };
        let (images, shards) = (numbers, Vec::new());
        let mut plan = Self { manifest, dataset, images, judges, custom, programs, shards };
        plan.shards = plan.divided();
        Ok(plan)
    }

    /// The judges' files that the text of an experiment names with how they are trained, and that are
    /// not there: each once, in the order of the file.
    ///
    /// # Errors
    ///
    /// As [`Experiment::from_toml`].
    pub fn missing_judges(text: &str, folder: &Path) -> Result<Vec<Missing>, ExperimentError> {
        let experiment = Experiment::from_toml(text)?;
        let (custom, programs) = (&Custom::default(), &Programs::default());
        let files = Files { text, folder, custom, programs };
        let mut missing: Vec<Missing> = Vec::new();
        for grid in &experiment.grids {
            for pixels in grid.get_ref().pixels.get_ref().values() {
                for (_, _, judge) in grid.get_ref().judges() {
                    let found = files.missing(judge, *pixels);
                    missing.extend(found.filter(|found| !missing.contains(found)));
                }
            }
        }
        Ok(missing)
    }

    /// The plan, carried out by that program.
    #[must_use]
    pub fn by(mut self, program: Program) -> Self {
        self.manifest.program = program;
        self
    }

    /// A shard as work for somebody who has not this plan.
    pub(crate) fn job(&self, shard: &Shard) -> Job {
        self.job_of(shard.cell, shard.images.clone())
    }

    /// What the debates of a cell need.
    pub(crate) fn work(&self, cell: usize) -> Work<'_> {
        let play = &self.manifest.cells[cell].play;
        let CellJudges { judge, asked } = &self.judges[cell];
        let (judge, asked) = (judge.judging(), asked.as_ref().map(CellJudge::judging));
        Work { dataset: &self.dataset, judge, asked, play, custom: &self.custom }
    }

    /// Whether whoever brought something along has stopped the run.
    pub(crate) fn check_time(&self) -> Result<(), PlayError> {
        if self.custom.clock().is_over() {
            return Err(PlayError::Stopped { what: "the run".to_owned() });
        }
        Ok(())
    }

    /// What is wrong with the rows of a shard, if anything.
    pub(crate) fn fault(&self, shard: &Shard, rows: &[Row], depth: Depth) -> Result<(), String> {
        self.work(shard.cell).fault(&self.images[shard.images.clone()], rows, depth)
    }

    fn job_of(&self, cell: usize, images: Range<usize>) -> Job {
        let Manifest { format, behaviour, instructions, dataset, cells, .. } = &self.manifest;
        Job {
            format: *format,
            behaviour: *behaviour,
            instructions: instructions.clone(),
            dataset: dataset.hash.clone(),
            play: cells[cell].play.clone(),
            images: self.images[images].to_vec(),
        }
    }

    /// The work in the order in which it is done: by image, so that a run that is cut short has done
    /// the first images in all cells, and then by cell.
    fn divided(&self) -> Vec<Shard> {
        let classes = self.manifest.dataset.classes.len();
        let mut shards = Vec::new();
        for (cell, Cell { images, play, .. }) in self.manifest.cells.iter().enumerate() {
            // What was brought along may fail, and takes nobody knows how long: an image alone is lost by it.
            let most =
                if self.is_custom(cell) { 1.0 } else { SHARD_SECONDS / play.seconds(classes) };
            let size = (most as usize).clamp(1, SHARD_IMAGES);
            for start in (0..*images).step_by(size) {
                let images = start..(start + size).min(*images);
                let key = self.job_of(cell, images.clone()).key();
                shards.push(Shard { cell, images, key });
            }
        }
        shards.sort_by_key(|shard| (shard.images.end, shard.cell));
        shards
    }

    /// The images of the run.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The judges of all cells, and those whom debaters ask, which are networks, with their marks; the same one may come
    /// again. One that was brought along is nothing that could be sent.
    pub fn networks(&self) -> impl Iterator<Item = (JudgeMark, &Judge)> {
        let all = self.judges.iter().flat_map(CellJudges::all);
        all.filter_map(|judge| Some((judge.mark(), judge.network()?)))
    }

    /// The judge of a cell, whoever's it is.
    ///
    /// # Panics
    ///
    /// If there is no such cell.
    pub fn judging(&self, cell: usize) -> &dyn Judging {
        self.judges[cell].judge.judging()
    }

    /// Whether a cell's judge or one of its debaters was brought along.
    pub(crate) fn is_custom(&self, cell: usize) -> bool {
        let Play { honest, liar, .. } = &self.manifest.cells[cell].play;
        let brought = |debater: &Option<DebaterSpec>| {
            debater.as_ref().is_some_and(|debater| debater.agent().is_none())
        };
        self.judges[cell].all().any(|judge| judge.network().is_none())
            || brought(honest)
            || brought(liar)
    }

    /// The first cell that has a judge or a debater whom only this process can ask, if there is one: other machines
    /// cannot play its debates.
    pub fn kept_here(&self) -> Option<&Cell> {
        let cells = &self.manifest.cells;
        (0..cells.len()).find(|cell| self.is_custom(*cell)).map(|cell| &cells[cell])
    }

    /// The run as it will be written down.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How many debates each cell has at most, and how many seconds they take on one core, by a guess that
    /// knows nothing of the machine: [`measure`](Self::measure) does.
    pub fn estimates(&self) -> Vec<(&Cell, usize, f64)> {
        let classes = self.dataset.classes().len();
        let estimate = |cell: &'_ Cell| {
            let images = cell.images;
            (images * cell.play.debates(classes), images as f64 * cell.play.seconds(classes))
        };
        let cells = self.manifest.cells.iter();
        cells
            .map(|cell| {
                let (debates, seconds) = estimate(cell);
                (cell, debates, seconds)
            })
            .collect()
    }
}

/// The looks that a file plans, and whether a run of so many images, of which it has `whole`, is one.
fn looks(
    text: &str,
    images: &Images,
    count: usize,
    whole: usize,
) -> Result<Looks, ExperimentError> {
    let Some(looks) = &images.looks else {
        return Ok(Looks { planned: vec![whole], is_planned: count == whole });
    };
    let planned = looks.get_ref();
    let refuse = |reason: String| Err(ExperimentError::at(text, looks.span(), reason));
    if planned.is_empty() || planned[0] == 0 || planned.windows(2).any(|two| two[0] >= two[1]) {
        return refuse("`looks` lists numbers of images, each greater than the last".to_owned());
    }
    match planned.last() {
        Some(last) if *last > whole => {
            refuse(format!("`looks` has {last}, and the file has {whole} images"))
        }
        _ => Ok(Looks { planned: planned.clone(), is_planned: planned.contains(&count) }),
    }
}

/// Each judge once.
fn origins(judges: &[CellJudges]) -> Vec<JudgeOrigin> {
    let mut origins: Vec<JudgeOrigin> = Vec::new();
    for judge in judges.iter().flat_map(CellJudges::all) {
        let JudgeMark { name, hash } = judge.mark();
        let origin = JudgeOrigin { name, hash, provenance: judge.about() };
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    origins
}

fn comparisons(
    text: &str,
    experiment: &Experiment,
    cells: &[Cell],
) -> Result<Vec<ComparisonMark>, ExperimentError> {
    let mut marks: Vec<ComparisonMark> = Vec::new();
    for comparison in &experiment.comparisons {
        let refuse = |reason: String| ExperimentError::at(text, comparison.span(), reason);
        let crate::experiment::Comparison { a, b, primary } = comparison.get_ref().clone();
        for name in [&a, &b] {
            known_grid(experiment, name).map_err(refuse)?;
        }
        if a == b {
            return Err(refuse(format!("grid {a:?} is compared with itself: name two grids")));
        }
        let same = |mark: &ComparisonMark| [[&a, &b], [&b, &a]].contains(&[&mark.a, &mark.b]);
        if marks.iter().any(same) {
            return Err(refuse(format!("{a:?} and {b:?} are compared twice")));
        }
        let mut pairs = cells.iter().flat_map(|one| cells.iter().map(move |other| (one, other)));
        let comparable = |(one, other): (&Cell, &Cell)| {
            one.grid == a && other.grid == b && !one.orders_in_common(other).is_empty()
        };
        if !pairs.any(comparable) {
            return Err(refuse(format!(
                "nothing of {a:?} and {b:?} can be compared: a cell of each must have the same \
                 `pixels`, the same `precommit` and a `first` in common, which a judge alone has not"
            )));
        }
        if primary && marks.iter().any(|mark| mark.primary) {
            return Err(refuse("a second primary comparison: there is one at most".to_owned()));
        }
        marks.push(ComparisonMark { a, b, primary });
    }
    Ok(marks)
}

fn plots(
    text: &str,
    experiment: &Experiment,
    cells: &[Cell],
    judges: &[CellJudges],
) -> Result<Vec<PlotMark>, ExperimentError> {
    let mut marks: Vec<PlotMark> = Vec::new();
    for plot in &experiment.plots {
        let refuse = |reason: String| ExperimentError::at(text, plot.span(), reason);
        let crate::experiment::Plot { name, kind, grids } = plot.get_ref();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(refuse(format!("plot {name:?}: a name has letters, digits and `-`")));
        }
        // Files that differ in case alone are one file in many places.
        let known = || marks.iter().map(|mark| &*mark.name).chain(["rates"]);
        if let Some(other) = known().find(|known| known.eq_ignore_ascii_case(name)) {
            let reason = if other == name {
                format!("a second plot is called {name:?}")
            } else {
                format!("plots are called {other:?} and {name:?}: names that differ in case alone")
            };
            return Err(refuse(reason));
        }
        for grid in grids {
            known_grid(experiment, grid).map_err(refuse)?;
        }
        shows_something(experiment, *kind, grids).map_err(refuse)?;
        let grids = if grids.is_empty() {
            experiment.grids.iter().map(|grid| grid.get_ref().name.clone()).collect()
        } else {
            grids.clone()
        };
        if *kind == PlotKind::Games {
            let mut shown = cells.iter().zip(judges).filter(|(cell, _)| grids.contains(&cell.grid));
            if !shown.any(|(cell, judge)| has_games(cell, &judge.judge)) {
                return Err(refuse(
                    "`kind` is \"games\", and no grid that it shows has debates that a judge with logits \
                     decides: it would be empty"
                        .to_owned(),
                ));
            }
        }
        marks.push(PlotMark { name: name.clone(), kind: *kind, grids });
    }
    Ok(marks)
}

/// Whether a cell has debates that can be shown to their end, which a verdict of logits is.
fn has_games(cell: &Cell, judge: &CellJudge) -> bool {
    cell.play.protocol != Protocol::JudgeAlone && !judge.judging().decides()
}

/// Says why a plot of this kind would be empty: each of the grids that it names must have what it
/// shows, and if it names none, one of all.
fn shows_something(
    experiment: &Experiment,
    kind: PlotKind,
    named: &[String],
) -> Result<(), String> {
    let has = |grid: &Grid| match kind {
        PlotKind::Blame => *grid.blame.get_ref(),
        PlotKind::Rollouts => {
            let honest = grid.honest.iter().flat_map(|axis| axis.get_ref().values());
            let mut agents = honest.filter_map(DebaterChoice::agent);
            agents.any(|agent| matches!(agent, AgentSpec::Mcts { .. }))
        }
        _ => true,
    };
    let what = match kind {
        PlotKind::Blame => "`blame = true`",
        PlotKind::Rollouts => "`honest = \"mcts:N\"`",
        _ => return Ok(()),
    };
    let kind = if kind == PlotKind::Blame { "blame" } else { "rollouts" };
    let grids = experiment.grids.iter().map(toml::Spanned::get_ref);
    if named.is_empty() {
        return if grids.clone().any(has) {
            Ok(())
        } else {
            Err(format!("`kind` is \"{kind}\", and no grid has {what}: it would be empty"))
        };
    }
    match grids.clone().find(|grid| named.contains(&grid.name) && !has(grid)) {
        None => Ok(()),
        Some(Grid { name, .. }) => {
            Err(format!("`kind` is \"{kind}\", and grid {name:?} has no {what}: name others"))
        }
    }
}

fn known_grid(experiment: &Experiment, name: &str) -> Result<(), String> {
    let names: Vec<&str> = experiment.grids.iter().map(|grid| &*grid.get_ref().name).collect();
    if names.contains(&name) {
        return Ok(());
    }
    Err(format!("no grid is called {name:?}: there are {}", names.join(", ")))
}
