//! What a consultant argues for.

use pixel_debate_game::{Claims, Role, honest_margin};

/// What the judge is to be told.
///
/// ```
/// use pixel_debate_agents::consultant::Aim;
/// use pixel_debate_game::Role;
///
/// assert_eq!(Aim::Truth { against: None }.side(), Role::Honest);
/// assert_eq!(Aim::Lies(vec![3, 8]).side(), Role::Liar);
/// // A tie is the liar's.
/// assert!(Aim::AnyLie.wins(0.0) && !Aim::Truth { against: Some(8) }.wins(0.0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// The truth, against one lie or against all labels.
    Truth {
        /// The lie.
        against: Option<u8>,
    },
    /// Each of these lies, which are looked at one by one: with precommit.
    Lies(Vec<u8>),
    /// Any lie, whichever is believed most: without precommit.
    AnyLie,
}

impl Aim {
    /// Whose consultant it is.
    pub fn side(&self) -> Role {
        match self {
            Self::Truth { .. } => Role::Honest,
            Self::Lies(_) | Self::AnyLie => Role::Liar,
        }
    }

    /// Whether the side wins by that margin in its favour.
    pub fn wins(&self, margin: f32) -> bool {
        match self.side() {
            Role::Honest => margin > 0.0,
            Role::Liar => margin >= 0.0,
        }
    }

    /// How many sets are looked for.
    pub(super) fn goals(&self) -> usize {
        match self {
            Self::Truth { .. } | Self::AnyLie => 1,
            Self::Lies(lies) => lies.len(),
        }
    }

    pub(super) fn is_a_lie(&self, label: u8) -> bool {
        match self {
            Self::Truth { against } => *against == Some(label),
            Self::Lies(lies) => lies.contains(&label),
            Self::AnyLie => false,
        }
    }

    /// By how much these logits favour the side in one of its goals.
    pub(super) fn margin(&self, label: u8, goal: usize, logits: &[f32]) -> f32 {
        let margin = |liar| honest_margin(logits, &Claims { honest: label, liar });
        match self {
            Self::Truth { against } => margin(*against),
            Self::Lies(lies) => -margin(Some(lies[goal])),
            Self::AnyLie => -margin(None),
        }
    }

    /// What a decider is asked so that it says whether a set has a margin greater than one of `bars`, one a goal; a
    /// goal without a bar does not count.
    pub(super) fn question(
        &self,
        label: u8,
        classes: usize,
        bars: &[Option<f32>],
    ) -> (Claims, Vec<f32>) {
        let claims = |liar| Claims { honest: label, liar };
        let all = |bar: f32| vec![bar; classes];
        match self {
            // Ahead only where it is ahead by more than the bar.
            Self::Truth { against } => {
                (claims(*against), all(bars[0].map_or(f32::NEG_INFINITY, |bar| -bar)))
            }
            Self::AnyLie => (claims(None), all(bars[0].unwrap_or(f32::INFINITY))),
            Self::Lies(lies) => {
                let mut head_starts = all(f32::INFINITY);
                for (lie, bar) in lies.iter().zip(bars) {
                    head_starts[usize::from(*lie)] = bar.unwrap_or(f32::INFINITY);
                }
                (claims(None), head_starts)
            }
        }
    }
}
