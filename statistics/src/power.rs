//! What a study could find, by simulating it.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::contrast::{Analysis, Errors, critical};
use crate::logistic::{logistic, logit_of_mean, normal};
use crate::rate::Rate;

/// A study of two conditions that is yet to be done: participants judge items, each right or wrong, half of them
/// in either condition.
///
/// A judgment is right with the probability `logistic(c + p + i)`: `c` belongs to the condition, `p` to the
/// participant and `i` to the item, which are normal with the given deviations (R. H. Baayen, D. J. Davidson and
/// D. M. Bates, Journal of Memory and Language 59, 2008). The conditions differ by the same `c` for all
/// participants and items; where they do not, a study finds less. `c` is such that rates are what they are said
/// to be on average over participants and items, and not for the middle one of these.
///
/// Items go round: participants take the next ones in turn, so that no participant has an item twice and all
/// items have as many judgments, give or take one, in both conditions.
///
/// ```
/// use pixel_debate_statistics::{Analysis, Design, Simulation};
///
/// let design = Design {
///     participants: 40,
///     items: 60,
///     each: 20,
///     participant_sd: 0.4,
///     item_sd: 0.8,
///     base_rate: 0.7,
///     analysis: Analysis::Robust,
///     level: 0.05,
///     studies: 200,
///     seed: 1,
/// };
/// let simulation = Simulation::new(design)?;
/// // Ten points more are found more often than not, and a study of that size needs some.
/// assert!(simulation.power(0.1)?.rate > 0.8);
/// let least = simulation.least_difference()?.expect("there is one below 30 points");
/// assert!(least > 0.05 && least < 0.1);
/// # Ok::<(), pixel_debate_statistics::DesignError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// Participants, 2 to [`Design::MAX_CLUSTERS`].
    pub participants: usize,
    /// Items, 2 to [`Design::MAX_CLUSTERS`].
    pub items: usize,
    /// Items that each participant judges, 1 to `items`.
    pub each: usize,
    /// How much participants differ: the standard deviation of the logit of being right, 0 to
    /// [`Design::MAX_SD`].
    pub participant_sd: f64,
    /// How much items differ, likewise.
    pub item_sd: f64,
    /// How often judgments are right in the one condition, [`Design::MIN_RATE`] to 1 less that.
    pub base_rate: f64,
    /// How the difference is analysed: it is found if 0 is not within the interval.
    pub analysis: Analysis,
    /// How often at most chance alone may find one: 0.05 for the interval of 95 %, and less where several differences
    /// are asked for at once. [`Design::MIN_LEVEL`] to 0.5.
    pub level: f64,
    /// Studies that are simulated: at least 1, and all their judgments together at most
    /// [`Design::MAX_JUDGMENTS`].
    pub studies: u32,
    /// What chance depends on.
    pub seed: u64,
}

/// A design, or a difference in it, that cannot be simulated.
///
/// ```
/// use pixel_debate_statistics::{Analysis, Design, Simulation};
///
/// let design = Design {
///     participants: 40,
///     items: 10,
///     each: 20,
///     participant_sd: 0.4,
///     item_sd: 0.8,
///     base_rate: 0.7,
///     analysis: Analysis::Robust,
///     level: 0.05,
///     studies: 200,
///     seed: 1,
/// };
/// let refusal = Simulation::new(design).expect_err("ten items are not twenty");
/// assert_eq!(refusal.to_string(), "each is 20: it must be from 1 to 10");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{field} is {value}: it must be from {least} to {most}")]
pub struct DesignError {
    /// The field of [`Design`], or `difference`.
    pub field: &'static str,
    /// What it is.
    pub value: f64,
    /// The least that it may be.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Design {
    /// The most participants, and the most items.
    pub const MAX_CLUSTERS: usize = 10_000;
    /// The greatest standard deviation, in logits: from one in 150 to 149 in 150 within one deviation either way.
    pub const MAX_SD: f64 = 5.0;
    /// The least rate.
    pub const MIN_RATE: f64 = 0.001;
    /// The least level.
    pub const MIN_LEVEL: f64 = 0.0001;
    /// The most judgments that are drawn for one [`Simulation::power`]: some seconds.
    pub const MAX_JUDGMENTS: usize = 100_000_000;

