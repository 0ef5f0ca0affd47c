//! Work on a study's items that is seen and can be stopped.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use pixel_debate_agents::Clock;
use pixel_debate_judge::kernels::Instructions;
use pixel_debate_study::items::{ItemsError, Observer, Stage};

use crate::failure::Failure;
use crate::interrupt::Interrupts;

/// Whether the command was told to stop: a search asks it, and has nothing but a function to ask.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Where finished work is kept in a folder that is not frozen yet.
pub(super) fn kept(out: &Path) -> PathBuf {
    out.join("work")
}

/// Items are the same on every machine: the judge computes with what every machine has, and from now on the first
/// interrupt stops the work, the second the program.
pub(super) fn begin() -> Result<(), Failure> {
    Instructions::Portable.limit();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    let runtime = runtime.map_err(Failure::Runtime)?;
    let mut interrupts =
        runtime.block_on(async { Interrupts::listen() }).map_err(Failure::Signal)?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            interrupts.next().await;
            STOPPED.store(true, Ordering::Relaxed);
            // If nobody listens, it stops all the same.
            let _ = writeln!(io::stderr(), "stopping");
            interrupts.next().await;
            std::process::exit(130);
        });
    });
    Ok(())
}

/// What became of work that was stopped.
pub(super) fn failure(error: ItemsError, out: Option<&Path>) -> Failure {
    match (error, out) {
        (ItemsError::Stopped, Some(out)) => Failure::StudyStopped { folder: kept(out) },
        (error, _) => Failure::Items(error),
    }
}

/// A bar on the terminal.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos} of {len}, {eta} left")
            .expect("the template is sound, every study reads it");
        let shown =
            if io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        shown.set_style(style);
        shown.enable_steady_tick(Duration::from_millis(500));
        Self(shown)
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

impl Observer for Bar {
    fn done(&self, stage: Stage, done: usize, of: usize) {
        self.0.set_prefix(match stage {
            Stage::Choosing => "images",
            Stage::Playing => "debates",
        });
        self.0.set_length(of as u64);
        self.0.set_position(done as u64);
    }

    fn clock(&self) -> Clock {
        Clock::unlimited().unless(|| STOPPED.load(Ordering::Relaxed))
    }
}
