//! Who chooses the pixels that a judge is trained on, as options.

use clap::{Args, ValueEnum, value_parser};
use pixel_debate_judge::choosers::Rounds;
#[cfg(feature = "train")]
use pixel_debate_judge::choosers::{Choosers, Lengths, Who};

#[cfg(feature = "train")]
use crate::failure::Failure;

/// Who chooses the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MasksOption {
    /// Chance, as in the paper
    Random,
    /// Two debaters in turn, an honest one and a liar, in both orders
    Debates,
    /// One prover alone, who argues for the truth or against it (Merlin and Morgana)
    Provers,
}

/// How much of what was revealed is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LengthsOption {
    /// All of it
    Full,
    /// The first 1, 2, 3 and so on pixels, each number as often: debates under way
    Every,
}

/// Who chooses the pixels, and how players and training take turns.
#[derive(Args)]
#[command(next_help_heading = "Who chooses the pixels")]
pub(super) struct ChoosingOptions {
    /// Who chooses the pixels that the judge is trained on
    ///
    /// Debaters and provers play in rounds, before the judge as it is at the round's beginning, about some of the
    /// training images; what they reveal is the rest of each batch of the round.
    #[arg(long, value_enum, default_value = "random")]
    masks: MasksOption,
    /// Share of random masks in a batch that players choose the rest of, in percent [default: 50]
    #[arg(long, value_name = "P", value_parser = value_parser!(u8).range(..=i64::from(Rounds::MOST_RANDOM)))]
    random_percent: Option<u8>,
    /// Batches in a round [default: 10]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(Rounds::MOST_BATCHES)))]
    round_batches: Option<u32>,
    /// Training images that are played about in a round [default: 200]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(Rounds::MOST_IMAGES)))]
    round_images: Option<u32>,
    /// How many pixels, drawn at random, a player tries before each reveal; 784 is all: greedy [default: 16]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(Rounds::MOST_TRIES)))]
    tries: Option<u32>,
    /// Lies that are argued for about each image: two debates each, or one prover each, of whom every other one
    /// is for any label but the true one [default: 2]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(Rounds::MOST_LIES)))]
    lies: Option<u32>,
    /// How much of what is revealed is shown to the judge, random masks included [default: full]
    #[arg(long, value_enum)]
    lengths: Option<LengthsOption>,
}

#[cfg(feature = "train")]
impl ChoosingOptions {
    /// What was asked for.
    pub(super) fn choosers(&self) -> Result<Choosers, Failure> {
        let who = match self.masks {
            MasksOption::Random => {
                return match self.of_rounds() {
                    None => Ok(Choosers::Chance),
                    Some(option) => Err(Failure::NoRounds { option }),
                };
            }
            MasksOption::Debates => Who::Debates,
            MasksOption::Provers => Who::Provers,
        };
        let lengths = self.lengths.map(|lengths| match lengths {
            LengthsOption::Full => Lengths::Full,
            LengthsOption::Every => Lengths::Every,
        });
        let usual = Rounds::default();
        let rounds = Rounds {
            random_percent: self.random_percent.unwrap_or(usual.random_percent),
            batches: self.round_batches.unwrap_or(usual.batches),
            images: self.round_images.unwrap_or(usual.images),
            tries: self.tries.unwrap_or(usual.tries),
            lies: self.lies.unwrap_or(usual.lies),
            lengths: lengths.unwrap_or(usual.lengths),
        };
        Ok(Choosers::Players(who, rounds))
    }

    /// An option that was given and that only players have a use for.
    fn of_rounds(&self) -> Option<&'static str> {
        let given = [
            ("--random-percent", self.random_percent.is_some()),
            ("--round-batches", self.round_batches.is_some()),
            ("--round-images", self.round_images.is_some()),
            ("--tries", self.tries.is_some()),
            ("--lies", self.lies.is_some()),
            ("--lengths", self.lengths.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}
