//! The difference of two conditions where observations are clustered in two ways at once.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::bootstrap::Interval;
use crate::crossed::{Crossed, numbered};

/// By what the error of a difference is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Analysis {
    /// As [`crossed_difference`](crate::crossed_difference) has it: safe, and up to √3 times as great as
    /// need be.
    Bootstrap,
    /// By the two-way cluster-robust variance: about right where there are some twenty clusters or more of
    /// both kinds.
    Robust,
}

/// The difference of two means over observations of two clusters each, with its error by formulas.
///
/// ```
/// use pixel_debate_statistics::{Analysis, Contrast, Crossed};
///
/// // Eight participants judge six items; under the first condition they are right more often.
/// let seen = |often: usize| {
///     let at = move |at: usize| {
///         let clusters = [at / 6, at % 6];
///         Crossed { clusters, value: f64::from(u8::from(at * 7 % 10 < often)) }
///     };
///     (0..48).map(at).collect::<Vec<_>>()
/// };
/// let contrast = Contrast::of(&seen(9), &seen(4)).expect("there are clusters enough");
/// assert!((contrast.difference - 0.5).abs() < 0.05);
/// let interval = contrast.interval(Analysis::Robust);
/// assert!(interval.low > 0.0 && interval.high < 1.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Contrast {
    /// The first mean less the second.
    pub difference: f64,
    /// How many clusters of either kind there are.
    pub clusters: [usize; 2],
    /// Its standard error by the pigeonhole bootstrap (A. B. Owen, Annals of Applied Statistics 1, 2007),
    /// without drawing: the variance over all resamples of the linearised difference.
    pub bootstrap_error: f64,
    /// Its standard error by the two-way cluster-robust variance: that of one kind of clusters, and that of
    /// the other, less that of the cells, which is in both (A. C. Cameron, J. B. Gelbach and D. L. Miller,
    /// Journal of Business & Economic Statistics 29, 2011), each by G/(G − 1). Such a variance may come out
    /// too small, or below 0: it is at least that of either kind alone (J. G. `MacKinnon`, M. Ø. Nielsen and
    /// M. D. Webb, "Jackknife inference with two-way clustering", arXiv 2406.08880, 2024).
    pub robust_error: f64,
}

impl Contrast {
    /// Of the observations under the first and the second condition, in which clusters are the same if they
    /// have the same number. There is none without observations under both, or with fewer than two clusters of
    /// a kind: nobody can say how much these vary.
    ///
    /// ```
    /// use pixel_debate_statistics::{Contrast, Crossed};
    ///
    /// let seen = |participant, item, value| Crossed { clusters: [participant, item], value };
    /// let (first, second) = ([seen(0, 0, 1.0), seen(1, 1, 1.0)], [seen(0, 1, 0.0), seen(1, 0, 1.0)]);
    /// assert_eq!(Contrast::of(&first, &second).expect("two by two clusters").difference, 0.5);
    /// assert_eq!(Contrast::of(&first, &[]), None);
    /// assert_eq!(Contrast::of(&first[..1], &second[..1]), None);
    /// ```
    pub fn of(first: &[Crossed], second: &[Crossed]) -> Option<Self> {
        let all: Vec<[usize; 2]> = first.iter().chain(second).map(|one| one.clusters).collect();
        let (clusters, counts) = numbered(&all);
        if first.is_empty() || second.is_empty() || counts.iter().any(|count| *count < 2) {
            return None;
        }
        let mean =
            |list: &[Crossed]| list.iter().map(|one| one.value).sum::<f64>() / list.len() as f64;
        let means = [mean(first), mean(second)];
        let share = |list: &[Crossed], mean: f64, sign: f64| {
            let by = sign / list.len() as f64;
            list.iter().map(|one| (one.value - mean) * by).collect::<Vec<f64>>()
        };
        let shares = [share(first, means[0], 1.0), share(second, means[1], -1.0)].concat();
        let errors = Errors::of(counts, clusters.into_iter().zip(shares).collect());
        Some(Self {
            difference: means[0] - means[1],
            clusters: counts,
            bootstrap_error: errors.bootstrap,
            robust_error: errors.robust,
        })
    }

