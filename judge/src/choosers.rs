//! Who chooses the pixels that a judge is trained on: chance, debaters or provers.

use std::fmt;

/// Who chooses the pixels.
///
/// ```
/// use pixel_debate_judge::choosers::{Choosers, Rounds, Who};
///
/// assert_eq!(Choosers::default(), Choosers::Chance);
/// let provers = Choosers::Players(Who::Provers, Rounds::default());
/// assert_eq!(provers.keys()[0], ("masks", "provers".to_owned()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choosers {
    /// Uniformly at random, as in the paper.
    #[default]
    Chance,
    /// In a share of each batch, whoever searches before the judge as it is so far.
    Players(Who, Rounds),
}

/// Who searches before the judge that is trained.
///
/// ```
/// use pixel_debate_judge::choosers::Who;
///
/// assert_eq!(Who::Debates.to_string(), "debates");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Two debaters, an honest one and a liar, in turn.
    Debates,
    /// One prover alone, honest or lying (Merlin-Arthur classifiers, Wäldchen et al. 2024).
    Provers,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Debates => "debates",
            Self::Provers => "provers",
        })
    }
}

/// How much of what was chosen is shown.
///
/// ```
/// use pixel_debate_judge::choosers::Lengths;
///
/// assert_eq!(Lengths::Full.to_string(), "full");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lengths {
    /// All of it.
    #[default]
    Full,
    /// The first 1, 2, 3 and so on pixels, each number as often as any other: debates under way.
    Every,
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "full",
            Self::Every => "every",
        })
    }
}

/// How players and training take turns: in each round they play before the judge as it is at its
/// beginning, and then the judge is trained on what they revealed.
///
/// ```
/// use pixel_debate_judge::choosers::{Rounds, RoundsError};
///
/// assert_eq!(Rounds::default().check(), Ok(()));
/// let refusal = Rounds { tries: 0, ..Rounds::default() }.check().unwrap_err();
/// assert_eq!(refusal.to_string(), "tries is 0: it must be 1 to 784");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    /// The share of random masks in a batch, in percent: 0 to 99.
    pub random_percent: u8,
    /// Batches in a round: 1 to 10,000.
    pub batches: u32,
    /// Training images that are played about in a round: 1 to 60,000.
    pub images: u32,
    /// How many pixels, drawn at random, a player tries before each reveal: 1 to 784, which is all.
    pub tries: u32,
    /// How many lies are argued for about each image: 1 to 9.
    pub lies: u32,
    /// How much of what was revealed is shown.
    pub lengths: Lengths,
}

impl Default for Rounds {
    fn default() -> Self {
        Self {
            random_percent: 50,
            batches: 10,
            images: 200,
            tries: 16,
            lies: 2,
            lengths: Lengths::Full,
        }
    }
}

/// A number of [`Rounds`] that is out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {value}: it must be {least} to {most}")]
pub struct RoundsError {
    name: &'static str,
    value: u32,
    least: u32,
    most: u32,
}

impl Rounds {
    /// The greatest share of random masks: something must be left to the players.
    pub const MOST_RANDOM: u8 = 99;
    /// The most batches in a round.
    pub const MOST_BATCHES: u32 = 10_000;
    /// The most images in a round.
    pub const MOST_IMAGES: u32 = 60_000;
    /// The most pixels that a player tries: all that an image has.
    pub const MOST_TRIES: u32 = 784;
    /// The most lies about an image.
    pub const MOST_LIES: u32 = 9;

    /// Whether all numbers are in range.
    ///
    /// # Errors
    ///
    /// [`RoundsError`] names the first that is not.
    pub fn check(&self) -> Result<(), RoundsError> {
        let ranges = [
            ("random_percent", self.random_percent.into(), 0, Self::MOST_RANDOM.into()),
            ("round_batches", self.batches, 1, Self::MOST_BATCHES),
            ("round_images", self.images, 1, Self::MOST_IMAGES),
            ("tries", self.tries, 1, Self::MOST_TRIES),
            ("lies", self.lies, 1, Self::MOST_LIES),
        ];
        match ranges.into_iter().find(|(_, value, least, most)| !(least..=most).contains(&value)) {
            Some((name, value, least, most)) => Err(RoundsError { name, value, least, most }),
            None => Ok(()),
        }
    }

    /// Of a batch of so many masks, those that players chose: at least one.
    ///
    /// ```
    /// use pixel_debate_judge::choosers::Rounds;
    ///
    /// assert_eq!(Rounds::default().chosen_of(128), 64);
    /// assert_eq!(Rounds { random_percent: 99, ..Rounds::default() }.chosen_of(8), 1);
    /// ```
    pub fn chosen_of(&self, batch: usize) -> usize {
        let random = batch * usize::from(self.random_percent) / 100;
        (batch - random.min(batch)).max(1)
    }
}

impl Choosers {
    /// What a judge's file says of it: keys and values. A file without `masks` is of a judge that
    /// was trained on random ones.
    ///
    /// ```
    /// use pixel_debate_judge::choosers::Choosers;
    ///
    /// assert_eq!(Choosers::Chance.keys(), []);
    /// ```
    pub fn keys(&self) -> Vec<(&'static str, String)> {
        let Self::Players(who, rounds) = self else { return Vec::new() };
        let Rounds { random_percent, batches, images, tries, lies, lengths } = rounds;
        vec![
            (MASKS_KEY, who.to_string()),
            ("random_percent", random_percent.to_string()),
            ("round_batches", batches.to_string()),
            ("round_images", images.to_string()),
            ("tries", tries.to_string()),
            ("lies", lies.to_string()),
            ("lengths", lengths.to_string()),
        ]
    }
}

/// What says in a judge's file who chose the masks, if not chance.
pub const MASKS_KEY: &str = "masks";
/// What says in a judge's file from which judge training began: its network's hash.
pub const FROM_KEY: &str = "from";
