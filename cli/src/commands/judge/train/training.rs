//! What `judge train` does in a program that was built with training.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use pixel_debate_datasets::{Dataset, Reading, Split};
use pixel_debate_harness::experiment::{Missing, Training};
use pixel_debate_judge::choosers::Choosers;
use pixel_debate_judge::masks::Masks;
use pixel_debate_judge::{
    CLASSES_KEY, Judge, Model, PLANES, PLANES_KEY, Precision, Provenance, SHIPPED_PIXELS,
    Trainable, Weights,
};
use pixel_debate_statistics::Rate;
use pixel_debate_training::{Processor, Run, Settings, paper_batches};
use pixel_debate_validation::{check_dataset, correct_on_random_pixels};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::super::accuracy::in_words;
use super::super::writing::write_whole;
use super::{CHECKPOINT_EVERY, Train};
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::options::warn;

/// How much the newest batch counts in the loss that is shown.
const SMOOTHING: f32 = 0.01;

/// The accuracy that half precision may cost: a tenth of a point, a fifth of the standard error on
/// 10,000 images.
const ROUNDING_COST: f64 = 0.001;

/// A judge that is to be trained.
pub(crate) struct Recipe {
    masks: Masks,
    choosers: Choosers,
    kind: Trainable,
    /// What training begins with, if not with a random network.
    from: Option<Judge>,
    seed: u64,
    batches: u64,
    checkpoint_every: u64,
    processor: Processor,
    /// The folder of the training and test images.
    data: PathBuf,
    reading: Reading,
    out: PathBuf,
    pool: ThreadPool,
}

impl Train {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let pool = self.threads.pool()?;
        let masks = Masks { pixels: self.pixels.pixels.into(), legal: self.legal.legal() };
        let recipe = Recipe {
            masks,
            choosers: self.choosing.choosers()?,
            kind: self.kind,
            from: self.from.as_deref().map(start).transpose()?,
            seed: self.seed.seed,
            batches: self.batches.unwrap_or_else(|| paper_batches(masks.pixels)),
            checkpoint_every: self.checkpoint_every,
            processor: self.processor(pool.current_num_threads()),
            data: self.data,
            reading: self.reading.reading(),
            out: self.out,
            pool,
        };
        recipe.train()
    }

    #[cfg_attr(not(feature = "cuda"), expect(clippy::unused_self))]
    fn processor(&self, threads: usize) -> Processor {
        #[cfg(feature = "cuda")]
        if self.cuda {
            return Processor::Cuda;
        }
        Processor::Cpu { threads }
    }
}

impl Recipe {
    /// The recipe of a judge that an experiment needs, on so many threads.
    pub(crate) fn of(missing: &Missing, threads: usize) -> Result<Self, Failure> {
        let Training { pixels, batches, seed, legal, choosers, kind, .. } = missing.train;
        Ok(Self {
            masks: Masks { pixels: pixels.into(), legal },
            choosers,
            kind,
            from: missing.from.as_deref().map(start).transpose()?,
            seed,
            batches,
            checkpoint_every: CHECKPOINT_EVERY,
            processor: Processor::Cpu { threads },
            data: missing.data.clone(),
            reading: Reading::default(),
            out: missing.file.clone(),
            pool: ThreadPoolBuilder::new().num_threads(threads).build()?,
        })
    }

    /// Trains the judge, on from its checkpoint if there is one, and writes its file.
    pub(crate) fn train(self) -> Result<(), Failure> {
        let Self { masks, choosers, kind, from, seed, batches, processor, reading, pool, .. } =
            self;
        let train = Dataset::open_as(&self.data, Split::Train, reading)?;
        // Opened now, for a folder without a test set should not be found out after hours.
        let test = Dataset::open_as(&self.data, Split::Test, reading)?;
        warn(train.warnings());
        warn(test.warnings());
        check_dataset(&train)?;
        check_dataset(&test)?;
        let settings = Settings { masks, choosers, kind, seed, processor };
        let checkpoint = self.out.with_added_extension("checkpoint");
        let start = from.as_ref().map(Judge::model);
        let mut run = Run::open_from(settings, &train, &checkpoint, start)?;
        if run.batches() < batches {
            let finished = pool.install(|| train_to(&mut run, batches, self.checkpoint_every))?;
            if !finished {
                let stopped = run.batches();
                return Err(Failure::Stopped { batches: stopped, of: batches, checkpoint });
            }
        }
        say(&format!("{} batches done; measuring the accuracy", run.batches()));
        let accuracy = pool.install(|| finish(&run, settings, &test, &self.out))?;
        // The judge is on the disk, whatever happens from now on.
        std::fs::remove_file(&checkpoint)
            .map_err(|source| Failure::Write { path: checkpoint, source })?;
        let out = self.out.display();
        Ok(writeln!(io::stdout(), "{out}: accuracy {}", in_words(accuracy))?)
    }
}

