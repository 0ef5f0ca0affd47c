//! Judges beside the built-in judge and optimal play, on the same items.

use pixel_debate_game::Role;
use serde::Serialize;

use crate::estimate::{Estimate, Numbers};
use crate::facts::{Facts, Judged};

/// The judges of a condition beside the built-in judge, on the same items, and beside what optimal play comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Beside {
    /// The condition.
    pub condition: String,
    /// Verdicts on items that the built-in judge has judged.
    pub judged: usize,
    /// How often these were right.
    pub judges: Option<Estimate>,
    /// How often the built-in judge is on the same items, each counted as often.
    pub classifier: Option<Estimate>,
    /// The first less the second.
    pub difference: Option<Estimate>,
    /// How often both are right or both wrong.
    pub alike: Option<Estimate>,
    /// Verdicts on items whose images have a proof.
    pub proven: usize,
    /// How often those were right.
    pub judges_proven: Option<Estimate>,
    /// How often the honest side wins them before the built-in judge under optimal play.
    pub optimal: Option<Estimate>,
    /// How often judges were right where the honest side wins then.
    pub where_honest_wins: Option<Estimate>,
    /// And where the liar does.
    pub where_liar_wins: Option<Estimate>,
}

/// Each condition of which something is known.
pub(super) fn all(facts: &Facts<'_>) -> Vec<Beside> {
    let conditions = facts.study().conditions.iter().enumerate();
    let of = |(number, condition): (usize, &pixel_debate_study::file::Condition)| {
        let judged: Vec<(&Judged<'_>, f64)> = facts
            .counted()
            .filter(|one| one.condition == Some(number))
            .filter_map(|one| Some((one, f64::from(one.correct()?))))
            .collect();
        beside(condition.name.clone(), &judged)
    };
    conditions.map(of).filter(|one| one.judged + one.proven > 0).collect()
}

fn beside(condition: String, judged: &[(&Judged<'_>, f64)]) -> Beside {
    let column = |value: &dyn Fn(&Judged<'_>, f64) -> Option<f64>| {
        judged.iter().map(|(one, correct)| value(one, *correct)).collect::<Vec<_>>()
    };
    let classifier = |one: &Judged<'_>| one.classifier.map(|one| f64::from(one.right));
    let honest = |one: &Judged<'_>| one.optimal.map(|one| one.winner == Role::Honest);
    let columns = [
        column(&|one, correct| classifier(one).map(|_| correct)),
        column(&|one, _| classifier(one)),
        column(&|one, correct| classifier(one).map(|right| correct - right)),
        column(&|one, correct| {
            classifier(one).map(|right| f64::from(right.total_cmp(&correct).is_eq()))
        }),
        column(&|one, correct| honest(one).map(|_| correct)),
        column(&|one, _| honest(one).map(f64::from)),
        column(&|one, correct| honest(one).filter(|wins| *wins).map(|_| correct)),
        column(&|one, correct| honest(one).filter(|wins| !*wins).map(|_| correct)),
    ];
    let count = |column: &Vec<Option<f64>>| column.iter().flatten().count();
    let (known, proven) = (count(&columns[0]), count(&columns[4]));
    let clusters = judged.iter().map(|(one, _)| one.clusters()).collect();
    let means = columns.into_iter().fold(Numbers::of(clusters), Numbers::and).means();
    Beside {
        condition,
        judged: known,
        judges: means[0],
        classifier: means[1],
        difference: means[2],
        alike: means[3],
        proven,
        judges_proven: means[4],
        optimal: means[5],
        where_honest_wins: means[6],
        where_liar_wins: means[7],
    }
}
