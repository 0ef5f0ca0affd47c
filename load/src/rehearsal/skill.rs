//! How good simulated participants are, and how sure.

use std::collections::BTreeMap;

use pixel_debate_statistics::{logistic, logit_of_mean, normal};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How often simulated participants are right: known beforehand, so that a report can be held against it.
///
/// A participant is right about an image with the probability `logistic(c + p + i)`: `c` belongs to the condition, `p`
/// to the participant, `i` to the image, the latter two normal with the given deviations. `c` is such that the rate of
/// a condition is what it is said to be on average over participants and images.
#[derive(Clone, Debug, PartialEq)]
pub struct Skills {
    /// The rates by the conditions' names, [`Skills::LEAST_RATE`] to 1 less that.
    pub rates: BTreeMap<String, f64>,
    /// The rate of conditions that are not named, likewise.
    pub otherwise: f64,
    /// How much participants differ, in logits: 0 to [`Skills::MOST_SD`].
    pub participant_sd: f64,
    /// How much images differ, likewise.
    pub image_sd: f64,
}

impl Skills {
    /// The least rate.
    pub const LEAST_RATE: f64 = 0.01;
    /// The greatest deviation.
    pub const MOST_SD: f64 = 5.0;
}

/// Where all chance of a rehearsal comes from: each purpose has numbers of its own, so that none depends on the order
/// in which things happen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance {
    seed: u64,
}

/// What chance is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// How good a participant is.
    Participant(u32),
    /// How they behave otherwise.
    Nature(u32),
    /// What a participant makes of an item, by its number among theirs.
    Item(u32, u32),
    /// How hard an image is.
    Image(u32),
    /// When whoever came as this one does something.
    Moments(u32),
    /// When the server is killed.
    Kills,
}

/// Who differs, and how.
#[derive(Clone, Debug)]
pub(super) struct Field {
    logits: BTreeMap<String, f64>,
    otherwise: f64,
    participant_sd: f64,
    image_sd: f64,
    chance: Chance,
}

/// What somebody makes of an item: what they will say of it, as far as they have been shown enough.
///
/// Beliefs are calibrated. How sure somebody becomes is drawn so that it is, on average, how often they are right about
/// such an item, and they are right so often as they are sure. Until they have made up their mind, after a pixel that
/// is drawn as well, they hold both answers equally probable. An item about which they are wrong more often than not
/// misleads them: they are as sure as they would be if it were the other way round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mind {
    /// Whether they will be right.
    pub(super) right: bool,
    /// How probable they hold what they decide, from 0.5.
    sure: f64,
    /// After which part of the pixels they make up their mind.
    decided: f64,
}

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed }
    }

    pub(super) fn of(self, purpose: Purpose) -> ChaCha8Rng {
        let (kind, one, other) = match purpose {
            Purpose::Participant(participant) => (0, participant, 0),
            Purpose::Item(participant, item) => (1, participant, item),
            Purpose::Image(image) => (2, image, 0),
            Purpose::Moments(coming) => (3, coming, 0),
            Purpose::Kills => (4, 0, 0),
            Purpose::Nature(participant) => (5, participant, 0),
        };
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        // A participant has a few hundred items.
        random.set_stream(kind << 56 | u64::from(one) << 16 | u64::from(other & 0xffff));
        random
    }
}

impl Field {
    pub(super) fn new(skills: &Skills, chance: Chance) -> Self {
        let Skills { rates, otherwise, participant_sd, image_sd } = skills;
        let sd = participant_sd.hypot(*image_sd);
        let logit = |(name, rate): (&String, &f64)| (name.clone(), logit_of_mean(*rate, sd));
        Self {
            logits: rates.iter().map(logit).collect(),
            otherwise: logit_of_mean(*otherwise, sd),
            participant_sd: *participant_sd,
            image_sd: *image_sd,
            chance,
        }
    }

    /// How often a participant of that number is right about an image in a condition.
    pub(super) fn rate(&self, condition: &str, participant: u32, image: u32) -> f64 {
        let differs = |sd: f64, purpose| match sd {
            0.0 => 0.0,
            sd => sd * normal(&mut self.chance.of(purpose)),
        };
        logistic(
            self.logits.get(condition).unwrap_or(&self.otherwise)
                + differs(self.participant_sd, Purpose::Participant(participant))
                + differs(self.image_sd, Purpose::Image(image)),
        )
    }
}

