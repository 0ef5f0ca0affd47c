//! How far a run has come.

use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use pixel_debate_game::Role;
use pixel_debate_harness::{Cell, Observer, Row, RunPlan};
use pixel_debate_statistics::Rate;

/// A bar with rate, time left and the running result.
pub(crate) struct Bar {
    pub(crate) shown: ProgressBar,
    /// Seconds of work that a debate of each cell is, roughly.
    weights: Vec<f64>,
    cells: Vec<Cell>,
    /// For each cell, debates won by the honest side, and all.
    tally: Mutex<Vec<(u64, u64)>>,
}

impl Bar {
    /// The bar of a plan, shown where somebody sees it.
    pub(crate) fn new(plan: &RunPlan) -> Self {
        let estimates = plan.estimates();
        let weights: Vec<f64> = estimates
            .iter()
            .map(|(_, debates, seconds)| 1000.0 * seconds / (*debates).max(1) as f64)
            .collect();
        let total: f64 = estimates.iter().map(|(_, _, seconds)| 1000.0 * seconds).sum();
        let style =
            ProgressStyle::with_template("{wide_bar} {percent} %, {eta} left {prefix}{msg}")
                .expect("the template is sound, every run reads it");
        let shown = if io::stderr().is_terminal() {
            ProgressBar::new(total as u64)
        } else {
            ProgressBar::hidden()
        };
        shown.set_style(style);
        shown.enable_steady_tick(Duration::from_millis(500));
        let cells: Vec<Cell> = estimates.into_iter().map(|(cell, ..)| cell.clone()).collect();
        let tally = Mutex::new(vec![(0, 0); cells.len()]);
        Self { shown, weights, cells, tally }
    }

    /// Takes it away.
    pub(crate) fn clear(&self) {
        self.shown.finish_and_clear();
    }
}

impl Observer for Bar {
    fn done(&self, cell: usize, rows: &[Row], before: bool) {
        let work = (self.weights[cell] * rows.len() as f64) as u64;
        if before {
            // What was there already says nothing of the rate.
            self.shown.set_length(self.shown.length().unwrap_or(0).saturating_sub(work));
        } else {
            self.shown.inc(work);
        }
        // A thread that panicked would have ended the whole run.
        let Ok(mut tally) = self.tally.lock() else { return };
        let (won, of) = &mut tally[cell];
        *won += rows.iter().filter(|row| row.winner == Role::Honest).count() as u64;
        *of += rows.len() as u64;
        let rate = Rate::wilson(*won as f64, *of as usize).rate;
        let all: u64 = tally.iter().map(|(_, of)| of).sum();
        let per_second = all as f64 / self.shown.elapsed().as_secs_f64().max(1.0);
        let message = format!(
            "| {all} debates, {per_second:.1}/s | honest wins {:.1} % of the debates of {}",
            100.0 * rate,
            self.cells[cell].grid
        );
        self.shown.set_message(message);
    }
}