/// The judge of that name or file, to begin with.
fn start(name: &str) -> Result<Judge, Failure> {
    let shipped = SHIPPED_PIXELS.into_iter().find(|pixels| name == format!("judge-{pixels}"));
    match shipped.and_then(Judge::shipped) {
        Some(judge) => Ok(judge),
        None => Ok(Judge::read(Path::new(name))?),
    }
}

/// Trains up to `batches` batches, with checkpoints, or until a signal asks to stop. Returns
/// whether all are done.
fn train_to(run: &mut Run<'_>, batches: u64, checkpoint_every: u64) -> Result<bool, Failure> {
    let stop = stop_on_signal()?;
    if run.batches() == 0 {
        // A folder that cannot be written to is found out now, not after the first 500 batches.
        run.save()?;
    } else {
        say(&format!("going on after {} of {batches} batches", run.batches()));
    }
    let style = ProgressStyle::with_template(
        "{wide_bar} {pos}/{len} batches, {per_sec}, {eta} left | loss {msg}",
    );
    let bar = ProgressBar::new(batches)
        .with_position(run.batches())
        .with_style(style.expect("the template is sound, every run reads it"));
    bar.reset_eta();
    let mut loss = None;
    while run.batches() < batches && !stop.load(Ordering::Relaxed) {
        let newest = run.train_batch();
        let smooth = loss.map_or(newest, |loss: f32| loss + SMOOTHING * (newest - loss));
        loss = Some(smooth);
        bar.set_message(format!("{smooth:.4}"));
        bar.set_position(run.batches());
        if run.batches().is_multiple_of(checkpoint_every) {
            run.save()?;
            if !io::stderr().is_terminal() {
                let (rate, left) = (bar.per_sec(), HumanDuration(bar.eta()));
                let done = run.batches();
                say(&format!(
                    "{done}/{batches} batches, {rate:.2}/s, {left} left, loss {smooth:.4}"
                ));
            }
        }
    }
    bar.finish_and_clear();
    run.save()?;
    Ok(run.batches() >= batches)
}

/// A flag that an interrupt raises; a second one ends the program at once, which loses the batches
/// since the last checkpoint and nothing else.
fn stop_on_signal() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&stop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    let runtime = runtime.map_err(Failure::Runtime)?;
    let mut interrupts =
        runtime.block_on(async { Interrupts::listen() }).map_err(Failure::Signal)?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            interrupts.next().await;
            raised.store(true, Ordering::Relaxed);
            say("stopping after this batch");
            interrupts.next().await;
            std::process::exit(130);
        });
    });
    Ok(stop)
}

/// Measures the trained judge and writes its file: in half precision, unless that costs accuracy.
/// The accuracy returned, and stated in the file, is that of the numbers in the file.
fn finish(run: &Run<'_>, settings: Settings, test: &Dataset, out: &Path) -> Result<Rate, Failure> {
    let accuracy = |model: &Model| -> Result<Rate, Failure> {
        let correct = correct_on_random_pixels(model, test, settings.masks, settings.seed)?;
        Ok(Rate::wilson(correct as f64, test.len()))
    };
    let exact = Weights { model: run.model(), provenance: Provenance::default() };
    let mut choice = (accuracy(&exact.model)?, Precision::Single);
    // Numbers too great for half precision are refused here, and stay in single.
    if let Ok(rounded) = Weights::from_bytes("rounded", &to_bytes(&exact, Precision::Half, out)?) {
        let rounded = accuracy(&rounded.model)?;
        if rounded.rate >= choice.0.rate - ROUNDING_COST {
            choice = (rounded, Precision::Half);
        }
    }
    let (rate, precision) = choice;
    let mut provenance: HashMap<_, _> = run.provenance().into_iter().collect();
    provenance.extend([
        ("batches".to_owned(), run.batches().to_string()),
        (CLASSES_KEY.to_owned(), Provenance::of_classes(test.classes())),
        (PLANES_KEY.to_owned(), PLANES.to_owned()),
        ("accuracy".to_owned(), format!("{} on {}", in_words(rate), test.name())),
        ("program".to_owned(), concat!("pixel-debate ", env!("CARGO_PKG_VERSION")).to_owned()),
    ]);
    let weights = Weights { provenance: Provenance(provenance), ..exact };
    write_whole(out, &to_bytes(&weights, precision, out)?)
        .map_err(|source| Failure::Write { path: out.to_owned(), source })?;
    Ok(rate)
}

fn to_bytes(weights: &Weights, precision: Precision, out: &Path) -> Result<Vec<u8>, Failure> {
    weights
        .to_bytes(precision)
        .map_err(|error| Failure::Write { path: out.to_owned(), source: io::Error::other(error) })
}

/// A line for whoever watches the run. If nobody does, it goes on.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