    fn check(&self) -> Result<(), DesignError> {
        let (clusters, count) = (Self::MAX_CLUSTERS as f64, |count: usize| count as f64);
        within("participants", count(self.participants), 2.0, clusters)?;
        within("items", count(self.items), 2.0, clusters)?;
        within("each", count(self.each), 1.0, count(self.items))?;
        within("participant_sd", self.participant_sd, 0.0, Self::MAX_SD)?;
        within("item_sd", self.item_sd, 0.0, Self::MAX_SD)?;
        within("base_rate", self.base_rate, Self::MIN_RATE, 1.0 - Self::MIN_RATE)?;
        within("level", self.level, Self::MIN_LEVEL, 0.5)?;
        let most = Self::MAX_JUDGMENTS / (self.participants * self.each);
        // Refused by its own name: whoever reads it changes the number of studies first.
        within("studies", f64::from(self.studies), 1.0, count(most))
    }
}

/// Refuses what is not within both ends.
fn within(field: &'static str, value: f64, least: f64, most: f64) -> Result<(), DesignError> {
    let error = DesignError { field, value, least, most };
    (least..=most).contains(&value).then_some(()).ok_or(error)
}

/// Studies of a [`Design`], which are drawn by its seed. The same study has the same participants, items and
/// luck whatever the difference is, so that more is hardly ever found of a smaller one.
///
/// Each study stands for itself: whoever has several processors may ask [`Simulation::finds`] on all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simulation {
    design: Design,
    critical: f64,
}

impl Simulation {
    /// The power that a design should have.
    pub const POWER: f64 = 0.8;

    /// Prepares the simulation of a design.
    ///
    /// ```
    /// use pixel_debate_statistics::{Analysis, Design, Simulation};
    ///
    /// let design = Design {
    ///     participants: 12,
    ///     items: 8,
    ///     each: 8,
    ///     participant_sd: 0.0,
    ///     item_sd: 0.0,
    ///     base_rate: 0.5,
    ///     analysis: Analysis::Bootstrap,
    ///     level: 0.05,
    ///     studies: 100,
    ///     seed: 7,
    /// };
    /// assert!(Simulation::new(design).is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// If a field is not within what [`Design`] allows.
    pub fn new(design: Design) -> Result<Self, DesignError> {
        design.check()?;
        let taking = design.items.min(design.participants * design.each);
        let critical = critical(design.analysis, [design.participants, taking], design.level);
        Ok(Self { design, critical })
    }

    /// How often the difference is found, where the other condition is right more often by `difference`: −1 to 1,
    /// in parts of 1. The interval is that of the simulation, and narrows with the number of studies.
    ///
    /// # Errors
    ///
    /// If the other condition's rate would be less than [`Design::MIN_RATE`], or more than 1 less that.
    pub fn power(&self, difference: f64) -> Result<Rate, DesignError> {
        let logits = self.logits(difference)?;
        let found = (0..self.design.studies).filter(|study| self.found(*study, logits)).count();
        Ok(Rate::wilson(found as f64, self.design.studies as usize))
    }

    /// Whether one study, a number from 0 up, finds the difference: [`Simulation::power`] counts those below
    /// the design's `studies`.
    ///
    /// # Errors
    ///
    /// As [`Simulation::power`].
    pub fn finds(&self, difference: f64, study: u32) -> Result<bool, DesignError> {
        Ok(self.found(study, self.logits(difference)?))
    }

