//! An experiment carried out, with judges and debaters of Python's beside the program's.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Image, Role};
use pixel_debate_harness::{
    Custom, CustomDebater, Failed, Observer, Row, RunError as Broken, RunPlan, Undone, Workers,
};
use pixel_debate_judge::{Evaluator, Indifferent, WrongSize};
use pixel_debate_play::{Judging, NoAnswer, PlayError, Player};
use pixel_debate_validation::{UnfitDataset, check_dataset, check_labels};
use pyo3::prelude::*;

use crate::{
    calling::{attached, attribute_if_any, called, path, words},
    errors::{Error, RunError, raise, wrong},
    interrupt::{Failure, detached, fail, is_stopped, watched},
    numbers,
    own::{declared, named},
    players::{AnyDebater, AnyJudge},
};

/// How often the thread that called looks at the signals while others work.
const APART: Duration = Duration::from_millis(50);

/// The stack of a thread that calls Python, which may call this package again until Python says that it is too deep.
const STACK: usize = 64 << 20;

/// What is brought along: its name in the experiment, the version that it declares, and itself.
type Brought<'py> = (String, String, Bound<'py, PyAny>);
/// What could not be done: the cell, the images' numbers, and why.
type Undoable = (String, Vec<usize>, Py<PyAny>);

/// A judge of Python's in an experiment.
struct OwnJudge {
    name: String,
    judge: AnyJudge,
}

impl fmt::Debug for OwnJudge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Judging for OwnJudge {
    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self, dataset: &Dataset) -> Result<(), UnfitDataset> {
        match &self.judge {
            AnyJudge::Ours(judge) => check_labels(judge.get().0.weights(), dataset),
            _ => check_dataset(dataset),
        }
    }

    fn classes(&self, dataset: &Dataset) -> u8 {
        match &self.judge {
            AnyJudge::Ours(judge) => judge.get().0.classes() as u8,
            _ => dataset.classes().len() as u8,
        }
    }

    fn asked_about(
        &self,
        image: &Arc<Image>,
        classes: u8,
    ) -> Result<Box<dyn Evaluator>, WrongSize> {
        match &self.judge {
            AnyJudge::Ours(judge) => judge.get().0.evaluator(Arc::clone(image)),
            AnyJudge::Batches(_) => {
                let evaluator = attached(|py| self.judge.evaluator(py, image, classes));
                Ok(evaluator.ok().flatten().unwrap_or_else(|| Box::new(Indifferent)))
            }
            AnyJudge::Decides(_) => Ok(Box::new(Indifferent)),
        }
    }

    fn decides(&self) -> bool {
        matches!(self.judge, AnyJudge::Decides(_))
    }

    fn repeats(&self) -> bool {
        // Python's may differ in the last digits between a batch and a set alone.
        matches!(self.judge, AnyJudge::Ours(_))
    }

    fn player(&self) -> Box<dyn Player> {
        attached(|py| self.judge.seated(py))
    }
}

/// A debater of Python's in an experiment.
struct OwnDebater {
    name: String,
    debater: AnyDebater,
}

impl fmt::Debug for OwnDebater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl CustomDebater for OwnDebater {
    fn player(&self, role: Role, seed: u64) -> Result<Box<dyn Player>, NoAnswer> {
        attached(|py| {
            self.debater.player(py, role, seed).map_err(|failure| {
                fail(failure);
                NoAnswer::because("it has failed")
            })
        })
    }
}

/// Tells a callable of what is done.
struct Told {
    progress: Option<Py<PyAny>>,
    all: usize,
    done: AtomicUsize,
}

impl Observer for Told {
    fn done(&self, _: usize, rows: &[Row], _: bool) {
        let done = self.done.fetch_add(rows.len(), Ordering::Relaxed) + rows.len();
        let Some(progress) = &self.progress else { return };
        attached(|py| {
            if let Err(error) = called(progress.bind(py), (done, self.all)) {
                fail(Failure::Raised(error));
            }
        });
    }
}

/// Why a run has ended before all was tried.
#[derive(Debug)]
enum Ended {
    /// By an exception that is not a player's: Ctrl-C.
    Raised(PyErr),
    /// By the folder or the disk.
    Broken(Broken),
}

impl From<Broken> for Ended {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raised(_) => f.write_str("interrupted"),
            Self::Broken(broken) => broken.fmt(f),
        }
    }
}

/// The work of a run, done by some threads.
struct Work<'a> {
    undone: &'a Undone<'a>,
    keys: Vec<&'a str>,
    next: AtomicUsize,
    stop: Arc<AtomicBool>,
    failed: Mutex<Vec<(Failed, PyErr)>>,
    ended: Mutex<Option<Ended>>,
}

