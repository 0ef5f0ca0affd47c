//! Cells compared image by image.

use std::collections::HashMap;

use pixel_debate_game::Role;
use pixel_debate_statistics::{McNemar, holm};
use serde::Serialize;

use super::outcomes;
use crate::Cell;
use crate::experiment::Aggregate;
use crate::manifest::{ComparisonMark, Looks, Manifest};
use crate::rows::Row;

/// Two cells over the same images, orders and lies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What is compared, in words.
    pub first: String,
    /// With what.
    pub second: String,
    /// How the first's seeds were counted, and the second's.
    pub seeds_by: [Aggregate; 2],
    /// How the results of the first's lies became an image's, and of the second's.
    pub lies_by: [Aggregate; 2],
    /// Who made the first reveal.
    pub order: Option<Role>,
    /// Whether this is the one test that the experiment was made for, as was said beforehand: the
    /// first of those that its primary comparison comes to. All others are secondary.
    pub primary: bool,
    /// Images won by the honest side, each a pair. Replicates are not compared: an image counts as
    /// won if it was in all of them.
    pub images: McNemar,
    /// The test's p after Holm, over all tests of the report, and after Bonferroni for the planned looks,
    /// with one more if this look was not planned.
    pub corrected: f64,
}

impl Comparison {
    /// Both sides, each with the rules by which its images were won.
    pub fn sides(&self) -> [String; 2] {
        let Self { first, second, seeds_by: seeds, lies_by: lies, .. } = self;
        [(first, seeds[0], lies[0]), (second, seeds[1], lies[1])]
            .map(|(cell, seeds, lies)| format!("{cell}, seeds by {seeds}, lies by {lies}"))
    }
}

/// The comparisons that a manifest asks for: of two grids all cells with the same number of pixels
/// and the same precommit, by the rules that can be held against each other.
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
        let mut of_both = Vec::new();
        for first in cells_of(a) {
            for second in cells_of(b) {
                of_both.extend(compare(first, second));
            }
        }
        if let Some(test) = of_both.first_mut() {
            test.primary = *primary;
        }
        comparisons.append(&mut of_both);
    }
    let tests: Vec<f64> = comparisons.iter().map(|comparison| comparison.images.p).collect();
    let Looks { planned, is_planned } = &manifest.looks;
    let looks = (planned.len() + usize::from(!is_planned)) as f64;
    for (comparison, corrected) in comparisons.iter_mut().zip(holm(&tests)) {
        comparison.corrected = (looks * corrected).min(1.0);
    }
    comparisons
}

/// The rules of two sides that are held against each other: equal ones, and where a side has a single
/// rule, that one against every rule of the other. Of the three rules there are, two lists of several
/// have one in common.
fn paired(one: &[Aggregate], other: &[Aggregate]) -> Vec<[Aggregate; 2]> {
    let single = one.len() == 1 || other.len() == 1;
    let all = one.iter().flat_map(|one| other.iter().map(move |other| [*one, *other]));
    all.filter(|[one, other]| single || one == other).collect()
}