    /// The least increase that is found with 80 % power, to a tenth of a point, if there is one that leaves the
    /// other rate below 1. A decrease from a rate is found as an increase from 1 less that rate is.
    ///
    /// # Errors
    ///
    /// None that [`Simulation::new`] has not had.
    pub fn least_difference(&self) -> Result<Option<f64>, DesignError> {
        let most = 1.0 - Design::MIN_RATE - self.design.base_rate;
        least_difference(most, |difference| Ok(self.power(difference)?.rate))
    }

    /// The logits of both conditions.
    fn logits(&self, difference: f64) -> Result<[f64; 2], DesignError> {
        let base = self.design.base_rate;
        // What a sum and a difference have lost to rounding is no reason to refuse.
        let ends = [Design::MIN_RATE, 1.0 - Design::MIN_RATE];
        let [least, most] = [ends[0] - base - 1e-9, ends[1] - base + 1e-9];
        within("difference", difference, least, most)?;
        let other = (base + difference).clamp(ends[0], ends[1]);
        let sd = self.design.participant_sd.hypot(self.design.item_sd);
        Ok([base, other].map(|rate| logit_of_mean(rate, sd)))
    }

    fn found(&self, study: u32, logits: [f64; 2]) -> bool {
        let Design { participants, items, each, participant_sd, item_sd, seed, .. } = self.design;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(study));
        let taking = items.min(participants * each);
        let of_participants: Vec<f64> =
            (0..participants).map(|_| participant_sd * normal(&mut rng)).collect();
        let of_items: Vec<f64> = (0..taking).map(|_| item_sd * normal(&mut rng)).collect();
        let judgments: Vec<([usize; 2], usize, f64)> = (0..participants * each)
            .map(|at| {
                let (participant, item) = (at / each, at % items);
                let condition = (item + at / items) % 2;
                let logit = logits[condition] + of_participants[participant] + of_items[item];
                let right = f64::from(u8::from(rng.random::<f64>() < logistic(logit)));
                ([participant, item], condition, right)
            })
            .collect();
        let (mut counts, mut sums) = ([0.0; 2], [0.0; 2]);
        for (_, condition, right) in &judgments {
            counts[*condition] += 1.0;
            sums[*condition] += right;
        }
        let means = [0, 1].map(|condition| sums[condition] / counts[condition]);
        let share = |(clusters, condition, right): ([usize; 2], usize, f64)| {
            let sign = [-1.0, 1.0][condition];
            (clusters, sign * (right - means[condition]) / counts[condition])
        };
        let shares = judgments.into_iter().map(share).collect();
        let errors = Errors::of([participants, taking], shares);
        let error = match self.design.analysis {
            Analysis::Bootstrap => errors.bootstrap,
            Analysis::Robust => errors.robust,
        };
        (means[1] - means[0]).abs() > self.critical * error
    }
}

/// The least difference above 0 and up to `most` whose power is [`Simulation::POWER`], to a thousandth, by
/// bisection, if that of `most` is. `power` rises with the difference: it is asked ten times or so, and may ask
/// [`Simulation::finds`] on several processors.
///
/// ```
/// use pixel_debate_statistics::least_difference;
///
/// let least = least_difference(0.5, |difference| Ok::<_, ()>(2.0 * difference));
/// assert!((least.unwrap().unwrap() - 0.4).abs() < 1e-3);
/// assert_eq!(least_difference(0.3, |difference| Ok::<_, ()>(2.0 * difference)), Ok(None));
/// ```
///
/// # Errors
///
/// Those of `power`.
pub fn least_difference<E>(
    most: f64,
    mut power: impl FnMut(f64) -> Result<f64, E>,
) -> Result<Option<f64>, E> {
    if most <= 0.0 || power(most)? < Simulation::POWER {
        return Ok(None);
    }
    let (mut low, mut high) = (0.0, most);
    while high - low > 0.001 {
        let middle = f64::midpoint(low, high);
        if power(middle)? < Simulation::POWER { low = middle } else { high = middle }
    }
    Ok(Some(high))
}