    /// The 95 % interval: by the bootstrap's error with a normal distribution, or by the robust one with
    /// Student's, whose degrees of freedom are one less than the clusters of the rarer kind.
    ///
    /// ```
    /// use pixel_debate_statistics::{Analysis, Contrast};
    ///
    /// let contrast = Contrast {
    ///     difference: 0.1,
    ///     clusters: [40, 20],
    ///     bootstrap_error: 0.05,
    ///     robust_error: 0.04,
    /// };
    /// let interval = contrast.interval(Analysis::Bootstrap);
    /// assert!((interval.low - 0.002).abs() < 1e-4 && (interval.high - 0.198).abs() < 1e-4);
    /// let interval = contrast.interval(Analysis::Robust);
    /// assert!((interval.low - 0.0163).abs() < 1e-4 && (interval.high - 0.1837).abs() < 1e-4);
    /// ```
    pub fn interval(&self, analysis: Analysis) -> Interval {
        let half = critical(analysis, self.clusters, 0.05) * self.error(analysis);
        Interval { low: self.difference - half, high: self.difference + half }
    }

    /// How probable a difference as great as this one, either way, is where there is none: by the same distributions
    /// as the [interval](Self::interval), so that it is below 0.05 where that leaves 0 out. There is no saying where
    /// nothing has varied, and so no error.
    ///
    /// ```
    /// use pixel_debate_statistics::{Analysis, Contrast};
    ///
    /// let contrast = Contrast {
    ///     difference: 0.1,
    ///     clusters: [40, 20],
    ///     bootstrap_error: 0.05,
    ///     robust_error: 0.04,
    /// };
    /// assert!((contrast.p(Analysis::Bootstrap).expect("it varies") - 0.0455).abs() < 1e-4);
    /// assert!((contrast.p(Analysis::Robust).expect("it varies") - 0.0218).abs() < 1e-4);
    /// assert_eq!(Contrast { robust_error: 0.0, ..contrast }.p(Analysis::Robust), None);
    /// assert_eq!(Contrast { difference: 0.0, robust_error: 0.0, ..contrast }.p(Analysis::Robust), None);
    /// ```
    pub fn p(&self, analysis: Analysis) -> Option<f64> {
        let error = self.error(analysis);
        // Nothing over nothing is no number, of which no distribution says anything.
        if !(error > 0.0 && self.difference.is_finite() && error.is_finite()) {
            return None;
        }
        let far = -(self.difference / error).abs();
        let below = match (analysis, StudentsT::new(0.0, 1.0, freedom(self.clusters))) {
            (Analysis::Robust, Ok(student)) => student.cdf(far),
            _ => Normal::standard().cdf(far),
        };
        Some((2.0 * below).min(1.0))
    }

    fn error(&self, analysis: Analysis) -> f64 {
        match analysis {
            Analysis::Bootstrap => self.bootstrap_error,
            Analysis::Robust => self.robust_error,
        }
    }
}

/// So many standard errors either way is the interval beyond which chance alone goes at that level: 0.05 for the
/// 95 % interval.
pub(crate) fn critical(analysis: Analysis, clusters: [usize; 2], level: f64) -> f64 {
    match (analysis, StudentsT::new(0.0, 1.0, freedom(clusters))) {
        (Analysis::Robust, Ok(student)) => student.inverse_cdf(1.0 - level / 2.0),
        _ => Normal::standard().inverse_cdf(1.0 - level / 2.0),
    }
}

/// Student's degrees of freedom with so many clusters.
fn freedom(clusters: [usize; 2]) -> f64 {
    clusters[0].min(clusters[1]).saturating_sub(1) as f64
}

