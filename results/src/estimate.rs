//! Means over judgments, with intervals in which participants and images are crossed.

use pixel_debate_statistics::{Interval, Rate, crossed_bootstrap_each};
use serde::Serialize;

/// A mean over judgments.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// The lower end of its 95 % interval, by the bootstrap of participants and images, which are crossed. Where all are
    /// right or all wrong that has no width, and the interval is Wilson's of as many units as there are participants
    /// or images, whichever are fewer.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Over how many judgments.
    pub of: usize,
}

/// Numbers of judgments, of which each may be missing.
pub(crate) struct Numbers {
    clusters: Vec<[usize; 2]>,
    columns: Vec<Vec<Option<f64>>>,
}

/// The most resamples, and how many judgments are drawn at most over all of them: a great study has fewer, and an
/// interval that is as good, for it is narrow.
const RESAMPLES: usize = 2000;
const DRAWN: usize = 400_000_000;
const FEWEST: usize = 200;

impl Numbers {
    /// Of judgments of those clusters.
    pub(crate) fn of(clusters: Vec<[usize; 2]>) -> Self {
        Self { clusters, columns: Vec::new() }
    }

    /// One more number of each judgment, in the order of the clusters.
    pub(crate) fn and(mut self, column: Vec<Option<f64>>) -> Self {
        self.columns.push(column);
        self
    }

    /// The means, in the order of the numbers; of nothing there is none.
    pub(crate) fn means(&self) -> Vec<Option<Estimate>> {
        let weights = vec![1; self.clusters.len()];
        let values = self.sums(&weights);
        let drawn = self.clusters.len() * self.columns.len();
        let resamples = (DRAWN / drawn.max(1)).clamp(FEWEST, RESAMPLES);
        let number = self.columns.len();
        let intervals = if self.clusters.is_empty() {
            vec![None; number]
        } else {
            crossed_bootstrap_each(&self.clusters, number, resamples, |drawn| self.sums(drawn))
        };
        let estimate = |((value, interval), column): ((f64, Option<Interval>), &Vec<_>)| {
            let Interval { low, high } = interval?;
            let of = column.iter().flatten().count();
            let Interval { low, high } = self.certain(column).unwrap_or(Interval { low, high });
            value.is_finite().then_some(Estimate { value, low, high, of })
        };
        values.into_iter().zip(intervals).zip(&self.columns).map(estimate).collect()
    }

    /// The mean of each number, where each judgment counts so often.
    fn sums(&self, drawn: &[u32]) -> Vec<f64> {
        let mean = |column: &Vec<Option<f64>>| {
            let (mut sum, mut all) = (0.0, 0.0);
            for (value, times) in column.iter().zip(drawn) {
                if let Some(value) = value {
                    sum += f64::from(*times) * value;
                    all += f64::from(*times);
                }
            }
            sum / all
        };
        self.columns.iter().map(mean).collect()
    }

    /// The interval of a share of which all are right, or all wrong.
    fn certain(&self, column: &[Option<f64>]) -> Option<Interval> {
        let there =
            || column.iter().zip(&self.clusters).filter_map(|(value, of)| Some(((*value)?, of)));
        let all = there().next()?.0;
        if all != 0.0 && all != 1.0 || there().any(|(value, _)| value != all) {
            return None;
        }
        let count = |kind: usize| {
            let mut names: Vec<usize> = there().map(|(_, of)| of[kind]).collect();
            names.sort_unstable();
            names.dedup();
            names.len()
        };
        let units = count(0).min(count(1));
        let Rate { low, high, .. } = Rate::wilson(all * units as f64, units);
        Some(Interval { low, high })
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_statistics::{Crossed, crossed_mean};

    use super::*;

    /// Five participants judge four images.
    fn clusters() -> Vec<[usize; 2]> {
        (0..20).map(|at| [at / 4, at % 4]).collect()
    }

    #[test]
    fn a_mean_is_that_of_the_crossed_bootstrap_and_what_is_missing_is_left_out() {
        let values: Vec<f64> = (0..20).map(|at| f64::from(at * 7 % 5) / 4.0).collect();
        let all = values.iter().copied().map(Some).collect();
        let some: Vec<_> = values.iter().map(|value| (*value > 0.3).then_some(*value)).collect();
        let means = Numbers::of(clusters()).and(all).and(some.clone()).means();
        let seen: Vec<Crossed> = clusters()
            .into_iter()
            .zip(&values)
            .map(|(clusters, value)| Crossed { clusters, value: *value })
            .collect();
        let whole = means[0].unwrap();
        let wanted = crossed_mean(&seen).unwrap();
        assert_eq!((whole.low, whole.high, whole.of), (wanted.low, wanted.high, 20));
        assert!((whole.value - values.iter().sum::<f64>() / 20.0).abs() < 1e-12);
        let there: Vec<f64> = some.into_iter().flatten().collect();
        let part = means[1].unwrap();
        assert_eq!(part.of, there.len());
        assert!((part.value - there.iter().sum::<f64>() / there.len() as f64).abs() < 1e-12);
    }

    #[test]
    fn what_is_always_so_is_not_known_for_sure_and_nothing_has_no_mean() {
        let (right, none) = (vec![Some(1.0); 20], vec![None; 20]);
        let means = Numbers::of(clusters()).and(right).and(none).means();
        let Rate { low, high, .. } = Rate::wilson(4.0, 4);
        assert_eq!(means[0], Some(Estimate { value: 1.0, low, high, of: 20 }));
        assert_eq!(means[1], None);
        assert_eq!(Numbers::of(Vec::new()).and(Vec::new()).means(), [None]);
        assert_eq!(Numbers::of(Vec::new()).means(), []);
    }
}
