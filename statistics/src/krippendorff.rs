//! Whether several who judge the same agree.

use serde::{Deserialize, Serialize};

use crate::bootstrap::{Interval, RESAMPLES, bootstrap_values, interval_where_defined};

/// What a difference between two values is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Values are names, as labels are: they are equal or not.
    Nominal,
    /// Values are numbers, as beliefs are: their squared difference counts.
    Interval,
}

/// Krippendorff's alpha: how much those who judge the same units agree, beyond what values dealt out by
/// chance would (K. Krippendorff, "Estimating the reliability, systematic error and random error of interval
/// data", Educational and Psychological Measurement 30, 1970; "Content analysis", 4th edition, 2018, chapter
/// 12).
///
/// α = 1 − D / E. The observed disagreement D is the mean over the pairs of values within a unit, where a unit
/// with m values weighs as m, and the expected one, E, over the pairs of all such values. 1 is perfect
/// agreement, 0 what chance gives; below 0 units are disagreed upon on purpose.
///
/// ```
/// use pixel_debate_statistics::{Agreement, Scale};
///
/// // Three people judge four images; two of the judgments are missing.
/// let images = [vec![1.0, 1.0, 1.0], vec![2.0, 2.0], vec![1.0, 2.0, 1.0], vec![2.0, f64::NAN, 2.0]];
/// let agreement = Agreement::of(&images, Scale::Nominal).expect("there are pairs of values");
/// assert_eq!((agreement.units, agreement.values), (4, 10));
/// assert!((agreement.alpha - 0.64).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Agreement {
    /// The coefficient, at most 1.
    pub alpha: f64,
    /// Its 95 % interval, by the bootstrap over units, both disagreements being reckoned anew (A. Zapf et al.,
    /// BMC Medical Research Methodology 16:93, 2016). Resamples in which all values are alike have no alpha and
    /// are left out.
    pub interval: Interval,
    /// Units with two values or more: the others tell nothing of agreement.
    pub units: usize,
    /// Their values.
    pub values: usize,
}

/// What a unit adds to both disagreements.
struct Unit {
    /// Its values.
    count: f64,
    /// The sum of the differences of its pairs, in either order, by one less than its values.
    within: f64,
    /// The values' sums, from which the differences of all pairs are made.
    totals: Vec<(usize, f64)>,
}

impl Agreement {
    /// Of the values that each unit was given, in any order. `NaN` stands for a value that is missing, and may as
    /// well be left out.
    ///
    /// There is no alpha where no unit has two values, or all values are the same: chance would agree as well.
    ///
    /// ```
    /// use pixel_debate_statistics::{Agreement, Scale};
    ///
    /// assert_eq!(Agreement::of(&[vec![1.0], vec![2.0]], Scale::Nominal), None);
    /// assert_eq!(Agreement::of(&[vec![1.0, 1.0], vec![1.0, 1.0]], Scale::Interval), None);
    /// let perfect = [vec![0.2, 0.2], vec![0.9, 0.9]];
    /// assert_eq!(Agreement::of(&perfect, Scale::Interval).expect("two values").alpha, 1.0);
    /// ```
    pub fn of(units: &[Vec<f64>], scale: Scale) -> Option<Self> {
        let given = |unit: &Vec<f64>| -> Vec<f64> {
            unit.iter().copied().filter(|value| !value.is_nan()).collect()
        };
        let units: Vec<Vec<f64>> =
            units.iter().map(given).filter(|values| values.len() > 1).collect();
        let values: usize = units.iter().map(Vec::len).sum();
        let parts = match scale {
            Scale::Nominal => nominal(&units),
            Scale::Interval => interval(&units),
        };
        let alpha = alpha(&parts, &vec![1; parts.len()], scale);
        let resampled = bootstrap_values(parts.len(), 1, RESAMPLES, |drawn| {
            vec![self::alpha(&parts, drawn, scale)]
        });
        let interval = resampled.into_iter().find_map(interval_where_defined)?;
        alpha.is_finite().then_some(Self { alpha, interval, units: units.len(), values })
    }
}

/// Alpha of units that count so often; it is not finite where all values are alike.
fn alpha(units: &[Unit], drawn: &[u32], scale: Scale) -> f64 {
    let (mut count, mut within, mut totals) = (0.0, 0.0, Vec::new());
    for (unit, times) in units.iter().zip(drawn) {
        let times = f64::from(*times);
        count += times * unit.count;
        within += times * unit.within;
        for (place, total) in &unit.totals {
            if totals.len() <= *place {
                totals.resize(place + 1, 0.0);
            }
            totals[*place] += times * total;
        }
    }
    let between = match (scale, &totals[..]) {
        (Scale::Nominal, counts) => count * count - counts.iter().map(|n| n * n).sum::<f64>(),
        (Scale::Interval, [sum, squares]) => 2.0 * (count * squares - sum * sum),
        (Scale::Interval, _) => 0.0,
    };
    // Less than rounding leaves of equal numbers is nothing.
    let nothing = match (scale, &totals[..]) {
        (Scale::Interval, [_, squares]) => 1e-12 * count * squares,
        _ => 0.0,
    };
    if between <= nothing { f64::NAN } else { 1.0 - within * (count - 1.0) / between }
}

/// Units of names: how many values are of each.
fn nominal(units: &[Vec<f64>]) -> Vec<Unit> {
    let mut names: Vec<f64> = units.iter().flatten().map(|value| value + 0.0).collect();
    names.sort_unstable_by(f64::total_cmp);
    names.dedup();
    let unit = |values: &Vec<f64>| {
        let mut places: Vec<usize> =
            values.iter().map(|value| names.partition_point(|name| name < value)).collect();
        places.sort_unstable();
        let totals: Vec<(usize, f64)> =
            places.chunk_by(usize::eq).map(|same| (same[0], same.len() as f64)).collect();
        let count = values.len() as f64;
        let unequal = count * count - totals.iter().map(|(_, n)| n * n).sum::<f64>();
        Unit { count, within: unequal / (count - 1.0), totals }
    };
    units.iter().map(unit).collect()
}

/// Units of numbers: their sum and that of their squares, from the middle of all.
fn interval(units: &[Vec<f64>]) -> Vec<Unit> {
    let all: usize = units.iter().map(Vec::len).sum();
    let middle = units.iter().flatten().map(|value| value / all as f64).sum::<f64>();
    let unit = |values: &Vec<f64>| {
        let count = values.len() as f64;
        let mean = values.iter().map(|value| value / count).sum::<f64>();
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let sum = values.iter().map(|value| value - middle).sum();
        let from_middle = values.iter().map(|value| (value - middle).powi(2)).sum();
        let within = 2.0 * count * squares / (count - 1.0);
        Unit { count, within, totals: vec![(0, sum), (1, from_middle)] }
    };
    units.iter().map(unit).collect()
}