impl Work<'_> {
    /// Does one shard after the other until none is left.
    fn until_done(&self) {
        while !self.stop.load(Ordering::Relaxed)
            && let Some(key) = self.keys.get(self.next.fetch_add(1, Ordering::Relaxed))
        {
            let (done, failure) = watched(&self.stop, || self.undone.do_and_keep(key));
            match (done, failure) {
                (_, Some(Failure::Raised(error))) => self.end(Ended::Raised(error)),
                (Ok(()) | Err(Broken::Play(PlayError::Stopped { .. })), None) => {}
                (Err(Broken::Play(PlayError::Stopped { what })), Some(failure)) => {
                    self.keep(key, &what, failure);
                }
                (Ok(()), Some(failure)) => self.keep(key, "the run", failure),
                (Err(Broken::Play(error)), _) => {
                    let sentence = error.to_string();
                    if let Some(failed) = self.undone.failed(key, sentence.clone()) {
                        self.failed().push((failed, crate::errors::PlayerError::new_err(sentence)));
                    }
                }
                (Err(broken), _) => self.end(Ended::Broken(broken)),
            }
        }
    }

    fn keep(&self, key: &str, what: &str, failure: Failure) {
        let error = attached(|py| failure.into_error(py, what));
        let sentence = attached(|py| words(py, &error));
        if let Some(failed) = self.undone.failed(key, sentence) {
            self.failed().push((failed, error));
        }
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Vec<(Failed, PyErr)>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all threads' work; the first reason is the one that is told.
    fn end(&self, ended: Ended) {
        self.stop.store(true, Ordering::Relaxed);
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(ended);
    }

    /// Has threads do it, while this one looks at the signals.
    fn on_threads(&self, threads: usize) {
        std::thread::scope(|scope| {
            let mut workers = Vec::new();
            for _ in 0..threads {
                let worker = std::thread::Builder::new().stack_size(STACK);
                match worker.spawn_scoped(scope, || self.until_done()) {
                    Ok(worker) => workers.push(worker),
                    Err(error) => {
                        let sentence = format!("a thread cannot be started: {error}");
                        self.end(Ended::Raised(Error::new_err(sentence)));
                    }
                }
            }
            while workers.iter().any(|worker| !worker.is_finished()) {
                std::thread::sleep(APART);
                // Not as a path: it would be about one lifetime of the interpreter's lock.
                if let Err(error) = attached(|py| -> PyResult<()> { py.check_signals() }) {
                    self.end(Ended::Raised(error));
                }
            }
        });
    }
}

/// Carries an experiment out: what `pixel_debate.run` calls.
#[pyfunction]
#[pyo3(name = "_run")]
#[expect(clippy::too_many_arguments, reason = "named ones")]
pub(crate) fn run(
    py: Python<'_>,
    text: &str,
    #[pyo3(from_py_with = path)] base: PathBuf,
    #[pyo3(from_py_with = path)] folder: PathBuf,
    judges: Vec<Brought<'_>>,
    debaters: Vec<Brought<'_>>,
    #[pyo3(from_py_with = numbers::perhaps_images)] images: Option<usize>,
    #[pyo3(from_py_with = numbers::threads)] threads: usize,
    progress: Option<Py<PyAny>>,
) -> PyResult<Vec<Undoable>> {
    let custom = custom(judges, debaters, threads)?;
    let plan = detached(py, "planning", || RunPlan::with(text, &base, images, custom))?;
    let plan = plan.map_err(raise::<Error>)?;
    let all = plan.estimates().iter().map(|(_, debates, _)| debates).sum();
    let told = Told { progress, all, done: AtomicUsize::new(0) };
    let failures = Mutex::new(Vec::new());
    let finished = detached(py, "the run", || {
        plan.run_by(&Workers::Threads(threads), &folder, &told, |undone| {
            let work = Work {
                undone,
                keys: undone.keys().collect(),
                next: AtomicUsize::new(0),
                stop: Arc::new(AtomicBool::new(false)),
                failed: Mutex::default(),
                ended: Mutex::default(),
            };
            if threads == 1 {
                work.until_done();
            } else {
                work.on_threads(threads);
            }
            if let Some(ended) = work.ended.into_inner().unwrap_or_else(PoisonError::into_inner) {
                return Err(ended);
            }
            let failed = work.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
            let told = failed.iter().map(|(failed, _)| failed.clone()).collect();
            *failures.lock().unwrap_or_else(PoisonError::into_inner) = failed;
            Ok(told)
        })
    })?;
    match finished {
        Ok(_) => {}
        Err(Ended::Raised(error)) => return Err(error),
        Err(Ended::Broken(broken)) => return Err(raise::<RunError>(broken)),
    }
    let mut failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    failures.sort_by(|(one, _), (other, _)| {
        (&one.cell, &one.images).cmp(&(&other.cell, &other.images))
    });
    let told = failures
        .into_iter()
        .map(|(failed, error)| (failed.cell, failed.images, error.into_value(py).into_any()));
    Ok(told.collect())
}

/// What is brought along, under its names.
fn custom(
    judges: Vec<Brought<'_>>,
    debaters: Vec<Brought<'_>>,
    threads: usize,
) -> PyResult<Custom> {
    let mut custom = Custom::default();
    custom.stop_when(is_stopped);
    for (name, version, given) in judges {
        let judge = AnyJudge::read(&given)?;
        let answers = match &judge {
            // A network gives logits, and has no need to say so.
            AnyJudge::Ours(_) => "logits".to_owned(),
            _ => declared(&given, "answers").unwrap_or_else(|| "undeclared".to_owned()),
        };
        let about = [("callable".to_owned(), named(&given)), ("answers".to_owned(), answers)];
        let judge = Arc::new(OwnJudge { name: name.clone(), judge });
        custom.add_judge(&name, &version, about, judge).map_err(raise::<Error>)?;
    }
    for (name, version, given) in debaters {
        if threads > 1 && attribute_if_any(&given, "reset")?.is_some() {
            return Err(wrong(format!(
                "the debater {name:?} has a method reset, so it keeps something of its debate, and {threads} \
                 threads play at once: let threads be 1"
            )));
        }
        let debater = AnyDebater::read(&given)?;
        let debater = Arc::new(OwnDebater { name: name.clone(), debater });
        custom.add_debater(&name, &version, debater).map_err(raise::<Error>)?;
    }
    Ok(custom)
}
