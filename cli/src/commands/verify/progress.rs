//! How far a check is, on standard error: a bar on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use pixel_debate_agents::solver::Progress;

/// From one line to the next.
const PAUSE: Duration = Duration::from_secs(10);

/// Tells of one check.
pub(super) struct Teller {
    bar: Option<ProgressBar>,
    number: usize,
    begun: Instant,
    told: Instant,
}

impl Teller {
    /// Of the check of line `number`.
    pub(super) fn new(number: usize) -> Self {
        let style = ProgressStyle::with_template(
            "{wide_bar} {human_pos} of at most {human_len} sets, {elapsed} gone, {eta} left",
        );
        let bar = io::stderr()
            .is_terminal()
            .then(|| ProgressBar::new(0).with_style(style.expect("the template is right")));
        let now = Instant::now();
        Self { bar, number, begun: now, told: now }
    }

    pub(super) fn tell(&mut self, Progress { done, of }: Progress) {
        if let Some(bar) = &self.bar {
            bar.set_length(of);
            bar.set_position(done);
        } else if self.told.elapsed() >= PAUSE {
            self.told = Instant::now();
            let gone = self.begun.elapsed();
            let left = gone.mul_f64(of.saturating_sub(done) as f64 / done.max(1) as f64);
            // If nobody listens, the check goes on.
            let _ = writeln!(
                io::stderr(),
                "line {}: {} of at most {} sets judged in {} s, {} left",
                self.number,
                HumanCount(done),
                HumanCount(of),
                gone.as_secs(),
                HumanDuration(left)
            );
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