impl Mind {
    /// Of somebody who is right so often about such an item.
    pub(super) fn draw(rate: f64, random: &mut impl Rng) -> Self {
        // A power of a uniform number whose mean is the part between a guess and certainty.
        let part = (2.0 * rate - 1.0).abs().max(1e-9);
        let sure = 0.5 + 0.5 * random.random::<f64>().powf(1.0 / part - 1.0);
        let as_expected = random.random::<f64>() < sure;
        Self { right: as_expected == (rate >= 0.5), sure, decided: random.random() }
    }

    /// Of somebody who sees at once what is right, or says the contrary.
    pub(super) fn plain(right: bool) -> Self {
        Self { right, sure: 0.97, decided: 0.0 }
    }

    /// How probable they hold what is right after so many pixels.
    pub(super) fn in_truth(&self, after: u32, pixels: u32) -> f64 {
        if f64::from(after) < self.decided * f64::from(pixels) {
            return 0.5;
        }
        if self.right { self.sure } else { 1.0 - self.sure }
    }

    /// How sure they are of what they decide.
    pub(super) fn sure(&self) -> f64 {
        self.sure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(rate: f64, sd: f64, seed: u64) -> Field {
        let rates = [("debate".to_owned(), rate)].into();
        let skills = Skills { rates, otherwise: 0.5, participant_sd: sd, image_sd: sd };
        Field::new(&skills, Chance::new(seed))
    }

    #[test]
    fn a_condition_has_its_rate_on_average() {
        for (rate, sd) in [(0.85, 0.0), (0.7, 0.5), (0.6, 1.5), (0.2, 0.5)] {
            let field = field(rate, sd, 3);
            let (mut right, mut mean, count) = (0, 0.0, 200);
            for participant in 0..count {
                for image in 0..count {
                    let rate = field.rate("debate", participant, image);
                    mean += rate / f64::from(count * count);
                    let mut random = field.chance.of(Purpose::Item(participant, image));
                    right += u32::from(Mind::draw(rate, &mut random).right);
                }
            }
            // Two hundred each: means of normal numbers are off by 0.07 deviations, and rates by less.
            let off = 0.01 + 0.06 * sd;
            assert!((mean - rate).abs() < off, "{rate} {sd}: {mean}");
            let found = f64::from(right) / f64::from(count * count);
            assert!((found - mean).abs() < 0.01, "{rate} {sd}: {found}");
            assert!((field.rate("other", 1, 1) - 0.5).abs() < 0.5);
        }
    }

    #[test]
    fn beliefs_are_calibrated_at_every_pixel() {
        let mut random = Chance::new(5).of(Purpose::Kills);
        let mut bins = [[(0.0, 0.0, 0); 10]; 4];
        for round in 0..100_000 {
            let mind = Mind::draw([0.55, 0.7, 0.9][round % 3], &mut random);
            for (after, bins) in (1..).zip(&mut bins) {
                // Of the answer that is named first, which is the right one in every second item.
                let first_is_right = round / 3 % 2 == 0;
                let in_truth = mind.in_truth(after, 4);
                let belief = if first_is_right { in_truth } else { 1.0 - in_truth };
                let (sum, came, count) = &mut bins[((belief * 10.0) as usize).min(9)];
                *sum += belief;
                *came += f64::from(u8::from(first_is_right));
                *count += 1;
            }
            // What is decided is never against the last belief.
            let last = mind.in_truth(4, 4);
            assert!(if mind.right { last >= 0.5 } else { last <= 0.5 }, "{mind:?}");
        }
        for (sum, came, count) in bins.into_iter().flatten().filter(|(_, _, count)| *count > 0) {
            let (said, was) = (sum / f64::from(count), came / f64::from(count));
            let off = 4.0 * (0.25 / f64::from(count)).sqrt();
            assert!((said - was).abs() < off, "{said} was said, and {was} came, of {count}");
        }
    }

    #[test]
    fn chance_depends_on_its_purpose_alone() {
        let draw = |seed, purpose| Chance::new(seed).of(purpose).random::<u64>();
        assert_eq!(draw(1, Purpose::Item(7, 3)), draw(1, Purpose::Item(7, 3)));
        let purposes = [
            Purpose::Participant(7),
            Purpose::Item(7, 3),
            Purpose::Item(3, 7),
            Purpose::Image(7),
            Purpose::Moments(7),
            Purpose::Kills,
            Purpose::Nature(7),
        ];
        let mut drawn: Vec<u64> = purposes.map(|purpose| draw(1, purpose)).into();
        drawn.push(draw(2, Purpose::Kills));
        let all = drawn.len();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), all);
    }
}
