//! The rates of a run as a table.

use std::io::{self, Write};

use pixel_debate_harness::{Estimate, HonestWins, Summary};

/// A line for each cell, way to count and order.
pub(crate) fn summary(output: &mut impl Write, summary: &Summary) -> io::Result<()> {
    writeln!(output, "{}", summary.title)?;
    for cell in &summary.cells {
        writeln!(output, "\n{}, {} images, {} debates", cell.cell, cell.images, cell.debates)?;
        for result in &cell.results {
            writeln!(
                output,
                "  {:<14}{:<34}lies refuted ({})",
                "honest wins",
                format!("images (lies by {})", result.lies_by),
                format!("seeds by {}", result.seeds_by)
            )?;
            for order in &result.orders {
                let name = order.first.map_or("alone".to_owned(), |role| format!("{role} first"));
                line(output, &name, &order.honest_wins)?;
            }
            if result.orders.len() > 1 {
                line(output, "mean", &result.mean)?;
            }
        }
    }
    writeln!(output, "\nIn brackets: 95 % intervals, cluster bootstrap over images.")
}

fn line(output: &mut impl Write, name: &str, wins: &HonestWins) -> io::Result<()> {
    writeln!(output, "  {name:<14}{:<34}{}", estimate(&wins.images), estimate(&wins.lies))
}

fn estimate(estimate: &Estimate) -> String {
    let [rate, low, high] =
        [estimate.wilson.rate, estimate.bootstrap.low, estimate.bootstrap.high].map(|x| 100.0 * x);
    format!("{rate:.1} % ({low:.1} to {high:.1})")
}
