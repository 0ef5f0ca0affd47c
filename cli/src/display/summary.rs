//! The rates of a run as a table.

use std::io::{self, Write};

use pixel_debate_harness::statistics::Scores;
use pixel_debate_harness::{Estimate, HonestWins, Judged, LeftOut, Rate, Summary};

/// A line for each cell, way to count and order.
pub(crate) fn summary(output: &mut impl Write, summary: &Summary) -> io::Result<()> {
    writeln!(output, "{}", summary.title)?;
    for cell in &summary.cells {
        writeln!(output, "\n{}, {} images, {} debates", cell.cell, cell.images, cell.debates)?;
        for result in &cell.results {
            let images = format!("images (lies by {})", result.lies_by);
            let lies = format!("lies refuted (seeds by {})", result.seeds_by);
            writeln!(output, "  {:<14}{images:<34}{lies}", "honest wins")?;
            for order in &result.orders {
                let name = order.first.map_or("alone".to_owned(), |role| format!("{role} first"));
                line(output, &name, &order.honest_wins)?;
            }
            if result.orders.len() > 1 {
                line(output, "mean", &result.mean)?;
            }
        }
        for Judged { first, labels, scores } in &cell.judged {
            let name = first.map_or("alone".to_owned(), |role| format!("{role} first"));
            let Scores { brier, log, ece, .. } = scores;
            writeln!(
                output,
                "  judge, {name:<14}of {labels} labels: Brier {brier:.3}, log {log:.3}, ECE {ece:.3}"
            )?;
        }
    }
    for LeftOut { image, why } in &summary.left_out {
        writeln!(output, "\nLeft out: image {image} {why}")?;
    }
    writeln!(
        output,
        "\nIn brackets: 95 % intervals with the image as the unit, Wilson's by the effective number of \
         images, and for lies the cluster bootstrap's."
    )
}

fn line(output: &mut impl Write, name: &str, wins: &HonestWins) -> io::Result<()> {
    let Rate { rate, low, high, .. } = wins.images.wilson;
    let images = percent(rate, low, high);
    let Estimate { wilson, bootstrap } = wins.lies;
    let lies = percent(wilson.rate, bootstrap.low, bootstrap.high);
    writeln!(output, "  {name:<14}{images:<34}{lies}")
}

fn percent(rate: f64, low: f64, high: f64) -> String {
    let [rate, low, high] = [rate, low, high].map(|share| 100.0 * share);
    format!("{rate:.1} % ({low:.1} to {high:.1})")
}
