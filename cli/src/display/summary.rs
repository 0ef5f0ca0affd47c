//! The rates of a run as a table, and what was compared.

use std::io::{self, Write};

use pixel_debate_harness::{Comparison, HonestWins, Judged, Summary};
use pixel_debate_play::LeftOut;
use pixel_debate_statistics::{AgentScores, Rate, Scores, p_in_words};

/// A line for each cell, way to count and order, and then the comparisons.
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
        if let Some(AgentScores { honest, lying, difference, interval }) = cell.agents {
            writeln!(
                output,
                "  agents, in nats: honest {honest:.3}, lying {lying:.3}, difference {difference:+.3} \
                 ({:+.3} to {:+.3})",
                interval.low, interval.high
            )?;
        }
    }
    for LeftOut { image, why } in &summary.left_out {
        writeln!(output, "\nLeft out: image {image} {why}")?;
    }
    writeln!(
        output,
        "\nIn brackets: 95 % intervals with the image as the unit, Wilson's by the effective number of \
         images, for images and lies alike."
    )?;
    comparisons(output, &summary.comparisons)
}

/// What came of comparing cells.
fn comparisons(output: &mut impl Write, comparisons: &[Comparison]) -> io::Result<()> {
    if comparisons.is_empty() {
        return Ok(());
    }
    writeln!(
        output,
        "\nCompared on the same images, by McNemar's exact test on images won. Corrected is p for all \
         tests and for the looks."
    )?;
    for comparison in comparisons {
        let Comparison { order, primary, images, corrected, .. } = comparison;
        let [one, other] = comparison.sides();
        let kind = if *primary { "primary" } else { "secondary" };
        let first = order.map_or("nobody".to_owned(), |role| role.to_string());
        writeln!(output, "\n  {kind}, {first} first\n    one:   {one}\n    other: {other}")?;
        writeln!(
            output,
            "    {} pairs: {} won by one only, {} by the other only, difference {:+.1} %, p {}, corrected {}",
            images.pairs,
            images.only_first,
            images.only_second,
            100.0 * images.difference,
            p_in_words(images.p),
            p_in_words(*corrected)
        )?;
    }
    Ok(())
}

fn line(output: &mut impl Write, name: &str, wins: &HonestWins) -> io::Result<()> {
    let [images, lies] = [wins.images, wins.lies].map(|estimate| percent(estimate.wilson));
    writeln!(output, "  {name:<14}{images:<34}{lies}")
}

fn percent(Rate { rate, low, high, .. }: Rate) -> String {
    let [rate, low, high] = [rate, low, high].map(|share| 100.0 * share);
    format!("{rate:.1} % ({low:.1} to {high:.1})")
}

#[cfg(test)]
mod tests {
    use pixel_debate_harness::Estimate;
    use pixel_debate_statistics::Interval;

    use super::*;

    #[test]
    fn images_and_lies_are_printed_with_wilsons_intervals() {
        let estimate = |rate, low, high| Estimate {
            wilson: Rate { rate, low, high, of: 10, effective: 10.0 },
            bootstrap: Interval { low: 0.01, high: 0.99 },
        };
        let wins = HonestWins { images: estimate(0.5, 0.25, 0.75), lies: estimate(0.9, 0.6, 0.98) };
        let mut printed = Vec::new();
        line(&mut printed, "mean", &wins).unwrap();
        let printed = String::from_utf8(printed).unwrap();
        let columns: Vec<&str> =
            printed.split("  ").map(str::trim).filter(|s| !s.is_empty()).collect();
        assert_eq!(columns, ["mean", "50.0 % (25.0 to 75.0)", "90.0 % (60.0 to 98.0)"]);
    }
}
