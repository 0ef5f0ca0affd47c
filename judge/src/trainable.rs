//! The kinds of judge that training makes.

use std::{fmt, str::FromStr};

use crate::{
    model::Model,
    network::{HIDDEN, Widths},
};

/// A kind of judge that training makes, with its size.
///
/// ```
/// use pixel_debate_judge::{Judge, Trainable};
///
/// assert_eq!("small".parse(), Ok(Trainable::Small));
/// assert_eq!(Trainable::Mlp.to_string(), "mlp");
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// assert_eq!(Trainable::of(judge.model()), Some(Trainable::Paper));
/// assert_eq!(
///     "huge".parse::<Trainable>().unwrap_err().to_string(),
///     "no judge of kind \"huge\" is trained: the kinds are paper, linear, mlp, small, large"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trainable {
    /// The paper's network.
    #[default]
    Paper,
    /// One layer, that reads all pixels alike.
    Linear,
    /// One hidden layer of 1,024 units, that reads all pixels alike.
    Mlp,
    /// The paper's network with layers half as wide.
    Small,
    /// The paper's network with layers twice as wide.
    Large,
}

/// A word that is no [`Trainable`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no judge of kind {given:?} is trained: the kinds are {}",
    Trainable::ALL.map(Trainable::name).join(", ")
)]
pub struct NotTrainable {
    given: String,
}

impl Trainable {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Paper, Self::Linear, Self::Mlp, Self::Small, Self::Large];

    /// Its name in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Linear => "linear",
            Self::Mlp => "mlp",
            Self::Small => "small",
            Self::Large => "large",
        }
    }

    /// How wide its convolutions are, if it has some.
    ///
    /// ```
    /// use pixel_debate_judge::{Trainable, network::Widths};
    ///
    /// assert_eq!(Trainable::Large.widths(), Some(Widths::LARGE));
    /// assert_eq!(Trainable::Linear.widths(), None);
    /// ```
    pub const fn widths(self) -> Option<Widths> {
        match self {
            Self::Paper => Some(Widths::PAPER),
            Self::Small => Some(Widths::SMALL),
            Self::Large => Some(Widths::LARGE),
            Self::Linear | Self::Mlp => None,
        }
    }

    /// What kind a judge is of, if training makes such: none of several judges, nor of other widths.
    pub fn of(model: &Model) -> Option<Self> {
        match model {
            Model::Convolutions(network) => {
                Self::ALL.into_iter().find(|kind| kind.widths() == Some(network.widths()))
            }
            Model::Linear(_) => Some(Self::Linear),
            Model::Mlp(mlp) => (mlp.units() == HIDDEN).then_some(Self::Mlp),
            Model::Ensemble(_) => None,
        }
    }
}

impl fmt::Display for Trainable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Trainable {
    type Err = NotTrainable;

    fn from_str(given: &str) -> Result<Self, NotTrainable> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == given);
        known.ok_or_else(|| NotTrainable { given: given.to_owned() })
    }
}
