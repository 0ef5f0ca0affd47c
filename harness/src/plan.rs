//! From an experiment's file to the work that it takes.

mod cells;
mod images;

pub(crate) use images::random_order;

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use pixel_debate_datasets::{Dataset, Split, mnist};
use pixel_debate_judge::check_dataset;

use crate::experiment::{Experiment, Refusal};
use crate::manifest::{DataMark, Manifest, PlotMark};
use crate::{Cell, Job, Judge, job};

/// An experiment that can be run: every file is read, every setting checked.
#[derive(Debug)]
pub struct Plan {
    manifest: Manifest,
    pub(crate) dataset: Cow<'static, Dataset>,
    /// The images' numbers, in the order of the run.
    pub(crate) images: Vec<usize>,
    /// The judge of each cell.
    pub(crate) judges: Vec<Judge>,
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

impl Plan {
    /// Plans what the text of a file says. Other files that it names are looked for from `folder`.
    /// Only the first `limit` images are taken, if that is given.
    pub fn new(text: &str, folder: &Path, limit: Option<usize>) -> Result<Self, Refusal> {
        let experiment = Experiment::from_toml(text)?;
        let files = Files { text, folder };
        let (images, span) = (experiment.images.get_ref(), experiment.images.span());
        let dataset = files.dataset(&images.dataset, span.clone())?;
        let mut numbers =
            images.numbers(&dataset).map_err(|reason| Refusal::at(text, span, reason))?;
        if let Some(limit) = limit {
            numbers.truncate(limit);
        }
        let mut judges = Vec::new();
        let cells = cells::of(&experiment, &files, &dataset, &numbers, &mut judges)?;
        let manifest = Manifest {
            format: Manifest::FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: experiment.title.clone(),
            about: experiment.about.clone(),
            dataset: DataMark {
                name: dataset.name().to_owned(),
                hash: dataset.hash(),
                classes: dataset.classes().to_vec(),
            },
            selection: images.in_words(numbers.len()),
            images: numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            conventions: Manifest::conventions(),
            cells,
            comparisons: comparisons(text, &experiment)?,
            plots: plots(text, &experiment)?,
        };
        let shards = shards(&manifest, &numbers);
        Ok(Self { manifest, dataset, images: numbers, judges, shards })
    }

    /// A shard as work for somebody who has not this plan.
    pub(crate) fn job(&self, shard: &Shard) -> Job {
        let Manifest { format, version, dataset, cells, .. } = &self.manifest;
        Job {
            format: *format,
            version: version.clone(),
            dataset: dataset.hash.clone(),
            play: cells[shard.cell].play.clone(),
            images: self.images[shard.images.clone()].to_vec(),
        }
    }

    /// The images of the run.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The judge of each cell.
    pub fn judges(&self) -> &[Judge] {
        &self.judges
    }

    /// The run as it will be written down.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How many debates each cell has at most, and how many seconds they take on one core, roughly.
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

/// Where an experiment's file stands, for the files that it names.
struct Files<'a> {
    text: &'a str,
    folder: &'a Path,
}

impl Files<'_> {
    fn dataset(&self, name: &str, span: Range<usize>) -> Result<Cow<'static, Dataset>, Refusal> {
        let refuse = |reason: String| Refusal::at(self.text, span.clone(), reason);
        let dataset = if name == "mnist" {
            Cow::Borrowed(mnist::test())
        } else {
            let opened = Dataset::open(&self.folder.join(name), Split::Test);
            Cow::Owned(opened.map_err(|error| {
                refuse(format!("dataset {name:?} (it must be `mnist` or a folder): {error}"))
            })?)
        };
        check_dataset(&dataset).map_err(|error| refuse(error.to_string()))?;
        Ok(dataset)
    }
}

/// The work in the order in which it is done: by image, so that a run that is cut short has done
/// the first images in all cells, and then by cell.
fn shards(manifest: &Manifest, numbers: &[usize]) -> Vec<Shard> {
    let classes = manifest.dataset.classes.len();
    let mut shards = Vec::new();
    for (cell, Cell { images, play, .. }) in manifest.cells.iter().enumerate() {
        let most = SHARD_SECONDS / play.seconds(classes);
        let size = (most as usize).clamp(1, SHARD_IMAGES);
        for start in (0..*images).step_by(size) {
            let range = start..(start + size).min(*images);
            let Manifest { format, version, dataset, .. } = manifest;
            let key = job::key(*format, version, &dataset.hash, play, &numbers[range.clone()]);
            shards.push(Shard { cell, images: range, key });
        }
    }
    shards.sort_by_key(|shard| (shard.images.end, shard.cell));
    shards
}

fn comparisons(text: &str, experiment: &Experiment) -> Result<Vec<[String; 2]>, Refusal> {
    let pair = |comparison: &toml::Spanned<crate::experiment::Comparison>| {
        let pair = comparison.get_ref();
        for name in [&pair.a, &pair.b] {
            known_grid(experiment, name)
                .map_err(|reason| Refusal::at(text, comparison.span(), reason))?;
        }
        Ok([pair.a.clone(), pair.b.clone()])
    };
    experiment.comparisons.iter().map(pair).collect()
}

fn plots(text: &str, experiment: &Experiment) -> Result<Vec<PlotMark>, Refusal> {
    let mut marks: Vec<PlotMark> = Vec::new();
    for plot in &experiment.plots {
        let refuse = |reason: String| Refusal::at(text, plot.span(), reason);
        let crate::experiment::Plot { name, kind, grids } = plot.get_ref();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(refuse(format!("plot {name:?}: a name has letters, digits and `-`")));
        }
        if name == "rates" || marks.iter().any(|mark| mark.name == *name) {
            return Err(refuse(format!("a second plot is called {name:?}")));
        }
        for grid in grids {
            known_grid(experiment, grid).map_err(refuse)?;
        }
        let grids = if grids.is_empty() {
            experiment.grids.iter().map(|grid| grid.get_ref().name.clone()).collect()
        } else {
            grids.clone()
        };
        marks.push(PlotMark { name: name.clone(), kind: *kind, grids });
    }
    Ok(marks)
}

fn known_grid(experiment: &Experiment, name: &str) -> Result<(), String> {
    let names: Vec<&str> = experiment.grids.iter().map(|grid| &*grid.get_ref().name).collect();
    if names.contains(&name) {
        return Ok(());
    }
    Err(format!("no grid is called {name:?}: there are {}", names.join(", ")))
}