/// The two standard errors of a sum.
pub(crate) struct Errors {
    pub(crate) bootstrap: f64,
    pub(crate) robust: f64,
}

impl Errors {
    /// Of what each observation has added to the sum beyond its expectation, with its clusters, which are
    /// numbered from 0 to below `counts`, at least two of each kind.
    pub(crate) fn of(counts: [usize; 2], mut shares: Vec<([usize; 2], f64)>) -> Self {
        let squares = |sums: &[f64]| sums.iter().map(|sum| sum * sum).sum::<f64>();
        let [one, other] = [0, 1].map(|kind| {
            let mut sums = vec![0.0; counts[kind]];
            for (clusters, share) in &shares {
                sums[clusters[kind]] += share;
            }
            squares(&sums)
        });
        shares.sort_unstable_by_key(|(clusters, _)| *clusters);
        let same = |one: &([usize; 2], f64), next: &([usize; 2], f64)| one.0 == next.0;
        let cell = |cell: &[([usize; 2], f64)]| cell.iter().map(|(_, share)| share).sum::<f64>();
        let cells: Vec<f64> = shares.chunk_by(same).map(cell).collect();
        let cells_squares = squares(&cells);
        // How often two clusters of a kind are drawn together: G (G − 1) / G² on average if they are
        // two, and once more if they are the same one.
        let [by_one, by_other] = counts.map(|count| 1.0 - 1.0 / count as f64);
        let bootstrap = by_other * one + by_one * other + cells_squares;
        let filled = cells.len() as f64;
        let (one, other) = (one / by_one, other / by_other);
        let robust = (one + other - cells_squares * filled / (filled - 1.0)).max(one).max(other);
        Self { bootstrap: bootstrap.sqrt(), robust: robust.sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy's quantiles of Student's distribution.
    #[test]
    fn the_robust_interval_is_as_long_as_so_few_clusters_make_it() {
        for (freedom, quantile) in
            [(1, 12.706_204_736), (7, 2.364_624_252), (19, 2.093_024_054), (200, 1.971_896_224)]
        {
            let ours = critical(Analysis::Robust, [500, freedom + 1], 0.05);
            assert!((ours - quantile).abs() < 1e-6, "{ours}, not {quantile}");
            assert_eq!(critical(Analysis::Robust, [freedom + 1, 500], 0.05), ours);
            let normal = critical(Analysis::Bootstrap, [500, freedom], 0.05);
            assert!((normal - 1.959_963_985).abs() < 1e-6);
        }
    }

    /// And those at other levels, of a third of one in twenty and of one in a thousand.
    #[test]
    fn a_stricter_level_needs_more_errors() {
        for (level, normal, student) in
            [(0.05 / 3.0, 2.393_979_800, 2.820_045_2), (0.001, 3.290_526_731, 4.436_979_3)]
        {
            let ours = critical(Analysis::Bootstrap, [12, 12], level);
            assert!((ours - normal).abs() < 1e-6, "{ours}, not {normal}");
            let ours = critical(Analysis::Robust, [40, 12], level);
            assert!((ours - student).abs() < 1e-4, "{ours}, not {student}");
        }
    }

    /// By R: `2 * pt(-1.5, 7)` and `2 * pnorm(-1.5)`.
    #[test]
    fn p_is_that_of_students_and_of_the_normal_distribution() {
        let contrast = Contrast {
            difference: -0.3,
            clusters: [8, 20],
            bootstrap_error: 0.2,
            robust_error: 0.2,
        };
        for (analysis, wanted) in
            [(Analysis::Robust, 0.177_298_5), (Analysis::Bootstrap, 0.133_614_4)]
        {
            let p = contrast.p(analysis).unwrap();
            assert!((p - wanted).abs() < 1e-6, "{analysis:?}: {p}");
            let mirrored = Contrast { difference: 0.3, ..contrast };
            assert_eq!(mirrored.p(analysis), Some(p));
        }
    }
}