/// A comparison for each pair of rules and each order in which the two can be compared.
fn compare(first: (&Cell, &Vec<Row>), second: (&Cell, &Vec<Row>)) -> Vec<Comparison> {
    let won = |rows: &[Row], seeds_by: Aggregate, lies_by: Aggregate, order: Option<Role>| {
        let of_order = outcomes(rows, seeds_by, lies_by).into_iter().filter_map(|outcome| {
            let won = outcome.orders.iter().find(|had| had.first == order)?.image >= 1.0;
            Some((outcome.image, won))
        });
        of_order.collect::<HashMap<u32, bool>>()
    };
    let mut comparisons = Vec::new();
    for seeds_by in paired(&first.0.seeds_by, &second.0.seeds_by) {
        for lies_by in paired(&first.0.lies_by, &second.0.lies_by) {
            for order in first.0.orders_in_common(second.0).into_iter().map(Some) {
                let one = won(first.1, seeds_by[0], lies_by[0], order);
                let two = won(second.1, seeds_by[1], lies_by[1], order);
                let pairs = one.iter().filter_map(|(image, won)| Some((*won, *two.get(image)?)));
                let pairs: Vec<(bool, bool)> = pairs.collect();
                let count = |pair| pairs.iter().filter(|had| **had == pair).count();
                comparisons.push(Comparison {
                    first: first.0.to_string(),
                    second: second.0.to_string(),
                    seeds_by,
                    lies_by,
                    order,
                    primary: false,
                    images: McNemar::of(pairs.len(), count((true, false)), count((false, true))),
                    corrected: 1.0,
                });
            }
        }
    }
    comparisons
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::RunPlan;
    use Aggregate::{Any, Majority, MeanLogit};

    /// One image, searched with two seeds and three lies, and what it is compared with.
    fn compared(one: &str, other: &str) -> Vec<Comparison> {
        let grid = "protocol = \"debate\"\npixels = 4\nlies = [1, 2, 3]\nhonest = \"greedy\"\nliar = \
                    \"same\"\n";
        let text = format!(
            "title = \"Two\"\n[images]\ndataset = \"mnist\"\nlist = [0]\n[[grid]]\nname = \"one\"\n\
             {grid}{one}\n[[grid]]\nname = \"other\"\n{grid}{other}\n[[compare]]\na = \"one\"\nb = \
             \"other\"\nprimary = true\n"
        );
        let plan = RunPlan::new(&text, Path::new(""), None).unwrap();
        // Of the first the first lie wins by both seeds, of the second no lie by any.
        let row = |cell: usize, first, lie, seed| {
            let lost = cell == 0 && lie == 1;
            Row {
                image: 0,
                label: 7,
                lie: Some(lie),
                first: Some(first),
                replicate: 0,
                seed: Some(seed),
                winner: if lost { Role::Liar } else { Role::Honest },
                margin: Some(if lost { -1.0 } else { 1.0 }),
                believed: None,
                evidence: Vec::new(),
                logits: None,
                blame: None,
            }
        };
        let mut rows = vec![Vec::new(); 2];
        for (cell, rows) in rows.iter_mut().enumerate() {
            for first in [Role::Honest, Role::Liar] {
                for lie in 1..=3 {
                    rows.extend([1, 2].map(|seed| row(cell, first, lie, seed)));
                }
            }
        }
        comparisons(plan.manifest(), &rows)
    }

    const SEVERAL: &str = "seeds = 2\nseeds_by = [\"majority\", \"mean_logit\"]\nlies_by = [\"any\", \
                           \"majority\"]";

    #[test]
    fn of_several_rules_on_both_sides_equal_ones_are_compared() {
        let tests = compared(SEVERAL, "seeds = 2\nlies_by = [\"majority\", \"any\"]");
        let rules = |test: &Comparison| (test.seeds_by, test.lies_by);
        let (by_seeds, by_lies) = ([Majority, MeanLogit], [Any, Majority]);
        let mut expected = Vec::new();
        for seeds_by in by_seeds {
            for lies_by in by_lies {
                expected.extend([([seeds_by; 2], [lies_by; 2]); 2]);
            }
        }
        assert_eq!(tests.iter().map(rules).collect::<Vec<_>>(), expected);
        for test in &tests {
            // One lie of three takes an image by `any` alone.
            let lost = usize::from(test.lies_by[0] == Any);
            let McNemar { pairs, only_first, only_second, .. } = test.images;
            assert_eq!((pairs, only_first, only_second), (1, 0, lost));
        }
        let [first, second] = tests[2].sides();
        assert!(first.starts_with("one: debate, ") && second.starts_with("other: debate, "));
        assert!(first.ends_with(", seeds by majority, lies by majority"), "{first}");
        assert!(second.ends_with(", seeds by majority, lies by majority"), "{second}");
    }

    #[test]
    fn a_single_rule_meets_every_rule_of_the_other_side() {
        for (one, other) in [(SEVERAL, ""), ("", SEVERAL)] {
            let tests = compared(one, other);
            assert_eq!(tests.len(), 8);
            let several = usize::from(one.is_empty());
            for (place, test) in tests.iter().enumerate() {
                assert_eq!(test.seeds_by[several], [Majority, MeanLogit][place / 4]);
                assert_eq!(test.lies_by[several], [Any, Majority][place / 2 % 2]);
                assert_eq!(test.seeds_by[1 - several], Majority);
                assert_eq!(test.lies_by[1 - several], Any);
            }
        }
    }

    #[test]
    fn one_test_is_primary_the_first() {
        let more = "first = [\"liar\", \"honest\"]\n";
        let tests = compared(&format!("{more}{SEVERAL}"), SEVERAL);
        let primary: Vec<&Comparison> = tests.iter().filter(|test| test.primary).collect();
        let [test] = &primary[..] else { panic!("{primary:?}") };
        assert_eq!((test.seeds_by, test.lies_by), ([Majority; 2], [Any; 2]));
        assert_eq!(test.order, Some(Role::Liar));
    }
}
