//! Cells compared image by image.

use std::collections::HashMap;

use pixel_debate_game::Role;
use serde::Serialize;

use super::outcomes;
use crate::Cell;
use crate::experiment::Aggregate;
use crate::manifest::{ComparisonMark, Looks, Manifest};
use crate::rows::Row;
use crate::statistics::{McNemar, holm};

/// Two cells over the same images, orders and lies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What is compared, in words.
    pub first: String,
    /// With what.
    pub second: String,
    /// How the first's seeds were counted, and the second's.
    pub seeds_by: [Aggregate; 2],
    /// Who made the first reveal.
    pub order: Option<Role>,
    /// Whether the experiment was made for it, as was said beforehand.
    pub primary: bool,
    /// Images won by the honest side, each a pair. Replicates are not compared: an image counts as
    /// won if it was in all of them.
    pub images: McNemar,
    /// The test's p after Holm, over all tests of the report, and after Bonferroni for the planned looks,
    /// with one more if this look was not planned.
    pub corrected: f64,
}

/// The comparisons that a manifest asks for: of two grids all cells with the same number of pixels
/// and the same precommit.
pub(super) fn comparisons(manifest: &Manifest, rows: &[Vec<Row>]) -> Vec<Comparison> {
    let mut comparisons: Vec<Comparison> = Vec::new();
    for ComparisonMark { a, b, primary } in &manifest.comparisons {
        let cells_of = |grid: &String| {
            manifest
                .cells
                .iter()
                .zip(rows)
                .filter(|(cell, _)| cell.grid == *grid)
                .collect::<Vec<_>>()
        };
        for (first, first_rows) in cells_of(a) {
            for (second, second_rows) in cells_of(b) {
                let alike = |cell: &Cell| (cell.play.pixels, cell.play.precommit);
                if alike(first) == alike(second) && first != second {
                    for seeds_by in &second.seeds_by {
                        comparisons.extend(compare(
                            (first, first_rows, first.seeds_by[0]),
                            (second, second_rows, *seeds_by),
                            *primary,
                        ));
                    }
                }
            }
        }
    }
    let tests: Vec<f64> = comparisons.iter().map(|comparison| comparison.images.p).collect();
    let Looks { planned, is_planned } = &manifest.looks;
    let looks = (planned.len() + usize::from(!is_planned)) as f64;
    for (comparison, corrected) in comparisons.iter_mut().zip(holm(&tests)) {
        comparison.corrected = (looks * corrected).min(1.0);
    }
    comparisons
}

type Counted<'a> = (&'a Cell, &'a [Row], Aggregate);

/// A comparison for each order that both have.
fn compare(first: Counted<'_>, second: Counted<'_>, primary: bool) -> Vec<Comparison> {
    let won = |(cell, rows, seeds_by): Counted<'_>, order: Option<Role>| {
        let outcomes = outcomes(rows, seeds_by, cell.lies_by[0]).into_iter();
        let of_order = outcomes.filter_map(|outcome| {
            let won = outcome.orders.iter().find(|had| had.first == order)?.image >= 1.0;
            Some((outcome.image, won))
        });
        of_order.collect::<HashMap<u32, bool>>()
    };
    let orders = first.0.play.first.iter().filter(|order| second.0.play.first.contains(order));
    let comparison = |order: &Role| {
        let order = Some(*order);
        let (one, two) = (won(first, order), won(second, order));
        let pairs = one.iter().filter_map(|(image, first)| Some((*first, *two.get(image)?)));
        let pairs: Vec<(bool, bool)> = pairs.collect();
        let count = |pair| pairs.iter().filter(|had| **had == pair).count();
        Comparison {
            first: first.0.to_string(),
            second: second.0.to_string(),
            seeds_by: [first.2, second.2],
            order,
            primary,
            corrected: 1.0,
            images: McNemar::of(pairs.len(), count((true, false)), count((false, true))),
        }
    };
    orders.map(comparison).collect()
}
